"""Filters for sound as one-dimensional kernels. `taps[k]` weighs the sample k steps (times `dilation`) ago."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import SignalError
from core.signal.sound import RATE

MOST_OWN = 31
LARGEST = 10.0
NUMBER = re.compile(r"[+-]?(\d{1,9}\.?\d{0,9}|\.\d{1,9})(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Filter:
    """taps: (K,) float32, the first for the present sample. dilation: samples from one tap to the next."""

    taps: NDArray[np.float32]
    title: str
    dilation: int = 1

    @property
    def reach(self) -> int:
        """How many samples one output spans."""
        return (len(self.taps) - 1) * self.dilation + 1

    def dense(self) -> NDArray[np.float32]:
        """(reach,): the taps with the zeros between them."""
        full = np.zeros(self.reach, np.float32)
        full[:: self.dilation] = self.taps
        return full


def echo(milliseconds: float, strength: float) -> Filter:
    """y[n] = x[n] + strength * x[n - delay]: two taps, dilated by the delay."""
    delay = max(1, round(milliseconds * RATE / 1000))
    return Filter(np.array([1, strength], np.float32), f"echo after {milliseconds:g} ms", delay)


def moving_average(width: int) -> Filter:
    """Mean of the last `width` samples."""
    return Filter(np.full(width, 1 / width, np.float32), f"moving average of {width}")


def difference() -> Filter:
    """y[n] = x[n] - x[n - 1]."""
    return Filter(np.array([1, -1], np.float32), "difference")


def low_pass(cutoff: float, taps: int, rate: int = RATE) -> Filter:
    """A sinc under a Hamming window that lets pass what is below `cutoff` Hz; the taps sum to 1.

    A. V. Oppenheim, R. W. Schafer, "Discrete-Time Signal Processing", section 7.5 (filter design by windowing).
    """
    middle = np.arange(taps) - (taps - 1) / 2
    ideal = np.sinc(2 * cutoff / rate * middle) * np.hamming(taps)
    return Filter((ideal / ideal.sum()).astype(np.float32), f"low-pass at {cutoff:,.0f} Hz, {taps} taps")


def own(text: str) -> Filter:
    """Taps as numbers with commas, `1, 0, -0.5`. Raises SignalError with one sentence for anything else."""
    written = [part.strip().replace("−", "-") for part in text.strip().strip(",").split(",", MOST_OWN + 1)]
    if not any(written):
        raise SignalError("Own taps are empty: write 1 to 31 numbers with commas, such as 1, 0, -1.")
    if len(written) > MOST_OWN:
        raise SignalError(f"Own taps are at most {MOST_OWN} numbers, and more were given: leave some out.")
    for part in written:
        if not NUMBER.fullmatch(part):
            raise SignalError(
                f"“{part[:20]}” in the own taps is no number: write numbers with commas, such as 1, 0, -1."
            )
        if abs(float(part)) > LARGEST:
            raise SignalError(f"{part} in the own taps is too large: taps are from {-LARGEST:g} to {LARGEST:g}.")
    return Filter(np.array([float(part) for part in written], np.float32), "own taps")


def as_text(taps: NDArray[np.float32]) -> str:
    """What `own` reads: `1, 0, -0.5`."""
    return ", ".join(f"{float(tap):.4g}" for tap in taps)


def shortened(filter: Filter, most: int = 9) -> Filter:
    """The same kind of filter within `most` samples, for a matrix that can be read; itself where it is short enough."""
    if filter.reach <= most:
        return filter
    if filter.dilation > 1:
        return Filter(filter.taps, filter.title, max(1, (most - 1) // (len(filter.taps) - 1)))
    cut = len(filter.taps) - most
    kept = filter.taps[cut // 2 : cut // 2 + most]
    total, wanted = float(kept.sum()), float(filter.taps.sum())
    scale = wanted / total if abs(total) > 1e-3 else 1.0
    return Filter((kept * scale).astype(np.float32), filter.title)
