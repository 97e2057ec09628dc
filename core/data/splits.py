"""Choosing samples: stratified splits and a number of samples for each class. No torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.raw import Array


def quotas(counts: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """How many of each class `share` takes: largest remainders, and never the last sample of a class.

    counts: samples of each class (K,). share: 0..1. Returns int64 (K,).
    """
    ideal = counts * share
    taken = np.floor(ideal).astype(np.int64)
    room = np.maximum(counts - 1, 0)
    taken = np.minimum(taken, room)
    missing = round(float(counts.sum()) * share) - int(taken.sum())
    for at in np.argsort(taken - ideal, kind="stable"):  # the largest remainder first
        if missing <= 0:
            break
        if taken[at] < room[at] and ideal[at] > taken[at]:
            taken[at] += 1
            missing -= 1
    return np.asarray(taken, dtype=np.int64)


def stratified(labels: Array, share: float, seed: int, groups: Array | None = None) -> tuple[Array, Array]:
    """Split indices in two with the classes in the same proportions on both sides.

    labels: int (N,). share: of the samples that go to the second side, 0..1; a class keeps at least one on the first.
    groups: int (N,) or None; samples of one group stay together (the share then holds for groups, each under the label
    of its first sample).
    Returns two sorted int64 index arrays, without overlap, that cover 0..N-1; the same arguments give the same split.
    """
    if groups is not None:
        _, first, member_of = np.unique(groups, return_index=True, return_inverse=True)
        _, take = stratified(labels[first], share, seed)
        on_second = np.zeros(len(first), dtype=bool)
        on_second[take] = True
        return np.flatnonzero(~on_second[member_of]), np.flatnonzero(on_second[member_of])
    random = np.random.default_rng(seed)
    present, counts = np.unique(labels, return_counts=True)
    second = np.zeros(len(labels), dtype=bool)
    for label, quota in zip(present, quotas(counts, share), strict=True):
        second[random.permutation(np.flatnonzero(labels == label))[:quota]] = True
    return np.flatnonzero(~second), np.flatnonzero(second)


def choose_counts(labels: Array, counts: Sequence[int | None], seed: int) -> Array:
    """Indices of at most `counts[c]` samples of each class c (None: all), chosen at random by seed, sorted.

    The samples chosen for a smaller count are among those chosen for a larger one.
    """
    random = np.random.default_rng(seed)
    chosen = []
    for label, count in enumerate(counts):
        members = random.permutation(np.flatnonzero(labels == label))
        chosen.append(members if count is None else members[:count])
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)
