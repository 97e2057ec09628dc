"""Where a number came from: the steps that made one cell of a network, with all that they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import ConvLensError
from core.lens.capture import Lens
from core.lens.fields import Box, Seen, what_it_sees
from core.lens.graph import Graph
from core.lens.operations import step
from core.lens.sources import below, source_of
from core.lens.steps import Cell, Step


@dataclass(frozen=True, eq=False)
class Lineage:
    """One cell and what made it.

    steps: the one that gathers (a sum over a patch, a pooling, ...) first, then what only changes its value
    (normalisation, activation, ...), the cell's own last. sees: what it sees of each earlier node, and of its own.
    """

    cell: Cell
    steps: tuple[Step, ...]
    sees: dict[str, Seen]

    @property
    def fields(self) -> dict[str, Box]:
        """The boxes around what it sees, as `receptive_field` gives them."""
        return {name: seen.box for name, seen in self.sees.items()}

    @property
    def value(self) -> float:
        """The network's own."""
        return self.steps[-1].value

    @property
    def equal(self) -> bool:
        """Whether each step's pieces make the network's own value, as far as float32 can tell."""
        return all(each.equal for each in self.steps)

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of the nodes that the first step reads, none at the input."""
        return tuple(window.node for window in self.steps[0].reads)


def chain(graph: Graph, cell: Cell) -> tuple[Cell, ...]:
    """The cell of the gathering step, then those of the element-wise ones after it, the asked cell last.

    Raises `ConvLensError` where there is no such cell.
    """
    node = graph.node(cell.node)
    sides = (cell.channel, cell.row, cell.column)
    if len(node.shape) not in (1, 3) or any(
        not 0 <= place < size for place, size in zip(sides, (*node.shape, 1, 1), strict=False)
    ):
        shape = "x".join(map(str, node.shape))
        raise ConvLensError(f"{node.title} has no cell {sides}: its shape is {shape}, and counting starts at 0")
    found = [cell]
    while (under := below(graph, found[-1])) is not None:
        found.append(under)
    return tuple(reversed(found))


def needed(graph: Graph, cell: Cell) -> tuple[str, ...]:
    """Names of the nodes whose maps `lineage` reads. Raises `ConvLensError` where there is no such cell."""
    cells = chain(graph, cell)
    first = graph.node(cells[0].node)
    names = [each.node for each in cells] + [source_of(graph, name).node.name for name in first.inputs]
    return tuple(dict.fromkeys(names))


def lineage(lens: Lens, maps: Mapping[str, Tensor], cell: Cell) -> Lineage:
    """Where the cell's value came from, for the first sample of `maps` (of at least the nodes that `needed` names).

    Raises `ConvLensError` where there is no such cell.
    """
    cells = chain(lens.graph, cell)
    node = lens.graph.node(cell.node)
    place = (cell.row, cell.column) if len(node.shape) == 3 else None
    with torch.no_grad():
        steps = tuple(step(lens, maps, each) for each in cells)
    return Lineage(cell, steps, what_it_sees(lens.graph, cell.node, place, cell.channel))


__all__ = ["Cell", "Lineage", "Step", "chain", "lineage", "needed"]
