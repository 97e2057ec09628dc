"""A drawing pad: pen, finger or keys draw ink, the page gets it as a small grey picture that follows the hand.

    def follow() -> None:                       # runs before the script, as callbacks do
        pixels = drawn("neuron_pad")            # uint8 (rows, columns), 0 paper, 255 ink, edges anti-aliased

    pixels = pad("neuron_pad", start=kept_before, on_draw=follow)       # 28x28 unless told otherwise

In a fragment a stroke reruns that alone. While the hand moves at most one picture is on its way, the newest next.
The browser keeps the strokes for undo, and draws them again when the number of cells changes; `start`, what was drawn
before, is shown when the pad comes back after its page was left or its popover was closed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import state
from dashboard.components import component
from dashboard.components.packed import pack

MOST_CELLS = 256 * 256


def pad(
    key: str,
    rows: int = 28,
    columns: int = 28,
    start: NDArray[np.uint8] | None = None,
    on_draw: Callable[[], None] | None = None,
    height: str = "min(15rem, 34vh)",
    label: str = "Drawing pad",
) -> NDArray[np.uint8] | None:
    """Show the pad; returns what `drawn` does.

    rows, columns: of the picture that comes back, at most `MOST_CELLS` in all.
    start: (any height, any width), what was drawn before. height: CSS length of the drawing surface.
    """
    before = np.zeros((1, 1), np.uint8) if start is None else np.asarray(start, np.uint8)
    head = {
        "rows": rows,
        "columns": columns,
        "start": list(before.shape),
        "answered": int(_sent(key).get("sequence", 0)),
        "height": height,
        "label": label,
        "projector": state.projector(),
    }
    component("pad")(
        key=key,
        data=pack(head, {"start": before}),
        default={"drawing": None},
        on_drawing_change=on_draw or _nothing,
    )
    return drawn(key)


def drawn(key: str) -> NDArray[np.uint8] | None:
    """What the browser sent last, uint8 (rows, columns) with 0 paper and 255 ink; None before the first stroke."""
    sent = _sent(key)
    rows, columns, text = sent.get("rows"), sent.get("columns"), sent.get("pixels")
    if not (isinstance(rows, int) and isinstance(columns, int) and isinstance(text, str)):
        return None
    if not (rows > 0 < columns and rows * columns <= MOST_CELLS and len(text) <= 2 * MOST_CELLS):
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return np.frombuffer(content, np.uint8).reshape(rows, columns) if len(content) == rows * columns else None


def drawing(key: str) -> bool:
    """Whether a hand is drawing at this moment."""
    return _sent(key).get("down") is True


def _sent(key: str) -> dict[str, Any]:
    found = (st.session_state.get(key) or {}).get("drawing")
    return found if isinstance(found, dict) else {}


def _nothing() -> None:
    """The component reruns its fragment; there is nothing else to do."""
