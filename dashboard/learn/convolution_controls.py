"""The controls of a convolution: one row, in the fragment of the picture that they drive."""

from __future__ import annotations

import streamlit as st

from core.signal.settings import Convolution
from dashboard.learn import convolution_state as page

MODES = ("valid", "same", "full", page.PAD)


def draw(maps: int = 1) -> Convolution:
    """The controls from the mode on; returns what they say. maps: how many output maps there are to choose from."""
    segments("mode", MODES)
    number("stride")
    number("dilation")
    border()
    segments("formula")
    more(maps)
    return page.settings()


def segments(name: str, order: tuple[str, ...] | None = None) -> None:
    """A few words side by side."""
    control = page.CONTROLS[name]
    st.segmented_control(
        control.title,
        order or control.options,
        default=control.first,
        required=True,
        key=page.key(name),
        bind="query-params",
        persist_state="session",
    )


def border(rests: bool | None = None) -> None:
    """What fills the padding. rests: a transposed convolution has none, so there is nothing to choose."""
    control = page.CONTROLS["border"]
    if page.settings().transposed if rests is None else rests:
        st.selectbox("No border", ("zero",), key=page.key("border_rests"), width=100, disabled=True)
        return
    st.selectbox(
        control.title,
        control.options,
        key=page.key("border"),
        bind="query-params",
        persist_state="session",
        width=100,
    )


def number(name: str) -> None:
    """A whole number between two bounds."""
    control = page.CONTROLS[name]
    st.slider(
        control.title,
        control.low,
        control.high,
        control.default,
        key=page.key(name),
        bind="query-params",
        persist_state="session",
        width=76,
    )


def more(maps: int) -> None:
    """What is changed less often; the button says what of it is in force."""
    with st.popover(summary(), key=page.key("more"), width="content"):
        st.toggle(
            "Transposed",
            key=page.key("transposed"),
            bind="query-params",
            persist_state="session",
            help="Every input cell paints the kernel, scaled by its value, onto the output",
        )
        spinner("padding", "Cells on every side, where the mode is 'pad'", disabled=page.value("mode") != page.PAD)
        spinner("groups", "Channels are split into so many groups, each with a filter of its own")
        spinner("map", "Which of the output's maps is shown", disabled=maps < 2)


def spinner(name: str, help: str, disabled: bool = False) -> None:
    """A whole number that is typed or stepped."""
    control = page.CONTROLS[name]
    st.number_input(
        f"{control.title} ({control.low} to {control.high})",
        control.low,
        control.high,
        control.default,
        key=page.key(name),
        bind="query-params",
        persist_state="session",
        help=help,
        disabled=disabled,
    )


def summary() -> str:
    """`More`, or what of it is in force: `transposed, 3 groups`."""
    settings = page.settings()
    words = [
        "transposed" if settings.transposed else "",
        f"pad {settings.padding}" if settings.mode == "number" else "",
        f"{settings.groups} groups" if settings.groups > 1 else "",
    ]
    return ", ".join(word for word in words if word) or "More"
