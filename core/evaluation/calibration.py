"""Whether a probability of 80 % is right in 80 of 100 cases, and what one number can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from core.evaluation.intervals import Interval, wilson

BINS = 10
COOLEST, HOTTEST = 0.02, 50.0
_TINY = float(np.finfo(np.float32).tiny)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Samples whose probability lies in (low, high]; the first bin holds 0 too.

    confidence: their mean probability. hits: how many came true. interval: Wilson's of `share`. Of an empty bin
    confidence, share and interval are None.
    """

    low: float
    high: float
    count: int
    hits: int
    confidence: float | None

    @property
    def share(self) -> float | None:
        return self.hits / self.count if self.count else None

    @property
    def interval(self) -> Interval | None:
        return wilson(self.hits, self.count)


@dataclass(frozen=True)
class Calibration:
    """How far probabilities are from shares.

    bins: of equal width, rising. error: expected calibration error, the mean over the samples of |share - confidence|
    of their bin (Naeini, Cooper and Hauskrecht, 2015; Guo et al., 2017); None without samples. loss: mean negative log
    likelihood of the true class, in nats; None without samples.
    """

    bins: tuple[Bin, ...]
    error: float | None
    loss: float | None


@dataclass(frozen=True)
class Temperature:
    """A number that all logits are divided by: above 1 it makes a network less sure, below 1 surer.

    value: None where no temperature is best: `reason` says why in a sentence, and is empty otherwise.
    """

    value: float | None
    reason: str = ""


def reliability(hits: ArrayLike, confidence: ArrayLike, bins: int = BINS) -> tuple[tuple[Bin, ...], float | None]:
    """The bins, and the expected calibration error, None without samples.

    hits: bool (N,), what came true. confidence: (N,) 0..1, how probable it was said to be.
    """
    right, said = np.asarray(hits, dtype=bool), np.asarray(confidence, dtype=np.float64)
    place = np.clip(np.ceil(said * bins).astype(np.int64) - 1, 0, bins - 1)
    counts, came = np.bincount(place, minlength=bins), np.bincount(place, right, minlength=bins).astype(np.int64)
    sums = np.bincount(place, said, minlength=bins)
    listed = tuple(
        Bin(k / bins, (k + 1) / bins, int(counts[k]), int(came[k]), float(sums[k] / counts[k]) if counts[k] else None)
        for k in range(bins)
    )
    error = float(np.abs(came - sums).sum() / len(said)) if len(said) else None
    return listed, error


def calibration(labels: ArrayLike, probabilities: ArrayLike, bins: int = BINS) -> Calibration:
    """Of the most probable class of each sample. labels: (N,). probabilities: (N, K) finite, rows sum to 1."""
    true, shares = np.asarray(labels), np.asarray(probabilities, dtype=np.float64)
    if not len(true):
        return Calibration(reliability([], [], bins)[0], None, None)
    listed, error = reliability(shares.argmax(axis=1) == true, shares.max(axis=1), bins)
    return Calibration(listed, error, negative_log_likelihood(true, shares))


def negative_log_likelihood(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean of -log of the probability of the true class; a probability of 0 counts as the smallest float32."""
    true, shares = np.asarray(labels), np.asarray(probabilities, dtype=np.float64)
    return float(-np.log(np.maximum(shares[np.arange(len(true)), true], _TINY)).mean())


def scaled(probabilities: ArrayLike, temperature: float) -> Floats:
    """softmax(log p / temperature), (N, K): the logits are known but for a constant, which softmax does not see."""
    logits = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), _TINY)) / temperature
    logits -= logits.max(axis=1, keepdims=True)
    shares = np.exp(logits)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float64)


def fitted(labels: ArrayLike, probabilities: ArrayLike) -> Temperature:
    """The temperature with the least negative log likelihood, within `COOLEST` to `HOTTEST`.

    Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks (2017). labels: (N,). probabilities:
    (N, K) finite.
    """
    true, shares = np.asarray(labels), np.asarray(probabilities, dtype=np.float64)
    if not len(true):
        return Temperature(None, "There is no sample to fit a temperature on.")
    logits = np.log(np.maximum(shares, _TINY))
    at = np.arange(len(true))
    if (logits.argmax(axis=1) == true).all():
        return Temperature(None, "Every answer is right: the surer the network is made, the better, without end.")

    def loss(log_temperature: float) -> float:
        cooled = logits * exp(-log_temperature)
        top = cooled.max(axis=1)
        return float((np.log(np.exp(cooled - top[:, None]).sum(axis=1)) + top - cooled[at, true]).mean())

    bounds = (log(COOLEST), log(HOTTEST))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    value = exp(float(found.x))
    if value > HOTTEST / 1.02:
        return Temperature(None, "The answers are no better than chance: the less sure the network is, the better.")
    return Temperature(value)
