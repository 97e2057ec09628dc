"""Which cells of its input each cell of a layer's output reads, along one axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from torch import nn

Windowed = (
    nn.Conv2d | nn.ConvTranspose2d | nn.MaxPool2d | nn.AvgPool2d | nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d
    | nn.ZeroPad2d
)  # fmt: skip
Indices = NDArray[np.intp]
OUTSIDE = -1


def taps(operation: Windowed, axis: int, size: int, places: int) -> Indices:
    """(places, taps): the input's index that each tap of each window reads; -1 where there is none.

    axis: 0 rows, 1 columns. size, places: cells of the input and of the output along it. Taps stand in the order of the
    weights. -1 is a zero around the input, a tap of a transposed convolution that no input falls on, or the filling of
    windows of unlike lengths.
    """
    at = np.arange(places)[:, None]
    if isinstance(operation, nn.ConvTranspose2d):
        kernel, stride, padding, dilation = _geometry(operation, axis)
        shifted = at + padding - np.arange(kernel) * dilation
        return _within(np.where(shifted % stride == 0, shifted // stride, OUTSIDE), size)
    if isinstance(operation, nn.Conv2d | nn.MaxPool2d):
        kernel, stride, padding, dilation = _geometry(operation, axis)
        return _within(at * stride - padding + np.arange(kernel) * dilation, size)
    if isinstance(operation, nn.AvgPool2d):
        kernel, stride, padding = (
            _along(setting, axis) for setting in (operation.kernel_size, operation.stride, operation.padding)
        )
        return _within(at * stride - padding + np.arange(kernel), size)
    if isinstance(operation, nn.ZeroPad2d):
        return _within(at - operation.padding[2 * (1 - axis)], size)
    starts, ends = at * size // places, -(-(at + 1) * size // places)
    found = starts + np.arange(int((ends - starts).max()))
    return np.where(found < ends, found, OUTSIDE)


def span_and_stride(operation: Windowed, axis: int, size: int, places: int) -> tuple[int, float]:
    """Cells from a window's first input to its last, both counted, and from one window to the next (below 1 for a
    transposed convolution)."""
    if isinstance(operation, nn.ConvTranspose2d):
        kernel, stride, _, dilation = _geometry(operation, axis)
        return -(-(dilation * (kernel - 1) + 1) // stride), 1 / stride
    if isinstance(operation, nn.Conv2d | nn.MaxPool2d):
        kernel, stride, _, dilation = _geometry(operation, axis)
        return dilation * (kernel - 1) + 1, stride
    if isinstance(operation, nn.AvgPool2d):
        return _along(operation.kernel_size, axis), _along(operation.stride, axis)
    if isinstance(operation, nn.ZeroPad2d):
        return 1, 1
    return taps(operation, axis, size, places).shape[1], size / places


def _geometry(operation: nn.Conv2d | nn.ConvTranspose2d | nn.MaxPool2d, axis: int) -> tuple[int, int, int, int]:
    settings = operation.kernel_size, operation.stride, operation.padding, operation.dilation
    kernel, stride, padding, dilation = (_along(cast("int | Sequence[int]", setting), axis) for setting in settings)
    return kernel, stride, padding, dilation


def _along(setting: int | Sequence[int], axis: int) -> int:
    return setting if isinstance(setting, int) else setting[axis]


def _within(found: Indices, size: int) -> Indices:
    return np.where((found >= 0) & (found < size), found, OUTSIDE)
