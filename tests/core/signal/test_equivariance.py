"""Convolution follows a shift by whole strides, away from the border; turning and dense layers do not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage
from scipy.signal import correlate2d

from core.errors import SignalError
from core.signal import equivariance as eq

SIZE = 25
LAPLACIAN = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=torch.float64)
SOBEL = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=torch.float64)


def noise(seed: int, side: int = SIZE) -> torch.Tensor:
    return torch.randn(side, side, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def moved(x: torch.Tensor, kernel: torch.Tensor, offset: eq.Offset, stride: int, wrap: bool = False) -> eq.Comparison:
    border = "circular" if wrap else "zero"
    first = eq.mapped(x, kernel, stride, border)
    answer = eq.mapped(eq.shift(x, offset, wrap), kernel, stride, border)
    size, sides = (x.shape[0], x.shape[1]), (kernel.shape[0], kernel.shape[1])
    return eq.compare(first, answer, size, sides, stride, offset, wrap=wrap)


offsets = st.tuples(st.integers(-9, 9), st.integers(-9, 9))


@settings(max_examples=40, deadline=None)
@given(offsets, st.integers(0, 99), st.sampled_from([1, 2, 3]), st.sampled_from([1, 3, 5]))
def test_the_map_follows_shifts_by_whole_strides(offset: eq.Offset, seed: int, stride: int, side: int) -> None:
    whole = (offset[0] * stride, offset[1] * stride)
    found = moved(noise(seed), noise(seed + 1, side), whole, stride)
    assert found.within < 1e-10


@settings(max_examples=20, deadline=None)
@given(offsets, st.integers(0, 99))
def test_a_circular_border_makes_it_exact_everywhere(offset: eq.Offset, seed: int) -> None:
    found = moved(noise(seed), SOBEL, offset, 1, wrap=True)
    assert bool(found.inside.all())
    assert found.anywhere < 1e-10


def test_half_a_stride_is_not_followed() -> None:
    assert moved(noise(0), SOBEL, (0, 3), 2).within > 1
    assert moved(noise(0), SOBEL, (0, 4), 2).within < 1e-10


def test_the_border_is_not_followed() -> None:
    found = moved(noise(1), SOBEL, (0, 3), 1)
    assert found.within < 1e-10
    assert found.anywhere > 1


@given(offsets, st.booleans())
def test_a_shift_is_scipys(offset: eq.Offset, wrap: bool) -> None:
    x = noise(2).numpy()
    expected = ndimage.shift(x, offset, order=0, mode="grid-wrap" if wrap else "constant")
    assert_array_equal(eq.shift(torch.from_numpy(x), offset, wrap), expected)


def test_a_shift_out_of_the_picture_leaves_nothing() -> None:
    assert not eq.shift(noise(0, 5), (0, 9)).any()


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 360])
def test_quarter_turns_are_exact(degrees: int) -> None:
    x = noise(4)
    assert_array_equal(eq.turn(x, degrees), np.rot90(x.numpy(), -degrees // 90))


@pytest.mark.parametrize("degrees", [30, 200])
def test_other_turns_are_scipys(degrees: int) -> None:
    """Bilinear about the middle; beside the border the two treat what is outside in ways of their own."""
    x = noise(5)
    expected = ndimage.rotate(x.numpy(), -degrees, reshape=False, order=1)
    away = np.hypot(*(np.indices((SIZE, SIZE)) - SIZE // 2)) < SIZE / 2 - 2
    assert_allclose(eq.turn(x, degrees).numpy()[away], expected[away], atol=1e-10)


def test_only_a_symmetric_kernel_follows_a_quarter_turn() -> None:
    x = noise(6)
    for kernel, follows in ((LAPLACIAN, True), (SOBEL, False)):
        first, answer = eq.mapped(x, kernel), eq.mapped(eq.turn(x, 90), kernel)
        found = eq.compare(first, answer, (SIZE, SIZE), (3, 3), degrees=90)
        assert (found.within < 1e-10) == follows


def test_turned_and_moved_at_once() -> None:
    x = torch.zeros(SIZE, SIZE, dtype=torch.float64)
    x[8:17, 8:17] = noise(9, 9)
    changed = eq.shift(eq.turn(x, 90), (3, -4))
    first, answer = eq.mapped(x, LAPLACIAN), eq.mapped(changed, LAPLACIAN)
    assert eq.compare(first, answer, (SIZE, SIZE), (3, 3), offset=(3, -4), degrees=90).anywhere < 1e-10


def test_a_dense_layer_follows_no_shift() -> None:
    x = noise(7)
    first, answer = (eq.dense(picture, (SIZE, SIZE), seed=1) for picture in (x, eq.shift(x, (0, 3), wrap=True)))
    found = eq.compare(first, answer, (SIZE, SIZE), (3, 3), offset=(0, 3), wrap=True)
    assert found.within > 0.5 * found.scale
    assert_array_equal(first, eq.dense(x, (SIZE, SIZE), seed=1))


def test_the_map_is_scipys() -> None:
    x = noise(8)
    whole = correlate2d(x.numpy(), SOBEL.numpy(), "same")
    assert_allclose(eq.mapped(x, SOBEL), whole, atol=1e-12)
    assert_allclose(eq.mapped(x, SOBEL, stride=2), whole[::2, ::2], atol=1e-12)


def test_a_stride_of_nothing_is_refused() -> None:
    with pytest.raises(SignalError, match="at least 1"):
        eq.compare(noise(0), noise(0), (SIZE, SIZE), (3, 3), 0)
