"""How loud sounds are played beside each other: never beyond full scale, and told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.signal.spectrum import loudness

HIGHEST = 0.98
MOST_DECIBELS = 30.0
HEARD = 1e-5  # root mean square from which a sound counts as one


def gains(sounds: Sequence[NDArray[np.floating]], equal: bool) -> tuple[float, ...]:
    """A factor for each sound. equal: as loud as the first one (root mean square), at most 30 dB louder than it is.

    All are turned down together where the loudest peak would pass 0.98 of full scale.
    """
    first = loudness(sounds[0])
    factors = []
    for sound in sounds:
        own = loudness(sound)
        factor = first / own if equal and own > HEARD and first > HEARD else 1.0
        factors.append(min(factor, 10 ** (MOST_DECIBELS / 20)))
    peaks = [float(np.abs(sound).max(initial=0)) * factor for sound, factor in zip(sounds, factors, strict=True)]
    common = min(1.0, HIGHEST / max(max(peaks), 1e-9))
    return tuple(factor * common for factor in factors)


def words(factors: Sequence[float], titles: Sequence[str]) -> str:
    """What was done to hear them, in one sentence; the drawn waves are as they are."""
    changes = [20 * np.log10(factor) for factor in factors]
    if all(abs(change) < 0.05 for change in changes):
        return "Played as drawn."
    if max(changes) - min(changes) < 0.05:
        return f"Both are played {_change(changes[0])}, so that no peak is cut off."
    told = [f"{title} {_change(change)}" for title, change in zip(titles, changes, strict=True) if abs(change) >= 0.05]
    return f"Played, not drawn: {', '.join(told)}."


def _change(decibels: float) -> str:
    return f"{abs(decibels):.1f} dB {'louder' if decibels > 0 else 'softer'}"
