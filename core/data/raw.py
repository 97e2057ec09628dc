"""A data set as it was read: NumPy arrays, before anything was chosen or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError

Array = NDArray[Any]
Progress = Callable[[float, str], None]  # share done in 0..1, what is being done


@dataclass(frozen=True)
class RawData:
    """The samples of one data set, in a fixed order.

    train_x, test_x: uint8 (N, C, H, W) with values 0..255 for images, float32 (N, 2) for points.
    train_y, test_y: int64 (N,), indices into `classes`.
    value_range: lowest and highest value that `x` can hold.
    groups: int64 (N_train,), the same number for exact copies of one picture; None where nothing has copies.
    notes: sentences on what was done while reading, fit for the screen.
    """

    train_x: Array
    train_y: Array
    test_x: Array
    test_y: Array
    classes: tuple[str, ...]
    value_range: tuple[float, float] = (0.0, 255.0)
    title: str = "the data"
    train_files: tuple[str, ...] | None = None
    test_files: tuple[str, ...] | None = None
    groups: Array | None = None
    notes: tuple[str, ...] = ()

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(C, H, W) of an image, (2,) of a point."""
        return tuple(int(side) for side in self.train_x.shape[1:])

    @property
    def is_image(self) -> bool:
        return self.train_x.ndim == 4

    @property
    def train_count(self) -> int:
        return len(self.train_y)

    @property
    def test_count(self) -> int:
        return len(self.test_y)

    def train_counts(self) -> tuple[int, ...]:
        """Training samples of each class, in the order of `classes`."""
        return tuple(np.bincount(self.train_y, minlength=len(self.classes)).tolist())


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the machine can do wrong while a data set is read into a sentence."""
    try:
        yield
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        raise DataError(f"{name} cannot be read{where} ({error.strerror or error}): check its permissions.") from error
    except MemoryError as error:
        raise DataError(f"{name} does not fit into the memory: close other programs, or use less data.") from error


def no_progress(share: float, what: str) -> None:
    """Tell nobody."""
