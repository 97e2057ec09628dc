"""The process that does tasks: one (`python -m core.jobs.tasks FOLDER`), or what waits (`--wait quick`)."""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy.typing as npt
from filelock import FileLock, Timeout

from core.errors import ConvLensError, RunError
from core.jobs.worker import code_version
from core.runs import events, task_places, tasks, waiting
from core.runs.arrays import write_arrays
from core.runs.disk import telling, write_atomic
from core.runs.tasks import Task

# What there is to do: `work(work: Work)`, found when a task of that kind begins.
KINDS = {
    "answers": "core.jobs.answers:work",
    "dream": "core.jobs.dream:work",
    "download": "core.jobs.known:work",
    "patches": "core.jobs.patches:work",
    "study": "core.jobs.study:work",
}
POLL_SECONDS = 0.05
LOOK_AROUND_SECONDS = 2.0
PATIENCE_SECONDS = 90.0
TELL_SECONDS = 0.1  # between two messages of progress


class Work:
    """One task as the function that does it sees it: parameters, a folder for the results, and whether to stop."""

    def __init__(self, task: Task) -> None:
        self.parameters: dict[str, Any] = task.parameters
        self.folder: Path = task.path
        self.was_stopped = False
        self._began = time.monotonic()
        self._told = float("-inf")
        self._first: float | None = None

    @property
    def stopped(self) -> bool:
        """Whether somebody wants it to end now: write what is worth keeping, and return."""
        self.was_stopped = self.was_stopped or (self.folder / tasks.STOP).exists()
        return self.was_stopped

    def progress(self, share: float, sentence: str = "") -> None:
        """Tells how much is done, 0 to 1; call it as often as you like. The time left comes of itself."""
        now = time.monotonic()
        if self._first is None or share <= self._first:  # what was read and imported before says nothing of the speed
            self._first, self._began = share, now
        if share < 1 and now - self._told < TELL_SECONDS:
            return
        self._told = now
        seconds, done = now - self._began, share - self._first
        left = seconds / done * (1 - share) if seconds > 1 and done > 0.01 else None
        events.append(self.folder, "message", share=share, sentence=sentence, left=left)

    def write(self, name: str, **arrays: npt.NDArray[Any]) -> None:
        """Replaces a result, `name` ending in .npz, as a whole. Raises RunError."""
        write_arrays(self.folder / name, **arrays)

    def write_json(self, name: str, value: Any) -> None:
        """The same for what JSON can say."""
        with telling(f"write {name} of {self.folder.name}"):
            write_atomic(self.folder / name, json.dumps(value).encode())


def carry_out(task: Task) -> bool:
    """Does a task that this process holds and says whether it did not fail: all that it raises becomes a sentence."""
    try:
        events.append(task.path, "started")
        work = Work(task)
        if task.kind not in KINDS:
            raise RunError(f"There is no task {task.kind!r}; tasks are {', '.join(KINDS)}.")
        module, _, function = KINDS[task.kind].partition(":")
        job: Callable[[Work], None] = getattr(importlib.import_module(module), function)
        job(work)
        events.append(task.path, "stopped" if work.was_stopped else "finished")
    except Exception as error:
        _tell(task, error)
        return False
    finally:
        gc.collect()
    return True


def do_one(folder: Path) -> bool:
    """Does the task of that folder in this process, past the queue. Raises RunError."""
    task = Task(folder.absolute())
    lane = task_places.lane_root(task_places.lane_of(task.kind))
    with telling(f"take {folder.name}"), waiting.lock(lane):
        lock = task.hold()
        waiting.remove(lane, tasks.name_of(task.path))
    try:
        return carry_out(task)
    finally:
        lock.release(force=True)


def serve(lane: str, place: int, patience: float) -> None:
    """Does what waits, one by one, and leaves when nothing came for `patience` seconds; one process a place."""
    with telling(f"take a task's place in {task_places.lane_root(lane)}"):
        task_places.lane_root(lane).mkdir(parents=True, exist_ok=True)
        lock = FileLock(task_places.place_path(lane, place), thread_local=False)
        try:
            lock.acquire(timeout=0.5, poll_interval=0.01)
        except Timeout:
            return
    try:
        task_places.busy_path(lane, place).unlink(missing_ok=True)
        task_places.pid_path(lane, place).write_text(str(os.getpid()), "ascii")
        code = code_version()
        if not waiting.names(task_places.lane_root(lane)):
            _warm_up()
        idle_since = looked = time.monotonic()
        while True:
            if waiting.names(task_places.lane_root(lane)) and code_version() != code:
                return  # whoever looks at the task starts a process with the new code
            if _serve_next(lane, place):
                idle_since = time.monotonic()
                continue
            time.sleep(POLL_SECONDS)
            if time.monotonic() - looked >= LOOK_AROUND_SECONDS:
                looked = time.monotonic()
                idle = looked - idle_since >= patience
                if (idle or not _owns(lane, place) or code_version() != code) and _leave(lane, lock):
                    return
    finally:
        lock.release(force=True)


def _warm_up() -> None:
    """What every task needs and takes seconds to import; a process that cannot still takes tasks, which say why."""
    try:
        import core.training.checkpoints  # noqa: F401
    except Exception:
        traceback.print_exc()


def _serve_next(lane: str, place: int) -> bool:
    try:
        claim = tasks.claim(lane)
    except RunError as error:  # a disk that is full or away for a while must not end the process
        print(error, file=sys.stderr, flush=True)
        time.sleep(1.0)
        return False
    if claim is None:
        return False
    busy = task_places.busy_path(lane, place)
    with suppress(OSError):
        busy.touch()
    try:
        carry_out(claim.task)
    finally:
        claim.release()
        with suppress(OSError):
            busy.unlink(missing_ok=True)
    return True


def _owns(lane: str, place: int) -> bool:
    """False where the folder of runs was deleted."""
    try:
        return task_places.pid_path(lane, place).read_text("ascii") == str(os.getpid())
    except (OSError, ValueError):
        return False


def _leave(lane: str, lock: FileLock) -> bool:
    """Gives the place back unless a task came in at the last moment; who starts one later finds the place free."""
    root = task_places.lane_root(lane)
    if not (root / waiting.FOLDER).exists():
        return True
    with telling("leave the queue"), waiting.lock(root):
        if waiting.names(root):
            return False
        lock.release(force=True)
        return True


def _tell(task: Task, error: Exception) -> None:
    """Writes the failure into the task's folder, as far as the disk lets it."""
    details = "".join(traceback.format_exception(error))
    print(f"{task.path}: {details}", file=sys.stderr, flush=True)
    for _ in range(2):
        try:
            events.append(task.path, "failed", sentence=_sentence(error))
            break
        except RunError:  # a full disk: make room for a sentence
            for path in task.path.glob(".*.tmp"):
                path.unlink(missing_ok=True)
    with suppress(OSError), (task.path / tasks.LOG).open("a", encoding="utf-8") as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {details}\n")


def _sentence(error: Exception) -> str:
    if isinstance(error, ConvLensError):
        return str(error)
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__:
        return "The memory was not enough for this; close other programs, or try a smaller network."
    told = " ".join(str(error).split())[:300]
    return f"It failed unexpectedly ({type(error).__name__}: {told}); its {tasks.LOG} has the details."


def _be_modest() -> None:
    """The browser comes first, and a training keeps the better part: lowest priority, and half the cores."""
    if hasattr(os, "nice"):
        os.nice(19)
    os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // 2))  # torch reads it when it is imported


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0 done, 1 the task failed, 2 it could not be done here."""
    parser = argparse.ArgumentParser(prog="python -m core.jobs.tasks", description="Do one task, or what waits.")
    parser.add_argument("folder", nargs="?", type=Path, help="the task's folder")
    parser.add_argument("--wait", choices=task_places.LANES, help="serve this queue")
    parser.add_argument("--place", type=int, default=0, help="in this place")
    given = parser.parse_args(arguments)
    if (given.folder is None) == (given.wait is None):
        parser.error("give either the folder of a task or --wait")
    _be_modest()
    try:
        if given.folder is not None:
            return 0 if do_one(given.folder) else 1
        serve(given.wait, given.place, PATIENCE_SECONDS)
    except ConvLensError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
