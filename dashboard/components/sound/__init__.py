"""Two sounds, one made from the other, or the matrix that makes it: drawn, hovered, zoomed and heard in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import state, theme
from dashboard.components import component
from dashboard.components.packed import pack


@dataclass(frozen=True, eq=False)
class Block:
    """What one view shows: `kind` is "filter" or "matrix"; head and arrays are those that `static/sound_*.js` reads."""

    kind: str
    head: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def sound(
    block: Block, key: str, name: str, on_taps: Callable[[], None], on_place: Callable[[], None], height: str
) -> None:
    """Mount it. name: of the view; another one starts afresh, with its whole sound. height: CSS length of the whole.

    The browser sends `taps` ({values, done}) while bars are dragged, and `place` ({view: [first, last sample] or [],
    pin: [track, index] or []}) when the hand rests; both are in `st.session_state[key]`.
    """
    head = {
        **block.head,
        "kind": block.kind,
        "name": name,
        "height": height,
        "colours": theme.DIVERGING,
        "projector": state.projector(),
    }
    component("sound")(
        key=key,
        data=pack(head, block.arrays),
        default={"taps": None, "place": None},
        on_taps_change=on_taps,
        on_place_change=on_place,
    )


def sent_taps(key: str) -> list[float] | None:
    """The taps that the hand has dragged to, None where there are none that make sense."""
    sent: Any = (st.session_state.get(key) or {}).get("taps")
    try:
        values = [float(value) for value in sent["values"]]
    except (KeyError, TypeError, ValueError):
        return None
    return values if values and np.isfinite(values).all() else None


def sent_place(key: str) -> tuple[list[int], list[int]] | None:
    """View and pin as whole numbers, None where nothing sensible was sent."""
    sent: Any = (st.session_state.get(key) or {}).get("place")
    try:
        view, pin = ([int(number) for number in sent[part]] for part in ("view", "pin"))
    except (KeyError, TypeError, ValueError):
        return None
    return (view, pin) if len(view) in (0, 2) and len(pin) in (0, 2) and min(view + pin, default=0) >= 0 else None
