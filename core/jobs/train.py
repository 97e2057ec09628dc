"""The job of training a run: start or go on, obey commands between steps, end with an event that says how."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf
from typing import Any

import torch

from core.data.prepare import prepare
from core.data.sources import load
from core.network.build import build
from core.runs import events, queue, waiting
from core.runs.commands import Inbox
from core.runs.disk import telling
from core.runs.events import Event
from core.runs.folder import Run
from core.training import checkpoints, memory
from core.training.devices import threads_for
from core.training.happenings import Diverged
from core.training.loop import Session
from core.training.recorder import Recorder

POLL_SECONDS = 0.02
PARKING_SECONDS = 0.5


def run(run: Run) -> None:
    """Train a run that this process holds, from its checkpoint where it has one, until an event says how it ended.

    It ends as finished, stopped, diverged or parked (paused while others wait). Raises `ConvLensError` for whatever
    keeps it from training; what was written until then stays.
    """
    threads = torch.get_num_threads()
    memory.keep()
    inbox = Inbox(run.path, run.acknowledged())
    try:
        spec = run.spec
        torch.set_num_threads(threads_for(spec.network, spec.train.batch_size))
        prepared = prepare(load(spec.train.dataset), spec.train, spec.network.input_shape)
        session = Session(build(spec.network, seed=spec.train.seed), prepared, spec.train)
        going_on = checkpoints.load(run.path, session)
        if going_on:
            run.write_summary(best_epoch=session.best_epoch, best_accuracy=session.best_accuracy)
        recorder = Recorder(run, session)
        try:
            _tell_start(run, session, going_on)
            _Training(run, session, recorder, inbox).go()
        finally:
            recorder.close()
    finally:
        torch.set_num_threads(threads)
        memory.give_back()


def _tell_start(run: Run, session: Session, going_on: bool) -> None:
    events.append(
        run.path,
        "resumed" if going_on else "started",
        step=session.step,
        steps=session.steps,
        steps_per_epoch=session.plan.steps,
        epochs=session.train.epochs,
        device=session.place.device.type,
        precision=str(session.place.dtype).removeprefix("torch."),
        classes=list(session.prepared.classes),
        samples={name: len(getattr(session.prepared, name)) for name in ("train", "validation", "test")},
        notes=list(session.notes),
    )


@dataclass
class _Training:
    """One training under command: it runs until `stop_at_step` or `stop_at_epoch`, then rests until told otherwise."""

    run: Run
    session: Session
    recorder: Recorder
    inbox: Inbox
    until_step: float = inf
    until_epoch: float = inf
    ack: int | None = None  # of commands that the next paused event acknowledges
    stopped: bool = False

    def go(self) -> None:
        self._obey(self.inbox.new())
        happenings = iter(self.session)
        while not self.session.finished and not self.stopped:
            if self._is_due_to_rest():
                if not self._rest():
                    return
                continue
            happening = next(happenings, None)
            if happening is None:
                break
            self.recorder.record(happening)
            if isinstance(happening, Diverged):
                return
            self._obey(self.inbox.new())
        self.recorder.finish("stopped" if self.stopped else "finished")

    def _is_due_to_rest(self) -> bool:
        """Never between an epoch's last step and its end."""
        session = self.session
        due = session.step >= self.until_step or session.epoch >= self.until_epoch
        return due and session.position < session.plan.steps

    def _rest(self) -> bool:
        """Waits for a command that makes it go on; False where it gave its place to the queue."""
        self.recorder.keep()
        self.recorder.refresh()
        self._tell("paused", self.ack)
        parking = time.monotonic() + PARKING_SECONDS
        while self._is_due_to_rest() and not self.stopped:
            time.sleep(POLL_SECONDS)
            self._obey(self.inbox.new())
            if time.monotonic() >= parking:
                parking = time.monotonic() + PARKING_SECONDS
                if queue.others_wait() and self._park():
                    return False
        return True

    def _park(self) -> bool:
        """Leaves the place to who waits, unless a command came in at the last moment."""
        with telling(f"park the run {self.run.id}"), waiting.lock(self.run.path.parent):
            found = self.inbox.new()
            if not found:
                events.append(self.run.path, "parked", step=self.session.step)
                return True
        self._obey(found)
        return False

    def _obey(self, commands: list[Event]) -> None:
        for command in commands:
            self._do(command["command"], command)

    def _do(self, name: str, command: Event) -> None:
        """Obeys one command and acknowledges its number; a pause or a step is acknowledged by the rest that follows."""
        number, session = command["number"], self.session
        if name == "stop":
            self.stopped = True
            self._tell("message", number, sentence="Stopping; the test samples are being answered.")
        elif name == "learning-rate":
            session.set_learning_rate(float(command["learning_rate"]))
            self.recorder.keep()
            self._tell("changed", number, learning_rate=session.base_rate)
        elif name == "resume":
            self.until_step = self.until_epoch = inf
            self._tell("resumed", number)
        elif name == "epoch":
            self.until_step, self.until_epoch = inf, session.epoch + 1
            self._tell("resumed", number, until_epoch=session.epoch + 1)
        elif name == "step":
            waiting_for = self.until_step if session.step < self.until_step < inf else session.step
            self.until_step, self.until_epoch, self.ack = waiting_for + 1, inf, number
        else:
            self.until_step, self.until_epoch, self.ack = session.step, inf, number

    def _tell(self, kind: str, ack: int | None, **fields: Any) -> None:
        place = {"step": self.session.step, "epoch": self.session.step / self.session.plan.steps}
        events.append(self.run.path, kind, **({} if ack is None else {"ack": ack}), **place, **fields)
