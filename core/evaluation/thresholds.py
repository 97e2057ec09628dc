"""Where to draw the line: from which score on a sample is called the class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.counts import Counts
from core.evaluation.ranking import Ranking

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """A threshold, what it makes of the samples, and the figure that it was chosen for.

    threshold: the lowest score that is called the class; infinite where nothing is.
    """

    threshold: float
    counts: Counts
    value: float


def counts_at(ranking: Ranking, threshold: float) -> Counts:
    """Samples with a score of at least `threshold` are called the class.

    Raises ValueError where scores are not numbers.
    """
    if ranking.total and not len(ranking.threshold):
        raise ValueError(ranking.reason)
    return _counts(ranking, int(np.searchsorted(-ranking.threshold, -threshold, side="right")))


def best_f1(ranking: Ranking) -> Choice | None:
    """The highest threshold with the greatest F1; None where nothing is ranked."""
    return _best(ranking, lambda tp, fp: 2 * tp / (tp + fp + ranking.positives))


def best_youden(ranking: Ranking) -> Choice | None:
    """The highest threshold with the greatest J = sensitivity + specificity - 1 (Youden, 1950)."""
    return _best(ranking, lambda tp, fp: tp / ranking.positives - fp / ranking.negatives)


def lowest_cost(ranking: Ranking, false_positive: float, false_negative: float) -> Choice | None:
    """The highest threshold at which all mistakes together cost least; `value` is that cost."""
    best = _best(ranking, lambda tp, fp: -(fp * false_positive + (ranking.positives - tp) * false_negative))
    return best and Choice(best.threshold, best.counts, best.counts.cost(false_positive, false_negative))


def sensitivity_of(ranking: Ranking, wanted: float) -> Choice | None:
    """The highest threshold that finds at least the share `wanted` (0..1) of the class: the fewest false alarms."""
    if ranking.reason:
        return None
    reached = np.append(0, ranking.found) / ranking.positives >= wanted
    if not reached.any():
        return None
    at = int(np.argmax(reached))
    return Choice(_threshold(ranking, at), _counts(ranking, at), _counts(ranking, at).tp / ranking.positives)


def always(ranking: Ranking) -> Counts:
    """What is counted when every sample is called the commoner of both."""
    if ranking.positives > ranking.negatives:
        return Counts(ranking.positives, ranking.negatives, 0, 0)
    return Counts(0, 0, ranking.positives, ranking.negatives)


def _best(ranking: Ranking, figure: Callable[[Floats, Floats], Floats]) -> Choice | None:
    if ranking.reason:
        return None
    tp, fp = np.append(0, ranking.found).astype(np.float64), np.append(0, ranking.alarms).astype(np.float64)
    values = figure(tp, fp)
    at = int(np.argmax(values))
    return Choice(_threshold(ranking, at), _counts(ranking, at), float(values[at]))


def _threshold(ranking: Ranking, at: int) -> float:
    return float(ranking.threshold[at - 1]) if at else float("inf")


def _counts(ranking: Ranking, at: int) -> Counts:
    """After the first `at` thresholds."""
    tp, fp = (int(ranking.found[at - 1]), int(ranking.alarms[at - 1])) if at else (0, 0)
    return Counts(tp, fp, ranking.positives - tp, ranking.negatives - fp)
