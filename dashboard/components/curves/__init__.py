"""Live curves of a run and of runs to compare it with; zoom, hover and hidden curves survive every update."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.components import component


def curves(block: bytes, key: str, on_window: Callable[[], None] | None = None) -> tuple[int, int] | None:
    """Draw `block` (of `dashboard.live.curves.curves_block`).

    Returns the first and last step of the window that the reader zoomed to, None for the whole run.
    """
    component("curves", isolate_styles=False)(
        key=key, data=block, default={"window": None}, on_window_change=on_window or _nothing
    )
    return window_of(key)


def window_of(key: str) -> tuple[int, int] | None:
    """The window that the component `key` asked for last."""
    state = st.session_state.get(key)
    wanted = state.get("window") if state else None
    if not isinstance(wanted, list) or len(wanted) != 2:
        return None
    first, last = wanted
    return (int(first), int(last)) if 0 <= first < last else None


def _nothing() -> None:
    """The component reruns its fragment; there is nothing else to do."""
