"""The network as a row of blocks drawn to scale, to be clicked, dragged, and steered with keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).resolve().parent
HTML = (
    '<div class="stage"><div class="scroll"></div>'
    '<div class="menu" role="menu" aria-label="Kinds of layer" hidden></div>'
    '<div class="tip" role="tooltip" hidden></div></div>'
)

_render = st.components.v2.component(
    "convlens.network_diagram",
    html=HTML,
    css=(HERE / "view.css").read_text(encoding="utf-8"),
    js=(HERE / "view.js").read_text(encoding="utf-8"),
)


def network_diagram(data: dict[str, Any], key: str, on_act: Callable[[], None]) -> None:
    """Draw the network.

    data: `blocks`, `menu` and `alt` from `picture`, `selected` (index of a layer, -1: the input), `revision` (changes
    with the network), `sequence` (of the last act that Python has seen).
    on_act: called when the user did something; `st.session_state[key]["act"]` then has `type` (select, insert, remove,
    duplicate, move, undo, redo), its arguments, and the `revision` and `sequence` it was made at.
    """
    _render(key=key, data=data, on_act_change=on_act)
