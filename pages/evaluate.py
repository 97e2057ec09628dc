"""Evaluate: how good a run's network is on samples that it has not learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from dashboard import judging, listing, parts, runs_actions, runs_view, state, theme
from dashboard.charts.roc import roc_figure, roc_words
from dashboard.components.confusion import confusion_matrix

if TYPE_CHECKING:
    from core.evaluation.result import Result, Split
    from core.runs.folder import Summary

RUN, SPLIT = "evaluate_run", "evaluate_split"
SPLITS: tuple[Split, ...] = ("test", "validation")
LINKED = "run"  # the parameter of the address that names the run
LIVE = ("queued", "starting", "running", "paused")
ASKED = "evaluate_asked"  # run and split that the user had measured, and the stamp of the run then


def judgeable() -> dict[str, Summary]:
    """Runs that have weights, newest first, by id."""
    return {line.id: line for line in listing.runs() if runs_view.has_weights(line)}


def choose(known: dict[str, Summary]) -> Summary:
    """The run picked here; the list begins with the one that another page asked for."""
    linked = st.query_params.get(LINKED)
    wanted = linked if linked in known else state.chosen_run()
    if wanted in known:
        st.session_state[RUN] = wanted
    picked = st.selectbox(
        "Run",
        list(known),
        format_func=lambda id: f"{known[id].name} · {runs_view.words_of(known[id])}",
        key=RUN,
        on_change=take_run,
        label_visibility="collapsed",
        width=330,
    )
    state.choose_run(picked)
    return known[picked]


def take_run() -> None:
    """The run picked by hand counts from now on, not the one in the link."""
    state.choose_run(st.session_state[RUN])
    if LINKED in st.query_params:
        del st.query_params[LINKED]


def say_unknown(known: dict[str, Summary]) -> None:
    """The link names a run that cannot be judged."""
    linked = st.query_params.get(LINKED)
    if linked and linked not in known:
        st.warning(parts.plain(f"There is no trained run {linked[:60]} here; this is the latest one."))


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


def shown(summary: Summary, split: Split) -> None:
    """Everything about one run on one part of its data."""
    try:
        stamp = judging.stamp(summary.id)
        if summary.state in LIVE and stamp[0] not in LIVE:
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
    left, right = st.columns(2, gap="small")
    with left, parts.card("evaluate_confusion_card", height="stretch"):
        confusion_matrix(found.confusion, f"{split} samples", key="evaluate_confusion")
    with right, parts.card("evaluate_roc_card", height="stretch"):
        st.plotly_chart(
            roc_figure(found.roc, theme.current()),
            height="stretch",
            theme=None,
            key="evaluate_roc",
            config={"displayModeBar": False},
            alt=roc_words(found.roc),
        )
        for reason in (curve.reason for curve in found.roc.curves if curve.reason):
            st.caption(parts.plain(reason))


@st.fragment(run_every=2)
def nothing() -> None:
    """There is no run to judge yet; stays until there is one."""
    try:
        if judgeable():
            st.rerun()
    except ConvLensError as error:
        parts.show_error(error)
        return
    sentence = "No run has finished an epoch yet. A first network takes seconds."
    runs_actions.offer_first_run(sentence, "evaluate_first")


def page() -> None:
    """Header with the choices, then the result; read again while the run trains."""
    controls = parts.page_header("Evaluate", "How good it is on samples that it has not learned from.")
    try:
        known = judgeable()
    except ConvLensError as error:
        parts.show_error(error)
        return
    if not known:
        nothing()
        return
    with controls:
        summary = choose(known)
        split = st.segmented_control(
            "Samples", SPLITS, default=SPLITS[0], required=True, key=SPLIT, label_visibility="collapsed"
        )
    say_unknown(known)
    st.fragment(shown, run_every=3 if summary.state in LIVE else None)(summary, split)


page()
parts.try_this(
    "Which two classes are taken for each other most often, and do they look alike?",
    "Compare validation with test: is the difference larger than the interval?",
)
