"""Starting the processes that train, one a slot, and keeping the first of them warm."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from core.errors import RunError
from core.paths import PROJECT, runs_root
from core.runs import waiting
from core.runs.disk import is_held, telling
from core.runs.sweep import sweep

FOLDER = ".workers"
STARTING_SECONDS = 15.0  # a child that has not taken its slot's lock by then never will
# How often a thread without work looks for some before it sleeps. By libgomp's own 300,000 it holds a core that a
# browser or the server may need: a step of huttunen-2016 then takes 1.3 to 1.8 times as long as with these.
SPINS = "20000"
LARGEST_LOG = 1_000_000  # bytes


def slots() -> int:
    """How many runs train at once: `CONVLENS_SLOTS`, by default one for every four cores. Raises RunError."""
    given = os.environ.get("CONVLENS_SLOTS", "").strip()
    if not given:
        return max(1, (os.cpu_count() or 1) // 4)
    if not given.isdigit() or not 1 <= int(given) <= 64:
        raise RunError(f"CONVLENS_SLOTS must be a whole number from 1 to 64, not {given!r}.")
    return int(given)


def slot_lock(slot: int) -> FileLock:
    """The lock that the slot's worker holds while it lives."""
    return FileLock(slot_path(slot), thread_local=False)


def slot_path(slot: int) -> Path:
    return runs_root() / FOLDER / f"slot-{slot}.lock"


def busy_path(slot: int) -> Path:
    """A file that is there while the slot's worker trains."""
    return runs_root() / FOLDER / f"slot-{slot}.busy"


def pid_path(slot: int) -> Path:
    """The process id of the slot's worker; of a dead one where the lock is free."""
    return runs_root() / FOLDER / f"slot-{slot}.pid"


def beat() -> None:
    """Says that a server lives, so that the warm worker stays; call it every few seconds. Raises RunError."""
    with telling(f"write to {runs_root()}"):
        folder = runs_root() / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "beat").touch()


def seconds_since_beat() -> float:
    """Infinite where no server has ever beaten."""
    try:
        return max(0.0, time.time() - (runs_root() / FOLDER / "beat").stat().st_mtime)
    except OSError:
        return float("inf")


@dataclass
class Children:
    """The workers that this process started: polled, so that none of them stays a zombie.

    swept: the folders of runs that this process has cleared of leftovers.
    """

    started: dict[Path, tuple[subprocess.Popen[bytes], float]] = field(default_factory=dict)
    old: list[subprocess.Popen[bytes]] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    swept: set[Path] = field(default_factory=set)

    def reap(self) -> None:
        self.old = [child for child in self.old if child.poll() is None]
        for slot, (child, _) in list(self.started.items()):
            if child.poll() is not None:
                del self.started[slot]

    def is_starting(self, slot: Path) -> bool:
        child = self.started.get(slot)
        return child is not None and time.monotonic() - child[1] < STARTING_SECONDS

    def add(self, slot: Path, child: subprocess.Popen[bytes]) -> None:
        if slot in self.started:
            self.old.append(self.started[slot][0])
        self.started[slot] = (child, time.monotonic())


_children = Children()


def ensure_workers() -> int:
    """Starts the workers that are missing and returns how many: the first always, the others while runs wait.

    Call it after `submit` or `resume`, and every few seconds with `beat`. Raises RunError where none can be started.
    """
    with _children.guard:
        _children.reap()
        if runs_root() not in _children.swept:
            _children.swept.add(runs_root())
            sweep(runs_root())
        idle = 0
        free = []
        for slot in range(slots()):
            path = slot_path(slot)
            held = is_held(path)
            if held or _children.is_starting(path):
                idle += not (held and busy_path(slot).exists())
            else:
                free.append(slot)
        wanted = max(int(0 in free), len(waiting.names(runs_root())) - idle)
        for slot in free[: max(0, wanted)]:
            _start(slot)
        return min(len(free), max(0, wanted))


def _start(slot: int) -> None:
    folder = runs_root() / FOLDER
    with telling(f"start a worker in {runs_root()}"):
        folder.mkdir(parents=True, exist_ok=True)
        log_path = folder / f"slot-{slot}.log"
        if log_path.exists() and log_path.stat().st_size > LARGEST_LOG:
            log_path.replace(log_path.with_suffix(".old.log"))
        with log_path.open("ab") as log:
            child = spawn(["--slot", str(slot)], log.fileno())
    _children.add(slot_path(slot), child)


def spawn(arguments: list[str], log: int, module: str = "core.jobs.worker") -> subprocess.Popen[bytes]:
    """A process of that module that outlives this one, whatever signal ends it. Raises OSError."""
    flags = 0
    if sys.platform == "win32":
        flags = (
            subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        )
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env={"GOMP_SPINCOUNT": SPINS, **os.environ},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        close_fds=True,
        creationflags=flags,
    )
