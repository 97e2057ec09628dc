"""A one-dimensional convolution as a matrix: y = W x, every row the kernel, one place further on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.signal.windows import Axis

Matrix = NDArray[np.float64]


def banded(axis: Axis, kernel: Sequence[float] | NDArray[np.floating], turned: bool = False) -> Matrix:
    """W (outputs, inputs) of the windows along `axis`; turned: they read the kernel from its end.

    Where the border repeats cells of the input, their weights are added; artificial zeros have no column.
    """
    taps = np.asarray(kernel, np.float64)[:: -1 if turned else 1]
    matrix = np.zeros((len(axis.starts), axis.size))
    for row, start in enumerate(axis.starts):
        for tap, weight in enumerate(taps):
            column = axis.source[start + tap * axis.dilation]
            if column >= 0:
                matrix[row, column] += weight
    return matrix


def is_toeplitz(matrix: Matrix) -> bool:
    """Whether every falling diagonal holds one number: the same weights everywhere."""
    return bool(np.array_equal(matrix[1:, 1:], matrix[:-1, :-1]))
