"""A kernel in a link: to the bit and back, and nothing that a link says can cost much."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import ConvLensError
from core.signal.kernels import KERNELS
from dashboard.learn import kernel_link
from dashboard.learn.kernel_link import Named

NAMES = frozenset(KERNELS)
NUMBERS = st.floats(-1e6, 1e6, width=32)
SHAPES = st.one_of(
    st.tuples(st.integers(1, 11), st.integers(1, 11)),
    st.tuples(st.just(1), st.integers(1, 3), *[st.integers(1, 11)] * 2),
)


@given(SHAPES.flatmap(lambda shape: arrays.arrays(np.float32, shape, elements=NUMBERS)))
def test_numbers_come_back_to_the_bit(kernel: Any) -> None:
    text = kernel_link.encode(kernel)
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-._")
    found = kernel_link.decode(text, NAMES)
    assert isinstance(found, np.ndarray)
    assert found.shape == kernel.shape
    assert np.array_equal(found, kernel)


def test_the_text_can_be_read() -> None:
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32)
    assert kernel_link.encode(sobel) == "own-3x3_-1_0_1_-2_0_2_-1_0_1"
    assert kernel_link.encode(np.array([[0.5, -0.0, 1e-7]], np.float32)) == "own-1x3_0.5_0_1e-07"
    assert kernel_link.encode(Named("sobel-x", 3, 5)) == "sobel-x-3x5"
    assert kernel_link.encode(Named("random", 5, 5, 7)) == "random-5x5-7"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_named_kernels_come_back(name: str) -> None:
    for seed in (0, 9999):
        kernel = Named(name, 11, 4, seed)
        assert kernel_link.decode(kernel_link.encode(kernel), NAMES) == kernel


@pytest.mark.parametrize("title", ["own", "filter 3 of brisk-otter, epoch 4", "Sobel x, a ~ turned", "Größe"])
def test_titles_come_back(title: str) -> None:
    kernel = np.array([[1, -0.5]], np.float32)
    text = kernel_link.encode(kernel, title)
    assert kernel_link.title(text) == title
    found = kernel_link.decode(text, NAMES)
    assert isinstance(found, np.ndarray)
    assert np.array_equal(found, kernel)


@pytest.mark.parametrize("title", ["", " ", "a\nb", "x" * 81])
def test_a_title_that_cannot_be_shown_is_left_out(title: str) -> None:
    assert kernel_link.title(f"own-1x1_1~{title}") == "own"


def test_the_largest_kernel_fits_a_link() -> None:
    kernel = np.random.default_rng(0).normal(size=(11, 11)).astype(np.float32)
    assert len(kernel_link.encode(kernel)) < 1700


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names no kernel"),
        ("mexican-hat-3x3", "names no kernel"),
        ("sobel-x", "names no kernel"),
        ("sobel-x-12x3", "12×3"),
        ("sobel-x-0x3", "0×3"),
        ("own-3x3_1_2", "9 numbers, but 2"),
        ("own-1x2_1_2_3", "2 numbers, but 3"),
        ("own-2_1_2", "no size"),
        ("own-1x1x1_1", "1x1x1"),
        ("own-12x1_" + "_".join("1" * 12), "12x1"),
        ("own-9999x9999x11x11_1", "at most 1,024"),
        ("own-1x2_1_nan", "'nan'"),
        ("own-1x2_inf_1", "'inf'"),
        ("own-1x2_1e9_1", "'1e9'"),
        ("own-1x2_1e400_1", "'1e400'"),
        ("own-1x2_1__1", "2 numbers, but 3"),
        ("own-1x2_0x1_1", "'0x1'"),
        ("own-1x1_1_", "1 numbers, but 2"),
        ("own-1x1_٣", "no number"),
        ("own-1x1_" + "9" * 20_000, "at most 16,384"),
    ],
)
def test_a_broken_kernel_is_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(ConvLensError) as error:
        kernel_link.decode(text, NAMES)
    assert reason in str(error.value)
    assert len(str(error.value)) < 200


@given(st.text(max_size=60) | st.text("ownx_-.e0123456789", max_size=60).map(lambda text: f"own-{text}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = kernel_link.decode(text, NAMES)
    except ConvLensError:
        return
    if isinstance(found, np.ndarray):
        assert np.isfinite(found).all()
    else:
        assert found.name in NAMES
