"""Generated sounds, filters, spectra, levels, half the rate and the banded matrix, against scipy and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import toeplitz

from core.errors import SignalError
from core.signal import banded, filters, levels, rates, sound, spectrum
from core.signal.convolution import convolve
from core.signal.filters import Filter
from core.signal.settings import Convolution
from core.signal.windows import axes

numbers = st.floats(-2, 2, width=32)
seeds = st.integers(0, 2**32 - 1)


def random_samples(seed: int, size: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(-1, 1, size).astype(np.float32)


@pytest.mark.parametrize("name", list(sound.SOUNDS))
def test_generated_sounds_are_the_same_each_time_and_have_headroom(name: str) -> None:
    made, again = sound.generate(name), sound.generate(name)
    assert np.array_equal(made.samples, again.samples)
    assert made.samples.dtype == np.float32
    assert float(np.abs(made.samples).max()) == pytest.approx(0.5)
    assert 0.5 <= made.seconds <= 2
    assert np.isfinite(made.samples).all()


def loudest(samples: NDArray[np.float32], rate: int = sound.RATE) -> float:
    """The frequency in Hz of the strongest line, by scipy."""
    hz, power = scipy.signal.periodogram(samples, rate, window="hann")
    return float(hz[np.argmax(power)])


def test_the_sounds_are_what_they_are_called() -> None:
    assert loudest(sound.generate("pluck").samples) == pytest.approx(220, rel=0.02)
    chord = sound.generate("chord").samples
    hz, power = scipy.signal.periodogram(chord, sound.RATE, window="hann")
    peaks = hz[scipy.signal.find_peaks(power, height=power.max() / 10)[0]]
    assert all(np.abs(peaks - note).min() < 1.5 for note in (261.63, 329.63, 392.0))
    noise = spectrum.spectrum(sound.generate("noise").samples)[1][5:-5]
    assert noise.std() < 2.5  # flat, but for chance
    chirp = sound.generate("chirp").samples
    quarters = [loudest(chirp[at : at + 800]) for at in (7600, 15600, 23600)]
    assert quarters == pytest.approx([2000, 4000, 6000], abs=120)
    voice = sound.generate("voice").samples
    hiss, vowel = spectrum.spectrum(voice[400:2300])[1], spectrum.spectrum(voice[6000:9000])[1]
    above = slice(330, 470)  # 5.2 to 7.3 kHz
    assert hiss[above].mean() > hiss[:200].mean() + 20
    assert vowel[above].mean() < vowel[:200].mean() - 20


@pytest.mark.parametrize("frequency", [100, 3000, 6000, 7900])
def test_a_tone_has_its_frequency(frequency: int) -> None:
    assert loudest(sound.tone(frequency).samples) == pytest.approx(frequency, abs=2)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, size=st.integers(16, 3000), window=st.sampled_from([16, 64, 255, 1024]))
def test_the_spectrum_is_welchs(seed: int, size: int, window: int) -> None:
    samples = random_samples(seed, size)
    hz, db = spectrum.spectrum(samples, 16_000, window)
    used = min(window, size)
    expected_hz, power = scipy.signal.welch(
        samples.astype(np.float64), 16_000, "hann", used, used // 2, detrend=False, scaling="spectrum"
    )
    assert hz == pytest.approx(expected_hz)
    assert db == pytest.approx(10 * np.log10(np.maximum(2 * power, 1e-12)), abs=1e-6)


def test_a_full_scale_sine_has_0_decibels_and_silence_the_floor() -> None:
    wave = np.sin(2 * np.pi * 2000 * np.arange(16_000) / 16_000)
    assert spectrum.spectrum(wave)[1].max() == pytest.approx(0, abs=0.01)
    assert set(spectrum.spectrum(np.zeros(4000))[1]) == {spectrum.FLOOR}


@pytest.mark.parametrize(("cutoff", "taps"), [(100, 3), (1500, 63), (3600, 101), (7900, 200)])
def test_the_low_pass_is_scipys(cutoff: int, taps: int) -> None:
    expected = scipy.signal.firwin(taps, cutoff, fs=sound.RATE)
    assert filters.low_pass(cutoff, taps).taps == pytest.approx(expected, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(taps=st.lists(numbers, min_size=1, max_size=12), dilation=st.integers(1, 5))
def test_the_gain_is_that_of_freqz(taps: list[float], dilation: int) -> None:
    filter = Filter(np.array(taps, np.float32), "any", dilation)
    hz, db = spectrum.gain(filter, points=65)
    _, response = scipy.signal.freqz(filter.dense().astype(np.float64), worN=hz, fs=sound.RATE)
    assert 10 ** (db / 20) == pytest.approx(np.maximum(np.abs(response), 1e-6), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    seed=seeds,
    size=st.integers(40, 200),
    filter=st.sampled_from(
        [filters.echo(0.7, 0.6), filters.moving_average(8), filters.difference(), filters.low_pass(900, 31)]
    ),
    mode=st.sampled_from(["valid", "same", "full"]),
)
def test_filtering_is_scipys_convolution(seed: int, size: int, filter: Filter, mode: str) -> None:
    samples = random_samples(seed, size)
    out = convolve(samples, filter.taps, mode, dilation=filter.dilation, flipped=True).numpy()
    expected = scipy.signal.convolve(samples.astype(np.float64), filter.dense().astype(np.float64), "full")
    reach = filter.reach
    start = {"full": 0, "same": reach - 1 - (reach - 1) // 2, "valid": reach - 1}[mode]  # the odd cell is at the end
    assert out == pytest.approx(expected[start : start + len(out)], abs=1e-5)
    assert len(out) == {"full": size + reach - 1, "same": size, "valid": size - reach + 1}[mode]


def test_an_echo_by_hand() -> None:
    filter = filters.echo(250, 0.6)
    assert (filter.dilation, filter.reach) == (4000, 4001)
    click = np.zeros(6000, np.float32)
    click[1000] = 1
    heard = convolve(click, filter.taps, "full", dilation=4000, flipped=True).numpy()
    assert {index: round(float(heard[index]), 6) for index in np.flatnonzero(heard)} == {1000: 1.0, 5000: 0.6}
    early = convolve(click, filter.taps, "full", dilation=4000).numpy()  # correlation: the echo comes first
    assert {index: round(float(early[index]), 6) for index in np.flatnonzero(early)} == {1000: 0.6, 5000: 1.0}


@settings(max_examples=40, deadline=None)
@given(taps=st.lists(st.floats(-10, 10, width=16), min_size=1, max_size=31))
def test_own_taps_as_text_come_back(taps: list[float]) -> None:
    written = filters.as_text(np.array(taps, np.float32))
    assert filters.own(written).taps == pytest.approx(np.array(taps), rel=1e-3, abs=1e-7)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        (" , ,", "empty|no number"),
        ("1, two", "“two”"),
        ("1;2", "“1;2”"),
        ("nan", "no number"),
        ("1e99", "too large"),
        ("11", "too large"),
        (",".join("1" * 40), "at most 31"),
        ("9" * 100_000, "no number"),
    ],
)
def test_own_taps_that_cannot_be_read_are_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SignalError, match=sentence) as caught:
        filters.own(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_own_taps_forgive_blanks_signs_and_a_last_comma() -> None:
    assert filters.own(" 1 ,−0.5,+.25, ").taps.tolist() == [1, -0.5, 0.25]


@pytest.mark.parametrize("how", ["second", "average", "maximum"])
@pytest.mark.parametrize("size", [2, 9, 10])
def test_halving_by_hand(how: rates.Reduction, size: int) -> None:
    samples = random_samples(1, size)
    pairs = [(float(samples[at]), float(samples[at + 1])) for at in range(0, size - 1, 2)]
    expected = {
        "second": [float(samples[at]) for at in range(0, size, 2)],
        "average": [(a + b) / 2 for a, b in pairs],
        "maximum": [max(pair) for pair in pairs],
    }[how]
    assert rates.halve(samples, how) == pytest.approx(expected, abs=1e-6)


def test_a_low_pass_and_halving_are_one_convolution_of_stride_2() -> None:
    samples, taps = random_samples(4, 500), filters.low_pass(3600, 101).taps
    in_two = rates.halve(convolve(samples, taps, "number", padding=50).numpy())
    assert convolve(samples, taps, "number", padding=50, stride=2).numpy() == pytest.approx(in_two, abs=1e-6)


@pytest.mark.parametrize("frequency", [300, 3900, 4100, 5000, 6000, 7700])
def test_a_tone_folds_down_where_it_is_said(frequency: int) -> None:
    half = rates.halve(sound.tone(frequency).samples)
    assert loudest(half, 8000) == pytest.approx(rates.folded(frequency), abs=2)


def test_a_filter_before_halving_keeps_what_would_fold_down_away() -> None:
    tone = sound.tone(6000).samples
    low = convolve(tone, filters.low_pass(3600, 101).taps, "same", flipped=True).numpy()
    strength = [spectrum.spectrum(rates.halve(samples), 8000, 512)[1].max() for samples in (tone, low)]
    assert strength[0] == pytest.approx(-6, abs=0.3)  # half of full scale, all of it folded
    assert strength[1] < -50


def test_too_few_samples_to_halve() -> None:
    with pytest.raises(SignalError, match="at least 2"):
        rates.halve(np.zeros(1, np.float32))


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100, 47_999, 96_000])
def test_resampling_keeps_frequency_level_and_length(rate: int) -> None:
    t = np.arange(rate) / rate
    changed = rates.resample(0.5 * np.sin(2 * np.pi * 1000 * t), rate)
    assert len(changed) == pytest.approx(16_000, abs=3)
    assert loudest(changed) == pytest.approx(1000, abs=2)
    assert float(np.abs(changed[1000:-1000]).max()) == pytest.approx(0.5, rel=0.02)


def test_resampling_down_folds_nothing() -> None:
    t = np.arange(48_000) / 48_000
    assert float(np.abs(rates.resample(np.sin(2 * np.pi * 11_000 * t), 48_000)[500:-500]).max()) < 0.01


def test_what_is_played_of_8_khz_has_nothing_above_4_khz() -> None:
    played = rates.playable(rates.halve(sound.generate("noise").samples))
    db = spectrum.spectrum(played)[1]
    assert db[288:].max() < db[:220].mean() - 30
    assert len(played) == 16_000


@settings(max_examples=60, deadline=None)
@given(
    seed=seeds,
    size=st.integers(1, 20),
    taps=st.integers(1, 7),
    mode=st.sampled_from(["valid", "same", "full", "number"]),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 3),
    border=st.sampled_from(["zero", "replicate"]),
    flipped=st.booleans(),
    transposed=st.booleans(),
)
def test_the_banded_matrix_is_the_convolution(
    seed: int, size: int, taps: int, mode: str, stride: int, dilation: int, border: str, flipped: bool, transposed: bool
) -> None:
    how = Convolution(
        mode=mode,
        padding=2,
        border="zero" if transposed else border,
        stride=stride,
        dilation=dilation,
        flipped=flipped,
        transposed=transposed,
    )
    x, kernel = random_samples(seed, size), random_samples(seed + 1, taps)
    try:
        (axis,) = axes((size,), (taps,), how)
    except SignalError:
        return
    matrix = banded.banded(axis, kernel, how.turned)
    options = how.model_dump(exclude={"mode", "groups"})
    assert matrix @ x == pytest.approx(convolve(x, kernel, mode, **options).numpy(), abs=1e-5)


@pytest.mark.parametrize("mode", ["valid", "full"])
def test_the_matrix_is_scipys_toeplitz(mode: str) -> None:
    kernel = np.array([1.0, 2.0, 3.0])
    (axis,) = axes((5,), (3,), Convolution(mode=mode, flipped=True))
    whole = toeplitz(np.r_[kernel, np.zeros(4)], np.r_[1.0, np.zeros(4)])
    expected = whole if mode == "full" else whole[2:5]
    assert np.array_equal(banded.banded(axis, kernel, True), expected)
    assert banded.is_toeplitz(expected)
    assert not banded.is_toeplitz(np.array([[1.0, 0.0], [0.0, 2.0]]))


def test_the_transposed_matrix_is_the_transposed_convolution() -> None:
    kernel, y = random_samples(5, 3), random_samples(6, 8)
    (axis,) = axes((10,), (3,), Convolution(mode="valid"))
    expected = convolve(y, kernel, "valid", transposed=True).numpy()
    assert banded.banded(axis, kernel).T @ y == pytest.approx(expected, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, scale=st.floats(1e-3, 20), equal=st.booleans())
def test_levels_pass_no_peak_and_match_where_asked(seed: int, scale: float, equal: bool) -> None:
    sounds = [random_samples(seed, 400), random_samples(seed + 1, 400) * np.float32(scale)]
    factors = levels.gains(sounds, equal)
    played = [sound * factor for sound, factor in zip(sounds, factors, strict=True)]
    assert max(float(np.abs(one).max()) for one in played) <= 0.9801
    if equal and scale > 0.05:
        assert spectrum.loudness(played[0]) == pytest.approx(spectrum.loudness(played[1]), rel=1e-3)
    if not equal:
        assert factors[0] == factors[1] <= 1


def test_levels_of_silence_and_their_words() -> None:
    loud, silent = np.full(10, 0.5, np.float32), np.zeros(10, np.float32)
    assert levels.gains([loud, silent], True) == (1.0, 1.0)
    assert levels.words((1.0, 1.0), ("before", "after")) == "Played as drawn."
    assert levels.words((1.0, 2.0), ("before", "after")) == "Played, not drawn: after 6.0 dB louder."
    assert "Both are played 6.0 dB softer" in levels.words((0.5, 0.5), ("before", "after"))


def test_a_long_filter_is_shortened_in_its_own_kind() -> None:
    echo = filters.shortened(filters.echo(250, 0.6))
    assert (echo.taps.tolist(), echo.reach) == ([1.0, pytest.approx(0.6)], 9)
    average = filters.shortened(filters.moving_average(50))
    assert average.taps.tolist() == pytest.approx([1 / 9] * 9)
    short = filters.difference()
    assert filters.shortened(short) is short
