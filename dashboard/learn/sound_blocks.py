"""What the component 'sound' is given for each of the sound's views: computed by core, put into words here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SignalError
from core.signal import banded, levels
from core.signal.convolution import convolve
from core.signal.filters import Filter, shortened
from core.signal.rates import Reduction, folded, halve, playable
from core.signal.settings import Mode
from core.signal.sound import RATE, Samples, Sound
from core.signal.spectrum import gain, spectrum
from core.signal.windows import Axis, along
from dashboard.components.sound import Block

STRETCH = 16  # samples of the input in the matrix
MOST_GAIN = 1024  # samples that a filter may span for its gain to be drawn: beyond, it has more ripples than bins
ASK = "Point at a wave: this line shows how that sample came about. The wheel, or Samples, zooms in to single ones."


TONE_VIEW = {"view": [8000, 8040], "pin": []}


@dataclass(frozen=True)
class How:
    """mode and formula of the convolution. flipped: true convolution, else correlation."""

    mode: Mode = "full"
    flipped: bool = True


def windows(size: int, filter: Filter, mode: Mode) -> Axis:
    """Raises SignalError where the filter spans more than the sound has."""
    if mode == "valid" and filter.reach > size:
        raise SignalError(
            f"The {filter.title} spans {filter.reach:,} samples and the sound has {size:,}, so mode 'valid' leaves none: "
            "choose 'same' or 'full', or a longer sound."
        )
    return along(
        (size,),
        (len(filter.taps),),
        mode=mode,
        padding=(0,),
        border="zero",
        stride=(1,),
        dilation=(filter.dilation,),
        transposed=False,
    )[0]


def filtered(samples: Samples, filter: Filter, how: How) -> Samples:
    """The filter's answer, by torch."""
    out = convolve(samples, filter.taps, how.mode, dilation=filter.dilation, flipped=how.flipped)
    return np.asarray(out.numpy(), np.float32)


def filter_block(sound: Sound, filter: Filter, how: How, editable: bool, place: dict[str, list[int]] | None) -> Block:
    """Before and after one filter."""
    axis = windows(len(sound.samples), filter, how.mode)
    after = filtered(sound.samples, filter, how)
    (hz, before_db), (after_hz, after_db) = spectrum(sound.samples), spectrum(after)
    curves = [curve("before", "before", hz), curve("after", "after", after_hz)]
    arrays = {"wave0": sound.samples, "wave1": after, "kernel": filter.taps, "taps": filter.taps}
    arrays |= {"db0": before_db, "db1": after_db}
    if filter.reach <= MOST_GAIN:
        response_hz, response = gain(filter)
        curves.append({**curve("filter", "gain", response_hz), "dashed": True})
        arrays["db2"] = response
    direction = "ago" if how.flipped else "ahead"
    head = {
        "tracks": [
            track("Before", f"x, {sound.title}, {sound.seconds:.2f} s, {len(sound.samples):,} samples"),
            track("After", f"y, {filter.title}, {len(after):,} samples"),
        ],
        "geometry": {
            "first": int(axis.starts[0] - axis.before),
            "stride": 1,
            "dilation": filter.dilation,
            "taps": len(filter.taps),
            "turned": how.flipped,
        },
        "curves": curves,
        "marks": [],
        "top": RATE / 2,
        "hint": "",
        "operation": "sum",
        "sound": sound.title,
        "taps": f"Kernel h, {len(filter.taps)} tap{'s' * (len(filter.taps) > 1)}",
        "ends": f"samples {direction}",
        "dilation": filter.dilation,
        "editable": editable,
        "place": place,
        "rate": RATE,
        "sounds": [{"title": "Before", "array": "wave0"}, {"title": "After", "array": "wave1"}],
        "levels": levels_of([sound.samples, after], ("before", "after"), choice=True),
        "ask": ASK,
        "foot": size_words(len(sound.samples), filter, how, len(after)),
        "alt": {
            "waves": f"Waves of the sound before and after the {filter.title}; arrow keys go from sample to sample",
            "spectrum": f"Spectra in dB from 0 to 8,000 Hz: before, loudest at {peak_hz(hz, before_db):,.0f} Hz; "
            f"after, loudest at {peak_hz(after_hz, after_db):,.0f} Hz",
            "taps": f"Bars of the kernel: {len(filter.taps)} taps",
        },
    }
    return Block("filter", head, arrays)


def size_words(size: int, filter: Filter, how: How, out: int) -> str:
    """The size formula with the numbers in it."""
    reach = filter.reach
    formula = {
        "valid": f"N − K + 1 = {size:,} − {reach:,} + 1 = {out:,}",
        "same": f"N = {out:,}",
        "full": f"N + K − 1 = {size:,} + {reach:,} − 1 = {out:,}",
    }[how.mode]
    kernel = (
        f"K = {reach:,}"
        if filter.dilation == 1
        else f"K = {reach:,}: {len(filter.taps)} taps, {filter.dilation:,} apart"
    )
    sign = "−" if how.flipped else "+"
    ahead = "" if how.flipped else " (correlation: it looks ahead)"
    return f"y[n] = Σ h[k] · x[n {sign} k]{ahead} · mode {how.mode}: {formula} · {kernel}"


def matrix_block(sound: Sound, filter: Filter, how: How, start: int) -> Block:
    """The matrix of a short stretch of the sound, and its transpose."""
    small = shortened(filter)
    x = sound.samples[start : start + STRETCH]
    axis = windows(len(x), small, how.mode)
    matrix = banded.banded(axis, small.taps, how.flipped)
    y = filtered(x, small, how)
    z = convolve(y, small.taps, how.mode, dilation=small.dilation, flipped=how.flipped, transposed=True).numpy()
    rows, columns = matrix.shape
    shape = f"{rows}×{columns}"
    cut = (
        ""
        if small is filter
        else f"The {filter.title} is shortened to {small.reach} samples here, so that its matrix can be read. "
    )
    head = {
        "rows": rows,
        "columns": columns,
        "ask": "Point at a row, or press ↓: this line shows how that output came about.",
        "foot": f"{cut}x: samples {start:,} to {start + len(x) - 1:,} of the {sound.title}, as if there were silence around them.",
        "sides": [
            {
                "name": "y",
                "by": f"W, {shape}",
                "of": "x",
                "from": 0,
                "words": [
                    f"Every row is the same {len(small.taps)} tap{'s' * (len(small.taps) > 1)}, one place further on: a Toeplitz matrix.",
                    f"{rows * columns} weights, of which only {len(small.taps)} differ and are learned: a dense layer would learn all {rows * columns}.",
                ],
                "alt": f"Banded matrix of {rows} rows and {columns} columns; arrow keys light one row after the other",
                **check(matrix @ x, y, "W x equals convolve"),
            },
            {
                "name": "z",
                "by": f"Wᵀ, {columns}×{rows}",
                "of": "y",
                "from": 0,
                "words": [
                    "Rows and columns change places: Wᵀ spreads every output back over the window it came from, which is the transposed "
                    "convolution and the way gradients go; it is not the inverse of W.",
                ],
                "alt": f"Transposed matrix of {columns} rows and {rows} columns; arrow keys light one row after the other",
                **check(matrix.T @ y, z, "Wᵀ y equals the transposed convolve"),
            },
        ],
    }
    return Block("matrix", head, {"matrix": matrix.astype(np.float32), "x": x, "y": y, "z": np.asarray(z, np.float32)})


def check(product: NDArray[Any], computed: NDArray[Any], claim: str) -> dict[str, Any]:
    """Whether the matrix gives what torch gives, in words."""
    if product.shape != computed.shape:
        return {"right": False, "check": f"✗ {len(product)} numbers, but convolve gives {len(computed)}"}
    apart = float(np.abs(product - computed).max(initial=0))
    right = apart <= 1e-5
    return {"right": right, "check": f"{'✓' if right else '✗ not:'} {claim} within {_power(apart)}"}


def _power(apart: float) -> str:
    """The power of ten that is not reached: 10⁻⁸."""
    return "10" + str(math.floor(math.log10(max(apart, 1e-9))) + 1).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def rate_block(
    sound: Sound, how: Reduction, before: Filter | None, tone: float | None, place: dict[str, list[int]] | None
) -> Block:
    """16 kHz beside 8 kHz. tone: the frequency in Hz where the sound is a single one."""
    original = sound.samples
    source = original if before is None else filtered(original, before, How("same"))
    after = halve(source, how)
    (hz, before_db), (after_hz, after_db) = spectrum(original), spectrum(after, RATE // 2, 512)
    curves = [curve("16 kHz", "before", hz), curve("8 kHz", "after", after_hz)]
    arrays = {"wave0": source, "wave1": after, "db0": before_db, "db1": after_db, "original": original}
    arrays["heard"] = playable(after)
    if before is not None:
        curves.append({**curve("16 kHz, filtered", "middle", hz), "dashed": True})
        arrays |= {"db2": spectrum(source)[1], "behind0": original}
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
        "levels": levels_of([original, arrays["heard"]], ("16 kHz", "8 kHz"), choice=False),
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
    marks: list[dict[str, Any]] = [
        {"hz": RATE / 4, "title": "half of 8 kHz", "role": "limit", "dashed": True, "row": 2}
    ]
    if tone is not None and tone > RATE / 4:
        marks += [
            {"hz": tone, "title": f"{tone:,.0f} Hz", "role": "before", "row": 0},
            {"hz": folded(tone), "title": f"heard at {folded(tone):,.0f} Hz", "role": "after", "row": 1},
        ]
    return marks


def rate_words(how: Reduction, before: Filter | None, tone: float | None) -> str:
    """What happens to frequencies above 4 kHz, in one or two sentences."""
    if tone is not None and tone > RATE / 4 and before is None and how == "second":
        return f"8,000 − {tone:,.0f} = {folded(tone):,.0f} Hz: above 4,000 Hz a tone f folds down to 8,000 − f (aliasing), and nothing can undo it."
    if how == "maximum":
        return "Max pooling by 2 is no linear filter: it adds frequencies of its own, and what is above 4,000 Hz folds down all the same."
    if how == "average":
        return "Average pooling by 2 is a moving average of width 2, then every second sample: a weak low-pass, so part of what is above 4,000 Hz still folds down."
    if before is not None:
        return "Low-pass and every second sample together are one convolution of stride 2: what is above 4,000 Hz is gone before it can fold down."
    return "What is above 4,000 Hz folds down to 8,000 − f (aliasing): 8,000 samples a second hold frequencies up to 4,000 Hz only."


def track(title: str, note: str) -> dict[str, Any]:
    return {"title": title, "note": note, "rate": RATE}


def curve(title: str, role: str, hz: NDArray[np.float64]) -> dict[str, Any]:
    """hz: of the curve's last point."""
    return {"title": title, "role": role, "hz": float(hz[-1])}


def levels_of(sounds: list[Samples], titles: tuple[str, str], choice: bool) -> dict[str, Any]:
    told = {}
    for name, equal in (("equal", choice), ("plain", False)):
        factors = levels.gains(sounds, equal)
        told[name] = {"gains": factors, "note": levels.words(factors, titles)}
    return {**told, "choice": choice}


def peak_hz(hz: NDArray[np.float64], db: NDArray[np.float64]) -> float:
    return float(hz[int(np.argmax(db))])
