"""What is asked of a network and one picture, moved in the browser: disturb it, why this answer, teach it this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import streamlit as st
from numpy.typing import NDArray

from dashboard import state, theme
from dashboard.components import component
from dashboard.components.packed import pack

Kind = Literal["disturb", "why", "teach"]


def probe(
    kind: Kind, head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], key: str, on_sent: Callable[[], None]
) -> None:
    """Mount it; head and arrays are those that `static/probe_KIND.js` reads, `head["height"]` is a CSS length.

    on_sent: called before the rerun that a message makes; `sent(key)` is the message.
    """
    whole = {
        **head,
        "kind": kind,
        "diverging": theme.DIVERGING,
        "sequential": theme.SEQUENTIAL,
        "projector": state.projector(),
    }
    component("probe", styles="stage")(
        key=key, data=pack(whole, arrays), default={"sent": None}, on_sent_change=on_sent
    )


def sent(key: str) -> dict[str, Any]:
    """What the browser sent last; empty before."""
    message = (st.session_state.get(key) or {}).get("sent")
    return message if isinstance(message, dict) else {}
