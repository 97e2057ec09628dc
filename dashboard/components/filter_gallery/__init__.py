"""Small pictures of a layer's filters, to click one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import theme
from dashboard.components import component
from dashboard.components.packed import pack

MOST = 256  # filters shown


def filter_gallery(filters: NDArray[np.float32], key: str, on_pick: Callable[[], None], label: str) -> None:
    """filters: (F, C, kH, kW). `picked(key)` tells in `on_pick` which one was clicked. Three channels are colours."""
    shown = filters[:MOST]
    if shown.shape[1] not in (1, 3):
        shown = shown.mean(axis=1, keepdims=True)
    head = {"shape": list(shown.shape), "label": label, "diverging": theme.DIVERGING}
    component("filter_gallery")(key=key, data=pack(head, {"filters": shown}), on_picked_change=on_pick)


def picked(key: str) -> int | None:
    """Index of the filter that was clicked just now."""
    found = (st.session_state.get(key) or {}).get("picked")
    return found if isinstance(found, int) and not isinstance(found, bool) else None
