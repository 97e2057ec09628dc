"""Filters that can be read: a pattern in space times a mix of channels."""

from __future__ import annotations

import numpy as np
import pytest

from core.signal.bank import bank


@pytest.mark.parametrize("channels", [1, 2, 3, 6])
@pytest.mark.parametrize("side", [1, 3, 5])
def test_every_filter_is_an_outer_product(channels: int, side: int) -> None:
    kernels, bias, names = bank(32, channels, side)
    assert kernels.shape == (32, channels, side, side)
    assert bias.shape == (32,)
    assert len(names) == 32
    for kernel in kernels:
        assert np.linalg.matrix_rank(kernel.reshape(channels, -1)) == 1


def test_the_first_filter_is_sobel_x_over_all_colours() -> None:
    kernels, _, names = bank(1, 3, 3)
    assert names == ("edges │, red, green and blue",)
    assert kernels[0].tolist() == [[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]] * 3
