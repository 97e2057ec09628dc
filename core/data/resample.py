"""Parts without leaks, and classes brought to equal numbers by leaving out or by repeating. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.raw import Array

UNUSED = -1


@dataclass(frozen=True)
class Resampled:
    """index: int64 (N,), into the samples that were given, sorted; is_repeat: bool (N,), all but a sample's first."""

    index: NDArray[np.int64]
    is_repeat: NDArray[np.bool_]


def allocate(labels: Array, groups: Array, targets: Sequence[Sequence[int]], seed: int) -> NDArray[np.int64]:
    """Deal samples out to parts at random; samples of one group never lie in two parts.

    labels: int (N,), classes 0..K-1. groups: int (N,). targets: for each part how many of each class, (parts, K).
    Returns int64 (N,): the part of each sample, `UNUSED` for the rest. No part gets more than its target; it gets
    exactly that many unless groups of several samples, or too few samples, leave a gap.
    """
    random = np.random.default_rng(seed)
    wanted = np.array(targets, dtype=np.int64)
    part = np.full(len(labels), UNUSED, dtype=np.int64)
    _, member_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    several = np.flatnonzero(sizes > 1)
    by_group = np.argsort(member_of, kind="stable")
    starts = np.cumsum(sizes) - sizes
    room = np.bincount(labels, minlength=wanted.shape[1]) - wanted.sum(axis=0)  # how many stay unused
    for group in random.permutation(several):
        members = by_group[starts[group] : starts[group] + sizes[group]]
        content = np.bincount(labels[members], minlength=wanted.shape[1])
        places = np.vstack([wanted, np.maximum(room, 0)])
        chances = places[:, labels[members[0]]] / max(1, places[:, labels[members[0]]].sum())
        order = np.argsort(-chances * random.random(len(chances)), kind="stable")
        chosen = next((at for at in order if (content <= places[at]).all()), len(wanted))
        if chosen < len(wanted):
            wanted[chosen] -= content
            part[members] = chosen
        else:
            room = room - content
    single = sizes[member_of] == 1
    for label in range(wanted.shape[1]):
        members = random.permutation(np.flatnonzero(single & (labels == label)))
        ends = np.cumsum(wanted[:, label])
        for at, (first, last) in enumerate(zip(ends - wanted[:, label], ends, strict=True)):
            part[members[first:last]] = at
    return part


def to_fewest(labels: Array, seed: int) -> Resampled:
    """Of every class as many samples, drawn by seed, as the rarest class that has any."""
    random = np.random.default_rng(seed)
    present, counts = np.unique(labels, return_counts=True)
    kept = [random.permutation(np.flatnonzero(labels == label))[: counts.min()] for label in present]
    index = np.sort(np.concatenate(kept)) if kept else np.zeros(0, np.int64)
    return Resampled(index, np.zeros(len(index), dtype=bool))


def to_most(labels: Array, seed: int) -> Resampled:
    """Every sample, repeated until each class has as many as the commonest.

    No sample of a class is taken more than once more often than another; who gets the odd repeat is drawn by seed.
    """
    random = np.random.default_rng(seed)
    present, counts = np.unique(labels, return_counts=True)
    index, is_repeat = [], []
    for label, count in zip(present, counts, strict=True):
        members = np.flatnonzero(labels == label)
        whole, odd = divmod(int(counts.max()), int(count))
        taken = np.concatenate([np.tile(members, whole), random.permutation(members)[:odd]])
        index.append(taken)
        is_repeat.append(np.arange(len(taken)) >= count)
    if not index:
        return Resampled(np.zeros(0, np.int64), np.zeros(0, bool))
    every, again = np.concatenate(index), np.concatenate(is_repeat)
    order = np.argsort(every, kind="stable")
    return Resampled(every[order], again[order])
