"""One class against the rest: how many are found for how many false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.evaluation.ranking import Ranking, one_against_rest, pooled
from core.evaluation.thinning import MAX_POINTS as MAX_POINTS
from core.evaluation.thinning import along_stairs

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RocCurve:
    """The curve of one class against all others, from (0, 0) to (1, 1).

    name: the class. positives, negatives: samples of the class, and of all others.
    false_positive_rate, true_positive_rate: (P,) each, rising, 0..1; empty where the curve is undefined.
    threshold: (P,) falling; a point counts the samples whose probability is at least this; the first is infinite.
    Empty for a mean of curves.
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
    return Roc(tuple(roc_curve(ranking) for ranking in one_against_rest(labels, probabilities, classes)))


def roc_curve(ranking: Ranking) -> RocCurve:
    """The curve of a ranking, thinned."""
    if ranking.reason:
        nothing = np.empty(0)
        return RocCurve(
            ranking.name, ranking.positives, ranking.negatives, nothing, nothing, nothing, None, ranking.reason
        )
    alarms, found, threshold = (
        np.append(first, rest) for first, rest in ((0, ranking.alarms), (0, ranking.found), (np.inf, ranking.threshold))
    )
    keep = along_stairs(alarms, found)
    return RocCurve(
        ranking.name,
        ranking.positives,
        ranking.negatives,
        alarms[keep] / ranking.negatives,
        found[keep] / ranking.positives,
        threshold[keep],
        ranking.auc,
    )


def micro(labels: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]) -> RocCurve:
    """The curve of all classes' decisions together: a common class weighs more than a rare one."""
    return roc_curve(pooled(labels, probabilities, classes))


def macro(curves: Sequence[RocCurve]) -> RocCurve:
    """The mean of the classes' curves, found shares averaged at each share of false alarms: each class weighs the same.

    Its area is the mean of the exact areas. Undefined where a class has no curve.
    """
    missing = [curve for curve in curves if curve.auc is None]
    nothing = np.empty(0)
    if missing or not curves:
        reason = f"There is no mean of all classes: {missing[0].reason}" if missing else "There is no class."
        return RocCurve("macro", 0, 0, nothing, nothing, nothing, None, reason)
    grid = np.unique(np.concatenate([curve.false_positive_rate for curve in curves]))
    upper = np.mean([np.interp(grid, each.false_positive_rate, each.true_positive_rate) for each in curves], axis=0)
    lower = np.mean([_before(grid, each) for each in curves], axis=0)
    x, y = np.repeat(grid, 2), np.column_stack([lower, upper]).ravel()
    keep = along_stairs(x, y)
    area = float(np.mean([curve.auc for curve in curves]))
    samples = curves[0].positives + curves[0].negatives
    return RocCurve("macro", samples, samples * (len(curves) - 1), x[keep], y[keep], nothing, area)


def _before(grid: Floats, curve: RocCurve) -> Floats:
    """The height from which a curve rises at each place of the grid; `np.interp` gives the one that it reaches."""
    return np.interp(-grid, -curve.false_positive_rate[::-1], curve.true_positive_rate[::-1])
