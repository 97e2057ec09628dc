"""Every window's products sum to what torch computes: the contract that the screen stands on."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from numpy.typing import NDArray

from core.errors import SignalError
from core.network import windows as network_windows
from core.signal.convolution import apply
from core.signal.settings import BORDERS, MODES, Convolution
from core.signal.windows import Axis, axes, crops, pads
from tests.core.signal.cases import Case, plain


def summed(x: NDArray[np.float64], kernel: NDArray[np.float64], windows: tuple[Axis, ...], turned: bool) -> object:
    """The sums of the products of every window, tap by tap, from the windows alone."""
    weights = np.flip(kernel) if turned else kernel
    out = np.zeros([len(axis.starts) for axis in windows])
    for place in np.ndindex(*out.shape):
        for tap in np.ndindex(*(axis.lengths[at] for axis, at in zip(windows, place, strict=True))):
            padded = [axis.starts[at] + k * axis.dilation for axis, at, k in zip(windows, place, tap, strict=True)]
            source = [int(axis.source[at]) for axis, at in zip(windows, padded, strict=True)]
            if min(source) >= 0:
                out[place] += x[tuple(source)] * weights[tap]
    return out


@settings(max_examples=250)
@given(plain())
def test_the_products_of_every_window_sum_to_the_output(case: Case) -> None:
    try:
        windows = axes(case.x.shape, case.kernel.shape, case.settings)
    except SignalError:
        event("refused")
        assume(False)
    drawn = apply(case.x.astype(np.float32), case.kernel.astype(np.float32), case.settings).numpy()
    event(f"{case.x.ndim}-D, {'transposed' if case.settings.transposed else case.settings.border}")
    np.testing.assert_allclose(summed(case.x, case.kernel, windows, case.settings.turned), drawn, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("border", [*BORDERS, "transposed"])
def test_every_mode_and_border_in_two_dimensions(mode: str, border: str) -> None:
    """None of them hangs on what hypothesis happens to draw."""
    rng = np.random.default_rng(3)
    x, kernel = rng.normal(size=(7, 6)), rng.normal(size=(2, 3))
    for stride, dilation, flipped in product((1, 2, 3), (1, 2), (False, True)):
        words = {"transposed": True} if border == "transposed" else {"border": border}
        chosen = Convolution(mode=mode, stride=stride, dilation=dilation, flipped=flipped, **words)
        windows = axes(x.shape, kernel.shape, chosen)
        np.testing.assert_allclose(summed(x, kernel, windows, chosen.turned), apply(x, kernel, chosen), atol=1e-9)


@given(plain())
def test_windows_stay_within_what_is_padded(case: Case) -> None:
    try:
        windows = axes(case.x.shape, case.kernel.shape, case.settings)
    except SignalError:
        assume(False)
    for axis, size in zip(windows, case.x.shape, strict=True):
        stretched = (size - 1) * (case.settings.stride if case.settings.transposed else 1) + 1
        assert len(axis.source) == stretched + axis.before + axis.after
        assert axis.starts.min() == 0
        assert (axis.starts + (axis.lengths - 1) * axis.dilation).max() < len(axis.source)
        assert -1 <= axis.source.min() <= axis.source.max() < size


@pytest.mark.parametrize(
    ("border", "source"),
    [
        ("zero", [-1, -1, 0, 1, 2, 3, -1, -1]),
        ("reflect", [2, 1, 0, 1, 2, 3, 2, 1]),
        ("replicate", [0, 0, 0, 1, 2, 3, 3, 3]),
        ("circular", [2, 3, 0, 1, 2, 3, 0, 1]),
    ],
)
def test_borders_by_hand(border: str, source: list[int]) -> None:
    (axis,) = axes((4,), (5,), Convolution(mode="same", border=border))
    assert axis.source.tolist() == source


def test_a_transposed_convolution_reads_a_stretched_input_by_hand() -> None:
    (axis,) = axes((3,), (3,), Convolution(mode="valid", stride=2, transposed=True))
    assert axis.source.tolist() == [-1, -1, 0, -1, 1, -1, 2, -1, -1]
    assert axis.starts.tolist() == [0, 1, 2, 3, 4, 5, 6]
    (cut,) = axes((3,), (1,), Convolution(mode="number", padding=2, stride=3, transposed=True))
    assert (cut.before, cut.after, cut.source.tolist()) == (-2, -2, [-1, 1, -1])


@pytest.mark.parametrize(("kernel", "each"), [(3, 1), (5, 2), (7, 3)])
def test_same_pads_half_an_odd_kernel(kernel: int, each: int) -> None:
    """5, 3 -> 1 and 7, 5 -> 2 of the lecture."""
    assert pads(9, kernel, 1, 1, "same", 0) == (each, each)


def test_same_puts_the_odd_cell_at_the_end() -> None:
    assert pads(10, 4, 1, 1, "same", 0) == (1, 2)
    assert pads(10, 3, 2, 1, "same", 0) == (0, 1)  # TensorFlow: ceil(10 / 2) = 5, padded (5 - 1) * 2 + 3 - 10 = 1
    assert crops(3, 2, 1, "same", 0) == (0, 1)
    assert crops(2, 5, 1, "same", 0) == (0, -3)


def test_a_layer_of_a_network_has_the_same_windows() -> None:
    """Build and the stage say the same of the same settings."""
    for size, kernel, stride, dilation, padding in product(
        (1, 4, 9), (1, 2, 5), (1, 2, 3), (1, 2), (0, 2, "same", "full")
    ):
        mode = padding if isinstance(padding, str) else "number"
        number = 0 if isinstance(padding, str) else padding
        there = network_windows.pads(size, kernel, stride, dilation, padding)
        assert pads(size, kernel, stride, dilation, mode, number) == there
        cut = network_windows.crops(kernel, stride, dilation, padding)
        assert crops(kernel, stride, dilation, mode, number) == cut
