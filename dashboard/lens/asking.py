"""Answers that take a while: made once for all sessions, with progress and a stop where they take long."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")
Progress = Callable[[float], None]

KEPT = 96


class Kept:
    """The newest answers, for all sessions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable) -> object | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, value: object) -> None:
        with self._lock:
            self._found[key] = value
            self._found.move_to_end(key)
            while len(self._found) > KEPT:
                self._found.popitem(last=False)


@st.cache_resource(ttl=1800, show_spinner=False)
def kept() -> Kept:
    """What all sessions share; it is let go after half an hour."""
    return Kept()


def asked(key: Hashable, make: Callable[[Progress | None], T], name: str, slow: str = "") -> T | None:
    """`make(progress)`, made once for each key; None while the user has stopped it.

    name: of the widgets. slow: what takes long, in words, where it does: then a bar and a button that stops it stand
    here. What `make` raises goes on.
    """
    known = kept()
    found = known.get(key)
    if found is None:
        if slow and st.session_state.get(f"{name}_stopped") == key:
            _stopped(name, slow)
            return None
        found = _watched(key, make, name, slow) if slow else make(None)
        known.put(key, found)
    return found  # type: ignore[return-value]


def _watched(key: Hashable, make: Callable[[Progress | None], T], name: str, slow: str) -> T:
    """A click on Stop reruns what draws this: the next word on the progress then never comes back."""
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center", key=f"{name}_progress"):
        bar = st.progress(0.0, text=slow)
        st.button("Stop", key=f"{name}_stop", icon=":material/stop:", on_click=_stop, args=(name, key))

    def hear(share: float) -> None:
        bar.progress(min(1.0, max(0.0, share)), text=slow)

    found = make(hear)
    place.empty()
    return found


def _stopped(name: str, slow: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"{name}_again_row"):
        st.caption(f"Stopped: {slow[:1].lower()}{slow[1:]}.")
        st.button("Begin again", key=f"{name}_again", on_click=_stop, args=(name, None))


def _stop(name: str, key: Hashable) -> None:
    st.session_state[f"{name}_stopped"] = key
