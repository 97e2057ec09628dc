"""Where a cell came from, made ready for `static/maps_lineage.js`: what it saw, and the equation that made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite, prod
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ConvLensError
from dashboard.components.maps import Lit

if TYPE_CHECKING:
    from torch import Tensor

    from core.lens.lineage import Lineage, Step
    from core.lens.steps import Cell, Window
    from dashboard.components.maps import Cell as Clicked
    from dashboard.lens.views import Looked

PARTS = 32  # maps whose patches are sent, the strongest
NUMBERS = 8192  # of all patches together
WINDOW = 4096  # cells of one patch: of a larger one the strongest terms are sent
TERMS = 64
KEPT_BYTES = 8_000_000  # of maps that are kept for the next click
LARGE = 4e9  # multiply-adds of a network that is not asked from the input on at every click
KEPT_SECONDS = 600

NOTHING = Lit({"cell": None})


def lit(looked: Looked, clicked: Clicked | None) -> Lit:
    """What the click on a cell shows; nothing where none was clicked, or where this network has no such cell."""
    from core.lens.lineage import Cell, lineage, needed

    if clicked is None:
        return NOTHING
    cell = Cell(clicked.node, clicked.channel, clicked.row, clicked.column)
    try:
        names = needed(looked.lens.graph, cell)
    except ConvLensError:
        return NOTHING  # clicked in another network
    return packed(looked, lineage(looked.lens, _maps(looked, names), cell))


def _maps(looked: Looked, names: tuple[str, ...]) -> Mapping[str, Tensor]:
    """The maps of these nodes, kept for the next click nearby where they are small."""
    if _bytes(looked, names) > KEPT_BYTES:
        return looked.lens.maps(looked.sample.x, names, known=_stations(looked))
    return _kept(looked, looked.run, looked.stamp, looked.sample.stamp, names)


def _bytes(looked: Looked, names: Iterable[str]) -> int:
    return 4 * sum(prod(looked.lens.graph.node(name).shape) for name in names)


@st.cache_resource(max_entries=6, ttl=KEPT_SECONDS, show_spinner=False)
def _kept(_looked: Looked, run: str, stamp: object, sample: str, names: tuple[str, ...]) -> Mapping[str, Tensor]:
    return _looked.lens.maps(_looked.sample.x, names, known=_stations(_looked))


def _stations(looked: Looked) -> Mapping[str, Tensor]:
    """Where a pass through a large network may begin: what its poolings give."""
    from core.lens.cost import macs

    if macs(looked.lens.graph) < LARGE:
        return {}
    return _pooled(looked, looked.run, looked.stamp, looked.sample.stamp)


@st.cache_resource(max_entries=2, ttl=KEPT_SECONDS, show_spinner=False)
def _pooled(_looked: Looked, run: str, stamp: object, sample: str) -> Mapping[str, Tensor]:
    pools = [node.name for node in _looked.lens.graph if node.kind == "pool"]
    while _bytes(_looked, pools) > KEPT_BYTES:
        pools.pop(0)
    return _looked.lens.maps(_looked.sample.x, pools)


def packed(looked: Looked, found: Lineage) -> Lit:
    """head: cell, name, value, equal, field, fields and steps, as `maps_lineage.js` wants them; arrays: the patches."""
    arrays: dict[str, NDArray[Any]] = {}
    steps = [_step(looked, step, number, arrays) for number, step in enumerate(found.steps)]
    head = {
        "cell": _place(found.cell),
        "name": name_of(looked, found.cell),
        "value": _number(found.value),
        "equal": found.equal,
        "field": _field(found, looked),
        "fields": [[name, *seen.box, seen.channel] for name, seen in found.sees.items() if name != found.cell.node],
        "steps": steps,
        "range": _range(looked),
    }
    return Lit(head, arrays)


def name_of(looked: Looked, cell: Cell) -> str:
    """`convolution 2, map 4 (7, 10)`."""
    graph = looked.lens.graph
    node = graph.node(cell.node)
    title = node.title.split(" · ")[0]
    if node.kind == "input":
        return f"pixel ({cell.row}, {cell.column})" if len(node.shape) == 3 else f"input {cell.channel}"
    if len(node.shape) == 3:
        return f"{title}, map {cell.channel} ({cell.row}, {cell.column})"
    last = node.shape == graph.answer.shape and graph.answer.name in (node.name, *_readers(looked, node.name))
    if last and len(looked.classes) == node.shape[0]:
        return f"{title}, {looked.classes[cell.channel]}"
    return f"{title}, unit {cell.channel}"


def _readers(looked: Looked, name: str) -> tuple[str, ...]:
    return tuple(node.name for node in looked.lens.graph if name in node.inputs)


def _field(found: Lineage, looked: Looked) -> str:
    """`sees 14×14 of 28×28 pixels`."""
    shape, box = looked.lens.input_shape, found.fields.get("input")
    if len(shape) != 3 or found.cell.node == "input":
        return ""
    if box is None:
        return "sees no pixel"
    if (box.bottom - box.top, box.right - box.left) == shape[1:]:
        return "sees the whole picture"
    return f"sees {box.bottom - box.top}×{box.right - box.left} of {shape[1]}×{shape[2]} pixels"


def _place(cell: Cell) -> dict[str, Any]:
    return {"node": cell.node, "channel": cell.channel, "row": cell.row, "column": cell.column}


def _number(value: float) -> float | None:
    """JSON has no infinities and no NaN."""
    return value if isfinite(value) else None


@dataclass(frozen=True, eq=False)
class _Sent:
    """The strongest parts of a window: maps with their whole patches, or single cells of a patch that is too large."""

    channels: NDArray[np.intp]
    values: NDArray[np.float32]
    weights: NDArray[np.float32] | None
    sums: NDArray[np.float64]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    single: bool = field(default=False)


def _step(looked: Looked, step: Step, number: int, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    head: dict[str, Any] = {
        "kind": step.kind,
        "channel": step.cell.channel,
        "title": step.title.split(" · ")[0],
        "value": _number(step.value),
        "words": step.words,
        "numbers": {name: _number(value) for name, value in step.numbers.items()},
        "bias": _number(step.bias),
        "divisor": step.divisor,
        "reads": [_window(looked, step, window, f"{number}_{at}", arrays) for at, window in enumerate(step.reads)],
    }
    if step.winner is not None:
        head["winner"] = list(step.winner)
    if step.kind == "input":
        head["pixel"] = _pixel(looked, step.cell)
    return head


def _window(looked: Looked, step: Step, window: Window, number: str, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    sent = _strongest(window)
    total = window.values.size if sent.single else len(window.channels)
    arrays[f"lit_values{number}"] = sent.values
    if sent.weights is not None:
        arrays[f"lit_weights{number}"] = sent.weights
    graph = looked.lens.graph
    return {
        "key": number,
        "node": window.node,
        "title": graph.node(window.node).title.split(" · ")[0],
        "vector": len(graph.node(window.node).shape) != 3,
        "channels": sent.channels.tolist(),
        "names": [_part_name(looked, step, window.node, int(channel)) for channel in sent.channels],
        "rows": sent.rows.tolist(),
        "columns": sent.columns.tolist(),
        "single": sent.single,
        "weighted": sent.weights is not None,
        "sums": [_number(value) for value in sent.sums.tolist()],
        "first": int(window.channels[0]),
        "maps": len(window.channels),
        "inputs": int(window.values.size),
        "more": total - len(sent.channels),
        "rest": _number(float(window.products.sum() - sent.sums.sum())) if step.kind in ("sum", "average") else 0.0,
    }


def _part_name(looked: Looked, step: Step, node: str, channel: int) -> str:
    """`map 4`, `unit 17`, `red`, `7`; of a sum of layers the layer's."""
    shape = looked.lens.graph.node(node).shape
    if step.kind == "add":
        return looked.lens.graph.node(node).title.split(" · ")[0]
    if node == "input":
        return ("red", "green", "blue")[channel] if shape[0] == 3 and len(shape) == 3 else "the picture"
    if len(shape) == 3:
        return f"map {channel}"
    from core.lens.steps import Cell

    return name_of(looked, Cell(node, channel)).split(", ", 1)[1]


def _strongest(window: Window) -> _Sent:
    parts, height, width = window.values.shape
    if height * width > WINDOW:
        return _terms(window)
    sums = window.sums
    room = max(1, min(PARTS, NUMBERS // max(1, height * width)))
    chosen = np.argsort(-np.abs(np.nan_to_num(sums)), kind="stable")[:room] if parts > 1 else np.arange(1)
    weights = None if window.weights is None else window.weights[chosen]
    return _Sent(window.channels[chosen], window.values[chosen], weights, sums[chosen], window.rows, window.columns)


def _terms(window: Window) -> _Sent:
    """Single cells of patches that are too large to be drawn."""
    products = window.products
    chosen = np.argsort(-np.abs(np.nan_to_num(products)), axis=None, kind="stable")[:TERMS]
    parts, rows, columns = np.unravel_index(chosen, products.shape)
    weights = None if window.weights is None else window.weights[parts, rows, columns]
    values = window.values[parts, rows, columns]
    places = window.rows[rows], window.columns[columns]
    return _Sent(window.channels[parts], values, weights, products[parts, rows, columns], *places, single=True)


def _range(looked: Looked) -> list[float]:
    """What the network reads of a black and of a white pixel."""
    if len(looked.lens.input_shape) != 3:
        return [-1.0, 1.0]
    normaliser = looked.eye.normaliser
    mean, std = max(normaliser.mean), min(normaliser.std)
    return [-mean / std, (normaliser.scale - min(normaliser.mean)) / std]


def _pixel(looked: Looked, cell: Cell) -> dict[str, Any] | None:
    """How the stored pixel became the number that the network reads: (scale · p / 255 - mean) / std."""
    if len(looked.lens.input_shape) != 3:
        return None
    normaliser = looked.eye.normaliser
    channel = min(cell.channel, len(normaliser.mean) - 1)
    return {
        "values": looked.sample.picture[:, cell.row, cell.column].tolist(),
        "scale": normaliser.scale,
        "mean": normaliser.mean[channel],
        "std": normaliser.std[channel],
    }
