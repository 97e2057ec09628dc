"""What a run answers to samples that it was not trained on, read from its folder."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.data.catalogue import describe
from core.errors import DataError, RunError
from core.evaluation.confusion import Confusion, confusion
from core.evaluation.intervals import Interval, wilson
from core.evaluation.per_class import PerClass, per_class
from core.evaluation.precision_recall import PrecisionRecall, precision_recall_curve
from core.evaluation.ranking import Ranking, one_against_rest, pooled
from core.evaluation.roc import Roc, roc_curve
from core.runs.arrays import BROKEN
from core.runs.disk import telling
from core.runs.events import Event
from core.runs.folder import Run

Split = Literal["training", "validation", "test"]
Weights = Literal["best", "last", "epoch"]
SPLITS: tuple[Split, ...] = ("training", "validation", "test")

_COMES = {
    "training": "the network is asked about them when you want it",
    "test": "they come when it finishes or is stopped",
    "validation": "they come with its first epoch, unless no sample validates",
}


@dataclass(frozen=True, eq=False)
class Result:
    """Every answer of a run to one part of its data, and how good they are.

    labels, index: int64 (N,); `index` is the place in the data set's test samples, or in its training samples where
    a share of these validates. probabilities: float32 (N, K). classes: K names.
    loss: mean over the samples as the training measured it, None where it told none. weights: `best` are those of the
    epoch with the highest validation accuracy, `last` those at the training's end, `epoch` those of the epoch that was
    asked for. epoch: after which the weights were taken, 0 before the first step, None where unknown.
    held_out: False where the test samples served as validation: `index` is then the place among these.
    """

    run_id: str
    run_name: str
    split: Split
    dataset: str
    seed: int
    classes: tuple[str, ...]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    index: NDArray[np.int64]
    loss: float | None
    weights: Weights
    epoch: int | None
    held_out: bool = True

    @property
    def part(self) -> Literal["train", "test"]:
        """Which of the data set's samples `index` counts."""
        return "test" if self.split == "test" or (self.split == "validation" and not self.held_out) else "train"

    @property
    def total(self) -> int:
        return len(self.labels)

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """(N,): whether all probabilities of a sample are numbers; only a network that diverged has others."""
        return np.asarray(np.isfinite(self.probabilities).all(axis=1))

    @cached_property
    def answers(self) -> NDArray[np.int64]:
        """(N,): the most probable class, -1 where there is no answer."""
        return np.where(self.answered, np.argmax(self.probabilities, axis=1), -1)

    @property
    def hits(self) -> int:
        return int(np.count_nonzero(self.answers == self.labels))

    @property
    def accuracy(self) -> float | None:
        """Share of right answers among all samples, 0..1; a sample without an answer is not right."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's 95 % interval of the accuracy."""
        return wilson(self.hits, self.total)

    @cached_property
    def confusion(self) -> Confusion:
        """Of the samples that were answered."""
        return confusion(self.labels[self.answered], self.answers[self.answered], self.classes)

    @cached_property
    def rankings(self) -> tuple[Ranking, ...]:
        """Each class against the rest, of the samples that were answered: sorted once, for all that is drawn."""
        return one_against_rest(self.labels[self.answered], self.probabilities[self.answered], self.classes)

    @cached_property
    def roc(self) -> Roc:
        """Of the samples that were answered."""
        return Roc(tuple(map(roc_curve, self.rankings)))

    @cached_property
    def precision_recall(self) -> PrecisionRecall:
        """Of the samples that were answered."""
        return PrecisionRecall(tuple(map(precision_recall_curve, self.rankings)))

    @cached_property
    def pooled(self) -> Ranking:
        """All classes' decisions about the answered samples as one question (micro average)."""
        return pooled(self.labels[self.answered], self.probabilities[self.answered], self.classes)

    @cached_property
    def per_class(self) -> PerClass:
        """Every figure of every class with its interval, of the samples that were answered; its bootstrap runs once."""
        return per_class(self.labels, self.probabilities, self.classes, self.rankings)

    @property
    def source(self) -> str:
        """What it came from, in a sentence."""
        when = "" if self.epoch is None else f" of epoch {self.epoch}"
        which = f"the best weights{when} by validation accuracy" if self.weights == "best" else f"the weights{when}"
        if self.epoch == 0:
            which = "the weights before the first step"
        return f"{self.total:,} {self.split} samples of {self.dataset}, {which}, run {self.run_name}, seed {self.seed}."


def result_of(run: Run, split: Split = "test") -> Result:
    """The answers that a run's folder holds: to the test samples as measured at its last end, or of its last epoch.

    A run that trains has the latter already. Raises RunError where the answers are missing or damaged.
    """
    spec = run.spec
    labels, probabilities, index, epoch = _read(run, split)
    events = run.events()[0]
    classes = _classes(events, spec.train.dataset, probabilities.shape[1])
    if len(labels) and labels.max() >= len(classes):
        raise _damaged(run, split)
    measured = _test_figures(events) if split == "test" else _validation_figures(events, epoch)
    held_out = spec.train.validation > 0
    samples = {"labels": labels, "index": index, "classes": classes, "held_out": held_out}
    return assembled(run, split, probabilities=probabilities, **samples, **measured)


def assembled(run: Run, split: Split, **found: Any) -> Result:
    """A result with what the run says of itself; found: the other fields of `Result`. Raises RunError."""
    train = run.spec.train
    return Result(run_id=run.id, run_name=run.name, split=split, dataset=train.dataset, seed=train.seed, **found)


def available(run: Run) -> tuple[Split, ...]:
    """The splits that the run's folder has answers for."""
    return tuple(split for split in reversed(SPLITS) if (run.path / _file(split)).is_file())


def _file(split: Split) -> str:
    return f"predictions-{split}.npz"


def _damaged(run: Run, split: Split) -> RunError:
    return RunError(f"{_file(split)} of the run {run.name} is damaged; duplicate the run to train it again.")


def _read(run: Run, split: Split) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64], int | None]:
    path = run.path / _file(split)
    try:
        with telling(f"read {path.name} of {run.name}"):
            content = path.read_bytes()
    except RunError as error:
        if not path.exists():
            raise RunError(f"The run {run.name} has no {split} answers yet: {_COMES[split]}.") from None
        raise error
    try:
        with np.load(io.BytesIO(content)) as arrays:
            labels, probabilities, index = arrays["labels"], arrays["probabilities"], arrays["index"]
            epoch = int(arrays["epoch"]) if "epoch" in arrays else None
    except BROKEN:
        raise _damaged(run, split) from None
    whole = labels.ndim == 1 and index.shape == labels.shape and probabilities.shape[:1] == labels.shape
    kinds = labels.dtype.kind in "iu" and index.dtype.kind in "iu" and probabilities.dtype.kind == "f"
    if not whole or not kinds or probabilities.ndim != 2 or (labels < 0).any():
        raise _damaged(run, split)
    return labels.astype(np.int64), probabilities.astype(np.float32), index.astype(np.int64), epoch


def _classes(events: Sequence[Event], dataset: str, count: int) -> tuple[str, ...]:
    """Their names as the training told them, else the catalogue's, else their numbers."""
    told = [event["classes"] for event in events if isinstance(event.get("classes"), list)]
    try:
        named = told[-1] if told else describe(dataset).classes
    except DataError:
        named = ()
    return tuple(map(str, named)) if len(named) == count else tuple(map(str, range(count)))


def _test_figures(events: Sequence[Event]) -> dict[str, Any]:
    """Of the last time that the training was measured on the test samples."""
    at = max((n for n, event in enumerate(events) if event["type"] in ("finished", "stopped")), default=None)
    if at is None:
        return {"loss": None, "weights": "last", "epoch": None}
    best = events[at].get("weights") == "best"
    done = [event["epoch"] for event in events[:at] if event["type"] == "epoch" and _is_count(event.get("epoch"))]
    epoch = events[at].get("best_epoch") if best else max(done, default=0)
    return {
        "loss": _number(events[at].get("test_loss")),
        "weights": "best" if best else "last",
        "epoch": epoch if _is_count(epoch) else None,
    }


def _validation_figures(events: Sequence[Event], epoch: int | None) -> dict[str, Any]:
    """Of the epoch that the answers were given after; its loss is known when that is told, a moment later."""
    told = [event for event in events if event["type"] == "epoch" and event.get("epoch") == epoch]
    loss = _number(told[-1].get("validation_loss")) if told and epoch is not None else None
    return {"loss": loss, "weights": "last", "epoch": epoch}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
