"""What is wrong with an argument of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import ConvLensError


class ArgumentError(ConvLensError):
    """An argument that cannot be meant: status 2."""


@contextmanager
def arguments() -> Iterator[None]:
    """What a user's arguments make fail inside ends with status 2, not 1."""
    try:
        yield
    except ConvLensError as error:
        raise ArgumentError(str(error)) from error
