"""Samples in the order of their scores: sorted once, and every curve and area follows from the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Floating = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Ranking:
    """One class against the rest, by falling score; samples of one score stand together.

    threshold: float64 (T,) the distinct scores, falling.
    found, alarms: int64 (T,) samples of the class, and of the rest, whose score is at least the threshold.
    positives, negatives: all of them.
    reason: one sentence on why there is no curve and no area, else empty. The arrays are empty where there is no sample
    or a score is not a number.
    """

    name: str
    threshold: Floats
    found: Counts
    alarms: Counts
    positives: int
    negatives: int
    reason: str = ""

    @property
    def total(self) -> int:
        return self.positives + self.negatives

    @cached_property
    def new(self) -> tuple[Counts, Counts]:
        """int64 (T,) each: samples of the class, and of the rest, that have exactly the threshold's score."""
        return np.diff(self.found, prepend=0), np.diff(self.alarms, prepend=0)

    @cached_property
    def auc(self) -> float | None:
        """Share of pairs that stand in the right order, ties counted half: the area under the exact ROC curve."""
        if self.reason:
            return None
        found, alarms = self.new
        doubled = int(np.sum(alarms * (2 * self.found - found)))
        return doubled / (2 * self.positives * self.negatives)

    @cached_property
    def average_precision(self) -> float | None:
        """Sum over the thresholds of the precision, weighted with the growth of the recall."""
        if self.reason:
            return None
        found, _ = self.new
        return float(np.sum(found * (self.found / (self.found + self.alarms))) / self.positives)


def ranked(positive: ArrayLike, scores: ArrayLike, name: str = "positive") -> Ranking:
    """Sort once.

    positive: bool (N,) which samples are of the class. scores: (N,) rising with the belief that they are; float32 is
    sorted fastest. Raises ValueError where the shapes differ.
    """
    of_class, belief = np.asarray(positive, dtype=bool), np.asarray(scores)
    if of_class.ndim != 1 or of_class.shape != belief.shape:
        raise ValueError(
            f"the marks and the scores must be two rows of one length, not {of_class.shape}, {belief.shape}"
        )
    positives = int(np.count_nonzero(of_class))
    negatives = len(of_class) - positives
    reason = _undefined(name, positives, negatives, belief)
    if not len(belief) or np.isnan(belief).any():
        nothing = np.empty(0, dtype=np.int64)
        return Ranking(name, np.empty(0), nothing, nothing, positives, negatives, reason)
    threshold, marks = _sorted(of_class, belief)
    last = np.append(np.flatnonzero(threshold[1:] != threshold[:-1]), len(threshold) - 1)  # of each group of ties
    found = np.cumsum(marks, dtype=np.int64)[last]
    return Ranking(name, threshold[last].astype(np.float64), found, last + 1 - found, positives, negatives, reason)


def one_against_rest(labels: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]) -> tuple[Ranking, ...]:
    """A ranking for each class. labels: (N,) class indices. probabilities: (N, K). classes: the K names.

    Raises ValueError where shapes do not agree.
    """
    true, scores = _checked(labels, probabilities, len(classes))
    return tuple(ranked(true == k, np.ascontiguousarray(scores[:, k]), name) for k, name in enumerate(classes))


def pooled(labels: ArrayLike, probabilities: ArrayLike, classes: Sequence[str], name: str = "micro") -> Ranking:
    """All classes' decisions as one question, asked N times K: "is this sample of this class?" (micro average)."""
    true, scores = _checked(labels, probabilities, len(classes))
    marks = true[:, None] == np.arange(len(classes))
    return ranked(marks.ravel(), scores.ravel(), name)


def _checked(labels: ArrayLike, probabilities: ArrayLike, size: int) -> tuple[NDArray[np.int64], Floating]:
    true, scores = np.asarray(labels), np.asarray(probabilities)
    if true.ndim != 1 or scores.shape != (len(true), size):
        raise ValueError(
            f"probabilities must be ({len(true)}, {size}) for these labels and classes, not {scores.shape}"
        )
    return true, scores


def _undefined(name: str, positives: int, negatives: int, scores: Floating) -> str:
    if not positives + negatives:
        return "There is no sample."
    if not positives:
        return f"No sample is of class {name}, so there is nothing to find."
    if not negatives:
        return f"Every sample is of class {name}, so there is no false alarm to count."
    broken = int(np.count_nonzero(np.isnan(scores)))
    if broken:
        return f"{broken:,} of {len(scores):,} probabilities of class {name} are not numbers: the network has diverged."
    return ""


def _sorted(positive: NDArray[np.bool_], scores: Floating) -> tuple[Floating, NDArray[np.bool_]]:
    """Scores and marks by falling score."""
    if scores.dtype == np.float32 and not np.signbit(scores).any():
        return _sorted_packed(positive, scores)
    order = np.argsort(scores)[::-1]
    return scores[order], positive[order]


def _sorted_packed(positive: NDArray[np.bool_], scores: Floating) -> tuple[Floating, NDArray[np.bool_]]:
    """Score and mark as one whole number: sorts several times as fast as by an index.

    The bits of a float32 that is not negative, read as a whole number, keep its order and leave the top bit free.
    """
    keys = np.sort(scores.view(np.uint32) << np.uint32(1) | positive)[::-1]
    return (keys >> np.uint32(1)).view(np.float32), (keys & np.uint32(1)).astype(bool)
