"""A gallery of samples: small crisp pictures with what is said of each, fetched as they come into sight.

    opened = gallery("evaluate_gallery", "cell 4 9 of run x", len(places), lambda some: page_of(places[some]))

Points of the plane are shown in a scatter among all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import state, theme
from dashboard.components import component
from dashboard.components.packed import pack

PAGE = 24  # samples that are sent at once


@dataclass(frozen=True)
class Card:
    """One sample. index: what comes back when it is clicked.

    head: a word or two that stand under the picture, such as `4 → 9`. note: smaller, beside it. words: the whole of it,
    on hover and for those who cannot see it. right: whether the answer is; None where nobody says.
    """

    index: int
    head: str
    note: str
    words: str
    right: bool | None = None


@dataclass(frozen=True, eq=False)
class Pictures:
    """images: uint8 (n, C, H, W), one a card; None for points: float32 (n, 2)."""

    cards: Sequence[Card]
    images: NDArray[np.uint8] | None = None
    points: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Ground:
    """Where points lie: all others, float32 (N, 2), and their classes."""

    points: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 2), np.float32))
    labels: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


def gallery(
    key: str,
    name: str,
    total: int,
    page: Callable[[slice], Pictures],
    *,
    ground: Ground | None = None,
    height: str = "26rem",
    opens: str = "open it on Feature maps",
) -> int | None:
    """Show it; returns the index of the card that was clicked, in the run that the click makes.

    name: equal for equal contents. page: the samples of a slice, at most `PAGE` at once. height: CSS length.
    opens: what a click does, in words; empty where it does nothing.
    """
    start = _first(key, name, total)
    shown = page(slice(start, min(total, start + PAGE)))
    head: dict[str, Any] = {
        "name": name,
        "total": total,
        "first": start,
        "cards": [[card.index, card.head, card.note, card.words, card.right] for card in shown.cards],
        "height": height,
        "opens": opens,
        "projector": state.projector(),
    }
    arrays: dict[str, NDArray[Any]] = {}
    if shown.images is not None:
        head["shape"] = list(shown.images.shape[1:])
        arrays["images"] = shown.images
    elif shown.points is not None:
        around = ground or Ground()
        head["colours"] = [theme.class_colour(label) for label in range(int(around.labels.max(initial=0)) + 1)]
        arrays |= {"points": shown.points, "ground": around.points, "labels": around.labels.astype(np.uint8)}
    clicked = component("gallery")(
        key=key,
        data=pack(head, arrays),
        default={"asks": None},
        on_asks_change=_nothing,
        on_opened_change=_nothing,
    )
    opened = getattr(clicked, "opened", None)
    return opened if isinstance(opened, int) and not isinstance(opened, bool) else None


def _first(key: str, name: str, total: int) -> int:
    """The first sample that the browser lacks."""
    asks = (st.session_state.get(key) or {}).get("asks")
    if not isinstance(asks, dict) or asks.get("name") != name or not isinstance(asks.get("first"), int):
        return 0
    return max(0, min(int(asks["first"]), total - 1))


def _nothing() -> None:
    """There is nothing to do but to rerun."""
