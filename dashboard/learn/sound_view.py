"""The one-dimensional view: a sound through a filter, the same as a matrix, and half as many samples a second."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.errors import ConvLensError
from core.signal import filters
from core.signal.rates import Reduction
from core.signal.sound import RATE, Sound
from dashboard import parts
from dashboard.components import sound as component
from dashboard.components.sound import Block
from dashboard.learn import sound_blocks, sound_controls, sound_rate, sound_source, sound_state, tries
from dashboard.learn.sound_blocks import STRETCH, How
from dashboard.learn.sound_controls import KEPT
from dashboard.learn.sound_state import key
from dashboard.learn.sound_tries import TRIES

VIEW = "sound"
TABS = {"filter": "Filter", "matrix": "Matrix", "rate": "Half rate"}
REDUCTIONS: dict[Reduction, str] = {"second": "every second", "average": "mean of two", "maximum": "max of two"}
LOW_PASS = (3600, 101)  # cut-off in Hz and taps of the filter before halving
DRAWN = f"{sound_state.COMPONENT}_drawn"  # the last block that could be made, by tab
HEIGHT = "var(--convlens-sound)"  # what the header, two rows of controls and the prompts leave
SAID = 480  # CSS pixels beside the controls


@st.fragment
def show() -> None:
    """Controls, the component, and what is to be tried."""
    try:
        parts.wait_for_torch()
    except ConvLensError as error:
        parts.show_error(error)
        return
    with st.container(key="convolution_sound", gap="small"):
        with _row("first"):
            tab = st.segmented_control(
                "Part",
                list(TABS),
                format_func=TABS.__getitem__,
                default="filter",
                required=True,
                key=key("part"),
                on_change=sound_state.forget_place,
                label_visibility="collapsed",
                **KEPT,
            )
            name, first = ("tone_or", "tone") if tab == "rate" else ("kind", "voice")
            kind = sound_source.choose(name, first)
            how = sound_controls.choose_how() if tab != "rate" else None
        with _row("second"):
            block, fault = _made(tab, kind, how)
            _say(fault or sound_state.fault(), sound_source.notes(kind))
        _picture(tab, block)
        tries.show(VIEW, TRIES[tab])


def _made(tab: str, kind: str, how: How | None) -> tuple[Block | None, str | None]:
    """The second row's widgets and what they make, or why they make nothing."""
    tone = sound_source.frequency() if kind == "tone" else None
    sound = sound_source.sound_of(kind, tone)
    try:
        if how is None:
            return _halved(sound, tone), None
        filter = sound_controls.choose_filter()
        if tab == "matrix":
            return sound_blocks.matrix_block(sound, filter, how, _stretch(sound)), None
        return sound_blocks.filter_block(sound, filter, how, sound_controls.is_own(), sound_state.place()), None
    except ConvLensError as error:
        return None, str(error)


def _halved(sound: Sound, tone: float | None) -> Block:
    reduction = st.segmented_control(
        "8,000 of 16,000 samples a second",
        list(REDUCTIONS),
        format_func=REDUCTIONS.__getitem__,
        default="second",
        required=True,
        key=key("keep"),
        **KEPT,
    )
    cutoff, taps = LOW_PASS
    wanted = st.toggle("Low-pass before", key=key("before"), help=f"{taps} taps, cut-off {cutoff:,} Hz", **KEPT)
    before = filters.low_pass(cutoff, taps, RATE) if wanted else None
    return sound_rate.rate_block(sound, reduction, before, tone, sound_state.place())


def _say(fault: str | None, notes: list[str]) -> None:
    """What is wrong, or else what is to be known; beside the controls, so that nothing moves."""
    if fault:
        st.error(parts.plain(fault), width=SAID)
    elif notes:
        st.caption(parts.plain(" ".join(notes)), width=SAID)


def _picture(tab: str, block: Block | None) -> None:
    """The component; where nothing could be made, the last good picture stays."""
    drawn: dict[str, Any] = st.session_state.setdefault(DRAWN, {})
    if block is not None:
        drawn[tab] = block
    if tab in drawn:
        component.sound(drawn[tab], sound_state.COMPONENT, tab, sound_controls.take_taps, take_place, HEIGHT)


def take_place() -> None:
    """Callback: zoom or pin have come to rest."""
    place = component.sent_place(sound_state.COMPONENT)
    if place:
        sound_state.keep_place(*place)


def _stretch(sound: Sound) -> int:
    """Where the matrix's stretch of the sound begins: at first where there is something to see."""
    last = max(1, len(sound.samples) - STRETCH)
    first = min(8000, last // 2)
    if not sound.samples[first : first + STRETCH].any():
        first = min(last, max(0, int(np.abs(sound.samples).argmax()) - 4))
    return int(st.slider("From sample", 0, last, first, 1, key=key("from"), width=240, **KEPT))


def _row(name: str) -> Any:
    return st.container(
        horizontal=True,
        vertical_alignment="center" if name == "first" else "bottom",
        gap="xsmall" if name == "first" else "small",
        key=f"convolution_sound_{name}",
    )
