"""Which class was taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Confusion:
    """A confusion matrix and what follows from it.

    counts: int64 (K, K), rows the true class, columns the answered one.
    classes: the K names, in the order of rows and columns.

    A figure whose denominator is zero is None, not 0 or 1: a class that nobody answered has no precision.
    """

    counts: NDArray[np.int64]
    classes: tuple[str, ...]

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float | None:
        """Share of samples answered rightly, 0..1; None without samples."""
        return _share(int(np.trace(self.counts)), self.total)

    @property
    def row_shares(self) -> NDArray[np.float64]:
        """(K, K): each row divided by its sum, so that the diagonal is the recall; NaN in rows without samples."""
        rows = self.counts.sum(axis=1, keepdims=True)
        shares = np.full(self.counts.shape, np.nan)
        np.divide(self.counts, rows, out=shares, where=rows > 0)
        return shares

    @property
    def support(self) -> tuple[int, ...]:
        """True samples of each class."""
        return tuple(int(count) for count in self.counts.sum(axis=1))

    @property
    def precision(self) -> tuple[float | None, ...]:
        """Of the answers that named a class, the share that was right."""
        return tuple(map(_share, self._hits, self.counts.sum(axis=0)))

    @property
    def recall(self) -> tuple[float | None, ...]:
        """Of the samples of a class, the share that was found."""
        return tuple(map(_share, self._hits, self.counts.sum(axis=1)))

    @property
    def f1(self) -> tuple[float | None, ...]:
        """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall."""
        return tuple(map(_share, 2 * self._hits, self.counts.sum(axis=0) + self.counts.sum(axis=1)))

    @property
    def _hits(self) -> NDArray[np.int64]:
        return np.diagonal(self.counts)


def confusion(labels: ArrayLike, answers: ArrayLike, classes: Sequence[str]) -> Confusion:
    """Count every pair of true and answered class.

    labels, answers: (N,) class indices 0..K-1. classes: the K names.
    Raises ValueError where lengths differ or an index names no class.
    """
    true, answered = np.asarray(labels, dtype=np.int64), np.asarray(answers, dtype=np.int64)
    size = len(classes)
    if true.ndim != 1 or true.shape != answered.shape:
        raise ValueError(f"labels and answers must be two rows of one length, not {true.shape} and {answered.shape}")
    if true.size and not (min(true.min(), answered.min()) >= 0 and max(true.max(), answered.max()) < size):
        raise ValueError(f"labels and answers must lie in 0..{size - 1}")
    counts = np.bincount(true * size + answered, minlength=size * size).reshape(size, size)
    return Confusion(counts.astype(np.int64), tuple(classes))


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None
