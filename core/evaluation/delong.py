"""How far an area under a ROC curve can be trusted."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from scipy.optimize import brentq

from core.evaluation.intervals import Interval
from core.evaluation.ranking import Ranking

ENOUGH = 30  # from so many samples out of place on both sides on, DeLong's variance is trusted alone


def variance(ranking: Ranking) -> float | None:
    """DeLong's variance of the area; None where there is no area, or a side has a single sample.

    DeLong, DeLong and Clarke-Pearson, Comparing the areas under two or more correlated receiver operating
    characteristic curves (1988), computed from the counts of the ranking as by Sun and Xu (2014).
    """
    area = ranking.auc
    if area is None or min(ranking.positives, ranking.negatives) < 2:
        return None
    found, alarms = ranking.new
    behind = (ranking.negatives - ranking.alarms + alarms / 2) / ranking.negatives  # of the rest, behind a hit
    before = (ranking.found - found / 2) / ranking.positives  # of the class, before a false alarm
    of_hits = float(np.sum(found * (behind - area) ** 2)) / (ranking.positives - 1)
    of_alarms = float(np.sum(alarms * (before - area) ** 2)) / (ranking.negatives - 1)
    return of_hits / ranking.positives + of_alarms / ranking.negatives


def interval(ranking: Ranking, level: float = 0.95) -> Interval | None:
    """The interval of the area, within 0..1; None where there is no area.

    DeLong's, made symmetric on the logit scale, which keeps it within 0..1 (Pepe, The statistical evaluation of
    medical tests, 2003). Its variance is that of the samples out of place: where they are few it is nearly a guess,
    and nothing where there are none. The interval is then widened to hold Newcombe's, which takes the variance that
    each bound would have.
    """
    area = ranking.auc
    if area is None:
        return None
    z = NormalDist().inv_cdf(0.5 + level / 2)
    wide = newcombe(area, ranking.positives, ranking.negatives, z)
    spread = variance(ranking)
    if not spread or not 0 < area < 1:
        return wide
    centre, step = log(area / (1 - area)), z * sqrt(spread) / (area * (1 - area))
    narrow = Interval(_logistic(centre - step), _logistic(centre + step))
    if _out_of_place(ranking) >= ENOUGH:
        return narrow
    return Interval(min(narrow.low, wide.low), max(narrow.high, wide.high))


def newcombe(area: float, positives: int, negatives: int, z: float) -> Interval:
    """The bounds t for which |area - t| is z times the standard error that the area would have at t.

    Newcombe, Confidence intervals for an effect size measure based on the Mann-Whitney statistic, part 2 (2006),
    method 5: the standard error is Hanley and McNeil's for exponential scores.
    """
    mean = (positives + negatives) / 2 - 1

    def away(bound: float) -> float:
        shape = 1 + mean * ((1 - bound) / (2 - bound) + bound / (1 + bound))
        return (area - bound) ** 2 - z * z * bound * (1 - bound) * shape / (positives * negatives)

    near = 1e-12
    low = brentq(away, 0.0, min(area, 1 - near)) if area > 0 else 0.0
    high = brentq(away, max(area, near), 1.0) if area < 1 else 1.0
    return Interval(float(low), float(high))


def _out_of_place(ranking: Ranking) -> int:
    """The fewer of both: samples of the class with any of the rest before or beside them, and the other way round."""
    found, alarms = ranking.new
    hits = int(np.sum(found[ranking.alarms > 0]))
    false_alarms = int(np.sum(alarms[ranking.found - found < ranking.positives]))
    return min(hits, false_alarms)


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -700 else 0.0
