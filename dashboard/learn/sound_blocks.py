"""What the component 'sound' is given for a filter and for its matrix: computed by core, put into words here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SignalError
from core.signal import banded, levels
from core.signal.convolution import convolve
from core.signal.filters import Filter, shortened
from core.signal.settings import Mode
from core.signal.sound import RATE, Samples, Sound
from core.signal.spectrum import gain, spectrum
from core.signal.windows import Axis, along
from dashboard.components.sound import Block

STRETCH = 16  # samples of the input in the matrix
MOST_GAIN = 1024  # samples that a filter may span for its gain to be drawn: beyond, it has more ripples than bins
ASK = "Point at a wave: here stands how that sample came about. The wheel, or Samples, zooms in to single ones."


TRANSPOSED = (
    "Rows and columns change places: Wᵀ spreads every output back over the window it came from. That is the transposed "
    "convolution, and the way gradients go; it is not the inverse of W."
)


@dataclass(frozen=True)
class How:
    """mode and formula of the convolution. flipped: true convolution, else correlation."""

    mode: Mode = "full"
    flipped: bool = True


def windows(size: int, filter: Filter, mode: Mode) -> Axis:
    """Raises SignalError where the filter spans more than the sound has."""
    if mode == "valid" and filter.reach > size:
        raise SignalError(
            f"The {filter.title} spans {filter.reach:,} samples and the sound has {size:,}, so mode 'valid' leaves "
            "none: choose 'same' or 'full', or a longer sound."
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
    arrays: dict[str, NDArray[Any]] = {
        "wave0": sound.samples,
        "wave1": after,
        "kernel": filter.taps,
        "taps": filter.taps,
    }
    arrays.update(db0=before_db, db1=after_db)
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
    apart = f": {len(filter.taps)} taps, {filter.dilation:,} apart" if filter.dilation > 1 else ""
    sign = "−" if how.flipped else "+"
    ahead = "" if how.flipped else " (correlation: it looks ahead)"
    return f"y[n] = Σ h[k] · x[n {sign} k]{ahead} · mode {how.mode}: {formula} · K = {reach:,}{apart}"


def matrix_block(sound: Sound, filter: Filter, how: How, start: int) -> Block:
    """The matrix of a short stretch of the sound, and its transpose."""
    small = shortened(filter)
    x = sound.samples[start : start + STRETCH]
    axis = windows(len(x), small, how.mode)
    matrix = banded.banded(axis, small.taps, how.flipped)
    y = filtered(x, small, how)
    z = convolve(y, small.taps, how.mode, dilation=small.dilation, flipped=how.flipped, transposed=True).numpy()
    rows, columns = matrix.shape
    apart = f"The {filter.title} is shortened to {small.reach} samples, so that its matrix can be read. "
    head = {
        "rows": rows,
        "columns": columns,
        "ask": "Point at a row, or press ↓: here stands how that output came about.",
        "foot": f"{'' if small is filter else apart}x is samples {start:,} to {start + len(x) - 1:,} of "
        f"the sound ({sound.title}), as if silence were around them.",
        "sides": [
            {
                "name": "y",
                "by": f"W, {rows}×{columns}",
                "of": "x",
                "words": matrix_words(rows * columns, len(small.taps)),
                "alt": f"Banded matrix, {rows} rows, {columns} columns; arrow keys light one row after the other",
                **check(matrix @ x, y, "W x equals convolve"),
            },
            {
                "name": "z",
                "by": f"Wᵀ, {columns}×{rows}",
                "of": "y",
                "words": [TRANSPOSED],
                "alt": f"Transposed matrix, {columns} rows, {rows} columns; arrow keys light one row after the other",
                **check(matrix.T @ y, z, "Wᵀ y equals the transposed convolve"),
            },
        ],
    }
    return Block("matrix", head, {"matrix": matrix.astype(np.float32), "x": x, "y": y, "z": np.asarray(z, np.float32)})


def matrix_words(weights: int, taps: int) -> list[str]:
    return [
        f"Every row is the same {taps} tap{'s' * (taps > 1)}, one place further on: a Toeplitz matrix.",
        f"{weights} weights, of which only {taps} {'are' if taps > 1 else 'is'} learned: a dense layer would learn all "
        f"{weights}.",
    ]


def check(product: NDArray[Any], computed: NDArray[Any], claim: str) -> dict[str, Any]:
    """Whether the matrix gives what torch gives, in words."""
    if product.shape != computed.shape:
        return {"right": False, "check": f"✗ {len(product)} numbers, but convolve gives {len(computed)}"}
    apart = float(np.abs(product - computed).max(initial=0))
    right = apart <= 1e-5
    return {"right": right, "check": f"{'✓' if right else '✗ not:'} {claim} within {_power(apart)}"}


def _power(apart: float) -> str:
    """The power of ten that is not reached: 10⁻⁸."""
    return "10" + str(math.floor(math.log10(max(apart, 1e-9))) + 1).translate(
        str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    )


def track(title: str, note: str) -> dict[str, Any]:
    return {"title": title, "note": note, "rate": RATE}


def curve(title: str, role: str, hz: NDArray[np.float64]) -> dict[str, Any]:
    """hz: of the curve's last point."""
    return {"title": title, "role": role, "hz": float(hz[-1])}


def levels_of(sounds: Sequence[Samples], titles: tuple[str, str], choice: bool) -> dict[str, Any]:
    told = {}
    for name, equal in (("equal", choice), ("plain", False)):
        factors = levels.gains(sounds, equal)
        told[name] = {"gains": factors, "note": levels.words(factors, titles)}
    return {**told, "choice": choice}


def peak_hz(hz: NDArray[np.float64], db: NDArray[np.float64]) -> float:
    return float(hz[int(np.argmax(db))])
