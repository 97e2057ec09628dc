"""What one training of a study answered, and how good that is for the rare class. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.evaluation.confusion import Confusion, confusion
from core.evaluation.ranking import Ranking, ranked
from core.studies.treatments import TreatmentName

LEAST = 1e-7  # a probability of 0 costs 16, not infinity: cross-entropy as float32 can tell it
_ARRAYS = ("labels", "probabilities", "validation_labels", "validation_probabilities", "trained_on", "tested")


@dataclass(frozen=True, eq=False)
class Outcome:
    """One training.

    labels: int64 (N,) of the test part; probabilities: float32 (N, K); the same of the validation part.
    trained_on: int64 (K,), samples of each class that an epoch shows, repeats counted. seconds: of it all.
    tested: int64 (N,), place of each test sample in the data set, where its test part follows its training part.
    diverged: the step after which the loss was no number, None where all went well.
    """

    treatment: TreatmentName
    seed: int
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    validation_labels: NDArray[np.int64]
    validation_probabilities: NDArray[np.float32]
    trained_on: NDArray[np.int64]
    seconds: float
    diverged: int | None
    tested: NDArray[np.int64]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the file that `outcome_of` reads."""
        numbers = {"seconds": np.array(self.seconds), "diverged": np.array(self.diverged or 0)}
        return {**{name: getattr(self, name) for name in _ARRAYS}, **numbers}


def file_of(treatment: TreatmentName, seed: int) -> str:
    """Where a study's folder keeps the outcome."""
    return f"{treatment}-{seed:03d}.npz"


def outcome_of(treatment: TreatmentName, seed: int, arrays: Mapping[str, NDArray[Any]]) -> Outcome:
    """From the arrays of its file. Raises RunError where they are not those of an outcome."""
    try:
        seconds, diverged = float(arrays["seconds"]), int(arrays["diverged"])
        given: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
        outcome = Outcome(treatment, seed, seconds=seconds, diverged=diverged or None, **given)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{file_of(treatment, seed)} of the study is damaged: start the study anew.") from error
    whole = outcome.probabilities.ndim == 2 and len(outcome.labels) == len(outcome.probabilities) == len(outcome.tested)
    if not whole or outcome.probabilities.shape[1] != len(outcome.trained_on):
        raise RunError(f"{file_of(treatment, seed)} of the study is damaged: start the study anew.")
    return outcome


@dataclass(frozen=True, eq=False)
class Scored:
    """An outcome's answers to the test part, held against one class: the rare one.

    answers: int64 (N,). threshold: the probability from which on the answer is the rare class, None where the most
    probable class is the answer. Figures are None where they are not defined.
    """

    treatment: TreatmentName
    seed: int
    classes: tuple[str, ...]
    rare: int
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    answers: NDArray[np.int64]
    trained_on: NDArray[np.int64]
    tested: NDArray[np.int64]
    threshold: float | None = None

    @cached_property
    def confusion(self) -> Confusion:
        return confusion(self.labels, self.answers, self.classes)

    @property
    def accuracy(self) -> float | None:
        return self.confusion.accuracy

    @property
    def balanced(self) -> float | None:
        """Balanced accuracy: the mean recall of the classes that the test part has."""
        found = [recall for recall in self.confusion.recall if recall is not None]
        return sum(found) / len(found) if found else None

    @property
    def recall(self) -> float | None:
        return self.confusion.recall[self.rare]

    @property
    def precision(self) -> float | None:
        return self.confusion.precision[self.rare]

    @property
    def f1(self) -> float | None:
        return self.confusion.f1[self.rare]

    @cached_property
    def ranking(self) -> Ranking:
        """Of the rare class against the rest."""
        return ranked(self.labels == self.rare, self.probabilities[:, self.rare], self.classes[self.rare])

    @property
    def auc(self) -> float | None:
        return self.ranking.auc

    @property
    def average_precision(self) -> float | None:
        return self.ranking.average_precision

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """(N,): cross-entropy of each test sample."""
        true = np.take_along_axis(self.probabilities, self.labels[:, None], axis=1)[:, 0]
        return -np.log(np.maximum(true.astype(np.float64), LEAST))

    @property
    def loss(self) -> float | None:
        return float(self.losses.mean()) if len(self.losses) else None

    @cached_property
    def class_losses(self) -> tuple[float | None, ...]:
        """Mean cross-entropy of each class's test samples."""
        return tuple(
            float(self.losses[self.labels == label].mean()) if (self.labels == label).any() else None
            for label in range(len(self.classes))
        )


def scored(outcome: Outcome, classes: tuple[str, ...], rare: int) -> Scored | None:
    """The most probable class is the answer; None where the training diverged."""
    if outcome.diverged is not None:
        return None
    return _scored(outcome, outcome.treatment, classes, rare, outcome.probabilities.argmax(axis=1), None)


def moved(outcome: Outcome, classes: tuple[str, ...], rare: int) -> Scored | None:
    """The same network with its threshold moved; None where it diverged or the validation part cannot choose one.

    The rare class is the answer from the threshold on, else the most probable of the others.
    """
    if outcome.diverged is not None:
        return None
    threshold = choose_threshold(outcome.validation_labels == rare, outcome.validation_probabilities[:, rare])
    if threshold is None:
        return None
    others = outcome.probabilities.copy()
    others[:, rare] = -1.0
    answers = np.where(outcome.probabilities[:, rare] >= threshold, rare, others.argmax(axis=1))
    return _scored(outcome, "threshold", classes, rare, answers, threshold)


def choose_threshold(is_rare: NDArray[np.bool_], scores: NDArray[np.floating]) -> float | None:
    """Where the mean of the recalls of the rare class and of the rest is highest (Youden's J).

    Halfway between the last score that is called rare and the next: what separates two samples is not tied to one.
    None where one side has no sample.
    """
    ranking = ranked(is_rare, scores)
    if ranking.reason:
        return None
    gain = ranking.found / ranking.positives - ranking.alarms / ranking.negatives
    at = int(np.argmax(gain))
    below = ranking.threshold[at + 1] if at + 1 < len(ranking.threshold) else 0.0
    return float((ranking.threshold[at] + below) / 2)


def _scored(
    outcome: Outcome,
    treatment: TreatmentName,
    classes: tuple[str, ...],
    rare: int,
    answers: NDArray[np.int64],
    threshold: float | None,
) -> Scored:
    return Scored(
        treatment,
        outcome.seed,
        classes,
        rare,
        outcome.labels,
        outcome.probabilities,
        answers,
        outcome.trained_on,
        outcome.tested,
        threshold,
    )
