"""Intervals of areas: DeLong's variance from its definition, and how often the intervals hold the truth."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from core.evaluation import bootstrap, delong
from core.evaluation.ranking import Ranking, ranked
from tests.core.evaluation.samples import SAMPLES, columns, overlapping

REPEATS = 300
LOWEST = 0.91  # of 300 repeats, 95 % less three standard errors


@given(SAMPLES)
def test_delongs_variance_is_that_of_its_definition(drawn: list[tuple[bool, float]]) -> None:
    positive, scores = columns(drawn)
    found = delong.variance(ranked(positive, scores))
    if min(positive.sum(), (~positive).sum()) < 2:
        assert found is None
        return
    above = np.sign(scores[positive][:, None] - scores[~positive].astype(np.float64)) / 2 + 0.5
    expected = above.mean(axis=1).var(ddof=1) / positive.sum() + above.mean(axis=0).var(ddof=1) / (~positive).sum()
    assert found == pytest.approx(expected, abs=1e-12)


@given(SAMPLES)
def test_the_interval_holds_the_area_and_lies_within_bounds(drawn: list[tuple[bool, float]]) -> None:
    ranking = ranked(*columns(drawn))
    bounds, area = delong.interval(ranking), ranking.auc
    if area is None:
        assert bounds is None
        return
    assert bounds is not None
    assert 0 <= bounds.low <= area + 1e-12
    assert area - 1e-12 <= bounds.high <= 1
    assert bounds.high - bounds.low > 0.03  # 40 samples at most: never certain


@pytest.mark.parametrize(
    ("positives", "negatives", "spread", "area"),
    [(50, 50, 1, 0.8), (50, 450, 1, 0.9), (50, 450, 2, 0.97), (200, 300, 1, 0.97), (100, 900, 1, 0.7)],
)
def test_the_interval_covers_the_true_area(positives: int, negatives: int, spread: float, area: float) -> None:
    generator = np.random.default_rng(3)
    apart = stats.norm.ppf(area) * sqrt(1 + spread**2)
    positive = np.arange(positives + negatives) < positives
    held = 0
    for _ in range(REPEATS):
        scores = generator.normal(size=len(positive)) * np.where(positive, spread, 1) + apart * positive
        bounds = delong.interval(ranked(positive, scores))
        held += bounds is not None and bounds.low <= area <= bounds.high
    assert held / REPEATS >= LOWEST


def test_five_images_of_a_class_are_seen_to_be_few() -> None:
    few = ranked(*overlapping(0, 5, 5, 6))
    many = ranked(*overlapping(0, 500, 500, 9))
    assert few.auc == many.auc == 1
    wide, narrow = delong.interval(few), delong.interval(many)
    assert wide is not None
    assert narrow is not None
    assert wide.low < 0.75
    assert narrow.low > 0.99
    assert wide.high == narrow.high == 1


def test_average_precisions_interval_equals_the_bootstrap_of_whole_samples() -> None:
    positive, scores = overlapping(4, 150, 700)
    ranking = ranked(positive, scores)
    generator = np.random.default_rng(5)
    drawn = []
    for _ in range(1500):
        again = generator.integers(0, len(positive), len(positive))
        drawn.append(ranked(positive[again], scores[again]).average_precision)
    low, high = np.quantile(drawn, [0.025, 0.975])
    bounds = bootstrap.of_average_precision(ranking)
    assert bounds is not None
    assert bounds.low == pytest.approx(low, abs=0.015)
    assert bounds.high == pytest.approx(high, abs=0.015)


def test_runs_add_up_to_the_average_precision() -> None:
    """What is drawn again, drawn exactly once, is the ranking itself."""
    for ranking in (ranked(*overlapping(6, 90, 300)), tied(), ranked(*overlapping(6, 60, 60, 5))):
        found, alarms, pure = bootstrap._blocks(ranking)
        assert len(found) <= bootstrap.BLOCKS
        value = bootstrap._average_precision(found[None], alarms[None], pure)[0]
        assert value == pytest.approx(ranking.average_precision, abs=1e-10)


def test_average_precisions_interval_covers_the_truth() -> None:
    truth = ranked(*overlapping(7, 60_000, 240_000, 1.5)).average_precision
    held = 0
    for seed in range(150):
        bounds = bootstrap.of_average_precision(ranked(*overlapping(1000 + seed, 60, 240, 1.5)))
        held += bounds is not None and truth is not None and bounds.low <= truth <= bounds.high
    assert held / 150 >= 0.88


def test_a_class_without_a_mistake_is_not_certain() -> None:
    few, many = ranked(*overlapping(0, 5, 95, 9)), ranked(*overlapping(0, 500, 500, 9))
    assert few.average_precision == many.average_precision == 1
    assert bootstrap.of_average_precision(few).low < 0.6  # type: ignore[union-attr]
    assert 0.98 < bootstrap.of_average_precision(many).low < 1  # type: ignore[union-attr]
    assert bootstrap.of_average_precision(ranked([True], [0.5])) is None


def tied() -> Ranking:
    generator = np.random.default_rng(8)
    return ranked(generator.random(400) < 0.3, np.round(generator.random(400), 1))
