"""Convolution against scipy.signal and against torch's own layers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import signal
from torch import nn

from core.errors import SignalError
from core.signal.code import check
from core.signal.convolution import apply, convolve
from core.signal.settings import Convolution
from tests.core.signal.cases import Case, channelled, plain

CONV = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


@given(plain(), st.sampled_from(["valid", "full"]), st.booleans())
def test_valid_and_full_are_scipys(case: Case, mode: str, flipped: bool) -> None:
    # In 'valid' scipy exchanges the two where the kernel is larger; here that is refused.
    assume(mode == "full" or all(n >= k for n, k in zip(case.x.shape, case.kernel.shape, strict=True)))
    theirs = (signal.convolve if flipped else signal.correlate)(case.x, case.kernel, mode=mode, method="direct")
    np.testing.assert_allclose(convolve(case.x, case.kernel, mode, flipped=flipped), theirs, atol=1e-9)


@given(plain(), st.booleans())
def test_same_is_scipys_but_for_where_it_centres_even_kernels(case: Case, flipped: bool) -> None:
    """scipy's 'same' is its 'full' from (K - 1) // 2 on. Here (K - 1) // 2 cells are padded before, as torch and
    TensorFlow do, which is 'full' from K // 2 on: one cell further where K is even."""
    assume(all(n >= k for n, k in zip(case.x.shape, case.kernel.shape, strict=True)))
    method = signal.convolve if flipped else signal.correlate
    full = method(case.x, case.kernel, mode="full", method="direct")
    ours = convolve(case.x, case.kernel, "same", flipped=flipped).numpy()
    from_half = tuple(slice(k // 2, k // 2 + n) for n, k in zip(case.x.shape, case.kernel.shape, strict=True))
    np.testing.assert_allclose(ours, full[from_half], atol=1e-9)
    if all(k % 2 for k in case.kernel.shape):
        np.testing.assert_allclose(ours, method(case.x, case.kernel, mode="same", method="direct"), atol=1e-9)


def test_same_with_an_even_kernel_differs_from_scipy_by_one_cell() -> None:
    x, kernel = np.arange(1.0, 7), np.array([1.0, 2, 4, 8])
    ours, theirs = convolve(x, kernel, "same").numpy(), signal.correlate(x, kernel, mode="same")
    np.testing.assert_allclose(ours[:-1], theirs[1:])
    assert not np.allclose(ours, theirs)


def layer(case: Case) -> nn.Module:
    """torch's own layer with the case's kernel, for the padding by number."""
    chosen, dims = case.settings, case.x.ndim - 1
    options: dict[str, Any] = {
        "stride": chosen.stride,
        "dilation": chosen.dilation,
        "groups": chosen.groups,
        "bias": False,
    }
    first, second = case.kernel.shape[:2]
    sides = case.kernel.shape[2:]
    if chosen.transposed:
        made = TRANSPOSED[dims - 1](first, second * chosen.groups, sides, padding=chosen.padding, **options)
    else:
        how = {"zero": "zeros"}.get(chosen.border, chosen.border)
        made = CONV[dims - 1](second * chosen.groups, first, sides, padding=chosen.padding, padding_mode=how, **options)
    kernel = torch.from_numpy(case.kernel)
    with torch.no_grad():
        made = made.double()
        made.weight.copy_(kernel.flip(tuple(range(2, kernel.ndim))) if chosen.flipped else kernel)
    return made


@given(channelled())
def test_a_padding_by_number_is_torchs_layer(case: Case) -> None:
    chosen = case.settings.model_copy(update={"mode": "number"})
    try:
        ours = apply(case.x, case.kernel, chosen)
    except SignalError:
        with pytest.raises(RuntimeError):  # torch refuses it too
            layer(Case(case.x, case.kernel, chosen))(torch.from_numpy(case.x)[None])
        return
    theirs = layer(Case(case.x, case.kernel, chosen))(torch.from_numpy(case.x)[None])[0]
    torch.testing.assert_close(ours, theirs.detach())


@pytest.mark.parametrize("mode", ["valid", "same", "full", "number"])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
def test_transposed_undoes_the_size_and_is_the_adjoint(mode: Any, kernel: int, stride: int, dilation: int) -> None:
    """<conv(u), v> = <u, transposed(v)>, of every size that the convolution leaves nothing unread of."""
    rng = np.random.default_rng(0)
    words: dict[str, Any] = {"stride": stride, "dilation": dilation, "padding": 1}
    reach, sizes = dilation * (kernel - 1) + 1, 0
    pad = {"valid": 0, "full": reach - 1, "number": 1}.get(mode, 0)
    for size in range(8, 14):
        if (size if mode == "same" else size + 2 * pad - reach) % stride:
            continue
        sizes += 1
        u, w = rng.normal(size=(2, size, 9)), rng.normal(size=(3, 2, kernel, 1))
        two = {name: (number, 1) for name, number in words.items() if name != "padding"} | {"padding": (1, 0)}
        there = convolve(u, w, mode, **two).numpy()
        v = rng.normal(size=there.shape)
        back = convolve(v, w, mode, transposed=True, **two).numpy()
        assert back.shape == u.shape
        np.testing.assert_allclose((there * v).sum(), (u * back).sum(), atol=1e-9)
    assert sizes


def test_same_with_a_stride_is_tensorflows() -> None:
    """tf.nn.conv1d([1..6], [1, 2, 4], stride=2, padding="SAME"): ceil(6 / 2) = 3 windows, one zero at the end."""
    got = convolve([1, 2, 3, 4, 5, 6], [1, 2, 4], "same", stride=2)
    assert got.tolist() == [1 + 4 + 12, 3 + 8 + 20, 5 + 12 + 0]
    # tf.nn.conv1d_transpose([1, 10], [1, 2, 4], output_shape=4, strides=2, padding="SAME"): the last cell is cut
    assert convolve([1, 10], [1, 2, 4], "same", stride=2, transposed=True).tolist() == [1, 2, 14, 20]


def test_correlation_and_convolution_by_hand() -> None:
    assert convolve([0, 0, 1, 0, 0], [1, 2, 3], "same").tolist() == [0, 3, 2, 1, 0]
    assert convolve([0, 0, 1, 0, 0], [1, 2, 3], "same", flipped=True).tolist() == [0, 1, 2, 3, 0]


def test_the_lectures_sizes() -> None:
    assert convolve(np.zeros((28, 28)), np.zeros((5, 5))).shape == (24, 24)  # and not 23x23
    assert convolve(np.zeros((3, 32, 32)), np.zeros((16, 3, 5, 5))).shape == (16, 28, 28)


def test_numbers_and_types() -> None:
    assert convolve([[1, 2], [3, 4]], [[1]]).dtype == torch.float32
    assert convolve(np.ones((2, 2)), np.ones((1, 1), np.float32)).dtype == torch.float64
    assert convolve([1, 2, 3], [1, 1], bias=10).tolist() == [13, 15]
    assert convolve(np.ones((1, 3)), np.ones((2, 1, 1)), bias=[1, 2]).tolist() == [[2, 2, 2], [3, 3, 3]]


def test_shared_and_reversed_arrays_are_taken() -> None:
    x = np.arange(25, dtype=np.float32).reshape(5, 5)
    x.flags.writeable = False
    kernel = np.arange(9, dtype=np.float16).reshape(3, 3)
    got = convolve(x, kernel[::-1, ::-1], "same")
    torch.testing.assert_close(got, convolve(x.copy(), kernel, "same", flipped=True))
    assert check(x, kernel, Convolution(flipped=True), got.numpy()).equal


def test_every_axis_may_have_its_own_numbers() -> None:
    x, kernel = torch.arange(60.0).reshape(5, 12), torch.ones(2, 3)
    got = convolve(x, kernel, "number", padding=(1, 0), stride=(2, 3), dilation=(1, 2))
    theirs = nn.functional.conv2d(x[None, None], kernel[None, None], padding=(1, 0), stride=(2, 3), dilation=(1, 2))
    torch.testing.assert_close(got, theirs[0, 0])


def test_gradients_flow_to_input_and_kernel() -> None:
    x, kernel = torch.ones(6, requires_grad=True), torch.tensor([1.0, 2, 3], requires_grad=True)
    convolve(x, kernel).sum().backward()
    assert x.grad is not None
    assert kernel.grad is not None
    assert x.grad.tolist() == [1, 3, 6, 6, 5, 3]
    assert kernel.grad.tolist() == [4, 4, 4]


X, W = np.ones((4, 4)), np.ones((3, 3))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (((X, np.ones((5, 5))), {}), "The 5×5 kernel does not fit the 4×4 input: use a smaller kernel"),
        (
            ((X, W), {"dilation": 2}),
            "reaches over 5×5 cells, does not fit .* a smaller kernel or dilation, more padding",
        ),
        (((X, np.ones((9, 1)), "number"), {"padding": 1}), "does not fit the 4×4 input padded to 6×6"),
        (
            ((X, np.ones((9, 9)), "same"), {"border": "reflect"}),
            "reflect border of 4 cells is too wide for 4 rows, .* 3",
        ),
        (((X, np.ones((11, 1)), "same"), {"border": "circular"}), "circular border of 5 cells .* smaller kernel"),
        (
            ((X, W, "number"), {"padding": 4, "border": "reflect"}),
            "use a smaller padding, a larger input, or the border",
        ),
        (((X, W), {"transposed": True, "border": "circular"}), "has the zero border only, but 'circular'"),
        (
            ((X, W, "number"), {"transposed": True, "padding": 3}),
            "6 rows, and cutting 3 before and 3 after leaves none",
        ),
        (((X, W), {"groups": 2}), "2 groups do not divide the channels: a plain signal has one channel; use one of 1"),
        (
            ((np.ones((6, 4, 4)), np.ones((4, 3, 1, 1))), {"groups": 4}),
            "the input has 6 channels; use one of 1, 2, 3, 6",
        ),
        (
            ((np.ones((4, 4, 4)), np.ones((3, 2, 1, 1))), {"groups": 2}),
            "do not divide the 3 filters: use a multiple of 2",
        ),
        (
            ((np.ones((3, 4, 4)), np.ones((2, 1, 1, 1))), {}),
            "reads 1 channels, but the input has 3: change",
        ),
        (((np.ones((4, 4, 4)), np.ones((2, 1, 1, 1))), {"groups": 2}), r"a group \(1 of 2\) has 2: change"),
        (((np.ones((3, 4, 4)), np.ones((2, 1, 1, 1))), {"transposed": True}), "has 3 channels; give it 3"),
        (((np.ones((2, 2, 2, 2)), np.ones((2, 2, 2, 2))), {}), "1, 2 or 3 dimensions"),
        (((X, np.ones(3)), {}), "as many dimensions as the input, or one more"),
        (((X, np.ones((0, 3))), {}), r"The kernel \(0×3\) is empty"),
        (((np.ones((0, 3)), W), {}), r"The input \(0×3\) is empty"),
        (((X, W), {"stride": 0}), "The stride is at least 1, but 0 was given"),
        (((X, W), {"dilation": (1, 2, 3)}), "one for each of the 2 axes, but 3 were given"),
        (((X, W, "number"), {"padding": -1}), "The padding is at least 0"),
        (((X, W), {"bias": [1, 2]}), "each of the 1 filters, but 2 were given"),
        (((X * 1j, W), {}), "real numbers"),
        (((np.ones((512, 512)), W), {"transposed": True, "stride": 9}), "at most 16,777,216 are computed"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(words: tuple[Any, Any], sentence: str) -> None:
    with pytest.raises(SignalError, match=sentence) as raised:
        convolve(*words[0], **words[1])
    assert re.fullmatch(r"[A-Z0-9].*\.", str(raised.value)), "one sentence"


@pytest.mark.parametrize(("border", "widest"), [("reflect", 3), ("circular", 4), ("replicate", 40), ("zero", 40)])
def test_how_wide_a_border_can_be(border: Any, widest: int) -> None:
    assert convolve(X, W, "number", padding=widest, border=border).shape == (2 + 2 * widest, 2 + 2 * widest)
    if widest < 40:
        with pytest.raises(SignalError, match=f"give at most {widest}"):
            convolve(X, W, "number", padding=widest + 1, border=border)


def test_settings_are_bounded() -> None:
    for words in ({"stride": 0}, {"padding": -1}, {"dilation": 65}, {"mode": "wide"}, {"border": "ones"}, {"more": 1}):
        with pytest.raises(ValueError, match="validation error"):
            Convolution(**words)
