"""Views that move in the browser: channels, clip, shift (convolution); shift lab, backward and chain (pooling)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import streamlit as st
from numpy.typing import NDArray

from dashboard import state, theme
from dashboard.components import component
from dashboard.components.packed import pack

Kind = Literal["channels", "clip", "shift", "pool-shift", "pool-backward", "pool-chain"]


def lesson(
    kind: Kind, head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], key: str, on_sent: Callable[[], None]
) -> None:
    """Mount it; head and arrays are those that `static/lesson_KIND.js` reads, `head["height"]` is a CSS length.

    on_sent: called before the rerun that a message makes; `sent(key)` is the message.
    """
    whole = {**head, "kind": kind, "colours": theme.DIVERGING, "projector": state.projector()}
    component("lesson", styles="stage")(
        key=key, data=pack(whole, arrays), default={"sent": None}, on_sent_change=on_sent
    )


def sent(key: str) -> dict[str, Any]:
    """What the browser sent last: `sequence`, `done` and what the view's script puts beside them; empty before."""
    message = (st.session_state.get(key) or {}).get("sent")
    return message if isinstance(message, dict) else {}
