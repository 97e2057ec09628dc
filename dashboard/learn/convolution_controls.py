"""The controls of a convolution: one row, in the fragment of the picture that they drive."""

from __future__ import annotations

import streamlit as st

from core.signal.settings import Convolution
from dashboard.learn import convolution_state as page

MODES = ("valid", "same", "full", page.PAD)
WIDTH = 76  # of a slider, in CSS pixels


def draw(maps: int = 1) -> Convolution:
    """The controls from the mode on; returns what they say. maps: how many output maps there are to choose from."""
    page.CONTROLS.segments("mode", MODES)
    page.CONTROLS.number("stride", WIDTH)
    page.CONTROLS.number("dilation", WIDTH)
    border()
    page.CONTROLS.segments("formula")
    more(maps)
    return page.settings()


def border(rests: bool | None = None) -> None:
    """What fills the padding. rests: a transposed convolution has none, so there is nothing to choose."""
    if page.settings().transposed if rests is None else rests:
        st.selectbox("No border", ("zero",), key=page.key("border_rests"), width=100, disabled=True)
        return
    page.CONTROLS.chosen("border", 100)


def more(maps: int) -> None:
    """What is changed less often; the button says what of it is in force."""
    with st.popover(summary(), key=page.key("more"), width="content"):
        controls = page.CONTROLS
        controls.toggle("transposed", "Every input cell paints the kernel, scaled by its value, onto the output")
        padded = page.value("mode") == page.PAD
        controls.typed("padding", "Cells on every side, where the mode is 'pad'", disabled=not padded)
        controls.typed("groups", "Channels are split into so many groups, each with a filter of its own")
        controls.typed("map", "Which of the output's maps is shown", disabled=maps < 2)


def summary() -> str:
    """`More`, or what of it is in force: `transposed, 3 groups`."""
    settings = page.settings()
    words = [
        "transposed" if settings.transposed else "",
        f"pad {settings.padding}" if settings.mode == "number" else "",
        f"{settings.groups} groups" if settings.groups > 1 else "",
    ]
    return ", ".join(word for word in words if word) or "More"
