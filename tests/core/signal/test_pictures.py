"""The pictures to begin with, against scikit-learn and counts by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits, load_sample_image

from core.errors import ConvLensError
from core.signal import pictures


def test_digits_are_scikit_learns() -> None:
    found = load_digits()
    assert len(found.images) == pictures.DIGITS
    for index in (0, 3, 1796):
        np.testing.assert_array_equal(pictures.digit(index)[0] * 16, found.images[index])
        assert pictures.digit_label(index) == found.target[index]
    for index in (-1, 1797):
        with pytest.raises(ConvLensError, match="0 to 1796"):
            pictures.digit(index)


def test_photographs_are_scikit_learns() -> None:
    for name in pictures.PHOTOGRAPHS:
        shown = np.round(pictures.photograph(name) * 255).astype(np.uint8)
        np.testing.assert_array_equal(shown.transpose(1, 2, 0), load_sample_image(f"{name}.jpg"))
    with pytest.raises(ConvLensError, match="china or flower"):
        pictures.photograph("dog")


@given(st.sampled_from(sorted(pictures.PATTERNS)), st.integers(3, 60), st.integers(3, 60))
def test_patterns_fill_their_range(name: str, height: int, width: int) -> None:
    found = pictures.pattern(name, height, width)
    assert found.shape == (1, height, width)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 1
    assert found.max() - found.min() > 0.4


def test_patterns_are_what_they_are_called() -> None:
    assert pictures.pattern("impulse", 5, 7).sum() == 1
    assert pictures.pattern("impulse", 5, 7)[0, 2, 3] == 1
    np.testing.assert_array_equal(pictures.pattern("edge", 3, 4)[0], [[0, 0, 1, 1]] * 3)
    np.testing.assert_array_equal(pictures.pattern("checkerboard", 3, 3)[0], [[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    np.testing.assert_allclose(pictures.pattern("gradient", 3, 5)[0, 1], [0, 0.25, 0.5, 0.75, 1])
    ring = pictures.pattern("ring", 33, 33)[0]
    assert ring[16, 16] == 0
    assert ring[16, 16 + 11] == 1
    np.testing.assert_array_equal(ring, ring.T)
    with pytest.raises(ConvLensError, match="edge, impulse"):
        pictures.pattern("spiral", 8, 8)


def test_smaller_is_the_mean_of_what_falls_together() -> None:
    pixels = np.random.default_rng(0).random((3, 8, 12)).astype(np.float32)
    means = pixels.reshape(3, 4, 2, 6, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(pictures.to_size(pixels, 4, 6), means, atol=1e-6)
    middle = pixels[:, :, 2:10].reshape(3, 4, 2, 4, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(pictures.to_size(pixels, 4, 4), middle, atol=1e-6)
    np.testing.assert_array_equal(pictures.to_size(pixels, 8, 12), pixels)


@given(st.integers(3, 90), st.integers(3, 90))
def test_a_flat_picture_stays_flat(height: int, width: int) -> None:
    found = pictures.to_size(np.full((1, 20, 33), 0.625, np.float32), height, width)
    assert found.shape == (1, height, width)
    np.testing.assert_allclose(found, 0.625, atol=1e-6)


def test_grey_weighs_the_colours() -> None:
    pixels = np.eye(3, dtype=np.float32)[:, None]
    np.testing.assert_allclose(pictures.grey(pixels), [[[0.299, 0.587, 0.114]]], atol=1e-7)
    assert pictures.colour(pictures.grey(pixels)).shape == (3, 1, 3)
