"""Filters: what the layers of a network have learned to look for, through its epochs."""

from __future__ import annotations

import streamlit as st

from core.errors import ConvLensError
from dashboard import choosing, parts
from dashboard.boot import STATIC
from dashboard.learn.controls import first_look
from dashboard.lens import filters_compare, filters_state, filters_view
from dashboard.lens.filters_block import Other
from dashboard.lens.filters_source import RunSource

LIVE_SECONDS = 2.0


def shown(source: RunSource, other: Other | None) -> None:
    """Everything about one network; read again while it trains."""
    filters_view.show(source, other)


def page() -> None:
    """Header with the choices, then the filters."""
    controls = parts.page_header("Filters", "What each layer has learned to look for.")
    known = choosing.trained_or_offer("filters")
    if known is None:
        return
    try:
        parts.wait_for_torch()
        with controls:
            summary = choosing.run_choice("filters", known, width=270)
            source = RunSource(summary.id)
            other = filters_compare.choose(source, known)
    except ConvLensError as error:
        parts.show_error(error)
        return
    choosing.say_unknown(known)
    if first_look("filters"):
        for fault in filters_state.faults():
            st.warning(parts.plain(f"{fault}."))
    filters_state.begin()
    st.fragment(shown, run_every=LIVE_SECONDS if choosing.live(summary) else None)(source, other)


st.html(STATIC / "filters.css")
page()
parts.try_this(
    "Play the film: when do the filters stop looking like noise?",
    "Sort by norm: which filters hardly learned anything?",
    "Compare with the weights before training: what moved most?",
)
