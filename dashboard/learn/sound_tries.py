"""Try this, on the sound's three parts."""

from __future__ import annotations

from typing import Any

from dashboard.learn.tries import Try

ECHO: dict[str, Any] = {"kind": "voice", "filter": "echo", "strength": 0.6}
TONE: dict[str, Any] = {"tone_or": "tone", "keep": "second"}

TRIES: dict[str, tuple[Try, ...]] = {
    "filter": (
        Try(
            "Echo by correlation",
            "Correlation reads ahead, x[n + k]: the echo comes before the sound. Filters turn the kernel round.",
            {**ECHO, "delay": 250, "mode": "full", "formula": "correlation"},
        ),
        Try(
            "Echo of 400 ms, mode same",
            "As many samples as before, from the middle: 200 ms are cut off at the start, and 200 ms of the echo.",
            {**ECHO, "delay": 400, "mode": "same", "formula": "convolution"},
        ),
        Try(
            "Low-pass: where does the “s” go?",
            "The hiss of the voice's “s” lies above 5,000 Hz: the filter takes it away, see the spectra.",
            {
                "kind": "voice",
                "filter": "low-pass",
                "cutoff": 1500,
                "taps": 63,
                "mode": "full",
                "formula": "convolution",
            },
        ),
    ),
    "matrix": (
        Try(
            "Mode valid: which rows go?",
            "Only windows that lie wholly inside: every row has all its taps, and there are N − K + 1 of them.",
            {"kind": "voice", "filter": "average", "width": 5, "mode": "valid", "formula": "convolution"},
        ),
        Try(
            "A difference by correlation",
            "Each row is now x[n] − x[n + 1] instead of x[n] − x[n − 1]: every answer changes its sign.",
            {"kind": "voice", "filter": "difference", "mode": "full", "formula": "correlation"},
        ),
    ),
    "rate": (
        Try(
            "A tone of 7,000 Hz",
            "8,000 samples a second cannot tell it from 8,000 − 7,000 = 1,000 Hz: play both.",
            {**TONE, "tone": 7000, "before": False},
        ),
        Try(
            "The same with a low-pass before",
            "Nothing above 4,000 Hz is left to fold down: the tone is gone, instead of wrong.",
            {**TONE, "tone": 7000, "before": True},
        ),
        Try(
            "The voice: where does its “s” go?",
            "The hiss above 5,000 Hz folds down below 3,000 Hz, and is heard as a dull noise; try the low-pass.",
            {"tone_or": "voice", "keep": "second", "before": False},
        ),
    ),
}
