"""Draggable bars: how many samples of each class, from none to all; keys and typed numbers too.

    def take() -> None:                         # runs before the script, as callbacks do
        message = sent("imbalance_bars")        # {"counts": [...], "rare": 9, "done": True, "sequence": 3}

    bars("imbalance_bars", classes, counts, available, rare, on_change=take)

While the hand moves at most two messages are on the way, the newest next; what the hand holds keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from dashboard import state, theme
from dashboard.components import component
from dashboard.components.packed import pack


def bars(
    key: str,
    classes: Sequence[str],
    counts: Sequence[int],
    available: Sequence[int],
    rare: int | None,
    on_change: Callable[[], None],
    height: str = "16.6rem",
) -> None:
    """Show them. counts, available: of each class; rare: index of the class that is marked, None for none.

    height: a CSS length; more classes than fit scroll within.
    """
    head = {
        "classes": list(classes),
        "rare": -1 if rare is None else rare,
        "colours": [theme.class_colour(at) for at in range(len(classes))],
        "answered": int(sent(key).get("sequence", 0)),
        "height": height,
        "projector": state.projector(),
    }
    numbers = {"counts": np.array(counts), "available": np.array(available)}
    component("bars")(key=key, data=pack(head, numbers), default={"sent": None}, on_sent_change=on_change)


def sent(key: str) -> dict[str, Any]:
    """What the browser sent last: counts, rare, done, sequence; empty before."""
    message = (st.session_state.get(key) or {}).get("sent")
    return message if isinstance(message, dict) else {}


def counts_in(message: dict[str, Any], available: Sequence[int]) -> tuple[int, ...] | None:
    """The message's counts within what there is; None where it has none for these classes."""
    given = message.get("counts")
    if not isinstance(given, list) or len(given) != len(available):
        return None
    if not all(isinstance(count, int) and not isinstance(count, bool) for count in given):
        return None
    return tuple(max(0, min(count, there)) for count, there in zip(given, available, strict=True))
