"""The best threshold of every kind against trying them all; what a slider is offered of a million samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation import thresholds
from core.evaluation.counts import Counts
from core.evaluation.ranking import ranked
from core.evaluation.thinning import MAX_POINTS
from tests.core.evaluation.samples import SAMPLES, columns, overlapping

PRICES = st.floats(0, 100)


def all_counts(positive: np.ndarray, scores: np.ndarray) -> dict[float, Counts]:
    """Of every threshold that makes a difference, from the highest."""
    found = {}
    for threshold in [np.inf, *sorted(set(scores.astype(float)), reverse=True)]:
        said = scores >= threshold
        tp, fp = int(np.sum(said & positive)), int(np.sum(said & ~positive))
        found[threshold] = Counts(tp, fp, int(positive.sum()) - tp, int((~positive).sum()) - fp)
    return found


@given(SAMPLES, st.floats(-0.5, 1.5))
def test_counts_at_any_threshold(drawn: list[tuple[bool, float]], threshold: float) -> None:
    positive, scores = columns(drawn)
    said = scores.astype(float) >= threshold
    counts = thresholds.counts_at(ranked(positive, scores), threshold)
    assert counts.tp == np.sum(said & positive)
    assert counts.fp == np.sum(said & ~positive)
    assert (counts.positives, counts.negatives) == (positive.sum(), (~positive).sum())


@given(SAMPLES, PRICES, PRICES, st.floats(0, 1))
def test_every_choice_is_the_best_there_is(
    drawn: list[tuple[bool, float]], false_alarm: float, miss: float, wanted: float
) -> None:
    positive, scores = columns(drawn)
    ranking = ranked(positive, scores)
    known = all_counts(positive, scores)
    choices = {
        "f1": thresholds.best_f1(ranking),
        "youden": thresholds.best_youden(ranking),
        "cost": thresholds.lowest_cost(ranking, false_alarm, miss),
        "sensitivity": thresholds.sensitivity_of(ranking, wanted),
    }
    if ranking.reason:
        assert set(choices.values()) == {None}
        return
    values = {
        "f1": [counts.f1 or 0.0 for counts in known.values()],
        "youden": [(counts.recall or 0) + (counts.specificity or 0) - 1 for counts in known.values()],
        "cost": [-counts.cost(false_alarm, miss) for counts in known.values()],
        "sensitivity": [-counts.fp if (counts.recall or 0) >= wanted else -np.inf for counts in known.values()],
    }
    for name, choice in choices.items():
        assert choice is not None
        assert known[choice.threshold] == choice.counts == thresholds.counts_at(ranking, choice.threshold)
        best = values[name][list(known).index(choice.threshold)]
        assert best == pytest.approx(max(values[name]), abs=1e-9)
    assert choices["f1"].value == pytest.approx(choices["f1"].counts.f1 or 0)  # type: ignore[union-attr]
    assert choices["cost"].value == choices["cost"].counts.cost(false_alarm, miss)  # type: ignore[union-attr]
    assert choices["sensitivity"].value >= wanted  # type: ignore[union-attr]


def test_of_equals_the_highest_threshold_is_chosen() -> None:
    ranking = ranked([True, False, True, False], np.array([0.9, 0.8, 0.7, 0.6]))
    assert thresholds.best_youden(ranking).threshold == 0.9  # type: ignore[union-attr]
    assert thresholds.lowest_cost(ranking, 0, 0).threshold == np.inf  # type: ignore[union-attr]
    assert thresholds.sensitivity_of(ranking, 2) is None


def test_always_the_commoner() -> None:
    assert thresholds.always(ranked([True, False, False], np.zeros(3))) == Counts(0, 0, 1, 2)
    assert thresholds.always(ranked([True, True, False], np.zeros(3))) == Counts(2, 1, 0, 0)
    assert thresholds.always(ranked([True, True], np.zeros(2))).accuracy == 1


def test_a_slider_is_offered_few_thresholds_and_told_no_lies() -> None:
    positive, scores = overlapping(0, 6000, 60_000, 1.4)
    ranking = ranked(positive, scores)
    few = thresholds.offered(ranking)
    assert len(ranking.threshold) > 50_000
    assert 2 * MAX_POINTS < len(few.threshold) <= thresholds.MOST_OFFERED
    places = np.searchsorted(-ranking.threshold, -few.threshold)
    assert (ranking.threshold[places] == few.threshold).all()
    assert (ranking.found[places] == few.found).all()
    assert (ranking.alarms[places] == few.alarms).all()
    assert (few.found[-1], few.alarms[-1]) == (ranking.positives, ranking.negatives)
    assert thresholds.best_f1(few) == thresholds.best_f1(ranking)
    assert thresholds.best_youden(few) == thresholds.best_youden(ranking)
    for price in (0.01, 0.3, 1, 7, 50, 1000):
        exact, shown = thresholds.lowest_cost(ranking, 1, price), thresholds.lowest_cost(few, 1, price)
        assert exact is not None
        assert shown is not None
        assert shown.value == exact.value
    for wanted in (0.5, 0.9, 0.99):
        assert thresholds.sensitivity_of(few, wanted) == thresholds.sensitivity_of(ranking, wanted)
    assert max(np.abs(few.threshold - threshold).min() for threshold in ranking.threshold[::50]) < 1e-3


def test_few_samples_are_offered_whole() -> None:
    ranking = ranked(*overlapping(0, 30, 60))
    assert thresholds.offered(ranking) is ranking


def test_scores_that_are_not_numbers_have_no_counts() -> None:
    with pytest.raises(ValueError, match="not numbers"):
        thresholds.counts_at(ranked([True, False], [np.nan, 0.5], "x"), 0.5)
    assert thresholds.counts_at(ranked([], []), 0.5) == Counts(0, 0, 0, 0)
