"""The arithmetic of a window that slides: how far it reaches, what is padded, how many places it has."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

PaddingName = Literal["valid", "same", "full"]
Padding = Annotated[
    PaddingName | Annotated[int, Field(ge=0, le=64)],
    Field(
        title="Padding",
        description="zeros around the image: valid (none), same (the output keeps input / stride, rounded up), "
        "full (every overlap counts), or a number for each side",
    ),
]


def span(kernel: int, dilation: int = 1) -> int:
    """Pixels from a window's first tap to its last, both counted."""
    return dilation * (kernel - 1) + 1


def pads(size: int, kernel: int, stride: int, dilation: int, padding: PaddingName | int) -> tuple[int, int]:
    """Zeros before and after one axis of `size` pixels.

    `same` is TensorFlow's: the output has ceil(size / stride) pixels, padding as even as possible, the odd one last.
    """
    if isinstance(padding, int):
        return padding, padding
    reach = span(kernel, dilation)
    if padding == "full":
        return reach - 1, reach - 1
    if padding == "same":
        total = max((-(-size // stride) - 1) * stride + reach - size, 0)
        return total // 2, total - total // 2
    return 0, 0


def places(size: int, kernel: int, stride: int, dilation: int, before: int, after: int) -> int:
    """How many places the window has along one padded axis; less than 1 where it does not fit."""
    return (size + before + after - span(kernel, dilation)) // stride + 1


def crops(kernel: int, stride: int, dilation: int, padding: PaddingName | int) -> tuple[int, int]:
    """Pixels cut before and after one axis of a transposed convolution's whole output.

    The whole output has (size - 1) * stride + span pixels; `same` leaves size * stride of them, as TensorFlow. A
    negative second number adds that many pixels that no window reaches.
    """
    if isinstance(padding, int):
        return padding, padding
    reach = span(kernel, dilation)
    if padding == "full":
        return reach - 1, reach - 1
    if padding == "same":
        total = reach - stride
        before = max(total, 0) // 2
        return before, total - before
    return 0, 0
