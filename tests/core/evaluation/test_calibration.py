"""Reliability against scikit-learn, the expected error by hand, and a temperature that undoes one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import softmax
from sklearn import metrics
from sklearn.calibration import calibration_curve

from core.evaluation.calibration import calibration, fitted, negative_log_likelihood, reliability, scaled
from core.evaluation.intervals import wilson


def answers(count: int, warmth: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels drawn from probabilities, these, and what a network says that is `warmth` times too sure."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(count, 4)) * 1.5
    true = softmax(logits, axis=1)
    labels = np.array([generator.choice(4, p=row) for row in true])
    return labels, true, softmax(logits * warmth, axis=1)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60), st.sampled_from([1, 5, 10, 15]))
def test_bins_equal_scikit_learn(drawn: list[tuple[bool, float]], bins: int) -> None:
    hits, said = (np.array(column) for column in zip(*drawn, strict=True))
    edges = np.linspace(0, 1, bins + 1)
    if np.isclose(said[:, None], edges[None, 1:-1], atol=1e-9).any():
        return  # which side of an edge a value lies on is the one difference
    listed, error = reliability(hits, said, bins)
    shares, means = calibration_curve(hits, said, n_bins=bins)
    full = [each for each in listed if each.count]
    assert [each.share for each in full] == pytest.approx(shares)
    assert [each.confidence for each in full] == pytest.approx(means)
    assert [each.count for each in listed] == np.histogram(said, edges)[0].tolist()
    weights = np.array([each.count for each in full]) / len(said)
    assert error == pytest.approx(np.sum(weights * np.abs(shares - means)))
    for each in listed:
        assert each.interval == wilson(each.hits, each.count)
        assert (each.share is None) == (each.confidence is None) == (each.count == 0)


def test_an_edge_belongs_to_the_bin_below() -> None:
    listed, _ = reliability([True, True, False, True], [0.0, 0.5, 0.50001, 1.0], 2)
    assert [each.count for each in listed] == [2, 2]
    assert [(each.low, each.high) for each in listed] == [(0, 0.5), (0.5, 1)]


def test_loss_equals_scikit_learn_and_zero_is_not_infinite() -> None:
    labels, _, said = answers(200)
    expected = metrics.log_loss(labels, said, labels=range(4))
    assert negative_log_likelihood(labels, said) == pytest.approx(expected)
    assert calibration(labels, said).loss == pytest.approx(expected)
    assert 80 < negative_log_likelihood([1], [[1.0, 0.0]]) < 90


def test_a_network_that_is_too_sure_is_cooled_down_again() -> None:
    labels, true, said = answers(4000, warmth=3)
    found = fitted(labels, said)
    assert found.value == pytest.approx(3, rel=0.1)
    assert not found.reason
    mended = scaled(said, found.value or 1)
    before, after = calibration(labels, said), calibration(labels, mended)
    assert before.error is not None
    assert after.error is not None
    assert after.error < before.error / 3
    assert after.loss < before.loss  # type: ignore[operator]
    assert (mended.argmax(axis=1) == said.argmax(axis=1)).all()
    assert scaled(said, 3.0) == pytest.approx(true, abs=1e-6)


def test_the_temperature_is_scipys_minimum() -> None:
    labels, _, said = answers(500, warmth=0.4, seed=2)
    logits = np.log(said)
    found = minimize(
        lambda t: metrics.log_loss(labels, softmax(logits / t[0], axis=1), labels=range(4)), [1.0], method="Nelder-Mead"
    )
    assert fitted(labels, said).value == pytest.approx(found.x[0], rel=1e-2)


def test_one_leaves_everything_as_it_is() -> None:
    _, _, said = answers(50)
    assert scaled(said, 1.0) == pytest.approx(said, abs=1e-12)


def test_where_no_temperature_is_best_it_says_so() -> None:
    sure = np.array([[0.9, 0.1], [0.2, 0.8]])
    right, wrong = fitted([0, 1], sure), fitted([1, 0], sure)
    assert right.value is wrong.value is None
    assert right.reason.startswith("Every answer is right")
    assert wrong.reason.startswith("The answers are no better than chance")


def test_without_samples_there_is_nothing_to_tell() -> None:
    nothing = calibration([], np.empty((0, 3)))
    assert nothing.error is nothing.loss is None
    assert len(nothing.bins) == 10
    assert all(each.share is each.interval is each.confidence is None for each in nothing.bins)
    assert fitted([], np.empty((0, 3))).value is None
