"""Named kernels of any size, and what can be done with a kernel's numbers.

Kernels are float32 (height, width), written as a layer holds them: what a correlation multiplies. What acts on a
kernel acts on its last two axes, so that it takes (filters, channels, height, width) too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from core.errors import SignalError

Kernel = NDArray[np.float32]
MOST_SIDE = 11


@dataclass(frozen=True)
class NamedKernel:
    """make(height, width, seed): the kernel. least: the smallest height and width. seeded: the seed counts."""

    name: str
    title: str
    make: Callable[[int, int, int], NDArray[np.float64]]
    least: tuple[int, int] = (1, 1)
    seeded: bool = False

    def values(self, height: int, width: int, seed: int = 0) -> Kernel:
        """The kernel, (height, width). Raises SignalError for a size that it does not have."""
        if not (self.least[0] <= height <= MOST_SIDE and self.least[1] <= width <= MOST_SIDE):
            least = f"{self.least[0]}×{self.least[1]}"
            raise SignalError(
                f"{self.title} has sizes from {least} to {MOST_SIDE}×{MOST_SIDE}, not {height}×{width}: choose one "
                "of these."
            )
        return np.asarray(self.make(height, width, seed), dtype=np.float32)


def smoothing(size: int) -> NDArray[np.float64]:
    """Binomial coefficients, the discrete Gaussian: 1; 1 1; 1 2 1; 1 3 3 1; ..."""
    return np.array([comb(size - 1, at) for at in range(size)], dtype=np.float64)


def slope(size: int) -> NDArray[np.float64]:
    """A smoothed first difference: -1 1; -1 0 1; -1 -1 1 1; -1 -2 0 2 1; ..."""
    return np.asarray(np.convolve(smoothing(size - 1), [-1, 1]))


def bend(size: int) -> NDArray[np.float64]:
    """A smoothed second difference: 1 -2 1; 1 -1 -1 1; 1 0 -2 0 1; ..."""
    return np.asarray(np.convolve(smoothing(size - 2), [1, -2, 1]))


def _identity(height: int, width: int, seed: int) -> NDArray[np.float64]:
    kernel = np.zeros((height, width))
    kernel[(height - 1) // 2, (width - 1) // 2] = 1
    return kernel


def _box(height: int, width: int, seed: int) -> NDArray[np.float64]:
    return np.full((height, width), 1 / (height * width))


def _gaussian(height: int, width: int, seed: int) -> NDArray[np.float64]:
    kernel = np.outer(smoothing(height), smoothing(width))
    return np.asarray(kernel / kernel.sum())


def _laplacian(height: int, width: int, seed: int) -> NDArray[np.float64]:
    kernel = np.zeros((height, width))
    kernel[(height - 1) // 2] += bend(width)
    kernel[:, (width - 1) // 2] += bend(height)
    return kernel


def _sharpen(height: int, width: int, seed: int) -> NDArray[np.float64]:
    laplacian = _laplacian(height, width, seed)
    return np.asarray(_identity(height, width, seed) - laplacian * (8 / np.abs(laplacian).sum()))


def _sobel_x(height: int, width: int, seed: int) -> NDArray[np.float64]:
    return np.outer(smoothing(height), slope(width))


def _sobel_y(height: int, width: int, seed: int) -> NDArray[np.float64]:
    return np.outer(slope(height), smoothing(width))


def _emboss(height: int, width: int, seed: int) -> NDArray[np.float64]:
    rows, columns = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    return rows[:, None] + columns + _identity(height, width, seed)


def _gabor(height: int, width: int, seed: int) -> NDArray[np.float64]:
    """A wave of half the kernel's size under a Gaussian, for vertical strokes; its numbers sum to zero."""
    side = max(height, width)
    y, x = np.indices((height, width)) - (np.array([height, width]).reshape(2, 1, 1) - 1) / 2
    hill = np.exp(-(x**2 + y**2) / (2 * (side / 4) ** 2))
    wave = hill * np.cos(2 * np.pi * x / max(3.0, side / 2))
    return np.asarray((wave - hill * wave.sum() / hill.sum()).round(3))


def _random(height: int, width: int, seed: int) -> NDArray[np.float64]:
    return np.asarray(np.random.default_rng(seed).integers(-9, 10, (height, width)) / 10)


KERNELS: dict[str, NamedKernel] = {
    kernel.name: kernel
    for kernel in (
        NamedKernel("identity", "Identity", _identity),
        NamedKernel("box", "Box blur", _box),
        NamedKernel("gaussian", "Gaussian blur", _gaussian),
        NamedKernel("sharpen", "Sharpen", _sharpen, (3, 3)),
        NamedKernel("sobel-x", "Sobel x", _sobel_x, (1, 2)),
        NamedKernel("sobel-y", "Sobel y", _sobel_y, (2, 1)),
        NamedKernel("laplacian", "Laplacian", _laplacian, (3, 3)),
        NamedKernel("emboss", "Emboss", _emboss, (2, 2)),
        NamedKernel("gabor", "Gabor", _gabor, (3, 3)),
        NamedKernel("random", "Random", _random, seeded=True),
    )
}


def normalise(kernel: Kernel) -> Kernel:
    """Divided by its sum; where that is nearly 0, by the sum of absolute values; zeros stay."""
    exact = kernel.astype(np.float64)
    total, absolute = exact.sum(), np.abs(exact).sum()
    if absolute == 0:
        return kernel.copy()
    return np.asarray(exact / (total if abs(total) > 1e-3 * absolute else absolute), dtype=np.float32)


def rotate(kernel: Kernel) -> Kernel:
    """A quarter turn clockwise."""
    return np.ascontiguousarray(np.rot90(kernel, -1, axes=(-2, -1)))


def flip(kernel: Kernel) -> Kernel:
    """Left and right, top and bottom exchanged: turned by 180 degrees, what makes correlation a true convolution."""
    return np.ascontiguousarray(kernel[..., ::-1, ::-1])


def mirror(kernel: Kernel) -> Kernel:
    """Left and right exchanged."""
    return np.ascontiguousarray(kernel[..., ::-1])


def transpose(kernel: Kernel) -> Kernel:
    """Rows become columns."""
    return np.ascontiguousarray(np.swapaxes(kernel, -2, -1))


def negate(kernel: Kernel) -> Kernel:
    return np.asarray(0 - kernel, dtype=np.float32)  # and no negative zeros


def resize(kernel: Kernel, height: int, width: int) -> Kernel:
    """Cut off or filled up with zeros about the middle; the numbers that stay are the same."""
    for axis, size in ((-2, height), (-1, width)):
        kernel = _resized(kernel, axis, size)
    return np.ascontiguousarray(kernel)


def _resized(kernel: Kernel, axis: int, size: int) -> Kernel:
    extra = size - kernel.shape[axis]
    before = (size - 1) // 2 - (kernel.shape[axis] - 1) // 2
    if extra < 0:
        return np.asarray(np.take(kernel, range(-before, -before + size), axis=axis))
    room = [(0, 0)] * kernel.ndim
    room[axis] = (before, extra - before)
    return np.pad(kernel, room)
