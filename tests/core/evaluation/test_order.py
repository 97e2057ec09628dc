"""The order of classes: always all of them, and those that are confused side by side."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from core.evaluation.confusion import Confusion
from core.evaluation.order import by_confusion, by_frequency


def matrix(counts: NDArray[np.int64]) -> Confusion:
    return Confusion(np.asarray(counts), tuple(map(str, range(len(counts)))))


COUNTS = st.integers(1, 12).flatmap(lambda size: arrays.arrays(np.int64, (size, size), elements=st.integers(0, 50)))


@given(COUNTS)
def test_every_class_comes_once(counts: NDArray[np.int64]) -> None:
    for order in (by_frequency(matrix(counts)), by_confusion(matrix(counts))):
        assert sorted(order.tolist()) == list(range(len(counts)))


@given(COUNTS)
def test_the_commonest_class_is_first(counts: NDArray[np.int64]) -> None:
    support = counts.sum(axis=1)
    found = support[by_frequency(matrix(counts))]
    assert (np.diff(found) <= 0).all()


def test_equal_classes_stay_as_given() -> None:
    assert by_frequency(matrix(np.eye(4, dtype=np.int64))).tolist() == [0, 1, 2, 3]
    assert by_confusion(matrix(np.eye(4, dtype=np.int64))).tolist() == [0, 1, 2, 3]


def test_pairs_that_are_confused_stand_side_by_side() -> None:
    counts = 20 * np.eye(6, dtype=np.int64)
    for one, other in ((0, 4), (1, 3), (2, 5)):
        counts[one, other], counts[other, one] = 6, 2
    place = np.argsort(by_confusion(matrix(counts)))
    assert all(abs(int(place[one]) - int(place[other])) == 1 for one, other in ((0, 4), (1, 3), (2, 5)))


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_are_as_close_as_in_the_best_of_all_orders_of_a_chain(seed: int) -> None:
    """Classes that are confused along a chain: trying every order finds no better one."""
    random = np.random.default_rng(seed)
    chain = random.permutation(6)
    counts = 100 * np.eye(6, dtype=np.int64)
    for one, other in pairwise(chain):
        counts[one, other] = counts[other, one] = 20
    shares = counts / counts.sum(axis=1, keepdims=True)
    close = (shares + shares.T) / 2

    def along(order: tuple[int, ...]) -> float:
        return float(sum(close[one, other] for one, other in pairwise(order)))

    best = max(map(along, permutations(range(6))))
    assert along(tuple(by_confusion(matrix(counts)).tolist())) >= 0.75 * best
