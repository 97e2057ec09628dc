"""Writes what a training hands out into the run's folder, at a bounded cost."""

from __future__ import annotations

from dataclasses import asdict
from time import monotonic, perf_counter
from typing import Any

import torch

from core.runs import events
from core.runs.arrays import write_arrays
from core.runs.folder import Run
from core.runs.steps import StepWriter
from core.training import checkpoints, snapshots
from core.training.happenings import Diverged, EpochDone, Happening, StepDone
from core.training.judge import Evaluation, Judge
from core.training.loop import Session

CHECKPOINT_SECONDS = 5.0
ANSWER_SECONDS = 0.3
SHARE = 0.01  # of the time that one kind of recording may take
PICTURES_SECONDS = 1.0  # that a short training may spend beyond that on its epochs' snapshots


class Budget:
    """Says when something is due again: after `seconds`, and so rarely that it takes at most `SHARE` of the time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._cost = 0.0
        self._begin = 0.0
        self._last = monotonic()

    def due(self, seconds: float | None = None) -> bool:
        wanted = self._seconds if seconds is None else seconds
        return monotonic() - self._last >= max(wanted, self._cost / SHARE)

    def __enter__(self) -> None:
        self._begin = perf_counter()

    def __exit__(self, *_: object) -> None:
        self._cost = perf_counter() - self._begin
        self._last = monotonic()


class Allowance:
    """Says whether there is time left for something: some seconds at once, and `SHARE` of all that pass."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._spent = self._begin = 0.0
        self._first = monotonic()

    @property
    def left(self) -> bool:
        return self._spent <= self._seconds + SHARE * (monotonic() - self._first)

    def __enter__(self) -> None:
        self._begin = perf_counter()

    def __exit__(self, *_: object) -> None:
        self._spent += perf_counter() - self._begin


class Recorder:
    """Fills a run's folder while its session trains. Every method raises RunError where the disk refuses."""

    def __init__(self, run: Run, session: Session) -> None:
        self._run, self._session = run, session
        self._folder = run.path
        self._writer = StepWriter(run.path, resume_step=session.step + 1)
        self._checkpoint, self._answers = Budget(CHECKPOINT_SECONDS), Budget(ANSWER_SECONDS)
        self._pictures = Allowance(PICTURES_SECONDS)
        self._unseen: EpochDone | None = None  # the last epoch, where its pictures were put off
        self._told = _epochs_told(run)
        data = session.prepared
        self._watched = data.validation if len(data.validation) else data.train
        most = snapshots.PINNED if data.train.is_image else snapshots.PINNED_POINTS
        chosen = snapshots.choose_pinned(self._watched.y.numpy(), most)
        snapshots.write_pinned(run.path, self._watched, chosen, data.classes)
        self._pinned = self._watched.x[torch.from_numpy(chosen)]
        self._surface = None if data.train.x.shape[1:] != (2,) else snapshots.Surface(data.train)
        if session.step == 0:
            snapshots.write_snapshot(run.path, 0, session.network, None)
            checkpoints.save(run.path, session)
        self.refresh()

    def record(self, happening: Happening) -> None:
        match happening:
            case StepDone():
                self._step(happening)
            case EpochDone():
                self._epoch(happening)
            case Diverged():
                self._diverged(happening)

    def refresh(self) -> None:
        """Writes the pinned samples' answers and the decision surface as they are now."""
        with self._answers:
            answers = self._session.judge.probabilities(self._pinned)
            write_arrays(self._folder / "answers.npy", answers=answers)
            if self._surface:
                self._surface.write(self._folder, self._session.judge)

    def keep(self) -> None:
        """Writes what would be lost if the process died now, unless its weights are lost already."""
        if self._unseen:
            self._picture(self._unseen)
        self._save()

    def finish(self, kind: str, **fields: Any) -> None:
        """The last event, `finished` or `stopped`, after the test: of the best epoch's weights, chosen by validation.

        Where the test part is the validation, choosing by it would be peeking: then, and before the first epoch's end,
        the last weights are tested. The event's `weights` says which.
        """
        self.keep()
        self.refresh()
        session = self._session
        which, test = self._test()
        snapshots.write_predictions(self._folder / "predictions-test.npz", session.prepared.test, test.probabilities)
        images = session.epoch * session.plan.samples + session.position * session.plan.size
        found = {"test_accuracy": test.accuracy, "test_loss": test.loss}
        self._run.write_summary(state=kind, seconds=session.seconds, **found)
        events.append(
            self._folder,
            kind,
            **found,
            weights=which,
            best_epoch=session.best_epoch,
            train_seconds=session.seconds,
            images_per_second=images / session.seconds if session.seconds else 0.0,
            step=session.step,
            **fields,
        )

    def close(self) -> None:
        self._writer.close()

    def _save(self) -> None:
        self._writer.flush()
        if self._session.finite:
            with self._checkpoint:
                checkpoints.save(self._folder, self._session)

    def _step(self, done: StepDone) -> None:
        self._writer.append(
            done.step,
            done.epoch,
            done.seconds,
            done.loss,
            done.accuracy,
            done.learning_rate,
            done.images_per_second,
            done.gradient_norm,
        )
        if self._answers.due():
            self.refresh()
        if self._checkpoint.due() and self._session.healthy:
            self._save()

    def _epoch(self, done: EpochDone) -> None:
        session = self._session
        self._writer.flush()
        if done.best:
            checkpoints.save_weights(self._folder, "best", session.network, done.epoch, session.prepared.normaliser)
        self._unseen = done
        if done.best or session.finished or self._pictures.left:
            self._picture(done)
        self._tell(done)
        self._run.write_summary(
            epochs_done=done.epoch,
            seconds=done.seconds,
            best_epoch=session.best_epoch,
            best_accuracy=session.best_accuracy,
        )
        if self._checkpoint.due(0.0) and session.healthy:
            self._save()

    def _picture(self, done: EpochDone) -> None:
        """The validation answers of the last epoch, and the network then, unless it has gone on."""
        session = self._session
        with self._pictures:
            answers = session.validation.probabilities if session.validation else None
            if answers is not None:
                path = self._folder / "predictions-validation.npz"
                place = {"epoch": done.epoch, "step": done.step}
                snapshots.write_predictions(path, session.prepared.validation, answers, **place)
            if session.step == done.step:
                snapshots.write_snapshot(self._folder, done.epoch, session.network, answers)
        self._unseen = None

    def _tell(self, done: EpochDone) -> None:
        """The epoch's event, and its troubles where no process before told them and died before its checkpoint.

        The epoch is told again: what stands before the `resumed` event no longer counts (`events.epochs`).
        """
        fields = asdict(done)
        troubles = fields.pop("troubles")
        known = (done.epoch, done.step, done.train_loss) in self._told
        for trouble in () if known else troubles:
            events.append(self._folder, "trouble", **trouble, epoch=done.epoch, step=done.step)
        events.append(self._folder, "epoch", **fields)

    def _diverged(self, happening: Diverged) -> None:
        self._writer.flush()
        told = happening.divergence
        checkpoints.roll_back(self._folder, self._session, self._session.last_healthy_step)
        self.refresh()
        self._run.write_summary(state="diverged", seconds=self._session.seconds)
        place = {"epoch": happening.epoch, "step": happening.step}
        events.append(self._folder, "diverged", sentence=told.sentence, advice=told.advice, **place)

    def _test(self) -> tuple[str, Evaluation]:
        session = self._session
        judge = session.judge
        held_out = session.prepared.validation is not session.prepared.test
        if held_out and session.best_epoch is not None:
            best = checkpoints.load_weights(self._folder, "best").to(session.place.device)
            best_judge = Judge(best, judge.normaliser, judge.loss, session.place)
            return "best", best_judge.evaluate(session.prepared.test)
        return "last", judge.evaluate(session.prepared.test)


def _epochs_told(run: Run) -> set[tuple[Any, ...]]:
    """The epochs in the events; going on from a checkpoint before them comes to the same numbers again."""
    found = run.events()[0]
    return {
        (event.get("epoch"), event.get("step"), event.get("train_loss")) for event in found if event["type"] == "epoch"
    }
