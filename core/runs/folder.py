"""A run is a folder: `Run` is the handle, and everything about the run is read from its files each time it is asked."""

from __future__ import annotations

import hashlib
import os
import random
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.errors import RunError
from core.paths import runs_root
from core.runs import commands, description, events, steps, summary, waiting
from core.runs.disk import is_held, telling, write_atomic
from core.runs.events import Event
from core.runs.spec import RunSpec
from core.runs.status import LOCK, Status, has_checkpoint, status_of
from core.runs.summary import Summary

LONGEST_NAME = 120
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_FIRST = "brisk calm clear bold deep fair fine keen kind light lucid neat prime quick sharp still sunny swift warm wise"
_SECOND = "otter heron finch maple cedar comet delta ember falcon fjord lark linden lynx meadow pebble robin swan tern"


@dataclass(frozen=True)
class Run:
    """A run's folder. Its files may change at any time: another process writes them."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @cached_property
    def spec(self) -> RunSpec:
        """What is trained, and how. Raises RunError where the file is missing, damaged or of another version."""
        return description.read_spec(self.path)

    @property
    def name(self) -> str:
        return summary.read_name(self.path) or f"{self.spec.network.name} on {self.spec.train.dataset}"

    def rename(self, name: str) -> None:
        """Gives the run another name; its folder keeps its own. Raises RunError."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME:
            raise RunError(f"A run's name needs 1 to {LONGEST_NAME} characters, not {len(name)}.")
        with telling(f"rename the run {self.id}"):
            write_atomic(self.path / "name.txt", name.encode())

    def summary(self) -> Summary:
        """The run's line in the list; never raises."""
        return summary.summary_of(self.path)

    def write_summary(self, **fields: Any) -> None:
        """Changes fields of the summary file (epochs_done, best_accuracy, best_epoch, ...). Raises RunError."""
        summary.write_fields(self.path, fields)

    def status(self) -> Status:
        """The state it is in now; never raises for a run that is damaged."""
        try:
            description.check_version(self.path)
            return status_of(self.path)
        except RunError as error:
            return Status("damaged", None, str(error))

    def events(self, offset: int = 0) -> tuple[list[Event], int]:
        """Events from a byte offset on, and the offset to read on from. Raises RunError."""
        return events.read(self.path, offset)

    def curve(self, first: int | None = None, last: int | None = None, points: int = 1000) -> steps.Curve:
        """The steps as at most `points` points; see `core.runs.steps.curve`. Raises RunError."""
        return steps.curve(self.path, first, last, points)

    def has_checkpoint(self) -> bool:
        return has_checkpoint(self.path)

    def is_held(self) -> bool:
        """Whether a living worker has the run."""
        return is_held(self.path / LOCK)

    def hold(self, timeout: float = 1.0) -> FileLock:
        """Takes the run for this process; release it when done. Raises RunError where another process has it."""
        lock = FileLock(self.path / LOCK, thread_local=False)
        try:
            lock.acquire(timeout=timeout, poll_interval=0.01)
        except Timeout:
            raise RunError(f"The run {self.id} is being trained by another process already.") from None
        except OSError as error:
            with telling(f"take the run {self.id}"):
                raise error
        return lock

    def acknowledged(self) -> int:
        """Number of the last command that an event acknowledges: a worker goes on after it."""
        acks = [event.get("ack") for event in self.events()[0]]
        return max((ack for ack in acks if isinstance(ack, int)), default=0)


def create(spec: RunSpec, name: str | None = None, token: str | None = None) -> Run:
    """Makes a run's folder; it does not start it (`queue.submit` does). The same token twice gives the same run.

    Raises RunError where the folder of runs cannot be written.
    """
    root = runs_root()
    with telling(f"make a run in {root}"), waiting.lock(root):
        marker = root / ".tokens" / hashlib.sha256((token or "").encode()).hexdigest()[:32]
        if token is not None and marker.is_file():
            known = marker.read_bytes().decode("utf-8", "replace")
            if _ID.fullmatch(known) and (root / known).is_dir():
                return Run(root / known)
        run = _make(root, spec, name)
        if token is not None:
            marker.parent.mkdir(exist_ok=True)
            write_atomic(marker, run.id.encode())
    return run


def _make(root: Path, spec: RunSpec, name: str | None) -> Run:
    """Fills a folder beside and gives it its name when it is whole, so that no list shows half a run."""
    beside = root / f".new-{secrets.token_hex(8)}"
    beside.mkdir()
    try:
        (beside / description.FILE).write_text(description.to_text(spec), "utf-8")
        title = " ".join((name or f"{spec.network.name} on {spec.train.dataset}").split())
        (beside / "name.txt").write_text(title[:LONGEST_NAME], "utf-8")
        (beside / summary.FILE).write_bytes(events.to_line(summary.first_summary(spec, time.time())))
        (beside / LOCK).touch()
        events.append(beside, "created")
        for attempt in range(1000):
            path = root / (_new_id() if attempt < 10 else f"{_new_id()}-{attempt}")
            if not path.exists():
                beside.rename(path)
                return Run(path)
        raise RunError(f"Could not find a free name for a new run in {root}.")
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _new_id() -> str:
    words = random.SystemRandom()
    return f"{datetime.now():%Y%m%d-%H%M%S}-{words.choice(_FIRST.split())}-{words.choice(_SECOND.split())}"


def open_run(id: str) -> Run:
    """The run of that id. Raises RunError with a suggestion where there is none."""
    path = runs_root() / id
    if _ID.fullmatch(id) and path.is_dir():
        return Run(path)
    close = get_close_matches(id, _ids(), n=1, cutoff=0.5)
    raise RunError(f"There is no run {id[:80]!r} here" + (f"; did you mean {close[0]!r}?" if close else "."))


def list_runs() -> list[Summary]:
    """Every run, newest first. A folder that cannot be read is a line of state `damaged` with its reason."""
    root = runs_root()
    queue = waiting.names(root)
    found = [summary.summary_of(root / id, queue) for id in _ids()]
    return sorted(found, key=lambda line: (line.created, line.id), reverse=True)


def _ids() -> list[str]:
    try:
        with os.scandir(runs_root()) as entries:
            return [entry.name for entry in entries if _ID.fullmatch(entry.name) and entry.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        with telling(f"list the runs in {runs_root()}"):
            raise error


def duplicate(run: Run, name: str | None = None, token: str | None = None, **changes: Any) -> Run:
    """A new run of the same description, with fields of its training changed; not started.

    Raises RunError, also for a change that is not possible.
    """
    found = run.spec.model_dump(mode="json")
    found["train"] |= changes
    spec = description.validated(found, f"The changed copy of {run.name}")
    return create(spec, name or f"{run.name} (copy)"[:LONGEST_NAME], token)


def delete(run: Run) -> None:
    """Removes a run and all its files. Raises RunError for one that trains, and for a folder that is not a run's."""
    root = runs_root()
    if run.path.resolve().parent != root.resolve() or run.path.is_symlink() or not _ID.fullmatch(run.id):
        raise RunError(f"{run.path} is no run of {root}, so it is not deleted.")
    if not run.path.is_dir():
        return
    with telling(f"delete the run {run.id}"), waiting.lock(root):  # who takes a run holds this, too
        if run.is_held():
            name = summary.read_name(run.path) or run.id
            raise RunError(f"The run {name} is being trained; stop it first, then delete it.")
        waiting.remove(root, run.id)
        gone = root / f".gone-{run.id}"
        run.path.rename(gone)  # at once for every reader, however long the files take
        shutil.rmtree(gone, ignore_errors=True)


__all__ = ["Run", "Status", "Summary", "commands", "create", "delete", "duplicate", "list_runs", "open_run"]
