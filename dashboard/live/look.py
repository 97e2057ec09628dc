"""What a run shows of itself at one moment, told from its events and its last steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs.spec import RunSpec
from core.runs.status import Status

Event = dict[str, Any]
GOES = ("running", "starting", "paused", "queued")
RATE_OF = 40  # the last steps whose speed is told


@dataclass(frozen=True)
class Place:
    """How far a training is. seconds_left: of training at the present speed, None where that is unknown."""

    step: int = 0
    epoch: float = 0.0
    epochs: int = 0
    steps_per_epoch: int = 0
    images_per_second: float | None = None
    seconds_left: float | None = None
    learning_rate: float | None = None
    loss: float | None = None

    @property
    def share(self) -> float:
        """0..1 of the whole training."""
        return min(1.0, self.epoch / self.epochs) if self.epochs else 0.0

    @property
    def steps(self) -> int:
        return self.steps_per_epoch * self.epochs

    @property
    def current_epoch(self) -> int:
        """Number of the epoch under way, from 1."""
        return min(self.epochs, int(self.epoch + 1e-4) + 1)


@dataclass(frozen=True)
class Look:
    """One run at one moment. stamp changes whenever anything else here may have changed.

    epochs, troubles, changes: its events of these types, in order, with sound fields only. start: where a worker began
    with it last.
    end: the event that ended it. message: what the worker said last, where nothing came after it.
    """

    id: str
    name: str
    spec: RunSpec
    status: Status
    place: Place
    epochs: tuple[Event, ...]
    troubles: tuple[Event, ...]
    changes: tuple[Event, ...]
    start: Event | None
    end: Event | None
    message: str
    stamp: tuple[Any, ...]

    @property
    def going(self) -> bool:
        """Whether something may still come."""
        return self.status.state in GOES

    @property
    def best(self) -> Event | None:
        """The epoch with the best validation accuracy, the earliest of equals."""
        measured = [event for event in self.epochs if event.get("validation_accuracy") is not None]
        return max(measured, key=lambda event: float(event["validation_accuracy"]), default=None)


def place_of(spec: RunSpec, events: Sequence[Event], tail: NDArray[np.void]) -> Place:
    """The place of a run from its events and its last step records (dtype STEP)."""
    epochs = spec.train.epochs
    per_epoch = next((int(event["steps_per_epoch"]) for event in reversed(events) if event.get("steps_per_epoch")), 0)
    if not len(tail):
        return Place(epochs=epochs, steps_per_epoch=per_epoch, learning_rate=spec.train.learning_rate)
    last = tail[-1]
    step, epoch = int(last["step"]), float(last["epoch"])
    if not per_epoch and epoch > 0:
        per_epoch = max(1, round(step / epoch))
    speeds = tail["images_per_second"][-RATE_OF:]
    speeds = speeds[np.isfinite(speeds) & (speeds > 0)]
    first = tail[max(0, len(tail) - RATE_OF)]
    gone, pace = float(last["seconds"] - first["seconds"]), float(last["epoch"] - first["epoch"])
    left = (epochs - epoch) * gone / pace if pace > 0 and gone > 0 else None
    return Place(
        step=step,
        epoch=epoch,
        epochs=epochs,
        steps_per_epoch=per_epoch,
        images_per_second=float(np.median(speeds)) if len(speeds) else None,
        seconds_left=max(0.0, left) if left is not None else None,
        learning_rate=float(last["learning_rate"]),
        loss=float(last["loss"]) if np.isfinite(last["loss"]) else None,
    )
