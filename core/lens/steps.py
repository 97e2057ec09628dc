"""One cell of a network, and what a step that makes it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.lens.windows import OUTSIDE, Indices

Floats = NDArray[np.float32]
StepKind = Literal["input", "sum", "max", "average", "add", "softmax", "norm", "function", "same", "other"]
TOLERANCE = 1e-5  # of the sum of all absolute pieces: what float32 may lose on the way


class Cell(NamedTuple):
    """A cell of a node: the map's number, row and column, from 0; of a vector the element, row and column 0."""

    node: str
    channel: int
    row: int = 0
    column: int = 0


@dataclass(frozen=True, eq=False)
class Window:
    """What a step reads of one node.

    channels: (P,) of its maps; rows (h,), columns (w,): places in them, -1 for zeros around (values 0).
    values: (P, h, w). weights: the same shape, None where nothing is weighted.
    """

    node: str
    channels: Indices
    rows: Indices
    columns: Indices
    values: Floats
    weights: Floats | None = None

    @property
    def products(self) -> NDArray[np.float64]:
        """(P, h, w), exact products of the float32 numbers; the values themselves where nothing is weighted."""
        values = self.values.astype(np.float64)
        return values if self.weights is None else values * self.weights

    @property
    def sums(self) -> NDArray[np.float64]:
        """(P,): what each map adds."""
        return np.asarray(self.products.sum(axis=(1, 2)))

    def cell(self, part: int, row: int, column: int) -> Cell | None:
        """The cell that an entry was read from; None for a zero around the map."""
        at = int(self.rows[row]), int(self.columns[column])
        return None if OUTSIDE in at else Cell(self.node, int(self.channels[part]), *at)


@dataclass(frozen=True, eq=False)
class Step:
    """One operation on the way to a cell.

    value: the network's own; result: what the pieces here give, in float64; scale: their absolute sum.
    reads: windows of a step that gathers (sum, max, average, add, softmax), else empty. bias: of a sum.
    divisor: of an average. winner: index (row, column) of the largest value in a max's window.
    words: name of a function. numbers: of a norm, mean, deviation, factor and shift:
    (x - mean) / deviation * factor + shift.
    """

    cell: Cell
    title: str
    kind: StepKind
    value: float
    result: float
    scale: float = 0.0
    reads: tuple[Window, ...] = ()
    bias: float = 0.0
    divisor: int = 1
    winner: tuple[int, int] | None = None
    words: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether the pieces make the network's own value, as far as float32 can tell."""
        if not isfinite(self.value) or not isfinite(self.result):
            return bool(np.array_equal(self.value, self.result, equal_nan=True))
        return abs(self.result - self.value) <= TOLERANCE * max(self.scale, abs(self.value)) + 1e-12
