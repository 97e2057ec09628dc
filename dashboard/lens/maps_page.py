"""What the Feature maps page is made of, whatever its view: epoch, input, and the network that looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError, DataError
from core.runs import folder
from core.training import history
from dashboard import choosing, parts
from dashboard.components.film import film
from dashboard.lens import data_images, looking, sample
from dashboard.lens.views import PREFIX, Looked

if TYPE_CHECKING:
    from core.data.raw import RawData
    from core.lens.inputs import Eye, Like
    from core.runs.folder import Run, Summary
    from dashboard.lens.views import View

FILM = f"{PREFIX}_film"
EPOCH = f"{PREFIX}_epoch"
LIVE_SECONDS = 3


def show(summary: Summary, view: View) -> None:
    """Controls and view; while the run trains its newest epoch comes by itself."""
    every = LIVE_SECONDS if choosing.live(summary) else None
    st.fragment(_body, run_every=every)(summary.id, view)


def _body(run_id: str, view: View) -> None:
    from core.lens.inputs import like

    try:
        run = folder.open_run(run_id)
        eye = looking.eye(run_id)
    except ConvLensError as error:
        parts.show_error(error)
        return
    dataset = run.spec.train.dataset
    kind = like(dataset, eye.input_shape)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_controls"):
        epoch = _epoch(run)
        source = sample.controls()
        raw, fault = _raw(dataset) if source == "data" else (None, "")
        if raw is not None:
            data_images.controls(run_id, dataset, raw)
    if fault:
        parts.show_error(fault)
    elif raw is not None and (note := data_images.note(run_id, raw)):
        st.caption(parts.plain(note))
    st.fragment(_stage)(run_id, epoch, eye, kind, raw, view)


def _raw(dataset: str) -> tuple[RawData | None, str]:
    try:
        found = looking.raw(dataset)
    except DataError as error:
        return None, str(error)
    return found, ""


def _epoch(run: Run) -> int | None:
    """The epoch that the film stands at; None where the run's weights tell no epoch."""
    epochs = history.epochs_of(run)
    if not epochs:
        return None
    said = st.query_params.get(EPOCH, "")
    first = int(said) if said.isdecimal() and len(said) < 6 else history.best_epoch(run)
    with st.container(width="stretch", key=f"{PREFIX}_film_box"):
        return film(FILM, epochs, first)


def _stage(run_id: str, epoch: int | None, eye: Eye, kind: Like | None, raw: RawData | None, view: View) -> None:
    """What a hand on the pad reruns: the network looks at the picture, and the view shows what it sees."""
    with parts.card(f"{PREFIX}_card"):
        room = st.container()
        if sample.source() != "data":
            panel, room = st.columns([0.24, 0.76], gap="small")
            with panel:
                sample.panel(eye, kind)
        with room:
            try:
                looked = _looked(run_id, epoch, eye, kind, raw)
                if looked is not None:
                    view.show(looked)
            except ConvLensError as error:
                parts.show_error(error)


def _looked(run_id: str, epoch: int | None, eye: Eye, kind: Like | None, raw: RawData | None) -> Looked | None:
    found = sample.chosen_sample(run_id, raw, eye, kind)
    if found is None:
        return None
    stamp = looking.stamp_of(run_id, epoch)
    lens = looking.lens_of(run_id, epoch, stamp)
    probabilities = lens.answer(found.x)[0].numpy()
    return Looked(run_id, epoch, lens, eye, found, probabilities, (run_id, epoch, stamp))
