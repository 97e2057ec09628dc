"""Where Channels, Video and Shift and turn stand: numbers that the hand sets in the browser, kept in the link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.components.lesson import sent
from dashboard.learn.views import PREFIX

KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def key(view: str, name: str) -> str:
    """The widget's key and the link's parameter."""
    return f"{PREFIX}_{view}_{name}"


def stage(view: str) -> str:
    """Key of the view's component."""
    return key(view, "stage")


def place(view: str, default: Sequence[int], low: Sequence[int], high: Sequence[int]) -> list[int]:
    """As many whole numbers as the default has, from the session, or else from the link, within their bounds."""
    text = str(st.session_state.get(key(view, "at")) or st.query_params.get(key(view, "at"), ""))
    numbers = re.findall(r"-?\d{1,4}", text, re.ASCII)
    if len(numbers) != len(default):
        return list(default)
    return [max(least, min(most, int(number))) for number, least, most in zip(numbers, low, high, strict=True)]


def keep(view: str, names: Sequence[str]) -> bool:
    """Callback: remember the numbers of this name that the browser sent; whether the hand has let go."""
    message = sent(stage(view))
    try:
        numbers = [int(message[name]) for name in names]
    except (KeyError, TypeError, ValueError):
        return False
    st.session_state[key(view, "at")] = ".".join(map(str, numbers))
    return bool(message.get("done"))


def link(view: str) -> None:
    """Put the numbers into the link."""
    text = st.session_state.get(key(view, "at"))
    if text and st.query_params.get(key(view, "at")) != text:
        st.query_params[key(view, "at")] = text


def answered(view: str) -> int:
    """How many messages of the browser are in what is drawn now."""
    try:
        return int(sent(stage(view)).get("sequence", 0))
    except (TypeError, ValueError):
        return 0
