"""Half as many samples a second, and what becomes of the frequencies; other rates brought to 16 kHz."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import SignalError
from core.signal.sound import RATE, Samples

Reduction = Literal["second", "average", "maximum"]
FEWEST = 2


def halve(samples: Samples, how: Reduction = "second") -> Samples:
    """(N,) -> (ceil(N/2),): every second sample, or (floor(N/2),): the mean or maximum of each pair (pooling by 2).

    Raises SignalError for fewer than two samples.
    """
    if len(samples) < FEWEST:
        raise SignalError(f"Halving the rate needs at least {FEWEST} samples, and the sound has {len(samples)}.")
    if how == "second":
        return np.ascontiguousarray(samples[::2])
    pairs = samples[: len(samples) // 2 * 2].reshape(-1, 2)
    kept: Samples = pairs.max(axis=1) if how == "maximum" else pairs.mean(axis=1)
    return kept


def folded(frequency: float, rate: float = RATE / 2) -> float:
    """Where a tone is heard after sampling at `rate`: within 0 .. rate/2."""
    rest = frequency % rate
    return min(rest, rate - rest)


def resample(samples: NDArray[np.floating], rate: int, wanted: int = RATE) -> Samples:
    """The same sound at another rate, filtered so that nothing folds down (polyphase, Kaiser window)."""
    from scipy.signal import resample_poly  # 0.2 s, and needed for few sounds

    ratio = Fraction(wanted, rate).limit_denominator(2000)
    changed: Samples = resample_poly(samples, ratio.numerator, ratio.denominator).astype(np.float32)
    return changed


def playable(samples: Samples) -> Samples:
    """A sound of 8 kHz at 16 kHz, with nothing new above 4 kHz: what a player must send to the loudspeaker."""
    return resample(samples, RATE // 2, RATE)
