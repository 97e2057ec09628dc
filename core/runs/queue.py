"""Who trains next, and what a user's command does to a run in whatever state it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from core.errors import RunError
from core.paths import runs_root
from core.runs import commands, events, steps, waiting
from core.runs.disk import telling
from core.runs.folder import Run


@dataclass(frozen=True)
class Claim:
    """A run that this process may train until it releases it."""

    run: Run
    lock: FileLock

    def release(self) -> None:
        self.lock.release(force=True)


def submit(run: Run) -> None:
    """Puts a new run at the end of the queue; a second time changes nothing. Raises RunError."""
    with telling(f"queue the run {run.id}"), waiting.lock(run.path.parent):
        last = events.last_state(run.path)
        if (last is None or last["type"] == "created") and not run.is_held():
            _enqueue(run)


def resume(run: Run) -> None:
    """Queues a parked, crashed, stopped or failed run again; one that waits or trains already stays as it is.

    It goes on from its checkpoint, or starts afresh where it has none. Raises RunError where it cannot.
    """
    with telling(f"queue the run {run.id}"), waiting.lock(run.path.parent):
        status = run.status()
        if status.resumable:
            _enqueue(run)
        elif status.ended:
            raise RunError(f"{run.name} is {status.state} and cannot go on; duplicate it to train again.")


def _enqueue(run: Run, command: str = "resume") -> None:
    """Hold the queue's lock: no worker takes the run before the command, such as `step`, is there for it to find.

    Commands to the worker before are void, but for the last learning rate.
    """
    unread = commands.read(run.path, run.acknowledged())
    last = unread[-1]["number"] if unread else run.acknowledged()
    events.append(run.path, "queued", ack=last)
    rates = [entry for entry in unread if entry["command"] == "learning-rate"]
    if rates:
        commands.send(run.path, "learning-rate", learning_rate=rates[-1]["learning_rate"])
    if command != "resume":
        commands.send(run.path, command)
    run.write_summary(state="queued")
    waiting.add(run.path.parent, run.id)


def place(run: Run) -> int | None:
    """1 for the run that is next, None for one that does not wait."""
    names = waiting.names(run.path.parent)
    return names.index(run.id) + 1 if run.id in names else None


def others_wait() -> bool:
    """Whether any run waits for a place: a paused one then gives its own."""
    return bool(waiting.names(runs_root()))


def claim() -> Claim | None:
    """Takes the first waiting run that can be had, and holds it; None where there is none. Raises RunError."""
    root = runs_root()
    if not waiting.names(root):
        return None
    with telling("take a run from the queue"), waiting.lock(root):
        for name in waiting.names(root):
            run = Run(root / name)
            last = events.last_state(run.path) if run.path.is_dir() else None
            if last is None or last["type"] != "queued":
                waiting.remove(root, name)
                continue
            try:
                lock = run.hold(timeout=0.2)
            except RunError:  # the worker that it had is just leaving it
                continue
            waiting.remove(root, name)
            return Claim(run, lock)
    return None


def take(run: Run) -> Claim:
    """Takes this run past the queue, to train it in this process. Raises RunError where another process has it."""
    with telling(f"take the run {run.id}"), waiting.lock(run.path.parent):
        lock = run.hold()
        waiting.remove(run.path.parent, run.id)
        return Claim(run, lock)


def control(run: Run, command: str, **fields: Any) -> None:
    """Does what a command means for the run as it is: a worker is told, and without one it is done here.

    Commands are those of `commands.send`. Raises RunError where it can mean nothing.
    """
    commands.check(command, fields)
    with telling(f"send {command} to the run {run.id}"), waiting.lock(run.path.parent):
        status = run.status()
        if status.state == "queued":
            _control_queued(run, command, fields)
        elif status.live:
            commands.send(run.path, command, **fields)
        elif status.resumable:
            _control_resting(run, command, fields, status.state)
        else:
            raise RunError(f"{run.name} is {status.state}, so {command} changes nothing; duplicate it to train again.")


def _control_queued(run: Run, command: str, fields: dict[str, Any]) -> None:
    root: Path = run.path.parent
    if command == "stop":
        _stop(run, "stopped while it waited in the queue")
        waiting.remove(root, run.id)
    elif command == "pause":
        events.append(run.path, "parked")
        waiting.remove(root, run.id)
    elif command != "resume":  # one step, one epoch, learning rate: the worker that takes it will find them
        commands.send(run.path, command, **fields)


def _stop(run: Run, sentence: str) -> None:
    """Ends a run that no worker has; it trained as long as its last step tells."""
    events.append(run.path, "stopped", sentence=sentence)
    done = steps.count_steps(run.path)
    if done:
        run.write_summary(state="stopped", seconds=float(steps.read_steps(run.path, done - 1)["seconds"][-1]))


def _control_resting(run: Run, command: str, fields: dict[str, Any], state: str) -> None:
    if command == "stop":
        if state not in ("stopped", "failed"):
            _stop(run, "stopped; it can be resumed")
    elif command == "learning-rate":
        commands.send(run.path, command, **fields)
    elif command != "pause":
        _enqueue(run, command)
