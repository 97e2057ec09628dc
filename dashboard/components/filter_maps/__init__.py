"""A few pinned pictures and what the chosen filter answers to them, moving with the film of `components/filters`."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.components import component


def filter_maps(block: bytes, key: str) -> None:
    """Show it: the block is made in `dashboard.lens.filters_probe`. It asks for another filter's by itself."""
    component("filter_maps")(key=key, data=block, default={"asked": None}, on_asked_change=_nothing)


def asked(key: str) -> dict[str, Any]:
    """`layer`, `filter` and `more` of what the browser wants to be shown; empty before."""
    found = (st.session_state.get(key) or {}).get("asked")
    if not isinstance(found, dict):
        return {}
    return found if isinstance(found.get("filter"), int) and isinstance(found.get("layer"), str) else {}


def _nothing() -> None:
    """The component reruns its fragment; there is nothing else to do."""
