"""What the sound's views remember: own sounds for the session, the place in the waves for the link."""

from __future__ import annotations

import re
from functools import lru_cache

import streamlit as st

from core.errors import ConvLensError
from core.signal.sound import Sound, generate
from core.signal.wav import decode
from dashboard.learn.views import PREFIX

OWN = f"{PREFIX}_sound_kept"
FAULT = f"{PREFIX}_sound_fault"
PLACE = f"{PREFIX}_sound_at"  # also the place's parameter in the link
COMPONENT = f"{PREFIX}_sound_stage"
PATTERN = re.compile(r"(?:(\d{1,7})-(\d{1,7}))?(?:\.([01])-(\d{1,7}))?", re.ASCII)

generated = lru_cache(maxsize=16)(generate)


def key(name: str) -> str:
    """The widget's key and the link's parameter."""
    return f"{PREFIX}_sound_{name}"


def own() -> Sound | None:
    """What the user uploaded or recorded last in this session."""
    kept: Sound | None = st.session_state.get(OWN)
    return kept


def take(widget: str, choice: str, option: str, name: str | None = None) -> None:
    """Callback of an upload or a recording: keep it and choose it, or say what is wrong with it."""
    given = st.session_state.get(widget)
    if given is None:
        return
    st.session_state.pop(FAULT, None)
    try:
        st.session_state[OWN] = decode(given.getvalue(), name or given.name)
    except ConvLensError as error:
        st.session_state[FAULT] = str(error)
        return
    st.session_state[choice] = option
    forget_place()


def fault() -> str | None:
    """What was wrong with the last upload or recording."""
    sentence: str | None = st.session_state.get(FAULT)
    return sentence


def place() -> dict[str, list[int]] | None:
    """View and pin as the component takes them, from the session, or else from the link."""
    found = PATTERN.fullmatch(st.session_state.get(PLACE) or st.query_params.get(PLACE, ""))
    if not found or not found.group():
        return None
    first, last, track, index = found.groups()
    return {
        "view": [int(first), int(last)] if first else [],
        "pin": [int(track), int(index)] if track else [],
    }


def keep_place(view: list[int], pin: list[int]) -> None:
    """Into the session and the link: `1200-1240.1-1215`, the samples shown, and track and sample that are pinned."""
    text = (f"{view[0]}-{view[1]}" if view else "") + (f".{pin[0]}-{pin[1]}" if pin else "")
    st.session_state[PLACE] = text
    if text:
        st.query_params[PLACE] = text
    else:
        forget_place()


def choose_another() -> None:
    """Callback: another sound was chosen, so that neither the place nor the last fault counts."""
    st.session_state.pop(FAULT, None)
    forget_place()


def forget_place() -> None:
    st.session_state.pop(PLACE, None)
    if PLACE in st.query_params:
        del st.query_params[PLACE]
