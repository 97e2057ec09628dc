"""Normalisation equals NumPy's arithmetic, for stored bytes and for the floats that augmentation gives."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.normalise import Normaliser, fit_normaliser
from core.data.settings import Normalisation

IMAGES = np.random.default_rng(0).integers(0, 200, (50, 3, 6, 5)).astype(np.uint8)
IMAGES[:, 1] //= 3
POINTS = np.random.default_rng(0).normal([3, -1], [0.5, 7], (400, 2)).astype(np.float32)


def _standardised(x: np.ndarray) -> np.ndarray:
    axes = (0, 2, 3) if x.ndim == 4 else 0
    return (x - x.mean(axis=axes, keepdims=True)) / x.std(axis=axes, keepdims=True)


EXPECTED = {"0..255": lambda x: x, "0..1": lambda x: x / 255, "standardised": lambda x: _standardised(x.astype(float))}


@pytest.mark.parametrize("kind", EXPECTED)
@pytest.mark.parametrize("channels", [1, 3])
def test_images(kind: Normalisation, channels: int) -> None:
    x = IMAGES[:, :channels]
    normaliser = fit_normaliser(x, kind)
    result = normaliser(torch.from_numpy(x))
    assert result.dtype == torch.float32
    np.testing.assert_allclose(result, EXPECTED[kind](x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", EXPECTED)
def test_floats_stand_for_0_to_1(kind: Normalisation) -> None:
    normaliser = fit_normaliser(IMAGES, kind)
    stored = torch.from_numpy(IMAGES)
    torch.testing.assert_close(normaliser(stored.float() / 255), normaliser(stored), rtol=1e-5, atol=1e-5)


def test_bytes_as_they_are_stay_exact() -> None:
    assert torch.equal(fit_normaliser(IMAGES, "0..255")(torch.from_numpy(IMAGES)), torch.from_numpy(IMAGES).float())


def test_points_are_used_as_they_are_unless_standardised() -> None:
    x = torch.from_numpy(POINTS)
    assert torch.equal(fit_normaliser(POINTS, "0..255")(x), x)
    assert torch.equal(fit_normaliser(POINTS, "0..1")(x), x)
    np.testing.assert_allclose(
        fit_normaliser(POINTS, "standardised")(x), _standardised(POINTS.astype(float)), atol=1e-5
    )


def test_more_images_than_one_chunk() -> None:
    x = np.random.default_rng(1).integers(0, 256, (5000, 1, 2, 2)).astype(np.uint8)
    normaliser = fit_normaliser(x, "standardised")
    assert normaliser.mean[0] == pytest.approx(x.mean() / 255, rel=1e-12)
    assert normaliser.std[0] == pytest.approx(x.std() / 255, rel=1e-12)


@pytest.mark.parametrize("x", [np.full((4, 1, 2, 2), 7, np.uint8), np.full((4, 2), 7, np.float32)])
def test_what_never_varies_becomes_zero(x: np.ndarray) -> None:
    result = fit_normaliser(x, "standardised")(torch.from_numpy(x))
    torch.testing.assert_close(result, torch.zeros(result.shape))


@given(st.floats(0.1, 300), st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 9)), min_size=1, max_size=4))
def test_survives_json(scale: float, channels: list[tuple[float, float]]) -> None:
    normaliser = Normaliser(scale, tuple(mean for mean, _ in channels), tuple(std for _, std in channels))
    assert Normaliser.from_dict(json.loads(json.dumps(normaliser.to_dict()))) == normaliser
