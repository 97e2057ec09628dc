"""Intervals of figures that no formula bounds: the same samples drawn again, thousands of times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

from core.evaluation.counts import Counts
from core.evaluation.intervals import Interval, wilson
from core.evaluation.ranking import Ranking

DRAWS = 2000
RANKING_DRAWS = 400
BLOCKS = 500  # a ranking of more runs is drawn by blocks of neighbours: their order within a block moves nothing
ENOUGH = 50  # samples of a class

Floats = NDArray[np.float64]


def of_counts(counts: Counts, seed: int = 0, level: float = 0.95) -> dict[str, Interval | None]:
    """The intervals of `f1` and `balanced_accuracy`; None where the figure is undefined.

    F1 and balanced accuracy see of the samples only the four counts, so these are drawn again: as shares from the
    Bayesian bootstrap (Rubin, 1981) with half a sample added to each. Drawing whole samples would never draw a mistake
    that has not been made yet, and five right answers would look certain.
    """
    generator = np.random.default_rng(seed)
    four = np.array([counts.tp, counts.fp, counts.fn, counts.tn], dtype=np.float64)
    tp, fp, fn, tn = generator.standard_gamma(four + 0.5, (DRAWS, 4)).T
    drawn = {
        "f1": (counts.f1, 2 * tp / (2 * tp + fp + fn)),
        "balanced_accuracy": (counts.balanced_accuracy, (tp / (tp + fn) + tn / (tn + fp)) / 2),
    }
    return {name: None if value is None else _middle(values, value, level) for name, (value, values) in drawn.items()}


def of_average_precision(ranking: Ranking, seed: int = 0, level: float = 0.95) -> Interval | None:
    """The interval of the average precision; None where it is undefined.

    The samples are drawn again with their scores (Poisson bootstrap: each counts 0, 1, 2, ... times). A class of fewer
    than 50 samples, or one without a mistake, takes Wilson's interval of as many samples instead (Boyd, Eng and Page,
    Area under the precision-recall curve: point estimates and confidence intervals, 2013).
    """
    value = ranking.average_precision
    if value is None:
        return None
    if ranking.positives < ENOUGH or value == 1:
        return wilson(value * ranking.positives, ranking.positives, level)
    generator = np.random.default_rng(seed)
    found, alarms, pure = _blocks(ranking)
    values = []
    for _ in range(RANKING_DRAWS // 100):  # by hundreds, to keep memory small
        hits = generator.poisson(found, (100, len(found)))
        others = generator.poisson(alarms, (100, len(alarms)))
        values.append(_average_precision(hits, others, pure))
    drawn = np.concatenate(values)
    drawn = drawn[np.isfinite(drawn)]
    shift = value - float(_average_precision(found[None], alarms[None], pure)[0])  # what blocks leave out; else 0
    return _middle(drawn + shift, value, level)


def _middle(values: Floats, estimate: float, level: float) -> Interval:
    """The middle of the drawn values, and always the estimate."""
    low, high = np.quantile(values, [0.5 - level / 2, 0.5 + level / 2])
    return Interval(max(0.0, min(float(low), estimate)), min(1.0, max(float(high), estimate)))


def _blocks(ranking: Ranking) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The ranking as runs: samples of the class and of the rest in each, and whether only the class is in it."""
    found, alarms = ranking.new
    kind = np.where(alarms == 0, 1, np.where(found == 0, 2, 3))
    starts = np.flatnonzero(np.append(True, (np.diff(kind) != 0) | (kind[1:] == 3)))
    found, alarms = np.add.reduceat(found, starts), np.add.reduceat(alarms, starts)
    if len(found) > BLOCKS:
        edges = np.unique(np.geomspace(1, len(found), BLOCKS // 2).astype(np.int64) - 1)
        starts = np.union1d(edges, np.linspace(0, len(found) - 1, BLOCKS // 2).astype(np.int64))
        found, alarms = np.add.reduceat(found, starts), np.add.reduceat(alarms, starts)
    return found, alarms, alarms == 0


def _average_precision(hits: NDArray[np.int64], others: NDArray[np.int64], pure: NDArray[np.bool_]) -> Floats:
    """(B,) from (B, R) runs; NaN where nothing of the class was drawn.

    A run of r hits after t hits and f alarms adds the sum over i = 1..r of (t + i) / (t + i + f), which is
    r - f (digamma(t + r + f + 1) - digamma(t + f + 1)); a tie is one step.
    """
    found, alarms = np.cumsum(hits, axis=1), np.cumsum(others, axis=1)
    seen = found + alarms
    step = hits * np.divide(found, seen, out=np.zeros(seen.shape), where=seen > 0)
    f, t, r = alarms[:, pure], seen[:, pure], hits[:, pure]
    step[:, pure] = r - f * (digamma(t + 1.0) - digamma(t - r + 1.0))
    total = found[:, -1]
    values: Floats = np.divide(step.sum(axis=1), total, out=np.full(len(total), np.nan), where=total > 0)
    return values
