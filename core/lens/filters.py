"""Weights as pictures: each filter or unit as planes over what it reads; dead ones, duplicates, histograms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import ConvLensError
from core.lens.graph import INPUT, Graph, Node
from core.network.kind import Shape

Planes = Literal["channel", "colour", "map", "input", "norm"]
Array = NDArray[np.float32]

BINS = 40
FAINT = 1e-3  # of the layer's median norm: a filter below it counts as dead
ALIKE = 0.98  # cosine from which on two filters count as duplicates
FEWEST_WEIGHTS = 9  # of filters that are compared: shorter ones point the same way by chance
MOST_FILTERS = 1024  # that are compared with each other
MOST_PRODUCTS = 2_000_000_000  # of numbers that comparing them takes
MOST_PAIRS = 12


@dataclass(frozen=True)
class Bank:
    """The weights of one layer and what they read.

    node: the layer's name in the graph; path: of its module, whose parameters are `PATH.weight` and `PATH.bias`.
    kind: convolution, transposed, dense or norm. shape: of the pictures, (filters, planes, height, width).
    reads: shape of what comes in, (C, H, W) or (N,); of a dense layer the maps that were flattened for it.
    planes: what a filter's planes stand for. groups: of a convolution.
    """

    node: str
    path: str
    title: str
    kind: str
    shape: tuple[int, int, int, int]
    reads: Shape
    planes: Planes
    groups: int = 1

    @property
    def weight(self) -> str:
        return f"{self.path}.weight"

    @property
    def bias(self) -> str:
        return f"{self.path}.bias"

    @property
    def colours(self) -> bool:
        """Whether a filter is a picture in red, green and blue."""
        return self.planes == "colour"

    @property
    def unit(self) -> str:
        """What one of them is called."""
        return "unit" if self.kind == "dense" else "channel" if self.kind == "norm" else "filter"

    @property
    def size(self) -> str:
        """`32 filters, 16 channels of 3x3`."""
        count, planes, height, width = self.shape
        if self.planes == "norm":
            return f"{count} channels, gamma and beta"
        each = f"{width} inputs" if self.planes == "input" else f"{height}x{width}"
        many = f"{planes} {'maps' if self.planes == 'map' else 'channels'} of " if planes > 1 else ""
        return f"{count} {self.unit}{'' if count == 1 else 's'}, {many}{each}"

    def plane_name(self, filter: int, plane: int) -> str:
        """What plane `plane` of filter `filter` reads: `channel 3`, `red`, `map 7`."""
        if self.planes == "colour":
            return ("red", "green", "blue")[plane]
        if self.planes == "norm":
            return ("gamma", "beta")[plane]
        first = 0 if self.groups == 1 else filter // (self.shape[0] // self.groups) * self.shape[1]
        return f"{self.planes} {first + plane}"


def banks(graph: Graph) -> tuple[Bank, ...]:
    """The layers of a network that have weights, in order: convolutions, dense layers, normalisations."""
    return tuple(bank for node in graph if (bank := _bank(graph, node)) is not None)


def _bank(graph: Graph, node: Node) -> Bank | None:
    module = graph.operation(node.name)
    weight = getattr(module, "weight", None)
    if node.kind not in ("convolution", "transposed", "dense", "norm") or node.path is None or weight is None:
        return None
    source = graph.node(node.inputs[0])
    groups = int(getattr(module, "groups", 1))
    reads, planes, shape = _reading(graph, node, source, tuple(weight.shape), groups)
    return Bank(node.name, node.path, node.title, node.kind, shape, reads, planes, groups)


def _reading(
    graph: Graph, node: Node, source: Node, weight: Shape, groups: int
) -> tuple[Shape, Planes, tuple[int, int, int, int]]:
    """What the layer reads, what its planes stand for, and the pictures' shape."""
    if node.kind == "norm":
        return source.shape, "norm", (weight[0], 2, 1, 1)
    if node.kind == "dense":
        maps = _maps_of(graph, source, weight[1])
        if maps is None:
            return (weight[1],), "input", (weight[0], 1, 1, weight[1])
        colour = maps[0] == 3 and _is_input(graph, source)
        return maps, "colour" if colour else "map", (weight[0], *maps)
    filters, planes, height, width = weight
    if node.kind == "transposed":
        filters, planes = weight[1] * groups, weight[0] // groups
    colour = planes == 3 and groups == 1 and _is_input(graph, source)
    return source.shape, "colour" if colour else "channel", (filters, planes, height, width)


def _maps_of(graph: Graph, source: Node, inputs: int) -> tuple[int, int, int] | None:
    """The maps (C, H, W) that lie in a dense layer's row; None where it reads single numbers."""
    while (
        len(source.shape) == 1
        and source.inputs
        and source.kind in ("flatten", "dropout", "activation", "norm", "other")
    ):
        source = graph.node(source.inputs[0])
    if len(source.shape) != 3 or prod(source.shape) != inputs or prod(source.shape[1:]) == 1:
        return None
    channels, height, width = source.shape
    return channels, height, width


def _is_input(graph: Graph, node: Node) -> bool:
    """Whether nothing but a change of shape or size lies between the input and here."""
    while node.name != INPUT and node.kind in ("flatten", "dropout", "pad") and node.inputs:
        node = graph.node(node.inputs[0])
    return node.name == INPUT


def pictures(bank: Bank, weights: Mapping[str, NDArray[np.generic]]) -> Array:
    """The layer's weights as float32 (filters, planes, height, width).

    A convolution's filter has a plane for each channel that it reads; a transposed one paints such planes, so filter f
    collects what goes into output channel f. A dense unit over maps has a plane for each map, over single numbers
    one row. A normalisation's channel has its gamma and its beta. Raises ConvLensError where the layer's weights are
    not among `weights` (by name), or have another shape.
    """
    found = weights.get(bank.weight)
    if found is None:
        raise ConvLensError(f"The weights of {bank.title} are not recorded at this epoch.")
    values = np.asarray(found, np.float32)
    if bank.kind == "norm":
        beta = np.asarray(weights.get(bank.bias, np.zeros_like(values)), np.float32)
        values = np.stack([values, beta], axis=1)
    elif bank.kind == "transposed" and values.ndim == 4:
        inputs, outputs = values.shape[:2]
        split = values.reshape(bank.groups, inputs // bank.groups, outputs, *values.shape[2:])
        values = split.swapaxes(1, 2)
    if values.size != prod(bank.shape):
        given, wanted = ("x".join(map(str, shape)) for shape in (values.shape, bank.shape))
        raise ConvLensError(f"The weights of {bank.title} are {given}, not {wanted}: they are of another network.")
    return np.ascontiguousarray(values.reshape(bank.shape))


def norms(filters: NDArray[np.floating]) -> Array:
    """The Euclidean length of each filter (F, ...): (F,) float32."""
    return np.asarray(np.linalg.norm(filters.reshape(len(filters), -1).astype(np.float64), axis=1), np.float32)


def dead(lengths: NDArray[np.floating]) -> list[int]:
    """Filters whose norm is zero, below a thousandth of the layer's median, or no number."""
    finite = lengths[np.isfinite(lengths)]
    least = FAINT * float(np.median(finite)) if len(finite) else 0.0
    return [int(index) for index in np.flatnonzero(~(lengths > least))]


def silent(values: NDArray[np.floating]) -> list[int]:
    """Channels of an activation, (N, F) or (N, F, H, W), that are never above zero for any sample at any place."""
    flat = values.reshape(*values.shape[:2], -1)
    return [int(index) for index in np.flatnonzero(~(flat > 0).any(axis=(0, 2)))]


@dataclass(frozen=True)
class Pair:
    """Two filters that point the same way. cosine: of the angle between them, up to 1."""

    first: int
    second: int
    cosine: float


def comparable(bank: Bank) -> bool:
    """Whether the layer's filters are long enough and few enough to look for duplicates among them."""
    count, weights = bank.shape[0], prod(bank.shape[1:])
    few = count <= MOST_FILTERS and count * count * weights <= MOST_PRODUCTS
    return bank.kind != "norm" and weights >= FEWEST_WEIGHTS and count > 1 and few


def alike(filters: NDArray[np.floating], least: float = ALIKE, most: int = MOST_PAIRS) -> list[Pair]:
    """The pairs of filters (F, ...) whose cosine is at least `least`, the closest first; dead ones are left out."""
    lengths = norms(filters)
    alive = np.setdiff1d(np.arange(len(filters)), dead(lengths))
    rows = filters.reshape(len(filters), -1)[alive] / lengths[alive, None]
    cosines = rows @ rows.T
    first, second = np.triu_indices(len(alive), 1)
    found = cosines[first, second]
    order = np.argsort(-found, kind="stable")[:most]
    return [
        Pair(int(alive[first[at]]), int(alive[second[at]]), min(1.0, float(found[at])))
        for at in order
        if found[at] >= least
    ]


def limit_of(values: NDArray[np.floating]) -> float:
    """The largest finite absolute value; 1 where all are zero."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def histogram(values: NDArray[np.floating], limit: float, bins: int = BINS) -> Array:
    """How many values lie in each of `bins` equal bins from -limit to limit; those beyond count in the outermost."""
    finite = values[np.isfinite(values)]
    counts, _ = np.histogram(np.clip(finite, -limit, limit), bins=bins, range=(-limit, limit))
    return counts.astype(np.float32)


def shown_node(graph: Graph, name: str) -> str:
    """The node whose maps tell what a layer's filters answer: the activation that follows, else the layer itself.

    Normalisation, pooling and dropout may lie between.
    """
    at = name
    while True:
        readers = [node for node in graph if at in node.inputs]
        if len(readers) != 1 or readers[0].kind not in ("activation", "norm", "pool", "dropout"):
            return name
        reader: Node = readers[0]
        at = reader.name
        if reader.kind == "activation":
            return at
