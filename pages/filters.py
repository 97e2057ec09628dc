"""Filters: what the layers of a network have learned to look for, through its epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.paths import runs_root
from core.runs import folder
from core.training.history import snapshot_epochs
from dashboard import choosing, listing, parts
from dashboard.boot import STATIC
from dashboard.learn.controls import first_look
from dashboard.lens import filters_compare, filters_source, filters_state, filters_view, known, known_view

if TYPE_CHECKING:
    from core.runs.folder import Summary
    from dashboard.lens.filters_block import Other
    from dashboard.lens.filters_source import Source

LIVE_SECONDS = 2.0


def begun() -> dict[str, Summary]:
    """Runs that have recorded something, if only their first weights, then those that are about to; by id.

    Newest first. Raises RunError.
    """
    lines, trained = listing.runs(), choosing.trained()
    there = {line.id: line for line in lines if line.id in trained or snapshot_epochs(runs_root() / line.id)}
    return there | {line.id: line for line in lines if choosing.live(line) and line.id not in there}


def choose(runs: dict[str, Summary]) -> tuple[Source, Other | None]:
    """Whose filters are shown, and what they are compared with. Raises ConvLensError."""
    titles = choosing.titles(runs) | known.titles()
    source = filters_source.source_of(choosing.choice("filters", titles, width=270))
    return source, filters_compare.choose(source, choosing.titles(runs))


def watched(source: Source, other: Other | None, going: bool) -> None:
    """The filters; once a run has ended the page need not look again."""
    try:
        ended = going and not folder.open_run(source.key).status().live
    except ConvLensError as error:
        parts.show_error(error)
        return
    if ended:
        listing.forget()
        st.rerun()
    filters_view.show(source, other)


def page() -> None:
    """Header with the choices, then the filters; read again while the run trains."""
    controls = parts.page_header("Filters", "What each layer has learned to look for.")
    try:
        runs = begun()
        if not runs and not known.is_known(st.query_params.get(choosing.LINKED)):
            choosing.trained_or_offer("filters")
            parts.wait_for_torch()
            known_view.offer("filters")
            return
        parts.wait_for_torch()
        with controls:
            source, other = choose(runs)
            known_view.about(source.key, "filters")
    except ConvLensError as error:
        parts.show_error(error)
        return
    choosing.say_unknown({**runs, **known.titles()})
    faults = [f"{fault}." for fault in filters_state.faults()] if first_look("filters") else []
    for fault in [*faults, *filters_compare.faults()]:
        st.warning(parts.plain(fault))
    filters_state.begin()
    going = source.key in runs and choosing.live(runs[source.key])
    st.fragment(watched, run_every=LIVE_SECONDS if going else None)(source, other, going)


st.html(STATIC / "filters.css")
page()
parts.try_this(
    "Play the film: when do the filters stop looking like noise?",
    "Which filters hardly learned?",
    "Compare with epoch 0: what moved most?",
)
