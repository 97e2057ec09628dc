"""Resampling by exact class counts, and parts that no copy crosses."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.data.resample import UNUSED, allocate, to_fewest, to_most

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=200).map(np.array)
SEEDS = st.integers(0, 2**32 - 1)


def counts_of(labels: np.ndarray) -> dict[int, int]:
    return dict(zip(*(values.tolist() for values in np.unique(labels, return_counts=True)), strict=True))


@given(LABELS, SEEDS)
def test_throwing_away_leaves_as_many_of_each_as_of_the_rarest(labels: np.ndarray, seed: int) -> None:
    chosen = to_fewest(labels, seed)
    fewest = min(counts_of(labels).values())
    assert counts_of(labels[chosen.index]) == dict.fromkeys(counts_of(labels), fewest)
    assert len(set(chosen.index.tolist())) == len(chosen.index)
    assert not chosen.is_repeat.any()


@given(LABELS, SEEDS)
def test_repeating_brings_all_to_the_commonest(labels: np.ndarray, seed: int) -> None:
    chosen = to_most(labels, seed)
    before = counts_of(labels)
    most = max(before.values())
    assert counts_of(labels[chosen.index]) == dict.fromkeys(before, most)
    times = np.bincount(chosen.index, minlength=len(labels))
    for label, count in before.items():
        assert set(times[labels == label].tolist()) <= {most // count, most // count + 1}
    assert np.array_equal(np.sort(chosen.index[~chosen.is_repeat]), np.arange(len(labels)))  # each sample once


def test_the_lecture_s_numbers() -> None:
    labels = np.repeat([0, 1], [1000, 100])
    assert counts_of(labels[to_fewest(labels, 0).index]) == {0: 100, 1: 100}
    repeated = to_most(labels, 0)
    assert counts_of(labels[repeated.index]) == {0: 1000, 1: 1000}
    assert counts_of(labels[repeated.index[repeated.is_repeat]]) == {1: 900}


@given(LABELS, SEEDS, st.data())
def test_no_group_lies_in_two_parts_and_no_part_gets_too_many(
    labels: np.ndarray, seed: int, data: st.DataObject
) -> None:
    groups = np.random.default_rng(seed).integers(0, max(1, len(labels) // 2), len(labels))
    there = np.bincount(labels, minlength=5)
    targets = [[data.draw(st.integers(0, int(count) // 3)) for count in there] for _ in range(3)]
    part = allocate(labels, groups, targets, seed)
    for group in np.unique(groups):
        assert len(set(part[groups == group].tolist())) == 1
    for at, target in enumerate(targets):
        assert (np.bincount(labels[part == at], minlength=5) <= target).all()


@given(LABELS, SEEDS, st.data())
def test_without_copies_the_parts_are_exact(labels: np.ndarray, seed: int, data: st.DataObject) -> None:
    there = np.bincount(labels, minlength=5)
    targets = [[data.draw(st.integers(0, int(count) // 3)) for count in there] for _ in range(3)]
    part = allocate(labels, np.arange(len(labels)), targets, seed)
    for at, target in enumerate(targets):
        assert np.bincount(labels[part == at], minlength=5).tolist() == target
    assert (part == UNUSED).sum() == len(labels) - sum(map(sum, targets))


def test_all_samples_are_dealt_out_where_all_are_wanted_copies_too() -> None:
    labels = np.repeat([0, 1], [495, 55])
    groups = np.arange(550)
    groups[10:40] = groups[40:70]  # thirty pictures twice
    groups[500] = groups[3]  # and one under both labels
    targets = [[297, 33], [99, 11], [99, 11]]
    part = allocate(labels, groups, targets, 7)
    assert [np.bincount(labels[part == at], minlength=2).tolist() for at in range(3)] == targets


def test_another_seed_deals_otherwise() -> None:
    labels, targets = np.arange(100) % 2, [[20, 20], [10, 10]]
    first, second, again = (allocate(labels, np.arange(100), targets, seed) for seed in (1, 2, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
