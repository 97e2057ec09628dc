"""Evaluate: how good a run's network is on samples that it has not learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.runs import folder
from dashboard import judging, parts, runs_actions, runs_view, state, theme
from dashboard.charts.roc import roc_figure, roc_words
from dashboard.components.confusion import confusion_matrix

if TYPE_CHECKING:
    from core.evaluation.result import Result, Split
    from core.runs.folder import Summary

RUN, SPLIT = "evaluate_run", "evaluate_split"
SPLITS: tuple[Split, ...] = ("test", "validation")
LIVE = ("queued", "starting", "running", "paused")
ASKED = "evaluate_asked"  # run, split and epoch that the user had measured


def judgeable() -> dict[str, Summary]:
    """Runs that have weights, newest first, by id."""
    return {line.id: line for line in folder.list_runs() if runs_view.has_weights(line)}


def choose(known: dict[str, Summary]) -> Summary:
    """The run picked here; the list begins with the one that another page asked for."""
    wanted = state.chosen_run()
    if wanted in known:
        st.session_state[RUN] = wanted
    picked = st.selectbox(
        "Run",
        list(known),
        format_func=lambda id: f"{known[id].name} · {runs_view.words_of(known[id])}",
        key=RUN,
        on_change=lambda: state.choose_run(st.session_state[RUN]),
        label_visibility="collapsed",
        width=330,
    )
    state.choose_run(picked)
    return known[picked]


def result(id: str, split: Split) -> Result | None:
    """What is known of the run on these samples; None where nobody has asked the network yet."""
    stamp = judging.stamp(id)
    if judging.kept(id, split):
        return judging.recorded(id, split, stamp)
    if st.session_state.get(ASKED) == (id, split):
        parts.wait_for_torch()
        return judging.measured(id, split, stamp)
    return None


def offer(id: str, split: Split) -> None:
    """Nothing is recorded: while a run trains, and of weights that were loaded."""
    sentence = f"The answers to the {split} samples are not recorded (yet). The best weights so far can be asked now."
    if parts.empty_state(sentence, f"Ask about the {split} samples", "evaluate_ask"):
        st.session_state[ASKED] = (id, split)
        st.rerun()


def shown(summary: Summary, split: Split) -> None:
    """Everything about one run on one part of its data."""
    try:
        found = result(summary.id, split)
    except ConvLensError as error:
        parts.show_error(error)
        return
    if found is None:
        offer(summary.id, split)
        return
    with parts.card("evaluate_facts"):
        st.html(judging.facts(found))
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


def page() -> None:
    """Header with the choices, then the result; read again while the run trains."""
    controls = parts.page_header("Evaluate", "How good it is on samples that it has not learned from.")
    try:
        known = judgeable()
    except ConvLensError as error:
        parts.show_error(error)
        return
    if not known:
        sentence = "No run has finished an epoch yet. A first network takes seconds."
        if parts.empty_state(sentence, "Train a first network", "evaluate_first"):
            runs_actions.first_run()
        return
    with controls:
        summary = choose(known)
        split = st.segmented_control(
            "Samples", SPLITS, default=SPLITS[0], required=True, key=SPLIT, label_visibility="collapsed"
        )
    st.fragment(shown, run_every=3 if summary.state in LIVE else None)(summary, split)


page()
parts.try_this(
    "Which two classes are taken for each other most often, and do they look alike?",
    "Compare validation with test: is the difference larger than the interval?",
)
