"""A bank of filters over channels that can be read: each is a pattern in space times a mix of channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.signal.kernels import bend, slope, smoothing

Kernel = NDArray[np.float32]

MIXES: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("red, green and blue", (1, 1, 1)),
    ("red − green", (1, -1, 0)),
    ("blue − yellow", (-1, -1, 2)),
    ("red", (1, 0, 0)),
    ("green", (0, 1, 0)),
    ("blue", (0, 0, 1)),
    ("green − blue", (0, 1, -1)),
)
PATTERNS = ("edges │", "blur", "edges ─", "spots", "centre")


def pattern(name: str, side: int) -> NDArray[np.float64]:
    """One of `PATTERNS`, (side, side), whole numbers of -4 to 4 and thereabouts; one cell is 1."""
    if side < 3:
        return np.ones((side, side))
    bell = np.minimum(smoothing(side), 2)
    ramp, curve = np.clip(slope(side), -1, 1), np.clip(bend(side), -2, 2)
    if name == "edges │":
        return np.outer(bell, ramp)
    if name == "edges ─":
        return np.outer(ramp, bell)
    shown = np.zeros((side, side))
    if name == "spots":
        shown[side // 2] += curve
        shown[:, side // 2] += curve
        return shown
    if name == "centre":
        shown[side // 2, side // 2] = 1
        return shown
    return np.ones((side, side))


def bank(filters: int, channels: int, side: int) -> tuple[Kernel, Kernel, tuple[str, ...]]:
    """Kernels (filters, channels, side, side), biases (filters,) and what each filter looks for.

    channels: how many each filter reads. Where it is one, the patterns stand alone; where it is two, the second counts
    negative; six are two pictures of red, green and blue, and the second counts negative in every other filter.
    """
    kernels, names = [], []
    for index in range(filters):
        name = PATTERNS[index % len(PATTERNS)]
        words, mix = _mix(index, channels)
        kernels.append(np.multiply.outer(mix, pattern(name, side)))
        names.append(f"{name}, {words}" if words else name)
    bias = np.array([(index % 3) - 1 for index in range(filters)], np.float32)
    return np.asarray(kernels, np.float32), bias, tuple(names)


def _mix(index: int, channels: int) -> tuple[str, Sequence[int]]:
    words, mix = MIXES[index % len(MIXES)]
    if channels == 1:
        return "", (1,)
    if channels == 3:
        return words, mix
    if channels == 6:
        return (words, (*mix, *mix)) if index % 2 else (f"{words}, change", (*mix, *(-part for part in mix)))
    return "first − second", [1 if part == 0 else -1 for part in range(channels)]
