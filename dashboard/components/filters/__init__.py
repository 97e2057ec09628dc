"""The filters of one layer through its epochs, drawn and walked through in the browser.

`filters_board(block, key, on_place)`: the block is `dashboard.lens.filters_block.block`'s; `place(key)` is where the
hand rested last: layer, filter, epoch, whether it follows the newest epoch, order and scale of the pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.components import component


def filters_board(block: bytes, key: str, on_place: Callable[[], None]) -> None:
    """Show it; `on_place` is called before the rerun that a message makes."""
    component("filters", styles="stage")(key=key, data=block, default={"place": None}, on_place_change=on_place)


def place(key: str) -> dict[str, Any]:
    """What the browser sent last; empty before, and where it is no such message."""
    found = (st.session_state.get(key) or {}).get("place")
    return found if isinstance(found, dict) else {}
