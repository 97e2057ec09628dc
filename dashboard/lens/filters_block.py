"""One layer through its epochs as a block for the browser: `static/filters.js` reads it.

Where all of it is small, all weights go there, and neither walking nor the film needs the server. Of a large layer
the chosen filter goes whole, and the others as small pictures of one byte a cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.errors import ConvLensError
from dashboard import state, theme
from dashboard.components.packed import pack
from dashboard.lens import filters_source
from dashboard.lens.filters_source import AS_LOADED, Recorded, Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.lens.filters import Array, Bank

KEPT_SECONDS = 900
EXACT = 500_000  # numbers of a layer that are all sent
STRIP = 500_000  # bytes of small pictures
CHOSEN = 400_000  # numbers of one filter through the epochs
MOST_NUMBERS = 8_000_000  # of a layer through the epochs that are in memory at once
ZERO, STEPS = 128, 127  # small pictures: one byte a cell, zero in the middle


@dataclass(frozen=True)
class Other:
    """What is compared with. epoch: of the source, None where its epochs go along with the film."""

    source: Source
    epoch: int | None


@dataclass(frozen=True, eq=False)
class Layer:
    """What is known of one layer of one source. limit: largest absolute weight at any epoch."""

    bank: Bank
    recorded: Recorded
    norms: Array
    histograms: Array
    limit: float
    dead: tuple[tuple[int, ...], ...]
    alike: tuple[tuple[tuple[int, int, float], ...], ...]
    compared: bool

    @property
    def epochs(self) -> tuple[int, ...]:
        return self.recorded.epochs


@st.cache_resource(max_entries=4, ttl=KEPT_SECONDS, show_spinner="Reading the weights")
def layer_of(_source: Source, key: str, node: str, stamp: tuple[Any, ...]) -> Layer:
    """The layer through its epochs, shared by all sessions. Raises ConvLensError."""
    from core.lens import filters

    bank = next(bank for bank in filters_source.banks_of(_source) if bank.node == node)
    found = filters_source.recorded(_source, bank, MOST_NUMBERS)
    bank = replace(bank, shape=found.pictures.shape[1:])
    limit = filters.limit_of(found.pictures)
    norms = np.stack([filters.norms(values) for values in found.pictures])
    compared = filters.comparable(bank)
    pairs = [filters.alike(values) if compared else [] for values in found.pictures]
    return Layer(
        bank,
        found,
        norms,
        np.stack([filters.histogram(values, limit) for values in found.pictures]),
        limit,
        tuple(tuple(filters.dead(lengths)) for lengths in norms),
        tuple(tuple((pair.first, pair.second, round(pair.cosine, 4)) for pair in some) for some in pairs),
        compared,
    )


def get_layer(source: Source, node: str) -> Layer:
    """The layer as it is now. Raises ConvLensError."""
    return layer_of(source, source.key, node, source.stamp())


@dataclass(frozen=True, eq=False)
class Partner:
    """The layer that is compared with. at: for each epoch of the first its index there."""

    layer: Layer
    name: str
    at: tuple[int, ...]
    epochs: tuple[int, ...]


def partner_of(first: Layer, other: Other) -> Partner:
    """Raises ConvLensError where the other has no such layer, or one of another shape."""
    bank, name = first.bank, other.source.name
    banks = filters_source.banks_of(other.source)
    match = next((found for found in banks if found.title == bank.title), None)
    if match is None:
        raise ConvLensError(
            f"{name} has no {bank.title}, so there is nothing to compare it with; choose another layer."
        )
    if match.shape != bank.shape:
        raise ConvLensError(
            f"{bank.title.capitalize()} of {name} is {match.size}, here it is {bank.size}: only layers of one shape "
            "can be compared."
        )
    layer = get_layer(other.source, match.node)
    if other.epoch is not None:
        at = nearest(layer.epochs, other.epoch)
        return Partner(layer, name, (0,) * len(first.epochs), (layer.epochs[at],))
    return Partner(layer, name, tuple(nearest(layer.epochs, epoch) for epoch in first.epochs), layer.epochs)


def nearest(epochs: tuple[int, ...], wanted: int) -> int:
    """Index of the recorded epoch that is nearest; of an unknown one the last."""
    if AS_LOADED in (wanted, *epochs):
        return len(epochs) - 1
    return min(range(len(epochs)), key=lambda index: abs(epochs[index] - wanted))


def shown_filter(layer: Layer, filter: int) -> int:
    """The filter, or the last one where the layer has fewer."""
    return max(0, min(layer.bank.shape[0] - 1, filter))


def block(layer: Layer, filter: int, partner: Partner | None, **head: Any) -> bytes:
    """The block. filter: the one that is chosen; head: what else the script is told."""
    bank, found = layer.bank, layer.recorded
    arrays: dict[str, Any] = {"norms": layer.norms, "histograms": layer.histograms}
    arrays |= _moments(found.pictures)
    if found.biases is not None:
        arrays["biases"] = found.biases
    numbers = found.pictures.size * (1 if partner is None else 2)
    exact = numbers <= EXACT
    arrays |= _weights("weights", layer, found.pictures, filter, exact)
    apart = 0.0
    if partner is not None:
        theirs = _theirs(partner)
        arrays |= _weights("others", layer, theirs, filter, exact)
        arrays["moved"], apart = _moved(found.pictures, theirs, partner.at)
    strongest = _strongest(found.pictures) if bank.shape[1] > 1 and bank.planes in ("channel", "map") else None
    if strongest is not None:
        arrays["strongest"] = strongest.astype(np.float32)
    strip = {} if exact else _strip(found.pictures, strongest)
    whole = {
        **head,
        "layer": bank.node,
        "title": bank.title,
        "unit": bank.unit,
        "kind": bank.kind,
        "planes": bank.planes,
        "shape": list(bank.shape),
        "first": [_first_plane(bank, index) for index in range(bank.shape[0])] if bank.groups > 1 else None,
        "epochs": list(layer.epochs),
        "filter": None if exact else filter,
        "exact": exact,
        "limit": layer.limit,
        "apart": apart,
        "dead": [list(some) for some in layer.dead],
        "compared": layer.compared,
        "alike": [[list(pair) for pair in some] for some in layer.alike],
        "partner": _told(partner),
        "strip": strip.pop("head", None),
        "colours": theme.DIVERGING,
        "projector": state.projector(),
    }
    return pack(whole, arrays | strip)


def _told(partner: Partner | None) -> dict[str, Any] | None:
    if partner is None:
        return None
    return {"name": partner.name, "at": partner.at, "epochs": partner.epochs}


def _first_plane(bank: Bank, filter: int) -> int:
    return int(bank.plane_name(filter, 0).split()[-1])


def _theirs(partner: Partner) -> Array:
    """The other's pictures at the epochs that are shown of it."""
    places = [partner.layer.epochs.index(epoch) for epoch in partner.epochs]
    return partner.layer.recorded.pictures[places]


def _weights(name: str, layer: Layer, values: Array, filter: int, exact: bool) -> dict[str, Array]:
    """All of them, or the chosen filter's at as many epochs as there is room for."""
    if exact:
        return {name: values}
    chosen = values[:, filter]
    every = filters_source.thinned(range(len(chosen)), max(2, CHOSEN // chosen[0].size))
    at = np.array([min(range(len(every)), key=lambda place: abs(every[place] - index)) for index in range(len(chosen))])
    return {name: chosen[every], f"{name}_at": at.astype(np.float32)}


def _moved(ours: Array, theirs: Array, at: tuple[int, ...]) -> tuple[Array, float]:
    """The norm of the difference of every filter at each of our epochs, (E, F), and the largest difference."""
    from core.lens.filters import norms

    differences = (values - theirs[place] for values, place in zip(ours, at, strict=True))
    found = [(norms(difference), float(np.nanmax(np.abs(difference)))) for difference in differences]
    return np.stack([lengths for lengths, _ in found]), max(limit for _, limit in found) or 1.0


def _moments(values: Array) -> dict[str, Array]:
    flat = values.reshape(len(values), -1)
    return {"means": flat.mean(axis=1), "deviations": flat.std(axis=1)}


def _strongest(values: Array) -> NDArray[np.int64]:
    """The plane of each filter with the largest norm at the newest epoch, (F,)."""
    chosen: NDArray[np.int64] = np.linalg.norm(values[-1].reshape(*values.shape[1:3], -1), axis=2).argmax(axis=1)
    return chosen


def _strip(values: Array, strongest: NDArray[np.int64] | None) -> dict[str, Any]:
    """Small pictures of all filters: the strongest plane of many, means of very long rows; fewer epochs."""
    epochs, count = values.shape[:2]
    if strongest is not None:
        values = values[:, np.arange(count), strongest][:, :, None]
    planes, height, width = values.shape[2:]
    fits = max(1, STRIP // (count * planes * height))
    if width > fits:
        size = -(-width // fits)
        padded = np.pad(values, [(0, 0)] * 4 + [(0, -width % size)], mode="edge")
        values = padded.reshape(*padded.shape[:4], -1, size).mean(axis=5)
        width = values.shape[4]
    every = filters_source.thinned(range(epochs), max(2, STRIP // (count * planes * height * width)))
    at = [min(range(len(every)), key=lambda place: abs(every[place] - index)) for index in range(epochs)]
    shown = values[every]
    largest = float(np.abs(shown[np.isfinite(shown)]).max(initial=0)) or 1.0
    cells = np.nan_to_num(shown / largest, nan=0, posinf=1, neginf=-1).clip(-1, 1) * STEPS + ZERO
    return {
        "small": cells.round().astype(np.uint8),
        "head": {"shape": [count, planes, height, width], "at": at, "limit": largest},
    }
