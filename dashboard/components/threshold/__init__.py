"""One threshold that moves the four counts, the points on both curves and every figure; counted in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from dashboard.components import component
from dashboard.components.packed import pack


def threshold(
    head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], key: str, on_sent: Callable[[], None]
) -> dict[str, Any] | None:
    """Mount it; `dashboard.judge.threshold_view` makes head and arrays. on_sent: called when the hand has rested.

    Returns the cell that was clicked just now: `name` (tp, fp, fn or tn) and `threshold`; else None.
    """
    shown = component("threshold")(
        key=key, data=pack(head, arrays), default={"sent": None}, on_sent_change=on_sent, on_cell_change=_nothing
    )
    return shown.cell if isinstance(shown.cell, dict) else None


def sent(key: str) -> dict[str, Any]:
    """What the browser sent last: `class`, `threshold`, `costs`, `wanted`, `sequence`; empty before."""
    message = (st.session_state.get(key) or {}).get("sent")
    return message if isinstance(message, dict) else {}


def _nothing() -> None:
    """The click reruns the fragment; there is nothing else to do."""
