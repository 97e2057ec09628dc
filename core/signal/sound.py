"""Sounds that are made, not recorded: the same numbers at every start, mono at 16 kHz, peaks at half of full scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples a second of every sound here."""
PEAK = 0.5

Samples = NDArray[np.float32]
Wave = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sound:
    """samples: (N,) from -1 to 1 at `rate` Hz. notes: sentences on what was done to it."""

    samples: Samples
    title: str
    rate: int = RATE
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


# Formants of vowels in Hz (G. E. Peterson, H. L. Barney, "Control Methods Used in a Study of the Vowels", 1952, men).
VOWELS = {"a": (730, 1090, 2440), "e": (530, 1840, 2480), "i": (270, 2290, 3010), "u": (300, 870, 2240)}
BANDWIDTHS = (80.0, 100.0, 140.0)


def times(seconds: float) -> Wave:
    """The moments of the samples, in seconds."""
    return np.arange(round(seconds * RATE)) / RATE


def voice() -> Wave:
    """'Sa-i-u': a hiss of 5 to 7.5 kHz, then harmonics under formants that glide from vowel to vowel."""
    t = times(1.4)
    hiss = _hiss(t) * _envelope(t, 0.02, 0.16, 0.03)
    pitch = np.interp(t, [0.15, 0.45, 1.4], [118.0, 140.0, 96.0]) * (1 + 0.006 * np.sin(2 * np.pi * 5 * t))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    knots = [0.15, 0.45, 0.65, 0.9, 1.1, 1.4]
    vowels = [VOWELS[letter] for letter in "aaiiuu"]
    formants = [np.interp(t, knots, [vowel[index] for vowel in vowels]) for index in range(3)]
    sung = np.zeros_like(t)
    for harmonic in range(1, 50):
        frequency = harmonic * pitch
        heard = sum(1 / (1 + ((frequency - f) / width) ** 2) for f, width in zip(formants, BANDWIDTHS, strict=True))
        sung += np.where(frequency < 0.45 * RATE, heard / harmonic**0.5, 0) * np.sin(harmonic * phase)
    sung *= _envelope(t, 0.16, 1.38, 0.06)
    spoken: Wave = sung / np.abs(sung).max() + 0.28 * hiss
    return spoken


def pluck() -> Wave:
    """A string of 220 Hz (K. Karplus, A. Strong, 1983): noise that goes round, a moving average of 2 each time."""
    period = round(RATE / 220)
    turn = np.random.default_rng(7).uniform(-1, 1, period)
    last = 0.0
    turns = []
    for _ in range(round(1.5 * RATE) // period):
        turns.append(turn)
        turn, last = 0.998 * 0.5 * (turn + np.concatenate([[last], turn[:-1]])), turn[-1]
    return np.concatenate(turns)


def chord() -> Wave:
    """C major: three notes with six harmonics each, dying away."""
    t = times(1.5)
    notes = (261.63, 329.63, 392.0)
    parts = [np.sin(2 * np.pi * note * k * t) / k**1.3 for note in notes for k in range(1, 7)]
    struck: Wave = np.sum(parts, axis=0) * np.exp(-1.6 * t) * _envelope(t, 0.0, 1.5, 0.01)
    return struck


def noise() -> Wave:
    """White noise: every frequency alike."""
    t = times(1.0)
    return np.random.default_rng(3).normal(0, 0.25, len(t)).clip(-1, 1) * _envelope(t, 0.0, 1.0, 0.01)


def click() -> Wave:
    """A single 1: what a filter makes of it are its own taps."""
    clicked = np.zeros(round(0.5 * RATE))
    clicked[len(clicked) // 5] = 1.0
    return clicked


def chirp() -> Wave:
    """A tone that rises steadily from 0 Hz to 8,000 Hz in two seconds."""
    t = times(2.0)
    return np.sin(2 * np.pi * (RATE / 2) * t**2 / (2 * 2.0)) * _envelope(t, 0.0, 2.0, 0.01)


def tone(frequency: float, seconds: float = 1.0) -> Sound:
    """A sine of `frequency` Hz, from 0 to 8,000."""
    t = times(seconds)
    wave = PEAK * np.sin(2 * np.pi * frequency * t) * _envelope(t, 0.0, seconds, 0.01)
    return Sound(wave.astype(np.float32), f"tone of {frequency:,.0f} Hz")


SOUNDS: dict[str, tuple[str, Callable[[], Wave]]] = {
    "voice": ("Voice-like", voice),
    "pluck": ("Plucked string", pluck),
    "chord": ("Chord", chord),
    "noise": ("Noise", noise),
    "click": ("Click", click),
    "chirp": ("Rising tone", chirp),
}


def generate(name: str) -> Sound:
    """The sound of that name in `SOUNDS`, its peak at 0.5 of full scale. Raises KeyError for another name."""
    title, make = SOUNDS[name]
    wave = make()
    return Sound((PEAK * wave / np.abs(wave).max()).astype(np.float32), title.lower())


def _envelope(t: Wave, start: float, end: float, ramp: float) -> Wave:
    """1 between start and end, with straight flanks of `ramp` seconds within, 0 outside."""
    return np.clip(np.minimum(t - start, end - t) / ramp, 0, 1)


def _hiss(t: Wave) -> Wave:
    """Noise between 5 and 7.5 kHz, at most 1."""
    spectrum = np.fft.rfft(np.random.default_rng(5).normal(size=len(t)))
    hz = np.fft.rfftfreq(len(t), 1 / RATE)
    band = np.clip(np.minimum(hz - 5000, 7500 - hz) / 500, 0, 1)
    hiss: Wave = np.fft.irfft(spectrum * band, len(t))
    hiss /= np.abs(hiss).max()
    return hiss
