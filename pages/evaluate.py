"""Evaluate: how good a run's network is on samples that it has not learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from dashboard import choosing, judging, listing, parts
from dashboard.judge.views import CHOOSER, PREFIX, Judged

if TYPE_CHECKING:
    from core.evaluation.result import Result, Split
    from core.runs.folder import Summary
    from dashboard.views import View

SPLIT = f"{PREFIX}_split"
SPLITS: tuple[Split, ...] = ("test", "validation")
ASKED = "evaluate_asked"  # run and split that the user had measured, and the stamp of the run then


def result(id: str, split: Split, stamp: judging.Stamp) -> Result | None:
    """What is known of the run on these samples; None where nobody has asked the network yet."""
    if judging.kept(id, split):
        return judging.recorded(id, split, stamp)
    asked = stamp_asked(id, split)
    if asked is None:
        return None
    parts.wait_for_torch()
    return judging.measured(id, split, asked)


def stamp_asked(id: str, split: Split) -> judging.Stamp | None:
    """How far the run was when the user had it measured on these samples; None where that was not asked."""
    run, part, stamp = st.session_state.get(ASKED, (None, None, None))
    return stamp if (run, part) == (id, split) else None


def ask(id: str, split: Split, stamp: judging.Stamp) -> None:
    st.session_state[ASKED] = (id, split, stamp)
    st.rerun()


def offer(id: str, split: Split, stamp: judging.Stamp) -> None:
    """Nothing is recorded: while a run trains, and of weights that were loaded."""
    sentence = f"The answers to the {split} samples are not recorded (yet). The best weights so far can be asked now."
    if parts.empty_state(sentence, f"Ask about the {split} samples", "evaluate_ask"):
        ask(id, split, stamp)


def stale(id: str, split: Split, stamp: judging.Stamp) -> str:
    """Where the run has trained on since the network was asked: how far; else empty. Raises RunError."""
    asked = stamp_asked(id, split)
    if asked is None or asked[1:] == stamp[1:] or judging.kept(id, split):
        return ""
    return f"Asked after epoch {asked[2]}; the run has done {stamp[2]} by now."


def shown(summary: Summary, split: Split, view: View) -> None:
    """Everything about one run on one part of its data."""
    try:
        stamp = judging.stamp(summary.id)
        if choosing.live(summary) and stamp[0] not in choosing.LIVE:
            listing.forget()
            st.rerun()  # it has ended: the page need not look again
        found = result(summary.id, split, stamp)
        if found is None:
            offer(summary.id, split, stamp)
            return
        older = stale(summary.id, split, stamp)
    except ConvLensError as error:
        parts.show_error(error)
        return
    with parts.card("evaluate_facts"), st.container(horizontal=True, vertical_alignment="center"):
        st.html(judging.facts(found))
        if older and st.button("Ask again", icon=":material/refresh:", key="evaluate_again", help=older):
            ask(summary.id, split, stamp)
    if judging.unanswered(found):
        st.warning(judging.unanswered(found))
    try:
        view.show(Judged(found, stamp=(summary.id, split, *stamp)))
    except ConvLensError as error:
        parts.show_error(error)


def page() -> None:
    """Header with the choices, then the result; read again while the run trains."""
    view = CHOOSER.chosen()
    controls = parts.page_header("Evaluate", view.caption)
    known = choosing.trained_or_offer(PREFIX)
    if known is None:
        return
    with controls:
        summary = choosing.run_choice(PREFIX, known)
        split = st.segmented_control(
            "Samples", SPLITS, default=SPLITS[0], required=True, key=SPLIT, label_visibility="collapsed"
        )
    choosing.say_unknown(known)
    if CHOOSER.choose() != view:  # the browser's own back button changed the link, not the chooser
        st.rerun()
    st.fragment(shown, run_every=3 if choosing.live(summary) else None)(summary, split, view)
    parts.try_this(*view.prompts)


page()
