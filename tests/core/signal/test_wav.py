"""WAV files: what scipy writes and reads is read alike; everything else is one sentence or a note."""

from __future__ import annotations

import io
import struct
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.io import wavfile

from core.errors import SignalError
from core.signal import wav

TYPES = {"u1": np.uint8, "i2": np.int16, "i4": np.int32, "f4": np.float32, "f8": np.float64}


def written(values: NDArray[np.generic], rate: int = 16_000) -> bytes:
    """A WAV file, by scipy. values: (N,) or (N, channels)."""
    file = io.BytesIO()
    wavfile.write(file, rate, values)
    return file.getvalue()


def wave24(values: NDArray[np.int32]) -> bytes:
    """A mono WAV file of 24 bits, by the standard library."""
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(3)
        target.setframerate(16_000)
        target.writeframes(b"".join(int(value).to_bytes(3, "little", signed=True) for value in values))
    return file.getvalue()


def sine(seconds: float = 0.5, rate: int = 16_000, hz: float = 440) -> NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(list(TYPES)), channels=st.integers(1, 3), seed=st.integers(0, 2**32 - 1))
def test_numbers_are_those_that_scipy_reads(kind: str, channels: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    shape = (200, channels) if channels > 1 else (200,)
    if kind.startswith("f"):
        values = generator.uniform(-1, 1, shape).astype(TYPES[kind])
    else:
        limits = np.iinfo(TYPES[kind])
        values = generator.integers(limits.min, limits.max, shape, dtype=TYPES[kind], endpoint=True)
    content = written(values)
    _, read = wavfile.read(io.BytesIO(content))
    scaled = read.astype(np.float64)
    if kind == "u1":
        scaled = (scaled - 128) / 128
    elif kind.startswith("i"):
        scaled = scaled / -float(np.iinfo(TYPES[kind]).min)
    mono = scaled.reshape(200, -1).mean(axis=1)
    assert wav.decode(content).samples == pytest.approx(mono, abs=1e-6)


def test_24_bits() -> None:
    values = np.r_[[-(2**23), 2**23 - 1, 0, 1, -1], np.random.default_rng(1).integers(-(2**23), 2**23, 300)].astype(
        np.int32
    )
    content = wave24(values)
    _, read = wavfile.read(io.BytesIO(content))  # left-aligned in 32 bits
    assert wav.decode(content).samples == pytest.approx(read / 2**31, abs=1e-7)


def test_nothing_is_told_of_an_ordinary_file() -> None:
    decoded = wav.decode(written(sine().astype(np.float32)), "a.wav")
    assert decoded.notes == ()
    assert (decoded.title, decoded.rate) == ("a.wav", 16_000)


def test_stereo_is_mixed_and_told() -> None:
    left, right = sine(), np.zeros(8000)
    decoded = wav.decode(written(np.stack([left, right], 1).astype(np.float32)), "s.wav")
    assert decoded.samples == pytest.approx(left / 2, abs=1e-6)
    assert decoded.notes == ("s.wav is stereo: the mean of its channels is used.",)


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100])
def test_other_rates_are_resampled_and_told(rate: int) -> None:
    decoded = wav.decode(written(sine(1.0, rate).astype(np.float32), rate), "r.wav")
    assert len(decoded.samples) == pytest.approx(16_000, abs=2)
    assert decoded.samples[2000:14_000] == pytest.approx(sine(1.0)[2000:14_000], abs=0.01)
    assert f"{rate:,} samples a second" in decoded.notes[0]


def test_a_long_file_is_cut_and_told_with_the_limit() -> None:
    twenty_minutes = written(np.zeros(20 * 60 * 8000, np.uint8) + np.uint8(140), 8000)
    decoded = wav.decode(twenty_minutes, "long.wav")
    assert decoded.seconds == wav.MOST_SECONDS == 10
    assert decoded.notes[0] == "long.wav lasts 20.0 minutes; the limit is 10 s, so its first 10 s are used."


def test_silence_is_told() -> None:
    assert "silent" in wav.decode(written(np.zeros(4000, np.int16)), "q.wav").notes[0]


def test_too_loud_floats_are_scaled_and_told() -> None:
    decoded = wav.decode(written((10 * sine()).astype(np.float32)))
    assert float(np.abs(decoded.samples).max()) == pytest.approx(1)
    assert "divided" in decoded.notes[0]


def test_a_cut_off_file_is_used_as_far_as_it_goes_and_told() -> None:
    whole = written(sine().astype(np.float32))
    decoded = wav.decode(whole[: len(whole) // 2], "c.wav")
    assert decoded.samples == pytest.approx(sine()[: len(decoded.samples)], abs=1e-6)
    assert decoded.notes[0].startswith("c.wav is cut off: it announces 0.5 s and holds 0.2 s")


def test_a_file_of_unknown_length_is_read_to_its_end() -> None:
    content = bytearray(written(sine().astype(np.int16)))
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff\xff\xff\xff"
    decoded = wav.decode(bytes(content))
    assert (len(decoded.samples), [note for note in decoded.notes if "cut off" in note]) == (8000, [])


def test_chunks_before_the_sound_and_the_extensible_head_are_understood() -> None:
    body = (sine() * 32767).astype("<i2").tobytes()
    guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    fmt = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 16_000, 32_000, 2, 16, 22, 16, 4) + guid
    chunks = b"LIST\x03\0\0\0abc\0" + b"fmt " + struct.pack("<I", len(fmt)) + fmt
    chunks += b"data" + struct.pack("<I", len(body)) + body
    content = b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
    assert wav.decode(content).samples == pytest.approx(sine(), abs=1e-4)


def head(kind: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16, frame: int | None = None) -> bytes:
    """A file of that format with 4000 bytes of sound."""
    frame = channels * bits // 8 if frame is None else frame
    fmt = struct.pack("<HHIIHH", kind, channels, rate, rate * frame & 0xFFFFFFFF, frame, bits)
    return b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + fmt + b"data\xa0\x0f\0\0" + bytes(4000)


NAN = written(np.r_[sine(), np.nan].astype(np.float32))
REFUSED = {
    "empty": (b"", "is empty"),
    "text": (b"no sound at all", "is not a WAV file"),
    "mp3": (b"ID3\x04" + bytes(100), "is an MP3 file, whatever its name ends in"),
    "ogg": (b"OggS" + bytes(100), "is an Ogg file"),
    "riff picture": (b"RIFF\0\0\0\0WEBP" + bytes(100), "is not a WAV file"),
    "cut in the head": (written(sine().astype(np.int16))[:30], "damaged|ends before"),
    "cut before the sound": (written(sine().astype(np.int16))[:44], "ends before its sound begins"),
    "no format": (b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "does not say how"),
    "adpcm": (head(kind=2, bits=4, frame=256), r"compressed \(ADPCM\)"),
    "mp3 in wav": (head(kind=0x55), r"compressed \(MP3\)"),
    "unknown codec": (head(kind=0x1234), "code 4660"),
    "12 bits": (head(bits=12), "12-bit whole numbers"),
    "half floats": (head(kind=3, bits=16), "16-bit floats"),
    "no channels": (head(channels=0), "damaged"),
    "wrong frame": (head(frame=7), "damaged"),
    "no rate": (head(rate=0), "0 samples a second"),
    "absurd rate": (head(rate=4_000_000_000), "4,000,000,000 samples a second"),
    "nan": (NAN, "no numbers"),
    "too short": (written(np.zeros(20, np.int16)), "1.2 ms"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_cannot_be_read_is_one_sentence(case: str) -> None:
    content, sentence = REFUSED[case]
    with pytest.raises(SignalError, match=sentence) as caught:
        wav.decode(content, "x.wav")
    assert str(caught.value).startswith("x.wav ")
    assert str(caught.value).count(". ") == 0
    assert len(str(caught.value)) < 200


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damage_anywhere_is_a_sound_or_a_sentence(data: st.DataObject) -> None:
    content = bytearray(head())
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, 59), st.integers(0, 255)), max_size=6)):
        content[at] = value
    cut = data.draw(st.integers(0, len(content)))
    try:
        decoded = wav.decode(bytes(content[:cut]))
    except SignalError:
        return
    assert np.isfinite(decoded.samples).all()
    assert len(decoded.samples) <= 16_000 * wav.MOST_SECONDS + 1
