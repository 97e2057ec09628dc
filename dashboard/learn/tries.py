"""Try this, on all views but Stage and Deck: each prompt sets the view's controls and says what is to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import parts
from dashboard.learn import lesson_state as page


@dataclass(frozen=True)
class Try:
    """label: on the button. said: what is to be seen. controls: value of each. place: the numbers of
    `lesson_state`; none: wherever the view stands at first.
    """

    label: str
    said: str
    controls: Mapping[str, Any]
    place: Sequence[int] = ()


def show(view: str, prompts: Sequence[Try]) -> None:
    """The prompts, and under them what the last one is there for, until a control is moved."""
    with st.container(key=page.key(view, "prompts")):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html('<div class="convlens-try" role="note"><b>Try this</b></div>', width="content")
            for at, prompt in enumerate(prompts):
                name = page.key(view, f"try_{at}")
                st.button(prompt.label, key=name, type="tertiary", on_click=_set, args=(view, prompt))
        st.caption(parts.plain(_said(view) or "\u00a0"))


def _set(view: str, prompt: Try) -> None:
    """Callback: the prompt's controls and place, before any of them is drawn."""
    for name, value in prompt.controls.items():
        st.session_state[page.key(view, name)] = value
    at = page.key(view, "at")
    st.session_state[at] = ".".join(map(str, prompt.place))
    st.query_params.pop(at, None)
    page.link(view)
    st.session_state[page.key(view, "tried")] = prompt
    st.session_state[page.key(view, "tries")] = count(view) + 1


def count(view: str) -> int:
    """How many prompts were clicked: the browser then goes where the prompt says."""
    clicked: int = st.session_state.get(page.key(view, "tries"), 0)
    return clicked


def _said(view: str) -> str | None:
    prompt: Try | None = st.session_state.get(page.key(view, "tried"))
    if prompt is None or any(
        st.session_state.get(page.key(view, name)) != value for name, value in prompt.controls.items()
    ):
        return None
    return prompt.said
