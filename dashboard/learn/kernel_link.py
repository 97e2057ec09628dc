"""A kernel as a short text for a link, which a person can read and write.

`sobel-x-3x3`, `random-5x5-7` (the seed): a named kernel and its size. `own-3x3_1_0_-1_2_0_-2_1_0_-1`: the numbers
themselves, row by row, for any shape: two sides, or four (filters, channels, rows, columns). What they are called may
follow: `own-1x1_2~filter 3 of brisk-otter`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite, prod

import numpy as np
from numpy.typing import NDArray

from core.errors import ConvLensError

MOST_SIDE = 11
MOST_VALUES = 1024
LARGEST = 1e6
MOST_SEED = 9999
MOST_CHARACTERS = 16 * MOST_VALUES
MOST_TITLE = 80
OWN = "own"
SIZE = re.compile(r"\d{1,4}(x\d{1,4}){1,3}", re.ASCII)
NUMBER = re.compile(r"-?(\d{1,20}\.?\d{0,20}|\.\d{1,20})(e-?\d{1,3})?", re.ASCII)

Kernel = NDArray[np.float32]


@dataclass(frozen=True)
class Named:
    """A kernel by its name. seed: counts where the kernel is random."""

    name: str
    height: int
    width: int
    seed: int = 0


def encode(kernel: Named | Kernel, title: str = OWN) -> str:
    """Letters, digits, `-`, `.` and `_`, and the title of numbers that have one; each float32 comes back to the bit."""
    if isinstance(kernel, Named):
        seed = f"-{kernel.seed}" if kernel.seed else ""
        return f"{kernel.name}-{kernel.height}x{kernel.width}{seed}"
    sides = "x".join(map(str, kernel.shape))
    called = "" if title == OWN else f"~{title[:MOST_TITLE]}"
    return "_".join([f"{OWN}-{sides}", *(_number(value) for value in np.asarray(kernel, np.float32).flat)]) + called


def title(text: str) -> str:
    """What the numbers of a link are called: `own` where it does not say, or says what cannot be shown."""
    said = text.partition("~")[2].strip()
    return said if said and said.isprintable() and len(said) <= MOST_TITLE else OWN


def _number(value: np.float32) -> str:
    """The shortest decimal that gives this float32 again: `0`, `-2`, `0.1111111`, `1e-07`."""
    text = str(value + np.float32(0))  # no negative zero
    return text.removesuffix(".0").replace("e+", "e")


def decode(text: str, names: frozenset[str]) -> Named | Kernel:
    """What `encode` made; raises ConvLensError with one sentence for anything else, at a bounded cost."""
    if len(text) > MOST_CHARACTERS:
        raise _wrong(f"it has {len(text):,} characters, at most {MOST_CHARACTERS:,} are read")
    head, *numbers = text.partition("~")[0].split("_")
    if head.startswith(f"{OWN}-"):
        return _own(head.removeprefix(f"{OWN}-"), numbers)
    return _named(head, names)


def _named(text: str, names: frozenset[str]) -> Named:
    found = re.fullmatch(r"([a-z][a-z0-9-]{0,40}?)-(\d{1,2})x(\d{1,2})(?:-(\d{1,4}))?", text, re.ASCII)
    if not found or found[1] not in names:
        raise _wrong(f"{text[:40]!r} names no kernel")
    height, width = int(found[2]), int(found[3])
    if not (1 <= height <= MOST_SIDE and 1 <= width <= MOST_SIDE):
        raise _wrong(f"it is {height}×{width}, and kernels are from 1×1 to {MOST_SIDE}×{MOST_SIDE}")
    return Named(found[1], height, width, int(found[4] or 0))


def _own(size: str, numbers: list[str]) -> Kernel:
    if not SIZE.fullmatch(size):
        raise _wrong(f"{size[:40]!r} is no size")
    shape = tuple(map(int, size.split("x")))
    if len(shape) == 3 or not all(1 <= side <= MOST_SIDE for side in shape[-2:]) or 0 in shape:
        raise _wrong(f"its size {size[:40]} is not from 1×1 to {MOST_SIDE}×{MOST_SIDE}")
    if prod(shape) > MOST_VALUES:
        raise _wrong(f"it has {prod(shape):,} numbers, at most {MOST_VALUES:,} are read")
    if prod(shape) != len(numbers):
        raise _wrong(f"a size of {size} has {prod(shape):,} numbers, but {len(numbers):,} are given")
    values = [float(number) if NUMBER.fullmatch(number) else float("nan") for number in numbers]
    wrong = next((at for at, value in enumerate(values) if not (isfinite(value) and abs(value) <= LARGEST)), None)
    if wrong is not None:
        raise _wrong(f"{numbers[wrong][:20]!r} is no number from {-LARGEST:,.0f} to {LARGEST:,.0f}")
    return np.array(values, dtype=np.float32).reshape(shape)


def _wrong(reason: str) -> ConvLensError:
    return ConvLensError(f"The kernel in the link cannot be read, so the usual one is here: {reason}.")
