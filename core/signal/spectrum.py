"""How strong every frequency is in a sound, and what a filter does to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.signal.filters import Filter
from core.signal.sound import RATE

FLOOR = -120.0
Numbers = NDArray[np.float64]


def spectrum(samples: NDArray[np.floating], rate: int = RATE, window: int = 1024) -> tuple[Numbers, Numbers]:
    """(Hz, dB), each (window // 2 + 1,): the mean power of windows of that many samples, 0 dB for a full-scale sine.

    Hann windows that overlap by half (P. D. Welch, 1967); a shorter sound is one window. Nothing is below -120 dB.
    """
    window = min(window, len(samples))
    step = max(1, window - window // 2)
    shape = np.sin(np.pi * np.arange(window) / window) ** 2
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(samples, np.float64), window)[::step]
    power = (np.abs(np.fft.rfft(frames * shape, axis=1)) ** 2).mean(axis=0) / max(shape.sum(), 1e-12) ** 2
    power[1 : (window + 1) // 2] *= 2  # the negative frequencies, of all but 0 and half the rate
    hz = np.fft.rfftfreq(window, 1 / rate).astype(np.float64)
    return hz, decibels(2 * power)


def gain(filter: Filter, rate: int = RATE, points: int = 513) -> tuple[Numbers, Numbers]:
    """(Hz, dB), each (points,): what the filter does to each frequency from 0 to half the rate; 0 dB leaves it."""
    hz = np.linspace(0, rate / 2, points)
    turn = 2 * (points - 1)  # delays that many samples apart are the same at these frequencies
    delays = np.arange(len(filter.taps)) * filter.dilation % turn
    folded = np.bincount(delays, filter.taps, turn)
    return hz, decibels(np.abs(np.fft.rfft(folded)) ** 2)


def decibels(power: Numbers) -> Numbers:
    """10 log10 of a power, from -120 dB on."""
    return 10 * np.log10(np.maximum(power, 10 ** (FLOOR / 10)))


def loudness(samples: NDArray[np.floating]) -> float:
    """Root mean square of a sound, 0 for silence."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
