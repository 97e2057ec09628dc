"""The names of the runs that wait, first come first served: one empty file for each in `.queue/`."""

from __future__ import annotations

import time
from pathlib import Path

from filelock import FileLock

FOLDER = ".queue"


def lock(root: Path) -> FileLock:
    """Who starts, claims or removes a run holds this. Raises OSError, on timeout too."""
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    return FileLock(root / FOLDER / "lock", timeout=10, poll_interval=0.005)


def names(root: Path) -> list[str]:
    """The waiting runs' names in order, empty without a queue."""
    return [name for _, name in _entries(root)]


def add(root: Path, name: str) -> None:
    """Puts a run at the end; nothing changes where it waits already. Hold the lock."""
    if name not in names(root):
        last = max((when for when, _ in _entries(root)), default=0)
        (root / FOLDER / f"{max(time.time_ns(), last + 1):020d}-{name}").touch()


def remove(root: Path, name: str) -> bool:
    """Takes a run out and says whether it waited."""
    waited = False
    for when, other in _entries(root):
        if other == name:
            (root / FOLDER / f"{when:020d}-{other}").unlink(missing_ok=True)
            waited = True
    return waited


def _entries(root: Path) -> list[tuple[int, str]]:
    try:
        found = [entry.name.partition("-") for entry in (root / FOLDER).iterdir()]
    except OSError:
        return []
    return sorted((int(when), name) for when, _, name in found if when.isdigit() and name)
