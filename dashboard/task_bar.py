"""A task as the page shows it: how far it is, the time left, and a button that stops it or begins it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.runs import task_places
from dashboard import parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.runs.tasks import Task, TaskStatus

REFRESH = 0.5  # seconds


def task_bar(task: Task, key: str, goes_on: bool = True) -> TaskStatus | None:
    """Draw the task's bar, which looks again each half second while it lives, and return what it is now.

    Nothing is drawn where it was never started or has finished. When it ends, the whole page runs again and finds the
    results. goes_on: one that was stopped goes on where it was, else it begins anew. None where the folder cannot be
    read, which is told here.
    """
    try:
        status = task.status()
    except ConvLensError as error:
        parts.show_error(error)
        return None
    if status.live:
        st.fragment(_watch, run_every=REFRESH)(task, key)
    elif status.state in ("stopped", "failed", "crashed"):
        _ended(task, key, status, goes_on)
    return status


def words(status: TaskStatus) -> str:
    """The task's progress in a few words."""
    left = "" if status.seconds_left is None else f"{parts.span(round(status.seconds_left))} left"
    share = "" if status.share is None else f"{100 * status.share:.0f} %"
    return parts.chips((status.sentence[:1].upper() + status.sentence[1:], share, left))


def _watch(task: Task, key: str) -> None:
    try:
        status = task.status()
        if status.state == "queued":
            task_places.tend()
    except ConvLensError as error:
        parts.show_error(error)
        return
    if not status.live:
        st.rerun()
    with st.container(key=f"{key}_bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(status.share or 0.0, text=parts.plain(words(status)))
        st.button("Stop", key=f"{key}_stop", icon=":material/stop:", on_click=_do, args=(task.stop, key))
    _told(key)


def _ended(task: Task, key: str, status: TaskStatus, goes_on: bool) -> None:
    with st.container(key=f"{key}_bar", horizontal=True, vertical_alignment="center", gap="small"):
        sentence = status.sentence or status.state
        sentence = sentence[:1].upper() + sentence[1:]
        if status.state == "stopped":
            st.caption(
                parts.plain(parts.chips((sentence, "" if status.share is None else f"{100 * status.share:.0f} %")))
            )
        else:
            parts.show_error(sentence)
        label = "Go on" if goes_on and status.state == "stopped" else "Start again"
        st.button(label, key=f"{key}_restart", icon=":material/replay:", on_click=_do, args=(task.restart, key))
    _told(key)


def _do(action: Callable[[], None], key: str) -> None:
    try:
        action()
        st.session_state.pop(f"{key}_fault", None)
    except ConvLensError as error:
        st.session_state[f"{key}_fault"] = str(error)


def _told(key: str) -> None:
    fault = st.session_state.get(f"{key}_fault")
    if fault:
        parts.show_error(fault)
