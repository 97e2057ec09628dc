"""What state a run is in, told from its lock, its place in the queue and its last event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.runs import events, waiting
from core.runs.disk import is_held, loads, read_small

State = Literal[
    "queued", "starting", "running", "paused", "finished", "stopped", "diverged", "failed", "crashed", "damaged"
]
LOCK = "lock"


@dataclass(frozen=True)
class Status:
    """place: 1 for the next in the queue, None outside it. resumable: `resume` would make it go on."""

    state: State
    place: int | None = None
    sentence: str = ""
    resumable: bool = False

    @property
    def live(self) -> bool:
        """Whether a worker has the run."""
        return self.state in ("starting", "running") or (self.state == "paused" and not self.resumable)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of itself."""
        return self.state in ("finished", "stopped", "diverged", "failed", "crashed", "damaged")


def status_of(path: Path, queue: Sequence[str] | None = None) -> Status:
    """The status of a run's folder. queue: the waiting runs' names where the caller has them. Raises RunError."""
    last = events.last_state(path) or _kept_state(path)
    kind = last["type"] if last else None
    said = str((last or {}).get("sentence") or "")
    if last and kind in events.FINAL:
        return _final(path, str(kind), said)
    if kind == "parked":
        return Status("paused", None, "gave its place to the queue; resume puts it back in", True)
    queue = waiting.names(path.parent) if queue is None else queue
    if path.name in queue:
        place = queue.index(path.name) + 1
        return Status("queued", place, f"waits in the queue, place {place} of {len(queue)}")
    if is_held(path / LOCK):
        return _live(kind)
    again = events.last_state(path) or _kept_state(path)  # it may have ended between the two looks
    if again != last:
        return status_of(path, queue)
    return Status("crashed", None, _crash_sentence(path, kind), True)


def _kept_state(path: Path) -> events.Event | None:
    """How the run ended by its summary, for one that lost its events."""
    try:
        state = loads(read_small(f"{path}/summary.json")).get("state")
    except (OSError, ValueError, AttributeError):
        return None
    if not isinstance(state, str) or state not in events.FINAL:
        return None
    return {"type": state, "sentence": f"{state}; its events file is missing"}


def has_checkpoint(path: Path) -> bool:
    """Whether there is something to go on from."""
    folder = path / "checkpoint"
    return folder.is_dir() and any(folder.iterdir())


def _live(kind: str | None) -> Status:
    if kind in ("started", "resumed"):
        return Status("running", None, "trains")
    if kind == "paused":
        return Status("paused", None, "paused; resume goes on from here")
    return Status("starting", None, "is being prepared")


def _final(path: Path, kind: str, said: str) -> Status:
    if kind == "finished":
        return Status("finished", None, said or "finished")
    if kind == "diverged":
        return Status("diverged", None, said or "the loss was no longer a number; try a lower learning rate")
    if kind == "stopped":
        return Status("stopped", None, said or "stopped", True)
    advice = "" if has_checkpoint(path) else "; resume starts it afresh"
    return Status("failed", None, (said or "failed for an unknown reason").rstrip(".") + advice, True)


def _crash_sentence(path: Path, kind: str | None) -> str:
    if kind is None and not (path / events.FILE).exists() and (path / "steps.bin").exists():
        what = "its events file is missing"
    elif kind in (None, "created"):
        return "was never started; resume starts it"
    elif kind == "queued":
        what = "lost its worker before the first step"
    else:
        done: Any = (events.last(path, ("epoch",)) or {}).get("epoch")
        what = f"stopped unexpectedly in epoch {(int(done) if events.is_number(done) else 0) + 1}"
    return what + ("; it can go on from its checkpoint" if has_checkpoint(path) else "; it can start afresh")
