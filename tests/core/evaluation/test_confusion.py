"""Our confusion matrix against a hand count and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from core.evaluation.confusion import confusion

pairs = st.integers(2, 6).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), min_size=1, max_size=60),
    )
)


def test_a_hand_count() -> None:
    result = confusion([0, 0, 0, 1, 2], [0, 0, 1, 1, 1], ("cat", "dog", "owl"))
    assert result.counts.tolist() == [[2, 1, 0], [0, 1, 0], [0, 1, 0]]
    assert result.accuracy == 3 / 5
    assert result.support == (3, 1, 1)
    assert result.precision == (1.0, 1 / 3, None)
    assert result.recall == (2 / 3, 1.0, 0.0)
    assert result.f1 == (4 / 5, 1 / 2, 0.0)
    assert result.row_shares.tolist() == [[2 / 3, 1 / 3, 0], [0, 1, 0], [0, 1, 0]]


@given(pairs)
def test_equals_scikit_learn(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    size, samples = drawn
    true, answered = map(np.array, zip(*samples, strict=True))
    result = confusion(true, answered, tuple(map(str, range(size))))
    assert result.counts.tolist() == metrics.confusion_matrix(true, answered, labels=range(size)).tolist()
    assert result.accuracy == pytest.approx(metrics.accuracy_score(true, answered))
    expected = metrics.precision_recall_fscore_support(true, answered, labels=range(size), zero_division=np.nan)
    for ours, theirs in zip((result.precision, result.recall, result.f1), expected[:3], strict=True):
        assert np.array(ours, dtype=float) == pytest.approx(theirs, nan_ok=True)
    assert result.support == tuple(expected[3])


def test_without_samples_nothing_is_made_up() -> None:
    result = confusion([], [], ("a", "b"))
    assert result.counts.tolist() == [[0, 0], [0, 0]]
    assert result.accuracy is None
    assert result.precision == result.recall == result.f1 == (None, None)
    assert np.isnan(result.row_shares).all()


@pytest.mark.parametrize(("labels", "answers"), [([0, 1], [0]), ([0, 2], [0, 1]), ([0, 1], [0, -1]), ([[0]], [[0]])])
def test_what_does_not_fit_is_refused(labels: list[int], answers: list[int]) -> None:
    with pytest.raises(ValueError, match="labels and answers"):
        confusion(labels, answers, ("a", "b"))
