"""Choosing a filter for sound, and how it is applied."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.signal import filters
from core.signal.filters import Filter
from dashboard.components import sound as component
from dashboard.learn import sound_state
from dashboard.learn.sound_blocks import How
from dashboard.learn.sound_state import key

FILTERS = {
    "echo": "Echo",
    "average": "Moving average",
    "difference": "Difference",
    "low-pass": "Low-pass",
    "own": "Own taps",
}
FIRST_TAPS = "1, 0, -0.5"
MODES = ("full", "same", "valid")
FORMULAS = ("convolution", "correlation")
KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def choose_filter() -> Filter:
    """The widgets of the filter and of its settings. Raises SignalError where own taps cannot be read."""
    kind = st.selectbox("Filter", list(FILTERS), format_func=FILTERS.__getitem__, key=key("filter"), width=160, **KEPT)
    if kind == "echo":
        delay = _slider("Delay in ms", "delay", 1, 500, 250, 1)
        strength = _slider("Strength", "strength", -1.0, 1.0, 0.6, 0.05)
        return filters.echo(delay, strength)
    if kind == "average":
        return filters.moving_average(_slider("Width in samples", "width", 2, 101, 9, 1))
    if kind == "difference":
        return filters.difference()
    if kind == "low-pass":
        cutoff = _slider("Cut-off in Hz", "cutoff", 100, 7900, 1500, 100)
        return filters.low_pass(cutoff, _slider("Taps", "taps", 3, 201, 63, 2))
    text = st.text_input(
        "Taps, with commas",
        FIRST_TAPS,
        key=key("own"),
        width=260,
        help="Up to 31 numbers; their bars can be dragged",
        **KEPT,
    )
    return filters.own(text)


def choose_how() -> How:
    plain: dict[str, Any] = {"required": True, "label_visibility": "collapsed", **KEPT}
    mode = st.segmented_control("Mode", MODES, default=MODES[0], key=key("mode"), **plain)
    formula = st.segmented_control("Formula", FORMULAS, default=FORMULAS[0], key=key("formula"), **plain)
    return How(mode, formula == "convolution")


def is_own() -> bool:
    """Whether the taps may be dragged."""
    return bool(st.session_state.get(key("filter")) == "own")


def take_taps() -> None:
    """Callback: the hand has dragged a bar; the text field, and with it the link, follow."""
    values = component.sent_taps(sound_state.COMPONENT)
    if values and is_own():
        st.session_state[key("own")] = filters.as_text(np.array(values[: filters.MOST_OWN], np.float32))


def _slider(label: str, name: str, low: Any, high: Any, first: Any, step: Any) -> Any:
    return st.slider(label, low, high, first, step, key=key(name), width=145, **KEPT)
