"""Try this, on the pooling page: each prompt sets what is on the screen and says what is to be seen in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from dashboard import parts
from dashboard.learn import pooling_state as page


@dataclass(frozen=True)
class Prompt:
    """label: on the button. said: what is to be seen. prepare: sets the scene, before anything is drawn."""

    label: str
    said: str
    prepare: Callable[[], None]


def show(prompts: Mapping[str, Prompt], stamp: object, notes: tuple[str | None, ...] = ()) -> None:
    """The prompts of one view; below them the first of the notes, or what was tried, while `stamp` stays the same."""
    with st.container(key=page.key("prompts")):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html('<div class="convlens-try" role="note"><b>Try this</b></div>', width="content")
            for name, prompt in prompts.items():
                key = page.key(f"try_{name}")
                st.button(prompt.label, key=key, type="tertiary", on_click=_try, args=(name, prompt))
        told = next((note for note in notes if note), None) or _said(prompts, stamp)
        st.caption(parts.plain(told or "\u00a0"))


def _try(name: str, prompt: Prompt) -> None:
    prompt.prepare()
    st.session_state[page.key("tried")] = (name, None)


def _said(prompts: Mapping[str, Prompt], stamp: object) -> str | None:
    name, before = st.session_state.get(page.key("tried"), (None, None))
    if name not in prompts:
        return None
    if before is None:
        st.session_state[page.key("tried")] = (name, stamp)
    elif before != stamp:
        return None
    return prompts[name].said
