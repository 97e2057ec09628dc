"""Our ROC curves against scikit-learn's, ties and degenerate cases included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics

from core.evaluation.roc import MAX_POINTS, roc
from tests.core.evaluation.samples import SAMPLES


@given(SAMPLES)
def test_equals_scikit_learn(drawn: list[tuple[bool, float]]) -> None:
    positive, scores = (np.array(column) for column in zip(*drawn, strict=True))
    curve = roc(positive.astype(int), np.column_stack([1 - scores, scores]), ("rest", "it")).curves[1]
    assert (curve.positives, curve.negatives) == (positive.sum(), (~positive).sum())
    if positive.all() or not positive.any():
        assert curve.auc is None
        assert curve.reason.endswith(".")
        assert len(curve.threshold) == 0
        return
    false_rate, true_rate, _ = metrics.roc_curve(positive, scores, drop_intermediate=False)
    exact = np.column_stack([false_rate, true_rate])
    assert curve.auc == pytest.approx(metrics.roc_auc_score(positive, scores), abs=1e-12)
    assert _distance(exact, curve.false_positive_rate, curve.true_positive_rate) < 1e-12
    assert curve.threshold[0] == np.inf
    for rate_false, rate_true, at in zip(
        curve.false_positive_rate, curve.true_positive_rate, curve.threshold, strict=True
    ):
        assert rate_true == np.mean(scores[positive] >= at)
        assert rate_false == np.mean(scores[~positive] >= at)


def test_many_points_are_thinned_without_visible_change() -> None:
    generator = np.random.default_rng(0)
    positive = generator.random(50_000) < 0.3
    scores = generator.normal(size=50_000) + positive
    curve = roc(positive.astype(int), np.column_stack([-scores, scores]), ("rest", "it")).curves[1]
    false_rate, true_rate, _ = metrics.roc_curve(positive, scores)
    assert len(false_rate) > 5 * MAX_POINTS
    assert MAX_POINTS / 2 < len(curve.threshold) <= MAX_POINTS
    assert curve.auc == pytest.approx(metrics.roc_auc_score(positive, scores), abs=1e-12)
    assert (curve.false_positive_rate[0], curve.true_positive_rate[0]) == (0, 0)
    assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1, 1)
    away = _distance(np.column_stack([false_rate, true_rate]), curve.false_positive_rate, curve.true_positive_rate)
    assert away <= 1e-3


def test_not_a_number_gives_a_sentence_and_no_area() -> None:
    probabilities = np.array([[0.2, 0.8], [np.nan, np.nan], [0.9, 0.1]])
    result = roc([1, 0, 0], probabilities, ("cat", "dog"))
    assert [curve.auc for curve in result.curves] == [None, None]
    assert "1 of 3 probabilities of class dog are not numbers" in result.curves[1].reason
    assert result.mean_auc is None


def test_an_absent_class_leaves_the_others_their_curves() -> None:
    result = roc([0, 1, 0], np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]]), ("a", "b", "c"))
    assert [curve.auc for curve in result.curves] == [1.0, 1.0, None]
    assert result.curves[2].reason == "No sample is of class c, so there is nothing to find."
    assert result.mean_auc is None


def test_mean_over_classes_is_scikit_learns_macro_average() -> None:
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 4, 200)
    probabilities = generator.dirichlet(np.ones(4), 200)
    expected = metrics.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    assert roc(labels, probabilities, tuple("abcd")).mean_auc == pytest.approx(expected, abs=1e-12)


def test_shapes_that_do_not_agree_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must be \(2, 3\)"):
        roc([0, 1], np.zeros((2, 2)), ("a", "b", "c"))


def _distance(points: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """The largest distance from any point to the line through (x, y), each to its nearest segment around it."""
    along = x + y
    right = np.clip(np.searchsorted(along, points.sum(axis=1)), 1, len(x) - 1)
    start = np.column_stack([x, y])[right - 1]
    step = np.column_stack([x, y])[right] - start
    share = np.clip(((points - start) * step).sum(axis=1) / (step**2).sum(axis=1), 0, 1)
    return float(np.max(np.linalg.norm(points - start - share[:, None] * step, axis=1)))
