"""Background work that is kept in a folder: who reloads the page or starts the server again finds it there.

A task's folder: `task.json` (kind and parameters), `events.jsonl` (its states, and `message` events with its progress),
`lock` while a process has it, `stop` when it is to end early, `task.log` with details of what failed, and its results.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote

import numpy.typing as npt
from filelock import FileLock, Timeout

from core.errors import RunError
from core.paths import runs_root
from core.runs import events, task_places, waiting
from core.runs.arrays import read_arrays
from core.runs.disk import is_held, loads, read_small, telling, write_atomic

State = Literal["absent", "queued", "running", "finished", "stopped", "failed", "crashed"]
DESCRIPTION, LOCK, STOP, LOG = "task.json", "lock", "stop", "task.log"
FOLDER = "tasks"  # of a run's own folder


@dataclass(frozen=True)
class TaskStatus:
    """share: 0 to 1 of the work that is done, None where nobody knows. seconds_left: from the speed so far.

    `absent`: it was never started. `crashed`: its process died without a word; `restart` begins it again.
    """

    state: State
    share: float | None = None
    sentence: str = ""
    seconds_left: float | None = None

    @property
    def live(self) -> bool:
        """Whether something more will come of itself."""
        return self.state in ("queued", "running")


@dataclass(frozen=True)
class Task:
    """Handle of a task's folder, which need not exist."""

    path: Path

    @property
    def kind(self) -> str:
        """Raises RunError where the description is missing or damaged."""
        return str(self._described()["kind"])

    @property
    def parameters(self) -> dict[str, Any]:
        """As they were given to `start`. Raises RunError."""
        return dict(self._described()["parameters"])

    def status(self) -> TaskStatus:
        """How far it is; costs a few small reads. Raises RunError."""
        last = events.last_state(self.path)
        kind = last["type"] if last else None
        said = str((last or {}).get("sentence") or "")
        if kind in ("finished", "stopped", "failed"):
            return TaskStatus(kind, 1.0 if kind == "finished" else self._progress().share, said)
        if self._place() is not None:
            return TaskStatus("queued", None, "waits for its turn")
        if is_held(self.path / LOCK):
            return self._progress()
        again = events.last_state(self.path)
        if again != last:  # it ended between the two looks
            return self.status()
        if kind is None and not (self.path / DESCRIPTION).exists():
            return TaskStatus("absent", None, "was never started")
        return TaskStatus("crashed", self._progress().share, "stopped unexpectedly; it can be started again")

    def stop(self) -> None:
        """Ends it early: soon where it runs, at once where it waits, nothing where it has ended. Raises RunError."""
        with telling(f"stop {self.path.name}"), waiting.lock(self._lane):
            status = self.status()
            if status.state == "queued":
                waiting.remove(self._lane, name_of(self.path))
                events.append(self.path, "stopped", sentence="stopped before it began")
            elif status.state == "running":
                (self.path / STOP).touch()

    def restart(self) -> None:
        """Queues one that has ended again, with its parameters and beside what it has written. Raises RunError."""
        start(self.kind, self.parameters, self.path, again=True)

    def read(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """Arrays that it wrote. Raises RunError where there are none (yet), or they are damaged."""
        return read_arrays(self.path / name)

    def stamp(self, name: str) -> int:
        """Changes whenever the file does; 0 where there is none."""
        try:
            return (self.path / name).stat().st_mtime_ns
        except OSError:
            return 0

    def hold(self) -> FileLock:
        """Takes it for this process, until the lock is released. Raises RunError where another has it."""
        lock = FileLock(self.path / LOCK, thread_local=False)
        with telling(f"take {self.path.name}"):
            try:
                lock.acquire(timeout=0.2, poll_interval=0.01)
            except Timeout:
                raise RunError(f"{self.path.name} is at work in another process.") from None
        return lock

    @property
    def _lane(self) -> Path:
        return task_places.lane_root(task_places.lane_of(self.kind))

    def _place(self) -> int | None:
        name = name_of(self.path)
        for lane in task_places.LANES:
            names = waiting.names(task_places.lane_root(lane))
            if name in names:
                return names.index(name) + 1
        return None

    def _progress(self) -> TaskStatus:
        last = events.last(self.path, ("message", "started", "queued")) or {}
        share, left = last.get("share"), last.get("left")
        if not isinstance(share, int | float):
            return TaskStatus("running", None, "is being prepared")
        if isinstance(left, int | float) and events.is_number(last.get("time")):
            left = max(0.0, left - max(0.0, time.time() - last["time"]))
        return TaskStatus("running", min(1.0, max(0.0, share)), str(last.get("sentence") or ""), left)

    def _described(self) -> dict[str, Any]:
        with telling(f"read the description of {self.path.name}"):
            content = read_small(self.path / DESCRIPTION)
        try:
            found = loads(content)
        except ValueError:
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("kind"), str):
            raise RunError(f"The description of {self.path.name} is damaged; start it again from its page.")
        if not isinstance(found.get("parameters"), dict):
            raise RunError(f"The parameters of {self.path.name} are damaged; start it again from its page.")
        return found


def folder_of(run: Path, kind: str, parameters: Mapping[str, Any]) -> Path:
    """Where a run's folder keeps the task of that kind with these parameters."""
    mark = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:16]
    return run / FOLDER / f"{kind}-{mark}"


def start(kind: str, parameters: Mapping[str, Any], folder: Path, again: bool = False) -> Task:
    """Queues the task of that folder and returns it; one that waits, runs or has finished is simply returned.

    One that was stopped, failed or crashed begins again beside what it has written; other parameters than before clear
    the folder. Call it for a click, not at every rerun. again: also one that has finished. Raises RunError.
    """
    task = Task(folder)
    described = {"kind": kind, "parameters": json.loads(json.dumps(dict(parameters), allow_nan=False))}
    lane = task_places.lane_root(task_places.lane_of(kind))
    with telling(f"start {folder.name}"), waiting.lock(lane):
        status = task.status()
        same = _described_or_none(task) == described
        if status.live and not same:
            raise RunError(f"{folder.name} is at work with other settings; stop it first.")
        if not (status.live or (same and status.state == "finished" and not again)):
            if not same:
                _clear(folder)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / STOP).unlink(missing_ok=True)
            describe(folder, kind, parameters)
            waiting.add(lane, name_of(folder))
            events.append(folder, "queued")
    task_places.tend()
    return task


def describe(folder: Path, kind: str, parameters: Mapping[str, Any]) -> None:
    """Writes what a task is to do into its folder, and starts nothing. Raises OSError."""
    described = {"kind": kind, "parameters": dict(parameters)}
    write_atomic(folder / DESCRIPTION, json.dumps(described, allow_nan=False).encode())


def _described_or_none(task: Task) -> dict[str, Any] | None:
    try:
        return task._described()
    except RunError:
        return None


def _clear(folder: Path) -> None:
    """What other parameters have made is not this task's."""
    if folder.exists():
        gone = folder.with_name(f".gone-{time.time_ns()}")
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def name_of(folder: Path) -> str:
    """The task's name in the queue: its path below the folder of runs, as one file name. Raises RunError."""
    try:
        return quote(folder.absolute().relative_to(runs_root().absolute()).as_posix(), safe="")
    except ValueError:
        raise RunError(f"A task's folder must lie in {runs_root()}, not at {folder}.") from None


@dataclass(frozen=True)
class Claim:
    """A task that this process may do until it releases it."""

    task: Task
    lock: FileLock

    def release(self) -> None:
        self.lock.release(force=True)


def claim(lane: str) -> Claim | None:
    """Takes the first waiting task of the lane, and holds it; None where there is none. Raises RunError."""
    root = task_places.lane_root(lane)
    if not waiting.names(root):
        return None
    with telling("take a task from the queue"), waiting.lock(root):
        for name in waiting.names(root):
            task = Task(runs_root() / unquote(name))
            if not task.path.is_dir():
                waiting.remove(root, name)
                continue
            try:
                lock = task.hold()
            except RunError:  # the process that it had is just leaving it
                continue
            waiting.remove(root, name)
            return Claim(task, lock)
    return None
