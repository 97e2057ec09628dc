"""The controls of the pooling page: rows of widgets inside the fragment of the picture that they drive."""

from __future__ import annotations

import streamlit as st

from core.signal.pooling_settings import Pooling
from dashboard.learn import pooling_state as page


def draw(channels: int) -> Pooling:
    """Kind, and what counts for it; returns what they say. channels: of the input."""
    chosen("kind", 142)
    settings = page.settings()
    if settings.slides:
        number("size")
        chosen("stride", 100)
        number("padding")
        toggle("ceil", "A last window that reaches beyond the end counts, too")
    elif settings.kind.startswith("adaptive-"):
        number("output", 130)
    if settings.kind == "average":
        toggle("padded", "Averages count padding cells as zeros", off=not settings.padding)
    if settings.kind == "lp":
        number("p")
    if channels > 1:
        number("channel")
    return page.settings()


def chosen(name: str, width: int) -> None:
    """One of a few words, in a list that opens."""
    control = page.CONTROLS[name]
    st.selectbox(
        control.title,
        control.options,
        key=page.key(name),
        bind="query-params",
        persist_state="session",
        width=width,
    )


def segments(name: str) -> None:
    """A few words side by side."""
    control = page.CONTROLS[name]
    st.segmented_control(
        control.title,
        control.options,
        default=control.first,
        required=True,
        key=page.key(name),
        bind="query-params",
        persist_state="session",
    )


def number(name: str, width: int = 88) -> None:
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
        width=width,
    )


def toggle(name: str, help: str, off: bool = False) -> None:
    """Something that is on or off."""
    control = page.CONTROLS[name]
    st.toggle(
        control.title,
        control.first == "true",
        key=page.key(name),
        bind="query-params",
        persist_state="session",
        help=help,
        disabled=off,
    )
