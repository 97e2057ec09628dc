"""The processes that do the tasks: as many as there are places, started when work waits, gone when none is left."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from core.errors import RunError
from core.paths import runs_root
from core.runs import waiting, workers
from core.runs.disk import is_held, telling

MODULE = "core.jobs.tasks"
FOLDER = ".tasks"
LONG = frozenset({"study"})  # kinds that may take an hour: they wait for one another, and for nobody else
LANES = ("quick", "long")

_children = workers.Children()


def lane_of(kind: str) -> str:
    """In which queue a task of that kind waits."""
    return "long" if kind in LONG else "quick"


def lane_root(lane: str) -> Path:
    """The folder of a queue and of its places' locks."""
    return runs_root() / FOLDER / lane


def places(lane: str) -> int:
    """How many tasks of a lane are done at once."""
    return 1 if lane == "long" else max(2, min(4, (os.cpu_count() or 1) // 2))


def place_path(lane: str, place: int) -> Path:
    """The lock that the place's process holds while it lives."""
    return lane_root(lane) / f"place-{place}.lock"


def busy_path(lane: str, place: int) -> Path:
    """A file that is there while the place's process is at work."""
    return lane_root(lane) / f"place-{place}.busy"


def pid_path(lane: str, place: int) -> Path:
    """The process id of the place's process; of a dead one where the lock is free."""
    return lane_root(lane) / f"place-{place}.pid"


def tend() -> int:
    """Starts the processes that waiting tasks lack and returns how many; cheap where nothing waits. Raises RunError."""
    return sum(_tend(lane, 0) for lane in LANES)


def warm() -> None:
    """Keeps a process at hand for a minute or two, so that the next quick task starts at once; never a page's fault."""
    with suppress(RunError, OSError):
        _tend("quick", 1)


def _tend(lane: str, least: int) -> int:
    wanted = max(least, len(waiting.names(lane_root(lane))))
    with _children.guard:
        _children.reap()
        if not wanted:
            return 0
        idle, free = 0, []
        for place in range(places(lane)):
            path = place_path(lane, place)
            held = is_held(path)
            if held or _children.is_starting(path):
                idle += not (held and busy_path(lane, place).exists())
            else:
                free.append(place)
        started = free[: max(0, wanted - idle)]
        for place in started:
            _start(lane, place)
        return len(started)


def _start(lane: str, place: int) -> None:
    path = place_path(lane, place)
    with telling(f"start a task's process in {runs_root()}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            busy_path(lane, place).unlink()
        with path.with_suffix(".log").open("ab") as log:
            if log.tell() > workers.LARGEST_LOG:
                log.truncate(0)
            child = workers.spawn(["--wait", lane, "--place", str(place)], log.fileno(), MODULE)
    _children.add(path, child)
