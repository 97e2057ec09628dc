"""Reading runs for every session of this server: what has not changed on the disk is read once, whoever asks."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from core.runs import events, steps
from core.runs.folder import Run, open_run
from core.runs.status import Status
from dashboard.live.checked import checked_event, checked_steps
from dashboard.live.look import Event, Look, place_of

WATCHED_FILES = ("events.jsonl", "steps.bin", "name.txt", "spec.json")
STATUS_SECONDS = 0.4  # a status that is not older than this is not asked for again
KEPT_RUNS = 64
KEPT_BLOCKS = 6  # a run: ready-made data for the browser (several windows, several themes)
TAIL = 64


@dataclass
class _Kept:
    """All that is known of one run, and the lock of whoever reads on."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    run: Run | None = None
    offset: int = 0
    events: list[Event] = field(default_factory=list)
    look: Look | None = None
    files: tuple[tuple[int, int], ...] = ()
    status: Status | None = None
    asked: float = 0.0
    blocks: OrderedDict[Hashable, tuple[Hashable, Any]] = field(default_factory=OrderedDict)


class Reader:
    """Looks at runs; safe to share between threads, and cheap where nothing changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def look(self, run_id: str) -> Look:
        """The run as it is now. Raises RunError where there is none, or its folder cannot be read."""
        kept = self._keep(run_id)
        with kept.lock:
            return self._look(run_id, kept)

    def made(self, run_id: str, name: Hashable, stamp: Hashable, make: Callable[[], Any]) -> Any:
        """`make()`, made once for each `stamp`; `name` tells apart what is made of one run."""
        kept = self._keep(run_id)
        with kept.lock:
            found = kept.blocks.get(name)
            if found is None or found[0] != stamp:
                found = kept.blocks[name] = (stamp, make())
            kept.blocks.move_to_end(name)
            while len(kept.blocks) > KEPT_BLOCKS:
                kept.blocks.popitem(last=False)
            return found[1]

    def _keep(self, run_id: str) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(run_id, _Kept())
            self._kept.move_to_end(run_id)
            while len(self._kept) > KEPT_RUNS:
                self._kept.popitem(last=False)
            return kept

    def _look(self, run_id: str, kept: _Kept) -> Look:
        run = kept.run if kept.run is not None and kept.run.path.is_dir() else open_run(run_id)
        kept.run = run
        files = _stamp(run.path)
        now = time.monotonic()
        if kept.status is None or files != kept.files or now - kept.asked >= STATUS_SECONDS:
            kept.status, kept.asked = run.status(), now
        status = kept.status
        if kept.look is not None and files == kept.files and status == kept.look.status:
            return kept.look
        self._read_on(run, kept)
        of = kept.events
        tail = checked_steps(steps.read_steps(run.path, max(0, steps.count_steps(run.path) - TAIL)))
        kept.files = files
        kept.look = Look(
            id=run_id,
            name=run.name,
            spec=run.spec,
            status=status,
            place=place_of(run.spec, of, tail),
            epochs=tuple(events.epochs(of)),
            troubles=tuple(event for event in of if event["type"] == "trouble"),
            changes=tuple(event for event in of if event["type"] == "changed"),
            start=next((event for event in reversed(of) if "steps_per_epoch" in event), None),
            message=str(of[-1].get("sentence") or "") if of and of[-1]["type"] == "message" else "",
            end=next((event for event in reversed(of) if event["type"] in events.FINAL), None),
            stamp=(files, status),
        )
        return kept.look

    @staticmethod
    def _read_on(run: Run, kept: _Kept) -> None:
        found, offset = events.read(run.path, kept.offset)
        if offset < kept.offset:  # a shorter file is another one
            kept.events, (found, offset) = [], events.read(run.path, 0)
        kept.events.extend(map(checked_event, found))
        kept.offset = offset


def _stamp(path: Path) -> tuple[tuple[int, int], ...]:
    found = []
    for name in WATCHED_FILES:
        try:
            stat = (path / name).stat()
            found.append((stat.st_size, stat.st_mtime_ns))
        except OSError:
            found.append((-1, 0))
    return tuple(found)


@st.cache_resource(show_spinner=False)
def reader() -> Reader:
    """The reader that all sessions of this server share."""
    return Reader()
