"""One class against the rest: how much of what is called the class is right, for how much of it that is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.evaluation.ranking import Ranking, one_against_rest, pooled
from core.evaluation.thinning import along_columns

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PrecisionRecallCurve:
    """The curve of one class against all others, by falling threshold.

    recall: (P,) rising, 0..1; precision: (P,). Between two points the curve is a stair: up or down at the left one's
    recall, then level; before the first point it is level too. Empty where the curve is undefined.
    threshold: (P,) falling; a point counts the samples whose probability is at least this.
    no_skill: share of the class among all samples, the precision of guessing; None without samples.
    average_precision: area under the exact stair (before thinning), as scikit-learn defines it.
    reason: one sentence on why there is no curve, else empty.
    """

    name: str
    positives: int
    negatives: int
    recall: Floats
    precision: Floats
    threshold: Floats
    no_skill: float | None
    average_precision: float | None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class PrecisionRecall:
    """One curve a class, in the order of the classes."""

    curves: tuple[PrecisionRecallCurve, ...]

    @property
    def mean_average_precision(self) -> float | None:
        """Unweighted mean over the classes; None unless every class has one."""
        areas = [curve.average_precision for curve in self.curves if curve.average_precision is not None]
        return sum(areas) / len(areas) if areas and len(areas) == len(self.curves) else None


def precision_recall(labels: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]) -> PrecisionRecall:
    """One-against-rest curves. labels: (N,). probabilities: (N, K). classes: the K names.

    Raises ValueError where shapes do not agree.
    """
    rankings = one_against_rest(labels, probabilities, classes)
    return PrecisionRecall(tuple(precision_recall_curve(ranking) for ranking in rankings))


def precision_recall_curve(ranking: Ranking) -> PrecisionRecallCurve:
    """The curve of a ranking, thinned to at most 2,000 points that differ from it by less than 1/1000 of an axis."""
    share = ranking.positives / ranking.total if ranking.total else None
    if ranking.reason:
        nothing = np.empty(0)
        return PrecisionRecallCurve(
            ranking.name, ranking.positives, ranking.negatives, nothing, nothing, nothing, share, None, ranking.reason
        )
    recall = ranking.found / ranking.positives
    precision = ranking.found / (ranking.found + ranking.alarms)
    keep = along_columns(recall, precision)
    return PrecisionRecallCurve(
        ranking.name,
        ranking.positives,
        ranking.negatives,
        recall[keep],
        precision[keep],
        ranking.threshold[keep],
        share,
        ranking.average_precision,
    )


def micro(labels: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]) -> PrecisionRecallCurve:
    """The curve of all classes' decisions together."""
    return precision_recall_curve(pooled(labels, probabilities, classes))
