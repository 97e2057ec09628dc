"""The figures of every class with their intervals: sorted, read and chosen in the browser."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import streamlit as st

from core.evaluation.per_class import METHODS, TITLES
from dashboard import state, theme
from dashboard.components import component
from dashboard.components.packed import pack

if TYPE_CHECKING:
    from core.evaluation.per_class import Figure, PerClass

SHORT = {"balanced_accuracy": "balanced acc.", "average_precision": "avg precision"}


class Wish(NamedTuple):
    """What was clicked: a class's index, and what is wanted of it."""

    label: int
    what: Literal["samples", "threshold"]


def class_table(found: PerClass, key: str, height: str, on_wish: Callable[[], None]) -> None:
    """Show the table. height: CSS length. on_wish: called before the rerun that a click makes; `wish(key)` tells it."""
    bounds = [figure.interval.low for row in found.rows for figure in row.figures.values() if figure.interval]
    head: dict[str, Any] = {
        "columns": [[name, SHORT.get(name, title), METHODS[name]] for name, title in TITLES.items()],
        "rows": [
            [row.name, row.support, [_cell(row.figures[name]) for name in TITLES], theme.class_colour(label)]
            for label, row in enumerate(found.rows)
        ],
        "means": [found.mean(name) for name in TITLES],
        "low": floor(10 * min(bounds, default=0.0)) / 10,
        "height": height,
        "projector": state.projector(),
    }
    component("class_table")(key=key, data=pack(head, {}), default={"wish": None}, on_wish_change=on_wish)


def wish(key: str, classes: int) -> Wish | None:
    """What was clicked last; None where it makes no sense."""
    sent = (st.session_state.get(key) or {}).get("wish")
    if not isinstance(sent, dict) or sent.get("what") not in ("samples", "threshold"):
        return None
    label = sent.get("label")
    return Wish(label, sent["what"]) if isinstance(label, int) and 0 <= label < classes else None


def _cell(figure: Figure) -> list[Any]:
    low, high = figure.interval or (None, None)
    return [figure.value, low, high, figure.formula or figure.reason]
