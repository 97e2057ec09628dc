"""Pooling against torch's own functions, its gradient against autograd, and numbers counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import SignalError
from core.signal import pooling_code, pooling_windows
from core.signal.pooling import backward, pool
from core.signal.pooling_settings import KINDS, Pooling

F = torch.nn.functional
SQUARE = torch.tensor([[1.0, 5, 2, 0], [3, 4, 8, 1], [0, 2, 2, 2], [9, 1, 2, 7]])


@st.composite
def cases(draw: Any, kinds: tuple[str, ...] = tuple(KINDS)) -> tuple[torch.Tensor, Pooling]:
    """An input (2, *shape) of 1 to 3 dimensions, with many equal values, and settings that fit it."""
    dims = draw(st.integers(1, 3))
    shape = [draw(st.integers(1, 9 if dims < 3 else 6)) for _ in range(dims)]
    size = draw(st.integers(1, 5))
    padding = draw(st.integers(0, size // 2))
    assume(min(shape) + 2 * padding >= size)
    chosen = Pooling(
        kind=draw(st.sampled_from(kinds)),
        size=size,
        stride=draw(st.none() | st.integers(1, 6)),
        padding=padding,
        ceil_mode=draw(st.booleans()),
        count_include_pad=draw(st.booleans()),
        p=draw(st.integers(1, 4)),
        output=draw(st.integers(1, 7)),
    )
    generator = np.random.default_rng(draw(st.integers(0, 999)))
    values = generator.integers(-6, 7, (2, *shape)) / 2
    return torch.tensor(values, dtype=torch.float32), chosen


def by_torch(x: torch.Tensor, chosen: Pooling) -> torch.Tensor:
    """The line of PyTorch, run on (1, 2, *shape)."""
    return pooling_code.run(pooling_code.line(chosen, tuple(x.shape[1:])), x[None])[0]


@settings(max_examples=200, deadline=None)
@given(cases())
def test_every_kind_gives_what_the_line_of_torch_gives(case: tuple[torch.Tensor, Pooling]) -> None:
    x, chosen = case
    found = pool(x, chosen, dims=x.ndim - 1).output
    torch.testing.assert_close(found, by_torch(x, chosen), rtol=1e-5, atol=1e-6)


@settings(max_examples=120, deadline=None)
@given(cases(("max", "min", "global-max", "adaptive-max")))
def test_winners_are_those_of_torch(case: tuple[torch.Tensor, Pooling]) -> None:
    """Also where several cells of a window are equal."""
    x, chosen = case
    dims = x.ndim - 1
    sign = -1 if chosen.kind == "min" else 1
    if chosen.slides:
        function = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[dims - 1]
        _, index = function(
            sign * x[None], chosen.size, chosen.step, chosen.padding, 1, chosen.ceil_mode, return_indices=True
        )
    else:
        function = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)[dims - 1]
        _, index = function(x[None], 1 if chosen.kind == "global-max" else chosen.output, return_indices=True)
    found = pool(x, chosen, dims=dims).winners
    assert found is not None
    assert torch.equal(found, index[0])


@settings(max_examples=120, deadline=None)
@given(cases())
def test_windows_hold_the_cells_that_the_output_is_made_of(case: tuple[torch.Tensor, Pooling]) -> None:
    """The window of every output, read cell by cell as the picture does."""
    x, chosen = case
    found = pool(x, chosen, dims=x.ndim - 1)
    for place in np.ndindex(*found.output.shape[1:]):
        axes = [
            axis.source[axis.starts[at] : axis.starts[at] + axis.lengths[at]]
            for axis, at in zip(found.axes, place, strict=True)
        ]
        inside = [cells[cells >= 0] for cells in axes]
        values = x[0].numpy()[np.ix_(*inside)].astype(np.float64)
        assert values.size
        if chosen.operation == "max":
            wanted = values.max()
        elif chosen.operation == "min":
            wanted = values.min()
        elif chosen.operation == "average":
            cells = np.prod([len(one) for one in (axes if chosen.count_include_pad else inside)])
            wanted = values.sum() / cells
        else:
            wanted = (np.abs(values) ** chosen.p).sum() ** (1 / chosen.p)
        assert float(found.output[(0, *place)]) == pytest.approx(wanted, abs=1e-5)


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(0, 999))
def test_gradients_are_those_of_autograd(case: tuple[torch.Tensor, Pooling], seed: int) -> None:
    x, chosen = case
    x = (x.abs() + 0.5).double() if chosen.kind == "lp" else x.double()
    x.requires_grad_()
    output = by_torch(x, chosen)
    given_gradient = torch.tensor(np.random.default_rng(seed).integers(-4, 5, tuple(output.shape))).double()
    (wanted,) = torch.autograd.grad(output, x, given_gradient)
    found = backward(given_gradient, x.detach(), chosen, dims=x.ndim - 1)
    torch.testing.assert_close(found, wanted)


def test_max_and_its_winners_by_hand() -> None:
    found = pool(SQUARE)
    assert found.output.tolist() == [[5, 8], [9, 7]]
    assert found.winners is not None
    assert found.winners.tolist() == [[1, 6], [12, 15]]


def test_average_min_and_norm_by_hand() -> None:
    assert pool(SQUARE, Pooling(kind="average")).output.tolist() == [[3.25, 2.75], [3, 3.25]]
    assert pool(SQUARE, Pooling(kind="min")).output.tolist() == [[1, 0], [0, 2]]
    assert pool(torch.tensor([3.0, 4.0]), Pooling(kind="lp")).output.tolist() == [5]


def test_gradients_by_hand() -> None:
    """Overlapping windows: 5 wins one of them, 8 two, and both their gradients arrive."""
    row = torch.tensor([5.0, 2, 8, 1])
    assert backward([1.0, 2, 4], row, Pooling(stride=1)).tolist() == [1, 0, 6, 0]
    assert backward([1.0, 2, 4], row, Pooling(kind="average", stride=1)).tolist() == [0.5, 1.5, 3, 2]


def test_adaptive_windows_differ_in_length() -> None:
    (axis,) = pool(torch.arange(10.0), Pooling(kind="adaptive-average", output=4)).axes
    assert axis.starts.tolist() == [0, 2, 5, 7]
    assert axis.lengths.tolist() == [3, 3, 3, 3]
    (axis,) = pool(torch.arange(7.0), Pooling(kind="adaptive-max", output=3)).axes
    assert list(zip(axis.starts.tolist(), axis.lengths.tolist(), strict=True)) == [(0, 3), (2, 3), (4, 3)]


def test_the_last_window_must_start_before_the_padding_behind() -> None:
    """5 cells with one before and behind, windows of 2 every 3: 0, 3, and 6, which is the padding behind."""
    chosen = Pooling(size=2, stride=3, padding=1, ceil_mode=True)
    found = pool(torch.arange(5.0), chosen)
    assert found.axes[0].starts.tolist() == [0, 3]
    assert pooling_windows.size_formula(5, chosen).startswith("⌈(5 + 2·1 − 2) / 3⌉ + 1 − 1 = 2, as window 3")


def test_a_window_beyond_the_end_is_cut() -> None:
    found = pool(torch.arange(5.0), Pooling(kind="average", ceil_mode=True))
    assert found.axes[0].lengths.tolist() == [2, 2, 1]
    assert found.output.tolist() == [0.5, 2.5, 4]


@settings(max_examples=100, deadline=None)
@given(cases())
def test_the_formula_ends_in_the_real_size(case: tuple[torch.Tensor, Pooling]) -> None:
    x, chosen = case
    output = pool(x, chosen, dims=x.ndim - 1).output
    for side, size in zip(x.shape[1:], output.shape[1:], strict=True):
        text = pooling_windows.size_formula(side, chosen)
        assert f"= {size}" in text or text.startswith(f"{size} as asked")


def test_leading_dimensions_are_pooled_each_by_itself() -> None:
    x = torch.rand(3, 6, 6)
    together = pool(x, Pooling(size=3), dims=2).output
    assert torch.equal(together[1], pool(x[1], Pooling(size=3)).output)


def test_negative_cells_beat_the_padding() -> None:
    assert pool(-torch.ones(4), Pooling(padding=1)).output.tolist() == [-1, -1, -1]


def test_a_norm_of_zeros_has_no_slope() -> None:
    assert backward([1.0], torch.zeros(2), Pooling(kind="lp")).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("shape", "chosen", "words"),
    [
        ((6, 6), Pooling(size=2, padding=2), "Padding 2 is more than half .* lower the padding to 1, or .* to 4"),
        ((3, 5), Pooling(size=4), "A 4×4 window does not fit the 3×5 input: lower the size to 3"),
        ((3, 5), Pooling(size=6, padding=1), "does not fit the 3×5 input with 1 around it: lower the size to 5"),
        ((0, 5), Pooling(), "at least one cell"),
        ((2, 2, 2, 2), Pooling(), "1 to 3 dimensions"),
    ],
)
def test_what_does_not_fit_is_told(shape: tuple[int, ...], chosen: Pooling, words: str) -> None:
    with pytest.raises(SignalError, match=words):
        pool(torch.ones(shape), chosen)


def test_a_gradient_of_another_shape_is_told() -> None:
    with pytest.raises(SignalError, match="one gradient for each output"):
        backward(torch.ones(3, 3), SQUARE, Pooling())
