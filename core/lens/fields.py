"""Receptive fields: which cells of every earlier layer a cell can see."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.lens.graph import Graph, Node
from core.lens.windows import OUTSIDE, Windowed, span_and_stride, taps
from core.network.kind import Shape


class Box(NamedTuple):
    """Cells of a map from (top, left) to before (bottom, right); of a vector, which counts as one row."""

    top: int
    left: int
    bottom: int
    right: int


class FieldSize(NamedTuple):
    """height, width: pixels of the input that a cell far from the border sees; jump: pixels of the input from one cell
    to the next, (down, right)."""

    height: int
    width: int
    jump: tuple[float, float]


@dataclass(frozen=True)
class Seen:
    """Which rows and columns of a node are seen, and which of its channels: None for all of them."""

    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]
    channel: int | None = None

    def __or__(self, other: Seen) -> Seen:
        channel = self.channel if self.channel == other.channel else None
        return Seen(self.rows | other.rows, self.columns | other.columns, channel)

    def __bool__(self) -> bool:
        return bool(self.rows.any() and self.columns.any())

    @property
    def box(self) -> Box:
        rows, columns = np.flatnonzero(self.rows), np.flatnonzero(self.columns)
        return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def receptive_field(
    graph: Graph, name: str, cell: tuple[int, int] | None = None, channel: int | None = None
) -> dict[str, Box]:
    """The smallest box around all that a cell (row, column) of a node sees of each earlier node, and of itself.

    cell None: all cells. channel: of the cell, or the index in a vector; it tells which branch a cell of maps put
    together comes from, and which cell an element of a flattened vector is; None: any. Boxes are clipped to the maps;
    a node of which nothing is seen (another branch, a window on zeros alone) has none.
    Raises `ConvLensError` for an unknown node.
    """
    return {node: seen.box for node, seen in what_it_sees(graph, name, cell, channel).items()}


def what_it_sees(
    graph: Graph, name: str, cell: tuple[int, int] | None = None, channel: int | None = None
) -> dict[str, Seen]:
    """The same with every row and column, and the map where it is one alone."""
    seen = {name: _start(graph.node(name), cell, channel)}
    for node in reversed(graph.before(name)):
        here = seen.get(node.name)
        if here is None:
            continue
        for read, there in _reads(graph, node, here):
            if there:
                seen[read] = seen[read] | there if read in seen else there
    return {node.name: seen[node.name] for node in graph if node.name in seen}


def _sides(shape: Shape) -> tuple[int, int]:
    """Rows and columns; a vector is one row."""
    return (shape[1], shape[2]) if len(shape) == 3 else (1, shape[-1])


def _start(node: Node, cell: tuple[int, int] | None, channel: int | None) -> Seen:
    height, width = _sides(node.shape)
    if len(node.shape) != 3:
        units = np.ones(width, bool) if channel is None else np.arange(width) == channel
        return Seen(np.ones(1, bool), units, channel)
    if cell is None:
        return Seen(np.ones(height, bool), np.ones(width, bool), channel)
    return Seen(np.arange(height) == cell[0], np.arange(width) == cell[1], channel)


def _all(shape: Shape) -> Seen:
    height, width = _sides(shape)
    return Seen(np.ones(height, bool), np.ones(width, bool))


def _reads(graph: Graph, node: Node, here: Seen) -> list[tuple[str, Seen]]:
    """What a node reads to make the cells that are seen of it."""
    shapes = {read: graph.node(read).shape for read in node.inputs}
    if node.kind == "concat":
        return _branch(node, shapes, here)
    operation = graph.operation(node.name)
    if node.kind == "flatten":
        return [(read, _unflattened(shape, here)) for read, shape in shapes.items()]
    if isinstance(operation, Windowed):
        channel = None if node.kind in ("convolution", "transposed") else here.channel
        return [(read, _through(operation, shape, node.shape, here, channel)) for read, shape in shapes.items()]
    mixes = isinstance(operation, nn.Softmax | nn.LogSoftmax)
    if (
        node.kind == "dense"
        or (mixes and len(node.shape) == 1)
        or any(_sides(shape) != _sides(node.shape) for shape in shapes.values())
    ):
        return [(read, _all(shape)) for read, shape in shapes.items()]
    kept = Seen(here.rows, here.columns) if mixes or node.kind == "other" else here
    return [(read, kept) for read in node.inputs]


def _branch(node: Node, shapes: dict[str, Shape], here: Seen) -> list[tuple[str, Seen]]:
    """Maps put together: those of the seen channel, or all."""
    found, start = [], 0
    for read, shape in shapes.items():
        if here.channel is None:
            found.append((read, here))
        elif start <= here.channel < start + shape[0]:
            found.append((read, Seen(here.rows, here.columns, here.channel - start)))
        start += shape[0]
    return found


def _unflattened(shape: Shape, here: Seen) -> Seen:
    channels, rows, columns = (shape[0], *_sides(shape)) if len(shape) == 3 else (1, *_sides(shape))
    seen = here.columns.reshape(channels, rows, columns)
    only = int(np.flatnonzero(here.columns)[0]) // (rows * columns) if here.columns.sum() == 1 else None
    return Seen(np.any(seen, axis=(0, 2)), np.any(seen, axis=(0, 1)), only)


def _through(operation: Windowed, shape: Shape, out: Shape, here: Seen, channel: int | None) -> Seen:
    """The same of a window's input, axis by axis."""
    found = []
    for axis, (seen, size) in enumerate(zip((here.rows, here.columns), _sides(shape), strict=True)):
        read = taps(operation, axis, size, len(seen))[seen]
        mask = np.zeros(size, bool)
        mask[read[read != OUTSIDE]] = True
        found.append(mask)
    return Seen(found[0], found[1], channel)


def field_size(graph: Graph, name: str) -> FieldSize:
    """How many pixels of the input a cell of a node sees where no border cuts it, and how far apart neighbours look.

    It can be larger than the input. Of several branches the largest. What reads a whole map (dense, flatten) sees the
    whole input. Formula: size += (span - 1) * jump, jump *= stride, from the input on (Dumoulin and Visin, 2016).
    Raises `ConvLensError` for an unknown node.
    """
    nodes = graph.before(name)
    whole = tuple((float(side), float(side)) for side in _sides(nodes[0].shape))
    fields: dict[str, tuple[tuple[float, float], ...]] = {nodes[0].name: ((1.0, 1.0), (1.0, 1.0))}
    for node in nodes[1:]:
        below = [fields[read] for read in node.inputs]
        grown = tuple((max(field[axis][0] for field in below), below[0][axis][1]) for axis in (0, 1))
        operation = graph.operation(node.name)
        if isinstance(operation, Windowed):
            fields[node.name] = _grown(operation, graph.node(node.inputs[0]).shape, node.shape, grown)
        else:
            fields[node.name] = grown if len(node.shape) == 3 else whole
    (height, down), (width, right) = fields[name]
    return FieldSize(ceil(height), ceil(width), (down, right))


def _grown(
    operation: Windowed, shape: Shape, out: Shape, below: tuple[tuple[float, float], ...]
) -> tuple[tuple[float, float], ...]:
    found = []
    for axis, ((size, jump), cells, places) in enumerate(zip(below, _sides(shape), _sides(out), strict=True)):
        span, stride = span_and_stride(operation, axis, cells, places)
        found.append((size + (span - 1) * jump, jump * stride))
    return tuple(found)
