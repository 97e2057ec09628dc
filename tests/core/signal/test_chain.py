"""Sizes, jumps and receptive fields of a chain against real layers and their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import SignalError
from core.signal import chain
from core.signal.chain import LECTURE, Step


@st.composite
def chains(draw: Any) -> tuple[int, tuple[Step, ...]]:
    side = draw(st.integers(4, 24))
    steps = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(("convolution", "pooling")))
        size = draw(st.integers(1, 4))
        padding = draw(st.integers(0, size // 2 if kind == "pooling" else 3))
        steps.append(Step(kind=kind, size=size, stride=draw(st.integers(1, 3)), padding=padding))
    left = side
    for step in steps:
        assume(left + 2 * step.padding >= step.size)
        left = (left + 2 * step.padding - step.size) // step.stride + 1
    return side, tuple(steps)


def real(steps: tuple[Step, ...]) -> torch.nn.Sequential:
    """Convolutions with all weights 1, poolings that add up."""
    layers: list[torch.nn.Module] = []
    for step in steps:
        layer = torch.nn.Conv2d(1, 1, step.size, step.stride, step.padding, bias=False).double()
        torch.nn.init.ones_(layer.weight)
        layers.append(layer)
    return torch.nn.Sequential(*layers)


@settings(max_examples=80, deadline=None)
@given(chains(), st.data())
def test_one_output_depends_on_the_pixels_that_are_told(case: tuple[int, tuple[Step, ...]], data: Any) -> None:
    """The gradient of one cell is not zero on its receptive field, but for pixels that a stride jumps over."""
    side, steps = case
    rows = chain.trace(side, steps)
    x = torch.zeros(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    output = real(steps)(x) if steps else x * 1.0
    assert tuple(output.shape[2:]) == (rows[-1].size, rows[-1].size)
    row, column = data.draw(st.integers(0, rows[-1].size - 1)), data.draw(st.integers(0, rows[-1].size - 1))
    (gradient,) = torch.autograd.grad(output[0, 0, row, column], x)
    ways = chain.paths(side, steps)[-1]
    np.testing.assert_allclose(gradient[0, 0].numpy(), np.outer(ways[row], ways[column]))
    for cell in (row, column):
        first, last = chain.window(rows[-1], cell)
        touched = np.flatnonzero(ways[cell])
        assert all(first <= pixel <= last for pixel in touched)
        if first >= 0 and last < side:  # nothing of it lies in the padding: both its ends count
            assert (touched[0], touched[-1]) == (first, last)


def test_the_chain_of_the_lectures() -> None:
    rows = chain.trace(28, LECTURE)
    assert [row.size for row in rows] == [28, 24, 20, 10]
    assert [row.field for row in rows] == [1, 5, 9, 10]
    assert [row.jump for row in rows] == [1, 1, 1, 2]
    assert chain.window(rows[-1], 9) == (18, 27)


def test_formulas_carry_the_numbers() -> None:
    assert chain.formulas(chain.trace(28, LECTURE)) == (
        ("28 − 5 + 1 = 24", "1·1 = 1", "1 + (5 − 1)·1 = 5"),
        ("24 − 5 + 1 = 20", "1·1 = 1", "5 + (5 − 1)·1 = 9"),
        ("⌊(20 − 2) / 2⌋ + 1 = 10", "1·2 = 2", "9 + (2 − 1)·1 = 10"),
    )
    padded = chain.trace(8, [Step(size=3, stride=2, padding=1)])
    assert chain.formulas(padded)[0][0] == "⌊(8 + 2·1 − 3) / 2⌋ + 1 = 4"
    assert chain.window(padded[-1], 0) == (-1, 1)


def test_max_pooling_reaches_no_further_than_told() -> None:
    """Real max pooling on random pixels: whatever wins lies in the receptive field."""
    steps = (Step(size=3), Step(kind="pooling", size=3, stride=2), Step(size=2))
    torch.manual_seed(0)
    x = torch.rand(1, 1, 15, 15, requires_grad=True)
    output = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 3), torch.nn.MaxPool2d(3, 2), torch.nn.Conv2d(1, 1, 2))(x)
    rows = chain.trace(15, steps)
    (gradient,) = torch.autograd.grad(output[0, 0, 1, 3], x)
    hit = gradient[0, 0].nonzero()
    (top, bottom), (left, right) = chain.window(rows[-1], 1), chain.window(rows[-1], 3)
    assert hit[:, 0].min() >= top
    assert hit[:, 0].max() <= bottom
    assert hit[:, 1].min() >= left
    assert hit[:, 1].max() <= right


@settings(max_examples=60, deadline=None)
@given(chains())
def test_links_round_trip(case: tuple[int, tuple[Step, ...]]) -> None:
    assert chain.decode(chain.encode(case[1])) == case[1]


def test_the_lectures_chain_reads_shortly() -> None:
    assert chain.encode(LECTURE) == "c5-c5-p2"


@pytest.mark.parametrize("text", ["c0", "x3", "c12", "c3s0", "c3p9", "c3s12", "c3-", "-".join(["c1"] * 9)])
def test_broken_links_are_told(text: str) -> None:
    with pytest.raises(SignalError, match="The chain in the link"):
        chain.decode(text)


def test_the_step_that_does_not_fit_is_told() -> None:
    with pytest.raises(SignalError, match="Step 2, 5×5 convolution: its window does not fit the 4×4 map"):
        chain.trace(8, [Step(size=5), Step(size=5)])
    with pytest.raises(SignalError, match=r"Step 1, .*at most half .*lower it to 1"):
        chain.trace(8, [Step(kind="pooling", size=2, stride=2, padding=2)])
