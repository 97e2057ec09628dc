"""Through what changes no number: from the node that is read to the one whose map the numbers stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from torch import Tensor, nn

from core.lens.graph import Graph, Node
from core.lens.steps import Cell
from core.lens.windows import OUTSIDE, Indices, taps


class Source(NamedTuple):
    """node: that the numbers of a window come from; axes: its rows, its columns from those of the node that is read."""

    node: Node
    axes: tuple[Callable[[Indices], Indices], Callable[[Indices], Indices]]


def source_of(graph: Graph, name: str) -> Source:
    """Through what changes no number: dropout, zeros around, flatten."""
    node = graph.node(name)
    found: list[list[Indices]] = [[], []]
    while node.kind in ("dropout", "pad", "flatten") and node.inputs:
        below, operation = graph.node(node.inputs[0]), graph.operation(node.name)
        if isinstance(operation, nn.ZeroPad2d):
            for axis in (0, 1):
                found[axis].append(taps(operation, axis, below.shape[axis + 1], node.shape[axis + 1])[:, 0])
        node = below
    return Source(node, (lambda at: _followed(found[0], at), lambda at: _followed(found[1], at)))


def _followed(maps: list[Indices], at: Indices) -> Indices:
    for each in maps:
        at = np.where(at == OUTSIDE, OUTSIDE, each[at])
    return at


def below(graph: Graph, cell: Cell) -> Cell | None:
    """The one cell that an element-wise step, or one that only moves numbers, reads; None for steps that gather."""
    node = graph.node(cell.node)
    if not node.inputs:
        return None
    under, operation = graph.node(node.inputs[0]), graph.operation(node.name)
    if node.kind == "concat":
        return _of_branch(graph, node, cell)
    if node.kind == "flatten" and len(under.shape) == 3:
        channel, rest = divmod(cell.channel, under.shape[1] * under.shape[2])
        return Cell(under.name, channel, *divmod(rest, under.shape[2]))
    if isinstance(operation, nn.ZeroPad2d):
        at = [
            int(taps(operation, axis, under.shape[axis + 1], node.shape[axis + 1])[place, 0])
            for axis, place in enumerate((cell.row, cell.column))
        ]
        return None if OUTSIDE in at else Cell(under.name, cell.channel, *at)
    pointwise = node.kind in ("norm", "dropout", "flatten") or (
        node.kind == "activation" and not isinstance(operation, nn.Softmax | nn.LogSoftmax)
    )
    return cell._replace(node=under.name) if pointwise else None


def _of_branch(graph: Graph, node: Node, cell: Cell) -> Cell | None:
    start = 0
    for name in node.inputs:
        channels = graph.node(name).shape[0]
        if cell.channel < start + channels:
            return cell._replace(node=name, channel=cell.channel - start)
        start += channels
    return None


def at(maps: Mapping[str, Tensor], cell: Cell) -> float:
    """The network's own value of a cell."""
    values = maps[cell.node][0]
    return float(values[cell.channel, cell.row, cell.column] if values.ndim == 3 else values[cell.channel])
