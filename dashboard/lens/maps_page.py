"""What the Feature maps page is made of, whatever its view: epoch, input, and the network that looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import ConvLensError, DataError
from core.runs import folder
from core.training import history
from dashboard import choosing, parts
from dashboard.components.film import film
from dashboard.learn.controls import keep
from dashboard.lens import data_images, known, looking, maps_view, sample
from dashboard.lens.views import PREFIX, Looked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.data.raw import RawData
    from core.lens.capture import Lens
    from core.lens.inputs import Eye, Like
    from core.runs.folder import Run, Summary
    from dashboard.lens.views import Sample
    from dashboard.views import View

DRAWN = ("maps", "pair")  # views of drawn networks
FILM = f"{PREFIX}_film"
EPOCH = f"{PREFIX}_epoch"
LIVE_SECONDS = 3


@dataclass(frozen=True, eq=False)
class Source:
    """Whose network looks. run: None of a known network. kind: how drawings are centred for it, None: they are not."""

    id: str
    run: Run | None
    eye: Eye
    kind: Like | None


def show(summary: Summary | None, id: str, view: View) -> None:
    """Controls and view; while a run trains its newest epoch comes by itself. summary: None of a known network."""
    every = LIVE_SECONDS if summary is not None and choosing.live(summary) else None
    st.fragment(_body, run_every=every)(id, view, every is not None)


def _body(id: str, view: View, live: bool) -> None:
    try:
        seen = _seen(id)
    except ConvLensError as error:
        parts.show_error(error)
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_controls"):
        _input(seen)
    card = parts.card(f"{PREFIX}_card")
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_foot"):
        epoch = None if seen.run is None else _epoch(seen.run, live)
        if view.name in DRAWN:
            maps_view.settings()
    with card:
        st.fragment(_stage)(seen, epoch, view)


def _seen(id: str) -> Source:
    from core.lens.inputs import like

    eye = looking.eye(id)
    if known.is_known(id):
        return Source(id, None, eye, None)
    run = folder.open_run(id)
    return Source(id, run, eye, like(run.spec.train.dataset, eye.input_shape))


def _input(seen: Source) -> None:
    """The choice of the input, and of an image of the data set."""
    if sample.controls() != "data":
        return
    if seen.run is None:
        sample.photograph_controls()
        return
    dataset = seen.run.spec.train.dataset
    raw, _ = _raw(dataset)
    if raw is not None:
        data_images.controls(seen.id, dataset, raw)


def _raw(dataset: str) -> tuple[RawData | None, str]:
    try:
        found = looking.raw(dataset)
    except DataError as error:
        return None, str(error)
    return found, ""


def _epoch(run: Run, live: bool) -> int | None:
    """The epoch that the film stands at; None where the run's weights tell no epoch."""
    epochs = history.epochs_of(run)
    if not epochs:
        return None
    said = st.query_params.get(EPOCH, "")
    wanted = int(said) if said.isdecimal() and len(said) < 6 else None
    first = wanted if wanted is not None else None if live else history.best_epoch(run)
    if said and wanted not in epochs:
        sentence = f"Epoch {said[:20]} of this run is not recorded; the nearest one that is recorded is shown."
        st.toast(parts.plain(sentence), icon=":material/link_off:", duration="infinite")
    with st.container(width="stretch", key=f"{PREFIX}_film_box"):
        epoch = film(f"{FILM}_{run.id}", epochs, first)
    keep(EPOCH, None if epoch == (epochs[-1] if live else history.best_epoch(run)) else str(epoch))
    return epoch


def _stage(seen: Source, epoch: int | None, view: View) -> None:
    """What a hand on the pad reruns: the network looks at the picture, and the view shows what it sees."""
    room = st.container()
    if sample.source() != "data":
        panel, room = st.columns([0.22, 0.78], gap="small")
        with panel:
            sample.panel(seen.eye, seen.kind)
    with room:
        try:
            looked = _looked(seen, epoch)
            if looked is not None:
                view.show(looked)
        except ConvLensError as error:
            parts.show_error(error)


def _looked(seen: Source, epoch: int | None) -> Looked | None:
    found = _sample(seen)
    if found is None:
        return None
    stamp = looking.stamp_of(seen.id, epoch)
    lens = looking.lens_of(seen.id, epoch, stamp)
    probabilities = _answer(lens, found, (seen.id, epoch, stamp))
    return Looked(seen.id, epoch, lens, seen.eye, found, probabilities, (seen.id, epoch, stamp))


def _answer(lens: Lens, found: Sample, stamp: tuple[object, ...]) -> NDArray[np.float32]:
    if found.index is None:
        return np.asarray(lens.answer(found.x)[0], np.float32)
    return _kept_answer(lens, found, stamp, found.stamp)


@st.cache_resource(max_entries=256, show_spinner=False)
def _kept_answer(_lens: Lens, _found: Sample, stamp: tuple[object, ...], sample: str) -> NDArray[np.float32]:
    """The same to an image that all sessions can look at."""
    return np.asarray(_lens.answer(_found.x)[0], np.float32)


def _sample(seen: Source) -> Sample | None:
    """What the controls chose; None where there is nothing to look at yet, and why is said."""
    if sample.source() != "data":
        return sample.of_own(seen.eye, seen.kind)
    if seen.run is None:
        return sample.of_photograph(seen.eye)
    raw, fault = _raw(seen.run.spec.train.dataset)
    if raw is None:
        parts.show_error(fault)
        return None
    note = data_images.note(seen.id, raw)
    if note:
        st.caption(parts.plain(note))
    return sample.of_data(raw, seen.eye, *data_images.place(raw))
