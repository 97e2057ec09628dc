"""The parts that pages share."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from dashboard import boot, state, theme
from dashboard.boot import STATIC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.delta_generator import DeltaGenerator

ICON = str(STATIC / "logo.svg")


def frame() -> None:
    """What surrounds every page: logo, styles, projector mode, and what the server or the link have to say."""
    st.logo(ICON, size="large")
    st.html(STATIC / "style.css")
    st.html(f"<style>{theme.variables(theme.current())}</style>")
    with st.sidebar:
        st.toggle(
            "Projector mode",
            key=state.PROJECTOR,
            help="Larger type, thicker lines, higher contrast",
            persist_state="session",  # a button that leads to another page would switch it off
        )
    if state.projector():
        st.html(STATIC / "projector.css")
    for notice in boot.start_once().notices:
        st.warning(plain(notice))
    fault = state.take_link_fault()
    if fault:
        st.warning(plain(fault))
    tell()


def tell() -> None:
    """Show what was said since the last rerun.

    Only where a script or a fragment draws: a toast from a callback takes the place of the page's style sheet.
    """
    message = state.take_message()
    if message:
        st.toast(plain(message))


def page_header(title: str, subtitle: str) -> DeltaGenerator:
    """Title and a short sentence on the left; returns the container at the right for the page's main buttons."""
    key = f"header-{title.lower().replace(' ', '-')}"
    row = st.container(key=key, horizontal=True, vertical_alignment="center", gap="small")
    with row.container(width="stretch", gap=None):
        st.title(title, anchor=False)
        st.caption(subtitle)
    return row.container(width="content", horizontal=True, horizontal_alignment="right", vertical_alignment="center")


def card(key: str, title: str | None = None, height: int | str = "content") -> DeltaGenerator:
    """A white card with a thin border; `title` stands on top of it."""
    box = st.container(border=True, key=key, height=height)  # type: ignore[arg-type]
    if title:
        box.subheader(title, anchor=False)
    return box


def show_error(error: ConvLensError | str) -> None:
    """What went wrong, in the error's own sentences."""
    st.error("\n\n".join(line for line in plain(str(error)).splitlines() if line.strip()))


def try_this(*prompts: str) -> None:
    """Two or three short prompts that lead to the surprise that the page is there for."""
    items = "".join(f"<span>{html.escape(prompt)}</span>" for prompt in prompts)
    st.html(f'<div class="convlens-try" role="note"><b>Try this</b>{items}</div>')


def empty_state(sentence: str, button: str, key: str, on_click: Callable[[], None] | None = None) -> bool:
    """Nothing here yet: one sentence, and one button that gets a first result. Returns whether it was clicked."""
    with st.container(
        border=True, horizontal_alignment="center", vertical_alignment="center", height=260, key=f"{key}_box"
    ):
        st.markdown(plain(sentence), text_alignment="center")
        return st.button(button, key=key, type="primary", on_click=on_click)


def state_words(run_state: str, place: int | None = None) -> str:
    """A run's state in words: `queued, place 2`."""
    return f"{run_state}, place {place}" if run_state == "queued" and place else run_state


def plain(text: str) -> str:
    """The text with everything escaped that Markdown would read as a sign."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#$~|:" else sign for sign in text)


def percent(share: float | None, digits: int = 2) -> str:
    """A share as per cent; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def span(seconds: float | None) -> str:
    """A time span in words; a dash where there is none."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def wait_for_torch() -> None:
    """Stay here, and say so, until the imports that began with the server are done.

    Raises ConvLensError where they failed.
    """
    started = boot.start_once()
    if not started.ready.is_set():
        with st.spinner("PyTorch is still being imported"):
            started.ready.wait()
    if started.fault:
        raise ConvLensError(started.fault)


def chips(items: Sequence[str]) -> str:
    """Short facts in one line, a middle dot between them."""
    return " · ".join(item for item in items if item)
