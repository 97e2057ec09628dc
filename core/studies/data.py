"""The samples of a study: all parts of the data set pooled, and split anew for each seed. No torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.fer import copies
from core.data.raw import Array, RawData
from core.data.resample import allocate
from core.errors import DataError
from core.studies.parts import Parts

MOST_SIDE = 48  # pixels; larger images are made smaller, so that many trainings take minutes


@dataclass(frozen=True)
class Pool:
    """Every sample of the classes that take part.

    x: uint8 (N, C, H, W) or float32 (N, D). y: int64 (N,), indices into `classes`. groups: int64 (N,), the same number
    for exact copies. labels: index in the data set of each of `classes`. index: int64 (N,), place of each sample in the
    data set, where the test part follows the training part.
    """

    x: Array
    y: NDArray[np.int64]
    groups: NDArray[np.int64]
    classes: tuple[str, ...]
    labels: tuple[int, ...]
    index: NDArray[np.int64]

    @property
    def is_image(self) -> bool:
        return self.x.ndim == 4


@dataclass(frozen=True)
class Dealt:
    """Indices into the pool, int64; no copy of a sample lies in two of the parts."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def pooled(raw: RawData, kept: tuple[int, ...]) -> Pool:
    """Training and test samples of the classes `kept`, in the data set's order, with their copies found."""
    numbers = np.full(len(raw.classes), -1, dtype=np.int64)
    numbers[list(kept)] = np.arange(len(kept))
    train, test = numbers[raw.train_y] >= 0, numbers[raw.test_y] >= 0
    x = np.concatenate([raw.train_x[train], raw.test_x[test]])
    y = np.concatenate([numbers[raw.train_y[train]], numbers[raw.test_y[test]]])
    index = np.flatnonzero(np.concatenate([train, test]))
    return Pool(x, y, copies(x), tuple(raw.classes[label] for label in kept), kept, index)


def small_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """What a study trains on: images of up to `MOST_SIDE` a side in the same proportions; points as they are."""
    if len(shape) != 3 or max(shape[1:]) <= MOST_SIDE:
        return shape
    factor = MOST_SIDE / max(shape[1:])
    return shape[0], max(1, round(shape[1] * factor)), max(1, round(shape[2] * factor))


def dealt(pool: Pool, parts: Parts, seed: int) -> Dealt:
    """The parts of one seed. Raises DataError where fewer than two classes have a sample to train on."""
    targets = [[part[label] for label in pool.labels] for part in (parts.train, parts.validation, parts.test)]
    part = allocate(pool.y, pool.groups, targets, seed)
    train, validation, test = (np.flatnonzero(part == at) for at in range(3))
    if len(np.unique(pool.y[train])) < 2:
        raise DataError("Fewer than two classes have a sample to train on: raise the bars.")
    if not len(test):
        raise DataError("No sample is left to test on: raise the bars.")
    return Dealt(train, validation, test)
