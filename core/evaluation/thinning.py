"""Curves of many points, drawn by few: what is left out would not be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 2000
_COLUMNS = 1200  # more than an axis has pixels
_VISIBLE = 1e-3  # of an axis
_DENSE = 100_000  # points

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Numbers = NDArray[np.int64] | NDArray[np.float64]


def along_stairs(right: Numbers, up: Numbers) -> Indices:
    """Which points of a curve to draw that only rises, from 0 to its largest on both axes, at most `MAX_POINTS`.

    right, up: (P,) rising. Every corner where they are few, else points spread evenly along the way: what is left
    out lies no further than 1/1000 of an axis from what is kept.
    """
    kept = np.arange(len(right))
    if len(right) < _DENSE:  # else the corners are as dense as the points
        turns = np.diff(right)[:-1] * np.diff(up)[1:] != np.diff(right)[1:] * np.diff(up)[:-1]
        kept = np.unique(np.concatenate([[0], np.flatnonzero(turns) + 1, [len(right) - 1]]))
        right, up = right[kept], up[kept]
    if len(kept) <= MAX_POINTS:
        return kept
    along = right / right[-1]
    along += up / up[-1]
    nearest = np.searchsorted(along, np.linspace(0.0, 2.0, MAX_POINTS))
    return np.asarray(kept[np.unique(np.minimum(nearest, len(kept) - 1))], dtype=np.int64)


def along_columns(x: Floats, y: Floats) -> Indices:
    """Which points of a curve to draw whose y goes up and down, at most `MAX_POINTS`.

    x: (P,) rising within 0..1; y: (P,) within 0..1. Of every column of pixels the first point, and the lowest and the
    highest where they stand out (Jugel et al., M4: a visualization-oriented time series data aggregation, 2014).
    """
    if len(x) <= MAX_POINTS:
        return np.arange(len(x))
    columns = _COLUMNS
    kept = _by_columns(x, y, columns)
    while len(kept) > MAX_POINTS:
        columns = columns * 3 // 4
        kept = _by_columns(x, y, columns)
    return kept


def _by_columns(x: Floats, y: Floats, columns: int) -> Indices:
    column = np.minimum((x * columns).astype(np.int64), columns - 1)
    starts = np.append(0, np.flatnonzero(np.diff(column)) + 1)
    after = np.append(starts[1:], len(x) - 1)  # where the next column begins
    low, high = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    first, last = y[starts], y[after]
    ends_low, ends_high = np.minimum(first, last), np.maximum(first, last)
    kept: list[Indices] = [starts, np.array([len(x) - 1])]
    for extreme, stands_out in ((low, low < ends_low - _VISIBLE), (high, high > ends_high + _VISIBLE)):
        is_extreme = y == np.repeat(extreme, np.diff(np.append(starts, len(x))))
        at = np.flatnonzero(is_extreme)
        one_each = at[np.append(True, np.diff(np.searchsorted(starts, at, side="right")) > 0)]
        kept.append(one_each[stands_out])
    return np.asarray(np.unique(np.concatenate(kept)), dtype=np.int64)
