"""What a chain of convolutions and poolings does to size and receptive field, along one axis; NumPy alone.

Every map is square and every step the same along both axes, so that one axis tells both. Formulas: A. Araujo,
W. Norris, J. Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from core.errors import SignalError
from core.values import Value

MOST_STEPS = 8
MOST_SIDE = 64
MOST_SIZE = 11
MOST_PADDING = 8
Kind = Literal["convolution", "pooling"]
WORD = re.compile(r"([cp])(\d{1,2})(?:s(\d{1,2}))?(?:p(\d))?", re.ASCII)


class Step(Value):
    """One convolution or pooling: window of size x size cells, stride and padding in cells of the map before it."""

    kind: Kind = "convolution"
    size: Annotated[int, Field(ge=1, le=MOST_SIZE)] = 3
    stride: Annotated[int, Field(ge=1, le=MOST_SIZE)] = 1
    padding: Annotated[int, Field(ge=0, le=MOST_PADDING)] = 0

    @property
    def label(self) -> str:
        """`5×5 convolution, stride 2`."""
        stride = f", stride {self.stride}" if self.stride != (self.size if self.kind == "pooling" else 1) else ""
        return f"{self.size}×{self.size} {self.kind}{stride}{f', padding {self.padding}' if self.padding else ''}"


@dataclass(frozen=True)
class Row:
    """What is known after some of the steps.

    step: the last of them, None for the input itself. size: cells of the map along one axis.
    jump: input pixels from one cell of the map to the next. field: input pixels along one axis that a cell depends on.
    first: input pixel where the field of cell 0 begins, negative within the padding.
    """

    step: Step | None
    size: int
    jump: int = 1
    field: int = 1
    first: int = 0


LECTURE = (Step(size=5), Step(size=5), Step(kind="pooling", size=2, stride=2))  # 28 -> 24 -> 20 -> 10


def trace(side: int, steps: Sequence[Step]) -> tuple[Row, ...]:
    """Row 0 is the input of `side` pixels, row i is after step i. Raises SignalError at the step that does not fit."""
    rows = [Row(None, side)]
    for number, step in enumerate(steps, start=1):
        rows.append(_after(rows[-1], step, number))
    return tuple(rows)


def _after(row: Row, step: Step, number: int) -> Row:
    if step.kind == "pooling" and step.padding > step.size // 2:
        raise SignalError(
            f"Step {number}, {step.label}: a pooling's padding is at most half of its size: "
            f"lower it to {step.size // 2}."
        )
    room = row.size + 2 * step.padding - step.size
    if room < 0:
        around = f" with {step.padding} around it" if step.padding else ""
        raise SignalError(
            f"Step {number}, {step.label}: its window does not fit the {row.size}×{row.size} map{around} that is left "
            f"before it: lower its size to {row.size + 2 * step.padding}, or take a larger input."
        )
    return Row(
        step,
        size=room // step.stride + 1,
        jump=row.jump * step.stride,
        field=row.field + (step.size - 1) * row.jump,
        first=row.first - step.padding * row.jump,
    )


def window(row: Row, cell: int) -> tuple[int, int]:
    """First and last input pixel, both within, that cell `cell` after `row` depends on; beyond the input is padding."""
    start = row.first + cell * row.jump
    return start, start + row.field - 1


def paths(side: int, steps: Sequence[Step]) -> tuple[NDArray[np.float64], ...]:
    """After each row of `trace`, (size, side): along how many ways each input pixel reaches each cell, along one axis.

    The product over both axes is the gradient of a cell with all weights 1 and sums for poolings. Inputs that no window
    reads have 0. Raises SignalError as `trace` does.
    """
    rows = trace(side, steps)
    found = [np.eye(side)]
    for row in rows[1:]:
        assert row.step is not None
        size, stride, padding = row.step.size, row.step.stride, row.step.padding
        padded = np.pad(found[-1], ((padding, padding), (0, 0)))
        found.append(np.stack([padded[at : at + size].sum(0) for at in range(0, row.size * stride, stride)]))
    return tuple(found)


def formulas(rows: Sequence[Row]) -> tuple[tuple[str, str, str], ...]:
    """For each row after the input: size, jump and receptive field with the numbers put in."""
    found = []
    for before, row in pairwise(rows):
        step = row.step
        assert step is not None
        around = f" + 2·{step.padding}" if step.padding else ""
        size = f"{before.size}{around} − {step.size}"
        size = f"⌊({size}) / {step.stride}⌋ + 1" if step.stride > 1 else f"{size} + 1"
        found.append(
            (
                f"{size} = {row.size}",
                f"{before.jump}·{step.stride} = {row.jump}",
                f"{before.field} + ({step.size} − 1)·{before.jump} = {row.field}",
            )
        )
    return tuple(found)


def encode(steps: Sequence[Step]) -> str:
    """`c5-c5-p2`, with `s2` and `p1` where stride or padding are not the usual ones."""
    words = []
    for step in steps:
        usual = step.size if step.kind == "pooling" else 1
        stride = f"s{step.stride}" if step.stride != usual else ""
        words.append(f"{step.kind[0]}{step.size}{stride}{f'p{step.padding}' if step.padding else ''}")
    return "-".join(words)


def decode(text: str) -> tuple[Step, ...]:
    """What `encode` made; raises SignalError for anything else."""
    words = text.split("-") if text else []
    if len(words) > MOST_STEPS:
        raise SignalError(f"The chain in the link has {len(words)} steps; at most {MOST_STEPS} are read.")
    return tuple(_step(word) for word in words)


def _step(word: str) -> Step:
    found = WORD.fullmatch(word)
    if found:
        size = int(found[2])
        stride, padding = int(found[3] or (size if found[1] == "p" else 1)), int(found[4] or 0)
        if 1 <= size <= MOST_SIZE and 1 <= stride <= MOST_SIZE and padding <= MOST_PADDING:
            kind: Kind = "pooling" if found[1] == "p" else "convolution"
            return Step(kind=kind, size=size, stride=stride, padding=padding)
    raise SignalError(
        f"The chain in the link reads {word[:20]!r}, which is no step: c5 is a 5×5 convolution, p2 a 2×2 pooling, "
        f"c3s2p1 has stride 2 and padding 1; sizes and strides are 1 to {MOST_SIZE}, paddings 0 to {MOST_PADDING}."
    )
