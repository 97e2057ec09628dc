"""One class against the rest: how many are found for how many false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_POINTS = 2000

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RocCurve:
    """The curve of one class against all others, from (0, 0) to (1, 1).

    name: the class. positives, negatives: samples of the class, and of all others.
    false_positive_rate, true_positive_rate: (P,) each, rising, 0..1; empty where the curve is undefined.
    threshold: (P,) falling; a point counts the samples whose probability is at least this; the first is infinite.
    auc: area under the exact curve (before thinning), ties counted half; None where undefined.
    reason: one sentence on why there is no curve, else empty.
    """

    name: str
    positives: int
    negatives: int
    false_positive_rate: Floats
    true_positive_rate: Floats
    threshold: Floats
    auc: float | None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Roc:
    """One curve a class, in the order of the classes."""

    curves: tuple[RocCurve, ...]

    @property
    def mean_auc(self) -> float | None:
        """Unweighted mean of the classes' AUC; None unless every class has one."""
        areas = [curve.auc for curve in self.curves if curve.auc is not None]
        return sum(areas) / len(areas) if areas and len(areas) == len(self.curves) else None


def roc(labels: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]) -> Roc:
    """One-against-rest ROC curves.

    labels: (N,) class indices. probabilities: (N, K), any scores that rise with the belief. classes: the K names.
    The curves are those of Fawcett, An introduction to ROC analysis (2006), algorithms 1 and 2; each is thinned to at
    most `MAX_POINTS` points, and what was left out lies no further than 1/1000 of an axis from what is kept.
    Raises ValueError where shapes do not agree.
    """
    true, scores = np.asarray(labels), np.asarray(probabilities)
    if true.ndim != 1 or scores.shape != (len(true), len(classes)):
        raise ValueError(
            f"probabilities must be ({len(true)}, {len(classes)}) for these labels and classes, not {scores.shape}"
        )
    return Roc(tuple(_curve(true == k, scores[:, k], name) for k, name in enumerate(classes)))


def _curve(positive: NDArray[np.bool_], scores: Floats, name: str) -> RocCurve:
    positives = int(positive.sum())
    negatives = len(positive) - positives
    reason = _undefined(name, positives, negatives, scores)
    if reason:
        nothing = np.empty(0)
        return RocCurve(name, positives, negatives, nothing, nothing, nothing, None, reason)
    order = np.argsort(-scores)
    falling, hits = scores[order], positive[order]
    ends = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)  # the last of each group of ties
    found = np.concatenate([[0], np.cumsum(hits)[ends]])
    alarms = np.concatenate([[0], ends + 1]) - found
    doubled = int(np.sum(np.diff(alarms) * (found[1:] + found[:-1])))  # twice the area, in whole pairs
    threshold = np.concatenate([[np.inf], falling[ends]])
    keep = _thin(alarms, found)
    return RocCurve(
        name,
        positives,
        negatives,
        alarms[keep] / negatives,
        found[keep] / positives,
        threshold[keep],
        doubled / (2 * positives * negatives),
    )


def _undefined(name: str, positives: int, negatives: int, scores: Floats) -> str:
    if not positives:
        return f"No sample is of class {name}, so there is nothing to find."
    if not negatives:
        return f"Every sample is of class {name}, so there is no false alarm to count."
    broken = int(np.count_nonzero(~np.isfinite(scores)))
    if broken:
        return f"{broken} of {len(scores)} probabilities of class {name} are not numbers: the network has diverged."
    return ""


def _thin(alarms: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of the points to draw: first every corner, then at most MAX_POINTS spread evenly along the curve."""
    right, up = np.diff(alarms), np.diff(found)
    corner = right[:-1] * up[1:] != right[1:] * up[:-1]
    kept = np.concatenate([[0], np.flatnonzero(corner) + 1, [len(alarms) - 1]])
    if len(kept) <= MAX_POINTS:
        return kept
    along = alarms[kept] / alarms[-1] + found[kept] / found[-1]  # the curve only rises: 0..2
    nearest = np.searchsorted(along, np.linspace(0.0, 2.0, MAX_POINTS))
    chosen: NDArray[np.int64] = kept[np.unique(np.minimum(nearest, len(kept) - 1))]
    return chosen
