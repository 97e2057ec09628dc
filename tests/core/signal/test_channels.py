"""Parameters against torch's own layers; the products of one window against the output."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from core.errors import SignalError
from core.signal.channels import parameters, products
from core.signal.convolution import apply
from core.signal.settings import Convolution
from tests.core.signal.cases import Case, channelled

VALID = Convolution(mode="valid")


def count(layer: nn.Module) -> int:
    return sum(parameter.numel() for parameter in layer.parameters())


def test_the_lectures_layer() -> None:
    told = parameters((3, 32, 32), 16, (5, 5), VALID)
    assert told.output_shape == (16, 28, 28)
    assert told.convolution_text == "16·(3·5·5 + 1) = 1,216"
    assert told.dense_text == "3,072·12,544 + 12,544 = 38,547,712"
    assert told.ratio == pytest.approx(31_700, rel=1e-3)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("bias", [False, True])
def test_counts_are_torchs(groups: int, bias: bool) -> None:
    told = parameters((4, 6, 5), 8, (3, 2), Convolution(mode="valid", groups=groups), bias)
    assert told.convolution == count(nn.Conv2d(4, 8, (3, 2), groups=groups, bias=bias))
    assert told.dense == count(nn.Linear(4 * 6 * 5, 8 * 4 * 4, bias=bias))
    assert told.convolution_text.endswith(f"= {told.convolution:,}")
    assert told.dense_text.endswith(f"= {told.dense:,}")


def test_a_transposed_layer_has_as_many() -> None:
    told = parameters((4, 5), 6, (3,), Convolution(mode="valid", transposed=True, groups=2))
    assert told.convolution == count(nn.ConvTranspose1d(4, 6, 3, groups=2))
    assert told.output_shape == (6, 7)


@given(channelled(), st.data())
def test_products_sum_to_the_output(case: Case, data: st.DataObject) -> None:
    try:
        out = apply(case.x, case.kernel, case.settings).numpy()
    except SignalError:
        assume(False)
    filter_index, *place = (data.draw(st.integers(0, size - 1)) for size in out.shape)
    told = products(case.x, case.kernel, case.settings, place, filter_index)
    assert told.total == pytest.approx(out[(filter_index, *place)], abs=1e-9)
    assert told.patch.shape == told.weights.shape == (len(told.channels), *case.kernel.shape[2:])
    flat = case.x.reshape(len(case.x), -1)
    for channel, patch, terms, weights, sum_ in zip(
        told.channels, told.patch, told.products, told.weights, told.sums, strict=True
    ):
        read = np.where(told.sources < 0, 0, flat[channel][told.sources])
        np.testing.assert_array_equal(read, patch)
        np.testing.assert_allclose((read * weights).sum(), sum_, atol=1e-12)
        np.testing.assert_allclose(terms.sum(), sum_, atol=1e-12)


def test_a_filter_of_a_group_reads_its_own_channels_only() -> None:
    x, kernel = np.arange(8.0).reshape(4, 2), np.ones((4, 1, 1))
    told = products(x, kernel, Convolution(mode="valid", groups=4), (1,), 2, bias=0.5)
    assert (told.channels.tolist(), told.sums.tolist(), told.total) == ([2], [5.0], 5.5)


def test_wrong_questions_are_answered_in_a_sentence() -> None:
    with pytest.raises(SignalError, match="2 groups do not divide 3 channels and 4 filters"):
        parameters((3, 8, 8), 4, (3, 3), Convolution(groups=2))
    with pytest.raises(SignalError, match=r"1 maps of 2×2, but place \(2, 0\) of map 0"):
        products(np.ones((1, 4, 4)), np.ones((1, 1, 3, 3)), VALID, (2, 0))
    with pytest.raises(SignalError, match="map 1"):
        products(np.ones((1, 4, 4)), np.ones((1, 1, 3, 3)), VALID, (0, 0), 1)
