"""Splits: nothing lost, nothing twice, classes in proportion."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.data.splits import choose_counts, stratified

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=200).map(np.array)
SHARES = st.floats(0, 0.5)
SEEDS = st.integers(0, 2**32 - 1)


@given(LABELS, SHARES, SEEDS)
def test_every_sample_is_on_one_side(labels: np.ndarray, share: float, seed: int) -> None:
    first, second = stratified(labels, share, seed)
    assert sorted([*first, *second]) == list(range(len(labels)))


@given(LABELS, SHARES, SEEDS)
def test_each_class_is_split_by_the_share(labels: np.ndarray, share: float, seed: int) -> None:
    first, second = stratified(labels, share, seed)
    for label in np.unique(labels):
        count = int((labels == label).sum())
        taken = int((labels[second] == label).sum())
        assert abs(taken - count * share) <= 1
        assert (labels[first] == label).any()


@given(LABELS, SHARES, SEEDS)
def test_same_seed_same_split(labels: np.ndarray, share: float, seed: int) -> None:
    once, again = stratified(labels, share, seed), stratified(labels, share, seed)
    assert np.array_equal(once[0], again[0])
    assert np.array_equal(once[1], again[1])


def test_another_seed_gives_another_split() -> None:
    labels = np.arange(200) % 2
    assert not np.array_equal(stratified(labels, 0.2, 0)[1], stratified(labels, 0.2, 1)[1])


def test_the_total_is_the_share_of_all() -> None:
    labels = np.repeat(np.arange(3), [33, 33, 34])
    assert len(stratified(labels, 0.2, 0)[1]) == 20


@given(LABELS, SHARES, SEEDS, st.integers(1, 50))
def test_groups_stay_together(labels: np.ndarray, share: float, seed: int, groups: int) -> None:
    group = np.random.default_rng(seed).integers(0, groups, len(labels))
    first, second = stratified(labels, share, seed, group)
    assert sorted([*first, *second]) == list(range(len(labels)))
    assert not set(group[first]) & set(group[second])


@given(LABELS, SEEDS, st.lists(st.none() | st.integers(0, 60), min_size=5, max_size=5))
def test_counts_are_exact(labels: np.ndarray, seed: int, counts: list[int | None]) -> None:
    chosen = choose_counts(labels, counts, seed)
    assert len(set(chosen)) == len(chosen)
    for label, count in enumerate(counts):
        there = int((labels == label).sum())
        assert (labels[chosen] == label).sum() == (there if count is None else min(count, there))


def test_a_smaller_count_is_a_part_of_a_larger_one() -> None:
    labels = np.arange(300) % 3
    small, large = choose_counts(labels, (5, 5, None), 7), choose_counts(labels, (20, 5, None), 7)
    assert set(small) < set(large)
