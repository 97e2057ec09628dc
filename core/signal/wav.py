"""WAV files that somebody gives, read within bounds: at most the first ten seconds, as mono at 16 kHz.

The format: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0" (1991), and the
`WAVE_FORMAT_EXTENSIBLE` of later versions.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import SignalError
from core.signal.rates import resample
from core.signal.sound import RATE, Sound

MOST_SECONDS = 10
FEWEST_SAMPLES = 160  # 10 ms
RATES = (4_000, 384_000)
MOST_CHANNELS = 32
WHOLE, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
CODECS = {
    2: "ADPCM",
    6: "A-law",
    7: "mu-law",
    0x11: "IMA ADPCM",
    0x31: "GSM 6.10",
    0x50: "MPEG",
    0x55: "MP3",
    0xFF: "AAC",
}
OTHERS = ((b"ID3", "an MP3"), (b"\xff\xfb", "an MP3"), (b"OggS", "an Ogg"), (b"fLaC", "a FLAC"), (b"FORM", "an AIFF"))
ADVICE = "save it as WAV, 16-bit PCM"


@dataclass(frozen=True)
class Format:
    """What the file's head says. kind: WHOLE or FLOAT. bits: of one number; frame: bytes of one moment."""

    kind: int
    channels: int
    rate: int
    bits: int
    frame: int


def decode(content: bytes, name: str = "the file") -> Sound:
    """A WAV file of whole numbers (8, 16, 24, 32 bits) or floats (32, 64 bits), any rate from 4 to 384 kHz.

    What was done (mixed, resampled, shortened, scaled; cut off, silent) is told in `notes`. Raises SignalError.
    """
    name = name[:60] or "the file"
    form, start, announced = _head(content, name)
    there = max(0, min(announced, len(content) - start))
    frames = there // form.frame
    if not frames:
        raise SignalError(f"{name} ends before its sound begins: it is cut off or empty, save it again.")
    taken = min(frames, MOST_SECONDS * form.rate)
    numbers = _numbers(content[start : start + taken * form.frame], form)
    if not np.isfinite(numbers).all():
        raise SignalError(f"{name} holds values that are no numbers: {ADVICE}.")
    notes = []
    open_ended = announced >= 0xFFFFFF00  # written by a program that could not know the length
    if there < announced and not open_ended:
        whole = _time(announced / form.frame / form.rate)
        notes.append(f"{name} is cut off: it announces {whole} and holds {_time(frames / form.rate)}, which are used.")
    if taken < frames:
        whole, limit = _time(frames / form.rate), f"{MOST_SECONDS} s"
        notes.append(f"{name} lasts {whole}; the limit is {limit}, so its first {limit} are used.")
    if form.channels > 1:
        kind = "stereo" if form.channels == 2 else f"sound of {form.channels} channels"
        notes.append(f"{name} is {kind}: the mean of its channels is used.")
    mono = numbers.mean(axis=1)
    if form.rate != RATE:
        notes.append(f"{name} has {form.rate:,} samples a second: it was resampled to {RATE:,}.")
        mono = resample(mono, form.rate)
    return _finished(np.asarray(mono, np.float64), name, notes)


def _finished(mono: NDArray[np.float64], name: str, notes: list[str]) -> Sound:
    if len(mono) < FEWEST_SAMPLES:
        raise SignalError(
            f"{name} lasts {1000 * len(mono) / RATE:.1f} ms: at least 10 ms are needed to hear or see anything."
        )
    peak = float(np.abs(mono).max())
    if peak < 1e-6:
        notes.append(f"{name} is silent: there is nothing to hear, and the spectrum is empty.")
    elif peak > 1:
        notes.append(f"{name} goes up to {peak:,.3g} where 1 is full scale: it was divided by that.")
        mono = mono / peak
    return Sound(mono.astype(np.float32), name, RATE, tuple(notes))


def _head(content: bytes, name: str) -> tuple[Format, int, int]:
    """The format, where the sound begins, and how many bytes of it are announced."""
    if not content:
        raise SignalError(f"{name} is empty: choose another file.")
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        kind = next((kind for sign, kind in OTHERS if content.startswith(sign)), None)
        found = f"is {kind} file" if kind else "is not a WAV file"
        raise SignalError(f"{name} {found}, whatever its name ends in: {ADVICE}.")
    form = None
    for chunk, start, size in _chunks(content):
        if chunk == b"fmt ":
            form = _format(content[start : start + size], name)
        elif chunk == b"data":
            if form is None:
                raise SignalError(f"{name} does not say how its sound is written: it is damaged, {ADVICE}.")
            return form, start, size
    raise SignalError(f"{name} ends before its sound begins: it is cut off or empty, save it again.")


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, first byte and announced size of each chunk."""
    at = 12
    while at + 8 <= len(content):
        chunk, size = struct.unpack_from("<4sI", content, at)
        yield chunk, at + 8, size
        at += 8 + size + size % 2


def _format(head: bytes, name: str) -> Format:
    if len(head) < 16:
        raise SignalError(f"{name} is damaged where it says how its sound is written: {ADVICE}.")
    kind, channels, rate, _, frame, bits = struct.unpack_from("<HHIIHH", head)
    if kind == EXTENSIBLE and len(head) >= 26:
        (kind,) = struct.unpack_from("<H", head, 24)
    if kind not in (WHOLE, FLOAT):
        codec = CODECS.get(kind, f"code {kind}")
        raise SignalError(f"{name} is compressed ({codec}), which is not read: {ADVICE}.")
    if bits not in ((8, 16, 24, 32) if kind == WHOLE else (32, 64)):
        written = f"{bits}-bit {'whole numbers' if kind == WHOLE else 'floats'}"
        raise SignalError(f"{name} has {written}; read are 8, 16, 24 and 32 bits, and floats: {ADVICE}.")
    if not 1 <= channels <= MOST_CHANNELS or frame != channels * bits // 8:
        raise SignalError(f"{name} is damaged where it says how its sound is written: {ADVICE}.")
    if not RATES[0] <= rate <= RATES[1]:
        raise SignalError(
            f"{name} has {rate:,} samples a second; from {RATES[0]:,} to {RATES[1]:,} are read: {ADVICE}."
        )
    return Format(kind, channels, rate, bits, frame)


def _numbers(block: bytes, form: Format) -> NDArray[np.float64]:
    """(frames, channels): whole numbers from -1 to 1, floats as they are."""
    if form.kind == FLOAT:
        values = np.frombuffer(block, f"<f{form.bits // 8}").astype(np.float64)
    elif form.bits == 8:  # the only one without a sign
        values = (np.frombuffer(block, np.uint8).astype(np.float64) - 128) / 128
    else:
        width = form.bits // 8
        padded = np.zeros((len(block) // width, 4), np.uint8)
        padded[:, 4 - width :] = np.frombuffer(block, np.uint8).reshape(-1, width)
        values = padded.view("<i4").ravel() / 2.0**31
    return values.reshape(-1, form.channels)


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} minutes"
