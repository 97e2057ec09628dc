"""Samples sorted once: areas and curves against scikit-learn's, thinned curves against the exact ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics

from core.evaluation.precision_recall import micro as micro_precision_recall
from core.evaluation.precision_recall import precision_recall, precision_recall_curve
from core.evaluation.ranking import one_against_rest, pooled, ranked
from core.evaluation.roc import macro, micro, roc, roc_curve
from core.evaluation.thinning import MAX_POINTS
from tests.core.evaluation.samples import SAMPLES, columns, overlapping

PIXEL = 1e-3  # of an axis


@given(SAMPLES)
def test_areas_equal_scikit_learn(drawn: list[tuple[bool, float]]) -> None:
    positive, scores = columns(drawn)
    ranking = ranked(positive, scores)
    if positive.all() or not positive.any():
        assert ranking.auc is ranking.average_precision is None
        assert ranking.reason.endswith(".")
        return
    assert ranking.auc == pytest.approx(metrics.roc_auc_score(positive, scores), abs=1e-12)
    assert ranking.average_precision == pytest.approx(metrics.average_precision_score(positive, scores), abs=1e-12)


@given(SAMPLES)
def test_counts_are_those_of_every_distinct_score(drawn: list[tuple[bool, float]]) -> None:
    positive, scores = columns(drawn)
    ranking = ranked(positive, scores)
    assert ranking.threshold.tolist() == sorted(set(scores.astype(float)), reverse=True)
    for threshold, found, alarms in zip(ranking.threshold, ranking.found, ranking.alarms, strict=True):
        assert found == np.count_nonzero(positive & (scores >= threshold))
        assert alarms == np.count_nonzero(~positive & (scores >= threshold))


def test_scores_of_any_kind_are_ranked_alike() -> None:
    positive, scores = overlapping(0, 60, 200)
    shifted = scores.astype(np.float64) - 0.5  # negative ones cannot be sorted as whole numbers
    for other in (scores.astype(np.float64), shifted, shifted.astype(np.float32)):
        assert ranked(positive, other).auc == pytest.approx(ranked(positive, scores).auc, abs=1e-12)
    signed_zero = ranked([True, False], np.array([0.0, -0.0], dtype=np.float32))
    assert (signed_zero.auc, len(signed_zero.threshold)) == (0.5, 1)


@given(SAMPLES)
def test_precision_recall_equals_scikit_learn(drawn: list[tuple[bool, float]]) -> None:
    positive, scores = columns(drawn)
    curve = precision_recall_curve(ranked(positive, scores))
    if curve.reason:
        assert len(curve.recall) == 0
        return
    precision, recall, thresholds = metrics.precision_recall_curve(positive, scores)
    assert curve.threshold.tolist() == thresholds[::-1].tolist()
    assert curve.precision == pytest.approx(precision[-2::-1], abs=1e-12)
    assert curve.recall == pytest.approx(recall[-2::-1], abs=1e-12)
    assert curve.no_skill == np.mean(positive)


@pytest.mark.parametrize(
    ("positives", "negatives", "apart"), [(3000, 60_000, 1), (40_000, 40_000, 0), (200, 90_000, 3)]
)
def test_many_points_are_thinned_by_less_than_a_pixel(positives: int, negatives: int, apart: float) -> None:
    positive, scores = overlapping(1, positives, negatives, apart)
    ranking = ranked(positive, scores)
    exact = ranking.found / ranking.positives, ranking.found / (ranking.found + ranking.alarms)
    curve = precision_recall_curve(ranking)
    assert len(curve.recall) <= MAX_POINTS < len(exact[0])
    assert apart_by(stair(*exact), stair(curve.recall, curve.precision)) < PIXEL
    rates = np.append(0, ranking.alarms) / ranking.negatives, np.append(0, exact[0])
    drawn = roc_curve(ranking)
    assert len(drawn.threshold) <= MAX_POINTS
    assert apart_by(dense(*rates), dense(drawn.false_positive_rate, drawn.true_positive_rate)) < PIXEL


def test_micro_average_equals_scikit_learn() -> None:
    labels, shares = several(300)
    marks = np.eye(4)[labels]
    curve, both = micro(labels, shares, tuple("abcd")), micro_precision_recall(labels, shares, tuple("abcd"))
    assert curve.auc == pytest.approx(metrics.roc_auc_score(marks, shares, average="micro"), abs=1e-12)
    expected = metrics.average_precision_score(marks, shares, average="micro")
    assert both.average_precision == pytest.approx(expected, abs=1e-12)
    assert pooled(labels, shares, tuple("abcd")).total == 4 * len(labels)


def test_macro_average_equals_scikit_learn() -> None:
    labels, shares = several(300)
    curves = roc(labels, shares, tuple("abcd")).curves
    mean = macro(curves)
    assert mean.auc == pytest.approx(metrics.roc_auc_score(labels, shares, multi_class="ovr"), abs=1e-12)
    for at in (0.05, 0.3, 0.77):
        heights = [np.interp(at, *metrics.roc_curve(labels == k, shares[:, k])[:2]) for k in range(4)]
        height = np.interp(at, mean.false_positive_rate, mean.true_positive_rate)
        assert height == pytest.approx(np.mean(heights), abs=1e-9)
    assert np.trapezoid(mean.true_positive_rate, mean.false_positive_rate) == pytest.approx(mean.auc, abs=1e-6)


def test_an_absent_class_leaves_no_macro_average() -> None:
    curves = roc([0, 0, 1], np.eye(3, dtype=np.float32), ("a", "b", "c")).curves
    assert macro(curves).auc is None
    assert "No sample is of class c" in macro(curves).reason
    assert macro(()).reason


def test_mean_average_precision_needs_every_class() -> None:
    labels, shares = several(60)
    found = precision_recall(labels, shares, tuple("abcd"))
    expected = metrics.average_precision_score(np.eye(4)[labels], shares, average="macro")
    assert found.mean_average_precision == pytest.approx(expected, abs=1e-12)
    assert precision_recall(labels[labels < 3], shares[labels < 3], tuple("abcd")).mean_average_precision is None


@pytest.mark.parametrize(
    ("positive", "scores", "said"),
    [
        ([], [], "There is no sample."),
        ([False], [0.3], "No sample is of class x"),
        ([True], [0.3], "Every sample is of class x"),
        ([True, False], [np.nan, 0.5], "1 of 2 probabilities of class x are not numbers"),
    ],
)
def test_what_cannot_be_ranked_says_why(positive: list[bool], scores: list[float], said: str) -> None:
    for kind in (np.float32, np.float64):
        ranking = ranked(positive, np.array(scores, dtype=kind), "x")
        assert said in ranking.reason
        assert ranking.auc is ranking.average_precision is None
        assert roc_curve(ranking).reason == precision_recall_curve(ranking).reason == ranking.reason


def test_all_alike_is_a_coin_for_roc_and_no_skill_for_precision() -> None:
    ranking = ranked([True, False, False, False], np.full(4, 0.5, dtype=np.float32))
    assert (ranking.auc, ranking.average_precision) == (0.5, 0.25)


def test_shapes_that_do_not_agree_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows of one length"):
        ranked([True], [0.1, 0.2])
    with pytest.raises(ValueError, match=r"must be \(2, 3\)"):
        one_against_rest([0, 1], np.zeros((2, 2)), ("a", "b", "c"))
    with pytest.raises(ValueError, match=r"must be \(2, 3\)"):
        pooled([0, 1], np.zeros((2, 2)), ("a", "b", "c"))


def several(count: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    labels = generator.integers(0, 4, count)
    return labels, generator.dirichlet(np.ones(4) * 0.7, count) * 0.8 + 0.2 * np.eye(4)[labels]


def stair(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The stair as densely standing points."""
    across = np.repeat(np.append(0, x), 2)[1:-1]
    return dense(across, np.repeat(y, 2))


def dense(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Points along a line, nowhere further apart than a fifth of a pixel."""
    steps = np.ceil(5 * np.maximum(np.abs(np.diff(x)), np.abs(np.diff(y))) / PIXEL).astype(int) + 1
    place = np.repeat(np.arange(len(steps)), steps) + np.concatenate([np.arange(n) / n for n in steps])
    return np.column_stack([np.interp(place, np.arange(len(x)), x), np.interp(place, np.arange(len(y)), y)])


def apart_by(exact: np.ndarray, drawn: np.ndarray) -> float:
    """Hausdorff's distance: the farthest that any point of either lies from the other."""
    from scipy.spatial import cKDTree

    there, back = cKDTree(drawn).query(exact)[0], cKDTree(exact).query(drawn)[0]
    return float(max(there.max(), back.max()))
