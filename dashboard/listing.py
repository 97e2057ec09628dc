"""The list of runs as all pages and all sessions share it: read at most once a second."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from core.paths import runs_root
from core.runs import folder

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs.folder import Summary

FRESH_SECONDS = 1.0


@dataclass
class _Kept:
    """What was read last. made: when the folder of runs last got or lost an entry."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    runs: tuple[Summary, ...] | None = None
    at: float = 0.0
    made: int | None = None


@st.cache_resource(max_entries=4, show_spinner=False)
def _kept(root: str) -> _Kept:
    return _Kept()


def runs() -> tuple[Summary, ...]:
    """Every run, newest first, as it was at most a second ago; new and deleted ones at once. Raises RunError."""
    root = runs_root()
    kept = _kept(str(root))
    with kept.lock:
        made = _made(root)
        if kept.runs is None or made != kept.made or time.monotonic() - kept.at >= FRESH_SECONDS:
            kept.runs = None
            kept.runs, kept.made = tuple(folder.list_runs()), made
            kept.at = time.monotonic()
        return kept.runs


def forget() -> None:
    """A run was changed here: the next look reads again."""
    kept = _kept(str(runs_root()))
    with kept.lock:
        kept.runs = None


def _made(root: Path) -> int | None:
    try:
        return root.stat().st_mtime_ns
    except OSError:
        return None
