"""The arithmetic that makes one cell, with the numbers put in, as one step of its lineage."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from core.lens.capture import Lens
from core.lens.graph import Graph, Node
from core.lens.sources import at, below, source_of
from core.lens.steps import Cell, Floats, Step, Window
from core.lens.windows import OUTSIDE, Indices, Windowed, taps


def step(lens: Lens, maps: Mapping[str, Tensor], cell: Cell) -> Step:
    """The operation that makes a cell. maps: of the node and of what `lineage.needed` names, the first sample's."""
    node, operation = lens.graph.node(cell.node), lens.weights(cell.node)
    value = at(maps, cell)
    if node.kind == "input":
        return Step(cell, node.title, "input", value, value, abs(value))
    if isinstance(operation, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        return _sum(lens.graph, maps, cell, value, operation)
    if node.kind == "pool" and isinstance(operation, Windowed):
        return _pool(lens.graph, maps, cell, value, operation)
    if node.kind == "add":
        return _add(lens.graph, maps, cell, value)
    if isinstance(operation, nn.Softmax):
        return _softmax(lens.graph, maps, cell, value)
    if isinstance(operation, nn.BatchNorm1d | nn.BatchNorm2d) and operation.running_mean is not None:
        return _norm(lens.graph, maps, cell, value, operation)
    source = below(lens.graph, cell)
    if source is None:
        zero = isinstance(operation, nn.ZeroPad2d)
        return Step(cell, node.title, "same" if zero else "other", value, 0.0 if zero else value)
    before = at(maps, source)
    if node.kind != "activation" or operation is None:
        return Step(cell, node.title, "same", value, before, abs(before))
    result = float(operation(torch.tensor([[before]], dtype=torch.float64)))
    return Step(cell, node.title, "function", value, result, abs(before), words=function_words(operation))


def function_words(operation: nn.Module) -> str:
    """`relu`, `leaky relu`, `sigmoid`."""
    words = {"LeakyReLU": "leaky relu"}
    return words.get(type(operation).__name__, type(operation).__name__.lower())


def _numbers(values: Tensor) -> Floats:
    found: Floats = values.detach().float().cpu().numpy()
    return found


def _read(
    graph: Graph, maps: Mapping[str, Tensor], name: str, channels: Indices, rows: Indices, columns: Indices
) -> Window:
    """A window on the maps that a node reads from `name`, at these places of `name`."""
    source = source_of(graph, name)
    rows, columns = source.axes[0](rows), source.axes[1](columns)
    whole = maps[source.node.name][0][torch.from_numpy(channels)]
    values = np.where(
        (rows == OUTSIDE)[:, None] | (columns == OUTSIDE), np.float32(0), _numbers(whole)[:, rows[:, None], columns]
    )
    return Window(source.node.name, channels, rows, columns, values)


def _sum(
    graph: Graph,
    maps: Mapping[str, Tensor],
    cell: Cell,
    value: float,
    operation: nn.Conv2d | nn.ConvTranspose2d | nn.Linear,
) -> Step:
    node = graph.node(cell.node)
    bias = 0.0 if operation.bias is None else float(operation.bias[cell.channel])
    if isinstance(operation, nn.Linear):
        window = _dense(graph, maps, node.inputs[0], operation.weight[cell.channel])
    else:
        window = _convolved(graph, maps, cell, operation)
    products = window.products
    scale = float(np.abs(products).sum()) + abs(bias)
    return Step(cell, node.title, "sum", value, float(products.sum()) + bias, scale, (window,), bias)


def _convolved(
    graph: Graph, maps: Mapping[str, Tensor], cell: Cell, operation: nn.Conv2d | nn.ConvTranspose2d
) -> Window:
    node = graph.node(cell.node)
    under = graph.node(node.inputs[0])
    filters, channels = operation.out_channels // operation.groups, operation.in_channels // operation.groups
    group = cell.channel // filters
    read = np.arange(group * channels, (group + 1) * channels)
    places = [
        taps(operation, axis, under.shape[axis + 1], node.shape[axis + 1])[place]
        for axis, place in enumerate((cell.row, cell.column))
    ]
    if isinstance(operation, nn.ConvTranspose2d):
        weights = _numbers(operation.weight[torch.from_numpy(read), cell.channel % filters])
        hit = [np.flatnonzero(place != OUTSIDE) for place in places]  # other taps fall between the inputs
        weights = weights[:, hit[0][:, None], hit[1]]
        places = [place[kept] for place, kept in zip(places, hit, strict=True)]
    else:
        weights = _numbers(operation.weight[cell.channel])
    window = _read(graph, maps, under.name, read, places[0], places[1])
    return Window(window.node, read, window.rows, window.columns, window.values, weights)


def _dense(graph: Graph, maps: Mapping[str, Tensor], name: str, weights: Tensor) -> Window:
    """All inputs, grouped by the map that they are cells of."""
    source = source_of(graph, name).node
    shape = source.shape if len(source.shape) == 3 else (*source.shape, 1, 1)
    values = _numbers(maps[source.name][0]).reshape(shape)
    channels, rows, columns = (np.arange(size) for size in shape)
    return Window(source.name, channels, rows, columns, values, _numbers(weights).reshape(shape))


def _pool(graph: Graph, maps: Mapping[str, Tensor], cell: Cell, value: float, operation: Windowed) -> Step:
    node = graph.node(cell.node)
    under = graph.node(node.inputs[0])
    channel = np.array([cell.channel])
    places = [
        taps(operation, axis, under.shape[axis + 1], node.shape[axis + 1])[place]
        for axis, place in enumerate((cell.row, cell.column))
    ]
    divisor = 1
    if isinstance(operation, nn.AvgPool2d) and operation.count_include_pad:
        divisor = operation.divisor_override or _cells(operation, cell, under)
    inside = [place[place != OUTSIDE] for place in places]
    window = _read(graph, maps, under.name, channel, inside[0], inside[1])
    if isinstance(operation, nn.MaxPool2d | nn.AdaptiveMaxPool2d):
        row, column = np.unravel_index(int(window.values[0].argmax()), window.values[0].shape)
        largest = float(window.values[0, row, column])
        return Step(cell, node.title, "max", value, largest, abs(largest), (window,), winner=(int(row), int(column)))
    if not (isinstance(operation, nn.AvgPool2d) and operation.count_include_pad):
        divisor = window.values.size
    total = float(window.products.sum())
    scale = float(np.abs(window.values).sum()) / divisor
    return Step(cell, node.title, "average", value, total / divisor, scale, (window,), divisor=divisor)


def _cells(operation: nn.AvgPool2d, cell: Cell, under: Node) -> int:
    """Cells of an average's window, zeros around included, but not what lies beyond them."""
    counts = 1
    for axis, place in enumerate((cell.row, cell.column)):
        size, stride, padding = (
            setting if isinstance(setting, int) else setting[axis]
            for setting in (operation.kernel_size, operation.stride, operation.padding)
        )
        start = place * stride - padding
        counts *= min(start + size, under.shape[axis + 1] + padding) - start
    return counts


def _add(graph: Graph, maps: Mapping[str, Tensor], cell: Cell, value: float) -> Step:
    node = graph.node(cell.node)
    here = np.array([cell.row]), np.array([cell.column])
    reads = []
    for name in node.inputs:
        source = source_of(graph, name).node
        one = np.full((1, 1, 1), at(maps, cell._replace(node=source.name)), np.float32)
        reads.append(Window(source.name, np.array([cell.channel]), *here, one))
    pieces = [float(window.values[0, 0, 0]) for window in reads]
    return Step(cell, node.title, "add", value, sum(pieces), sum(map(abs, pieces)), tuple(reads))


def _softmax(graph: Graph, maps: Mapping[str, Tensor], cell: Cell, value: float) -> Step:
    node = graph.node(cell.node)
    source = source_of(graph, node.inputs[0]).node
    values = _numbers(maps[source.name][0])
    values = values[:, cell.row, cell.column] if values.ndim == 3 else values
    powers = np.exp(values.astype(np.float64) - float(values.max()))
    window = Window(
        source.name, np.arange(len(values)), np.array([cell.row]), np.array([cell.column]), values[:, None, None]
    )
    return Step(cell, node.title, "softmax", value, float(powers[cell.channel] / powers.sum()), 1.0, (window,))


def _norm(
    graph: Graph, maps: Mapping[str, Tensor], cell: Cell, value: float, operation: nn.BatchNorm1d | nn.BatchNorm2d
) -> Step:
    before = at(maps, cell._replace(node=graph.node(cell.node).inputs[0]))
    mean, variance = (
        float(statistic[cell.channel]) if statistic is not None else standard
        for statistic, standard in ((operation.running_mean, 0.0), (operation.running_var, 1.0))
    )
    factor = 1.0 if operation.weight is None else float(operation.weight[cell.channel])
    shift = 0.0 if operation.bias is None else float(operation.bias[cell.channel])
    deviation = (variance + operation.eps) ** 0.5
    result = (before - mean) / deviation * factor + shift
    scale = (abs(before) + abs(mean)) / deviation * abs(factor) + abs(shift)
    numbers = {"mean": mean, "deviation": deviation, "factor": factor, "shift": shift}
    return Step(cell, graph.node(cell.node).title, "norm", value, result, scale, numbers=numbers)
