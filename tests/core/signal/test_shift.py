"""How much maps change under shifts: against NumPy and SciPy, and cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.spatial.distance import cosine

from core.errors import SignalError
from core.signal.shift import Curve, changed, curves, shifted, verdict

IDENTITY = [[1.0]]
POINT = np.zeros((24, 24), np.float32)
POINT[8, 8] = 1


def curve(found: tuple[Curve, ...], kind: str | None, poolings: int) -> tuple[float, ...]:
    return next(each.changes for each in found if (each.kind, each.poolings) == (kind, poolings))


@settings(max_examples=60, deadline=None)
@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 99))
def test_shifting_is_what_scipy_does(rows: int, columns: int, seed: int) -> None:
    picture = np.random.default_rng(seed).random((7, 5))
    wanted = ndimage.shift(picture, (rows, columns), order=0, mode="constant", cval=0)
    np.testing.assert_array_equal(shifted(picture, rows, columns).numpy(), wanted)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 99))
def test_measures_are_numpys_and_scipys(seed: int) -> None:
    generator = np.random.default_rng(seed)
    first, second = generator.random((2, 6, 5))
    relative = np.linalg.norm(second - first) / np.linalg.norm(first)
    assert changed(torch.tensor(second), torch.tensor(first), "change") == pytest.approx(relative)
    angle = cosine(first.ravel(), second.ravel())
    assert changed(torch.tensor(second), torch.tensor(first), "similarity") == pytest.approx(angle, abs=1e-12)


def test_empty_maps_have_a_change() -> None:
    nothing, something = torch.zeros(2, 2), torch.ones(2, 2)
    for measure in ("change", "similarity"):
        assert changed(nothing, nothing, measure) == 0  # type: ignore[arg-type]
        assert changed(something, nothing, measure) == 1  # type: ignore[arg-type]
        assert changed(nothing, something, measure) == 1  # type: ignore[arg-type]


def test_a_point_stays_in_its_window_for_a_while() -> None:
    """At 8 of 24 it is first in its 2x2 and its 4x4 block: the maximum stays for 1 and for 3 pixels, then it goes."""
    found = curves(POINT, IDENTITY, 2, 2, "right", "change")
    gone = pytest.approx(2**0.5)
    assert curve(found, None, 0) == (0, *[gone] * 8)
    assert curve(found, "max", 1) == (0, 0, *[gone] * 7)
    assert curve(found, "max", 2) == (0, 0, 0, 0, *[gone] * 5)
    assert curve(found, "average", 2) == (0, 0, 0, 0, *[gone] * 5)


def test_directions_differ() -> None:
    picture = np.zeros((24, 24), np.float32)
    picture[:, 10] = 1  # along a line nothing moves but its ends
    right = curve(curves(picture, IDENTITY, 2, 2, "right", "change"), None, 0)
    down = curve(curves(picture, IDENTITY, 2, 2, "down", "change"), None, 0)
    assert right[1] > 1 > 0.25 > down[1]


def test_maps_shrink_and_are_told() -> None:
    found = curves(POINT, IDENTITY, 3, 2, "diagonal", "similarity")
    assert [each.size for each in found] == [(24, 24), (11, 11), (5, 5), (11, 11), (5, 5)]
    with pytest.raises(SignalError, match="Pooling 2 of 2: A 3×3 window does not fit the 2×2 input"):
        curves(np.ones((6, 6), np.float32), IDENTITY, 3, 2, "right", "change")


def made(plain: float, twice: tuple[float, ...]) -> tuple[Curve, ...]:
    flat = (0.0, *[plain] * (len(twice) - 1))
    sizes = (8, 8)
    return (Curve(None, 0, sizes, flat), Curve("max", 1, sizes, flat), Curve("max", 2, sizes, twice))


def test_the_verdict_follows_the_numbers() -> None:
    small = made(1.0, (0.0, 0.05, 0.3, 0.7))
    assert verdict(small, 1, "max") == (
        "Moved by 1 pixel, the map changes by 100 % before pooling, 100 % after one max pooling and 5 % after two. "
        "Pooled twice it is nearly the same. "
        "It stays below 50 % up to 2 pixels only: the invariance is for small shifts."
    )
    assert "softens the change" in verdict(small, 3, "max")
    assert "hardly helps" in verdict(made(1.0, (0.0, 0.95)), 1, "max")
    assert "Even one pixel" in verdict(made(1.0, (0.0, 0.95)), 1, "max")
    assert "Up to 1 pixels" not in verdict(made(1.0, (0.0, 0.1)), 1, "max")
    assert "Nothing to see" in verdict(made(0.0, (0.0, 0.0)), 1, "max")
    assert verdict(small, 0, "max").startswith("Not moved")
