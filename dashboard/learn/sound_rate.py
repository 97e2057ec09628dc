"""What the component 'sound' is given for half as many samples a second."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.signal.filters import Filter
from core.signal.rates import Reduction, folded, halve, playable
from core.signal.sound import RATE, Sound
from core.signal.spectrum import spectrum
from dashboard.components.sound import Block
from dashboard.learn.sound_blocks import ASK, How, curve, filtered, levels_of, peak_hz, track

TONE_VIEW = {"view": [8000, 8040], "pin": []}  # samples that show a tone from near
POOLED = {
    "average": "Average pooling by 2: a moving average of 2, then every second sample. So weak a low-pass lets part of "
    "what is above 4,000 Hz fold down.",
    "maximum": "Max pooling by 2 is no linear filter: it adds frequencies of its own, and what is above 4,000 Hz folds "
    "down all the same.",
}


def rate_block(
    sound: Sound, how: Reduction, before: Filter | None, tone: float | None, place: dict[str, list[int]] | None
) -> Block:
    """16 kHz beside 8 kHz. tone: the frequency in Hz where the sound is a single one."""
    original = sound.samples
    source = original if before is None else filtered(original, before, How("same"))
    after = halve(source, how)
    (hz, before_db), (after_hz, after_db) = spectrum(original), spectrum(after, RATE // 2, 512)
    curves = [curve("16 kHz", "before", hz), curve("8 kHz", "after", after_hz)]
    heard = playable(after)
    arrays: dict[str, NDArray[Any]] = {
        "wave0": source,
        "wave1": after,
        "db0": before_db,
        "db1": after_db,
        "original": original,
    }
    arrays["heard"] = heard
    if before is not None:
        curves.append({**curve("16 kHz, filtered", "middle", hz), "dashed": True})
        arrays.update(db2=spectrum(source)[1], behind0=original)
    weights = {"second": [1.0], "average": [0.5, 0.5], "maximum": [1.0, 1.0]}[how]
    arrays["kernel"] = np.array(weights, np.float32)
    done = {"second": "every second sample", "average": "mean of each pair", "maximum": "maximum of each pair"}[how]
    low = f" after a {before.title}" if before is not None else ""
    head = {
        "tracks": [
            {**track("16 kHz", f"x, {sound.title}{low}"), "keepsEvery": 2 if how == "second" else 0},
            {**track("8 kHz", f"y, {done}, {len(after):,} samples"), "rate": RATE // 2},
        ],
        "geometry": {"first": 0, "stride": 2, "dilation": 1, "taps": len(weights), "turned": False},
        "curves": curves,
        "marks": rate_marks(tone),
        "top": RATE / 2,
        "hint": "",
        "sound": sound.title if tone is None else "tone",
        "operation": "maximum" if how == "maximum" else "sum",
        "place": place or (TONE_VIEW if tone is not None else None),
        "rate": RATE,
        "sounds": [{"title": "16 kHz", "array": "original"}, {"title": "8 kHz", "array": "heard"}],
        "levels": levels_of([original, heard], ("16 kHz", "8 kHz"), choice=False),
        "ask": ASK,
        "foot": rate_words(how, before, tone),
        "alt": {
            "waves": f"Wave at 16 kHz and {done} of it at 8 kHz; arrow keys go from sample to sample",
            "spectrum": f"Spectra in dB: at 16 kHz loudest at {peak_hz(hz, before_db):,.0f} Hz, at 8 kHz loudest at "
            f"{peak_hz(after_hz, after_db):,.0f} Hz",
        },
    }
    return Block("filter", head, arrays)


def rate_marks(tone: float | None) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = [{"hz": RATE / 4, "title": "half of 8 kHz", "role": "", "dashed": True, "row": 2}]
    if tone is not None and tone > RATE / 4:
        marks += [
            {"hz": tone, "title": f"{tone:,.0f} Hz", "role": "before", "row": 0},
            {"hz": folded(tone), "title": f"heard at {folded(tone):,.0f} Hz", "role": "after", "row": 1},
        ]
    return marks


def rate_words(how: Reduction, before: Filter | None, tone: float | None) -> str:
    """What happens to frequencies above 4 kHz."""
    if how != "second":
        return POOLED[how]
    if before is not None:
        return "Low-pass, then every second sample: one convolution of stride 2. What would fold down is gone before."
    if tone is not None and tone > RATE / 4:
        low = folded(tone)
        return f"Above 4,000 Hz a tone f folds down to 8,000 − f: 8,000 − {tone:,.0f} = {low:,.0f} Hz (aliasing)."
    return "8,000 samples a second hold up to 4,000 Hz: what is above folds down to 8,000 − f (aliasing)."
