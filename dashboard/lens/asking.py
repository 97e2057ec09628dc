"""Answers that take a while: made once for all sessions, beside the page where they take long, and can be stopped."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")
Progress = Callable[[float], None]

KEPT = 96
REFRESH = 0.4  # seconds between two looks at what is being made
FORGOTTEN = 20.0  # seconds after which nobody waits for it any more


class Stopped(Exception):
    """The user does not want it any more."""


class Work:
    """Something that is being made. share: how much of it is done, 0..1; fault: why it could not be."""

    def __init__(self) -> None:
        self.share = 0.0
        self.over = False
        self.fault: Exception | None = None
        self.wanted = True
        self.seen = time.monotonic()

    def hear(self, share: float) -> None:
        """The progress; raises Stopped where nobody waits for the answer."""
        self.share = min(1.0, max(0.0, share))
        if not self.wanted or time.monotonic() - self.seen > FORGOTTEN:
            raise Stopped


class Kept:
    """The newest answers, and those being made, one at a time, for all sessions."""

    def __init__(self) -> None:
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._found: OrderedDict[Hashable, object] = OrderedDict()
        self._works: dict[Hashable, Work] = {}

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

    def work(self, key: Hashable, make: Callable[[Progress], object]) -> Work:
        """What is being made for this key, begun now where it is not."""
        with self._lock:
            found = self._works.get(key)
            if found is not None and found.wanted:
                return found
            begun = self._works[key] = Work()
        threading.Thread(target=self._make, args=(key, make, begun), daemon=True).start()
        return begun

    def _make(self, key: Hashable, make: Callable[[Progress], object], work: Work) -> None:
        try:
            with self._turn:
                work.hear(0.0)
                self.put(key, make(work.hear))
        except Stopped:
            pass
        except Exception as error:  # it belongs to the page that waits: `asked` raises it there
            work.fault = error
        finally:
            with self._lock:
                work.over = True
                if self._works.get(key) is work and work.fault is None:
                    del self._works[key]

    def forget(self, key: Hashable) -> None:
        """Let go of what could not be made: the next one who asks begins anew."""
        with self._lock:
            self._works.pop(key, None)


@st.cache_resource(ttl=1800, show_spinner=False)
def kept() -> Kept:
    """What all sessions share; it is let go after half an hour."""
    return Kept()


def asked(key: Hashable, make: Callable[[Progress | None], T], name: str, slow: str = "") -> T | None:
    """`make`, done once for each key; None while it is being made, or after the user has stopped it.

    name: of the widgets. slow: what takes long, in words, where it does: `make(progress)` then runs in a thread (it may
    draw nothing), and a bar with a button that stops it stands here until the page runs again with the answer. What
    `make` raises is raised here.
    """
    known = kept()
    found = known.get(key)
    if found is None and not slow:
        found = make(None)
        known.put(key, found)
    if found is None and st.session_state.get(f"{name}_stopped") == key:
        _stopped(name, slow)
    elif found is None:
        work = known.work(key, make)
        if work.fault is not None:
            known.forget(key)
            raise work.fault
        st.fragment(_watch, run_every=REFRESH)(work, name, slow, key)
    return found  # type: ignore[return-value]


def _watch(work: Work, name: str, slow: str, key: Hashable) -> None:
    work.seen = time.monotonic()
    if work.over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"{name}_progress"):
        st.progress(work.share, text=slow)
        st.button("Stop", key=f"{name}_stop", icon=":material/stop:", on_click=_stop, args=(name, key, work))
    if not work.wanted:
        st.rerun()


def _stopped(name: str, slow: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"{name}_progress"):
        st.caption(f"Stopped: {slow[:1].lower()}{slow[1:]}.")
        st.button("Begin again", key=f"{name}_again", on_click=_again, args=(name,))


def _stop(name: str, key: Hashable, work: Work) -> None:
    work.wanted = False
    st.session_state[f"{name}_stopped"] = key


def _again(name: str) -> None:
    st.session_state.pop(f"{name}_stopped", None)
