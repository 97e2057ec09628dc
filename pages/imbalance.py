"""Imbalance lab: what a rare class does to training and to its figures, and what helps."""

from __future__ import annotations

import html

import streamlit as st

from core.errors import ConvLensError
from core.studies import folder
from core.studies.verdicts import sentences
from dashboard import parts
from dashboard.boot import STATIC
from dashboard.components.copy_link import copy_link
from dashboard.judge import lab_controls, lab_state
from dashboard.judge.lab_results import CHOOSER, Studied, source, studied
from dashboard.task_bar import task_bar

REFRESH = 1.0  # seconds between looks at a study that is at work
EMPTY = "Set how many samples each class has, choose treatments, and compare them side by side."


def results(id: str) -> None:
    """What is known of the study: a sentence, the chosen view, and what it came from."""
    try:
        about = studied(id)
    except ConvLensError as error:
        parts.show_error(error)
        return
    view = CHOOSER.chosen()
    if view.name == "claims":
        view.show(about)
    elif about is None or about.summary is None:
        st.caption("The first results appear after the first training.")
        return
    else:
        say(about)
        view.show(about)
    if about:
        notes = " ".join(about.facts.notes)
        st.html(f'<div class="convlens-source">{html.escape(source(about))} {html.escape(notes)}</div>')


def say(about: Studied | None) -> None:
    """The sentence about what was seen."""
    if about and about.summary:
        said = " ".join(sentences(about.summary))
        st.html(f'<div class="imbalance-said" role="status">{html.escape(said)}</div>')


def right() -> None:
    """Progress, then results; nothing yet where no study was started."""
    id = lab_state.shown()
    if id is None:
        if CHOOSER.chosen().name == "claims":
            CHOOSER.chosen().show(None)
            return
        parts.empty_state(EMPTY, "Start with these", "imbalance_first", on_click=lab_state.start)
        return
    try:
        task = folder.task_of(id)
    except ConvLensError as error:
        parts.show_error(error)
        return
    status = task_bar(task, "imbalance_task")
    st.fragment(results, run_every=REFRESH if status and status.live else None)(id)


def page() -> None:
    """Header with the views; bars at the left, results at the right."""
    st.html(STATIC / "imbalance.css")
    unknown = lab_state.take_link()
    view = CHOOSER.chosen()
    with parts.page_header("Imbalance lab", view.caption):
        if CHOOSER.choose() != view:
            st.rerun()
        copy_link("imbalance_copy")
    if unknown:
        st.warning(parts.plain(unknown))
    left, middle = st.columns([0.37, 0.63], gap="small")
    # Results first: the bars may have to wait until a large data set is read.
    with middle, parts.card("imbalance_results", height="stretch"):
        right()
    with left, parts.card("imbalance_controls", height="stretch"):
        st.fragment(lab_controls.controls)()


page()
parts.try_this(
    "Scene 1 %: how high is the accuracy, how much of the rare class is found?",
    "All bars equal: what do treatments do now?",
    "Ten seeds: what leaves the noise?",
)
