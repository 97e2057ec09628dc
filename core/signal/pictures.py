"""Pictures to begin with: scikit-learn's digits and photographs, and test patterns; float32 (C, H, W) from 0 to 1."""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import SignalError

Pixels = NDArray[np.float32]

DIGITS = 1797
DIGIT_TOP = 16  # the levels that scikit-learn's digits have
PHOTOGRAPHS = ("china", "flower")
GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow has it


def _file(name: str) -> Path:
    """A file of scikit-learn's data sets, found without importing it, which takes over a second."""
    found = importlib.util.find_spec("sklearn")
    if found is None or not found.submodule_search_locations:
        raise SignalError("scikit-learn is not installed here, and its pictures come from it.")
    return Path(found.submodule_search_locations[0]) / "datasets" / name


@cache
def _digits() -> tuple[NDArray[Any], NDArray[Any]]:
    """Images (N, 8, 8) with levels 0..16, and labels (N,): 64 pixels and the label are one line of the file."""
    with gzip.open(_file("data/digits.csv.gz"), "rt") as lines:
        table = np.loadtxt(lines, delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(int)


def digit(index: int) -> Pixels:
    """scikit-learn's handwritten digit `index` (0..1796), (1, 8, 8); ink is 1."""
    _check(index)
    return np.asarray(_digits()[0][index][None] / DIGIT_TOP, dtype=np.float32)


def digit_label(index: int) -> int:
    """Which digit that is, 0..9."""
    _check(index)
    return int(_digits()[1][index])


def _check(index: int) -> None:
    if not 0 <= index < DIGITS:
        raise SignalError(f"There are the digits 0 to {DIGITS - 1}, but no digit {index}.")


@cache
def photograph(name: str) -> Pixels:
    """One of `PHOTOGRAPHS`, (3, 427, 640), read-only."""
    if name not in PHOTOGRAPHS:
        raise SignalError(f"There is no photograph {name!r}: choose {' or '.join(PHOTOGRAPHS)}.")
    with Image.open(_file(f"images/{name}.jpg")) as file:
        pixels: Pixels = np.asarray(np.asarray(file).transpose(2, 0, 1) / 255, dtype=np.float32)
    pixels.flags.writeable = False
    return pixels


def grey(pixels: Pixels) -> Pixels:
    """(3, H, W) or (1, H, W) to (1, H, W): 0.299 R + 0.587 G + 0.114 B."""
    if pixels.shape[0] == 1:
        return pixels
    return np.asarray(np.tensordot(GREY, pixels, axes=1)[None], dtype=np.float32)


def colour(pixels: Pixels) -> Pixels:
    """(1, H, W) or (3, H, W) to (3, H, W): grey three times."""
    return np.repeat(pixels, 3, axis=0) if pixels.shape[0] == 1 else pixels


def to_size(pixels: Pixels, height: int, width: int) -> Pixels:
    """The middle of the picture with the sides' ratio that is wanted, brought to (C, height, width).

    Smaller: each new pixel averages what falls into it. Larger: bilinear. The same size: the same numbers.
    """
    _, rows, columns = pixels.shape
    if (rows, columns) == (height, width):
        return pixels
    scale = min(rows / height, columns / width)
    box_height, box_width = height * scale, width * scale
    top, left = (rows - box_height) / 2, (columns - box_width) / 2
    box = (left, top, left + box_width, top + box_height)
    how = Image.Resampling.BOX if scale > 1 else Image.Resampling.BILINEAR
    planes = [np.asarray(Image.fromarray(plane).resize((width, height), how, box=box)) for plane in pixels]
    return np.asarray(np.clip(np.stack(planes), 0, 1), dtype=np.float32)


def edge(height: int, width: int) -> Pixels:
    """Dark on the left, bright on the right."""
    return np.broadcast_to((np.arange(width) >= width // 2).astype(np.float32), (1, height, width)).copy()


def impulse(height: int, width: int) -> Pixels:
    """One bright pixel in the middle: the output shows the kernel itself, turned."""
    pixels = np.zeros((1, height, width), np.float32)
    pixels[0, height // 2, width // 2] = 1
    return pixels


def checkerboard(height: int, width: int) -> Pixels:
    """Single pixels up to 16 a side; larger pictures have 16 fields along the shorter one."""
    field = max(1, min(height, width) // 16)
    rows, columns = np.indices((height, width)) // field
    return np.asarray((rows + columns) % 2, dtype=np.float32)[None]


def gradient(height: int, width: int) -> Pixels:
    """From 0 at the left to 1 at the right."""
    return np.broadcast_to(np.linspace(0, 1, width, dtype=np.float32), (1, height, width)).copy()


def ring(height: int, width: int) -> Pixels:
    """A ring with edges in every direction, anti-aliased."""
    rows, columns = np.indices((height, width), dtype=np.float64)
    distance = np.hypot(rows - (height - 1) / 2, columns - (width - 1) / 2)
    side = min(height, width)
    stroke = max(1.0, side / 6)
    shown = np.clip((stroke + 1) / 2 - np.abs(distance - side / 3), 0, 1)
    return np.asarray(shown, dtype=np.float32)[None]


PATTERNS: dict[str, Callable[[int, int], Pixels]] = {
    "edge": edge,
    "impulse": impulse,
    "checkerboard": checkerboard,
    "gradient": gradient,
    "ring": ring,
}


def pattern(name: str, height: int, width: int) -> Pixels:
    """One of `PATTERNS`, (1, height, width)."""
    if name not in PATTERNS:
        raise SignalError(f"There is no pattern {name!r}: choose {', '.join(PATTERNS)}.")
    return PATTERNS[name](height, width)
