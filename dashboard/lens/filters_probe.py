"""What a layer's filters do at every epoch: their maps of a few pinned pictures, and the loss's gradient there.

Computed when the page asks, a little at a time, the newest epoch first; never written to the run's folder.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.errors import ConvLensError, RunError
from core.runs import folder
from core.training import history
from dashboard import state, theme
from dashboard.components.filter_maps import asked, filter_maps
from dashboard.components.packed import pack
from dashboard.lens import filters_block, filters_state, looking
from dashboard.lens.filters_silent import Listener
from dashboard.lens.filters_source import RunSource

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.lens.capture import Lens
    from core.lens.filters import Bank
    from dashboard.lens.filters_block import Layer
    from dashboard.lens.filters_source import Source

MAPS = "filters_maps"
PICTURES = 10  # whose maps are shown
SECONDS = 0.5  # of computing before what is there is shown
MOST_BYTES = 16_000_000  # of maps that are kept of one layer; beyond that no further epochs
KEPT_SECONDS = 900


@dataclass(frozen=True, eq=False)
class Answers:
    """A layer at one epoch. maps: float16 (n, F, H, W) or (n, F); counts, limit: the gradient's histogram."""

    maps: NDArray[np.float16]
    counts: NDArray[np.float32]
    limit: float
    lengths: NDArray[np.float32]
    silent: tuple[int, ...]


@dataclass(eq=False)
class Probe:
    """A network that its weights of every epoch are put into, one after the other, and what it answered."""

    run_id: str
    bank: Bank
    lens: Lens
    shown: str
    pictures: NDArray[Any]
    inputs: Any
    labels: Any
    listener: Listener
    lock: threading.Lock = field(default_factory=threading.Lock)
    known: dict[int, tuple[history.Stamp, Answers | None]] = field(default_factory=dict)

    def extend(self, epochs: tuple[int, ...], seconds: float) -> bool:
        """Computes epochs that are missing or have changed; whether all are there. Raises ConvLensError."""
        run, end = folder.open_run(self.run_id), time.monotonic() + seconds
        with self.lock:
            for epoch in coarse_to_fine(epochs):
                stamp = history.stamp(run, None if epoch < 0 else epoch)
                if self.known.get(epoch, (None,))[0] == stamp or self._full:
                    continue
                if time.monotonic() > end:
                    return False
                self.known[epoch] = stamp, self._ask(run, epoch)
        return True

    def answers(self, epochs: tuple[int, ...]) -> dict[int, Answers]:
        with self.lock:
            found = {epoch: self.known[epoch][1] for epoch in epochs if epoch in self.known}
        return {epoch: answer for epoch, answer in found.items() if answer is not None}

    @property
    def _full(self) -> bool:
        held = [answer.maps.nbytes for _, answer in self.known.values() if answer is not None]
        return len(held) > 1 and sum(held) + max(held) > MOST_BYTES

    def _ask(self, run: folder.Run, epoch: int) -> Answers | None:
        """None where that epoch is not recorded as a whole."""
        from core.lens import filters
        from core.training.pinned import gradients

        if epoch >= 0 and not history.whole_at(run, epoch):
            return None
        try:
            network = history.network_at(run, None if epoch < 0 else epoch)
        except RunError:
            return None
        self.lens.network.load_state_dict(network.state_dict())
        maps = self.lens.maps(self.inputs, [self.shown])[self.shown].numpy()
        found = gradients(network, run.spec.train.loss, self.inputs, self.labels, [self.bank.weight])
        gradient = found[self.bank.weight].numpy()
        limit = filters.limit_of(gradient)
        slopes = filters.pictures(self.bank, {self.bank.weight: gradient})
        positive = self.lens.graph.node(self.shown).kind == "activation" and float(maps.min()) >= 0
        return Answers(
            np.clip(maps[:PICTURES], -65504, 65504).astype(np.float16),
            filters.histogram(gradient, limit),
            limit,
            filters.norms(slopes),
            self.listener.silent(self.lens, self.shown, maps) if positive else (),
        )


def coarse_to_fine(epochs: tuple[int, ...]) -> list[int]:
    """The last, the first, then what lies in the middle of the largest gaps."""
    if len(epochs) < 3:
        return list(reversed(epochs))
    places, step = [len(epochs) - 1, 0], len(epochs)
    while step > 1:
        step = max(1, step // 2)
        places += range(0, len(epochs), step)
        if step == 1:
            break
    return [epochs[place] for place in dict.fromkeys(places)]


@st.cache_resource(max_entries=4, ttl=KEPT_SECONDS, show_spinner="Asking the network about the pinned pictures")
def probe_of(run_id: str, node: str) -> Probe:
    """One for all sessions. Raises ConvLensError where the network or its pictures cannot be had."""
    import torch

    from core.lens.capture import Lens
    from core.lens.filters import banks, shown_node
    from core.network.build import build
    from core.training.pinned import pinned

    run = folder.open_run(run_id)
    samples = pinned(run)
    lens = Lens(build(run.spec.network, seed=0))
    bank = next(bank for bank in banks(lens.graph) if bank.node == node)
    x = looking.normaliser_of(run)(torch.from_numpy(samples.x))
    y = torch.from_numpy(samples.y)
    return Probe(run_id, bank, lens, shown_node(lens.graph, node), samples.x[:PICTURES], x, y, Listener(run))


def show(source: Source, layer: Layer) -> None:
    """The maps of the chosen filter; what it computes goes on while the page can be used."""
    if isinstance(source, RunSource):
        st.fragment(_row)(source, layer)


def _row(source: RunSource, layer: Layer) -> None:
    head: dict[str, Any] = {"source": source.key, "layer": layer.bank.node, "unit": layer.bank.unit, "why": ""}
    sent = asked(MAPS)
    filter = sent["filter"] if sent.get("layer") == layer.bank.node else filters_state.place().filter
    filter = filters_block.shown_filter(layer, filter)
    arrays: dict[str, Any] = {}
    try:
        probe = probe_of(source.id, layer.bank.node)
        complete = probe.extend(layer.epochs, SECONDS)
        told, arrays = _block(probe, layer.epochs, filter)
        head |= told | {"complete": complete}
    except ConvLensError as error:
        head |= {"why": str(error), "complete": True, "epochs": [], "filter": filter}
    head |= {"diverging": theme.DIVERGING, "sequential": theme.SEQUENTIAL, "projector": state.projector()}
    filter_maps(pack(head, arrays), MAPS)


def _block(probe: Probe, epochs: tuple[int, ...], filter: int) -> tuple[dict[str, Any], dict[str, Any]]:
    found = probe.answers(epochs)
    if not found:
        return {"why": "No epoch is recorded as a whole: there are no maps.", "epochs": [], "filter": filter}, {}
    maps = np.stack([answer.maps[:, filter] for answer in found.values()]).astype(np.float32)
    maps = np.nan_to_num(maps)
    if maps.ndim == 2:
        maps = maps[:, :, None, None]
    image = probe.pictures.ndim == 4
    head = {
        "epochs": list(found),
        "filter": filter,
        "shape": list(maps.shape),
        "picture": list(probe.pictures.shape[1:]) if image else None,
        "values": None if image else np.round(probe.pictures, 3).tolist(),
        "classes": list(looking.classes_of(folder.open_run(probe.run_id))),
        "labels": [int(label) for label in probe.labels[:PICTURES]],
        "low": float(min(0.0, maps.min())),
        "high": float(maps.max()),
        "shown": probe.lens.graph.node(probe.shown).title,
        "samples": len(probe.labels),
        "heard": probe.listener.more,
        "silent": [list(answer.silent) for answer in found.values()],
        "limits": [answer.limit for answer in found.values()],
    }
    arrays = {
        "maps": maps,
        "gradients": np.stack([answer.counts for answer in found.values()]),
        "lengths": np.stack([answer.lengths for answer in found.values()]),
    }
    return head, arrays | ({"pictures": probe.pictures} if image else {})
