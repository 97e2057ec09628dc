"""Runs: the list of all runs, and what can be done with those that are selected."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import ConvLensError
from core.runs.folder import Summary
from dashboard import listing, parts, runs_actions, runs_view, state
from dashboard.components.run_table import run_table

TABLE = "runs_table"
SHOWN = "runs_shown"  # the states of the selected runs that the buttons were drawn for
OPENED = "runs_opened"


def keep_selection() -> None:
    state.keep_selection(tuple(st.session_state[TABLE].selected or ()))


def keep_opened() -> None:
    st.session_state[OPENED] = st.session_state[TABLE].opened


def picked() -> list[Summary]:
    """The selected runs that are still there, in the order of their selection."""
    try:
        known = {summary.id: summary for summary in listing.runs()}
    except ConvLensError:
        return []  # the list tells it
    return [known[id] for id in state.selected_runs() if id in known]


def states(summaries: Sequence[Summary]) -> dict[str, str]:
    """What the buttons depend on: which runs are selected, and their states."""
    return {summary.id: summary.state for summary in summaries if summary.id in state.selected_runs()}


@st.fragment(run_every=2)
def table() -> None:
    try:
        summaries = listing.runs()
    except ConvLensError as error:
        parts.show_error(error)
        return
    if not summaries:
        runs_actions.offer_first_run("No runs yet. A first one takes seconds.", "runs_first")
        return
    run_table(
        [runs_view.row(summary) for summary in summaries],
        state.selected_runs(),
        state.selection_asked(),
        key=TABLE,
        on_selected=keep_selection,
        on_opened=keep_opened,
    )
    if st.session_state.get(OPENED) or states(summaries) != st.session_state[SHOWN]:
        st.rerun()  # the buttons above follow the selection


with parts.page_header("Runs", "Every training in its own folder. Select one or several; double-click to evaluate."):
    if st.button("Load weights", icon=":material/upload:", key="runs_load"):
        runs_actions.load_dialog()

opened = st.session_state.pop(OPENED, None)
if opened:
    runs_actions.evaluate(opened)
selection = picked()
st.session_state[SHOWN] = states(selection)
runs_actions.bar(selection)
with parts.card("runs_card"):
    table()
parts.try_this(
    "Select two runs and watch them together: which one learns faster?",
    "Duplicate a run with another seed: how far apart do they end?",
)
