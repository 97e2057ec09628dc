"""Where to draw the line: from which score on a sample is called the class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from core.evaluation.counts import Counts
from core.evaluation.ranking import Ranking
from core.evaluation.thinning import along_columns, along_stairs

Floats = NDArray[np.float64]
MOST_OFFERED = 10_000


@dataclass(frozen=True)
class Choice:
    """A threshold, what it makes of the samples, and the figure that it was chosen for.

    threshold: the lowest score that is called the class; infinite where nothing is.
    """

    threshold: float
    counts: Counts
    value: float


def offered(ranking: Ranking) -> Ranking:
    """The ranking with as many of its thresholds as a slider needs, the exact counts at each.

    All of them up to `MOST_OFFERED`. Of more: 2,000 spread evenly over the scores, those of the drawn curves, of every
    per cent of sensitivity, of the best F1, and all corners of the convex hull, among which are the best Youden's J and
    the lowest cost, whatever a mistake costs.
    """
    if len(ranking.threshold) <= MOST_OFFERED:
        return ranking
    recall = ranking.found / ranking.positives if ranking.positives else None
    evenly = np.linspace(ranking.threshold[-1], ranking.threshold[0], 2000)
    by_score = np.searchsorted(-ranking.threshold, -evenly, "right")
    wanted = [np.array([0, len(ranking.threshold) - 1]), by_score - 1]
    if not ranking.reason and recall is not None:
        f1 = 2 * ranking.found / (ranking.found + ranking.alarms + ranking.positives)
        wanted += [
            np.searchsorted(recall, np.arange(1, 101) / 100),
            np.array([int(np.argmax(f1))]),
            along_stairs(ranking.alarms, ranking.found),
            along_columns(recall, ranking.found / (ranking.found + ranking.alarms)),
            _hull(ranking),
        ]
    keep = np.unique(np.concatenate(wanted))
    return replace(ranking, threshold=ranking.threshold[keep], found=ranking.found[keep], alarms=ranking.alarms[keep])


def _hull(ranking: Ranking) -> NDArray[np.int64]:
    """Places of the corners of the ROC curve's convex hull."""
    corners = np.array([[0, 0], [ranking.negatives, 0]])  # below the curve: the rest is not flat
    points = np.concatenate([np.column_stack([ranking.alarms, ranking.found]), corners])
    vertices = np.asarray(ConvexHull(points).vertices, dtype=np.int64)
    return vertices[vertices < len(ranking.threshold)]


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
