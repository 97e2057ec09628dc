"""The line of PyTorch: executed as it stands, it gives what is drawn."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings

from core.errors import SignalError
from core.signal.code import check, line, program, run, tensorflow
from core.signal.convolution import apply
from core.signal.settings import Convolution
from tests.core.signal.cases import Case, channelled, plain


@settings(max_examples=250)
@given(plain())
def test_every_line_gives_the_picture(case: Case) -> None:
    agrees(case)


@settings(max_examples=100)
@given(channelled())
def test_every_line_with_groups_gives_the_picture(case: Case) -> None:
    agrees(case)


def agrees(case: Case) -> None:
    try:
        drawn = apply(case.x, case.kernel, case.settings)
    except SignalError:
        assume(False)
    told = check(case.x, case.kernel, case.settings, drawn)
    assert told.equal, told
    torch.testing.assert_close(run(told.text, case.x, case.kernel), drawn)


def test_what_is_not_the_picture_is_told() -> None:
    x, w, chosen = np.arange(25.0).reshape(5, 5), np.arange(9.0).reshape(3, 3), Convolution(mode="same")
    drawn = apply(x, w, chosen)
    assert check(x, w, chosen, drawn).equal
    assert check(x, w, chosen, drawn.float()).equal
    drawn[2, 2] += 0.5
    assert not check(x, w, chosen, drawn).equal
    assert not check(x, w, chosen, drawn[1:]).equal
    assert not check(x, w, chosen, apply(x, w, chosen.model_copy(update={"flipped": True}))).equal
    drawn[2, 2] = float("nan")
    assert not check(x, w, chosen, drawn).equal


def test_the_bias_is_in_the_line() -> None:
    told = check([1, 2, 3], [1, 1], Convolution(mode="valid"), [13, 15], b=10)
    assert (told.text, told.equal) == ("F.conv1d(x, w, b)", True)


LINES = [
    ((9, 9), (3, 3), {}, 'F.conv2d(x, w, padding="same")'),
    ((9, 9), (3, 3), {"mode": "valid"}, "F.conv2d(x, w)"),
    ((9, 9), (3, 3), {"mode": "number", "padding": 0}, "F.conv2d(x, w)"),
    ((9, 9), (3, 3), {"mode": "number"}, "F.conv2d(x, w, padding=1)"),
    ((9, 9), (3, 5), {"mode": "full"}, "F.conv2d(x, w, padding=(2, 4))"),
    ((9, 9), (4, 4), {}, "F.conv2d(F.pad(x, (1, 2, 1, 2)), w)"),
    ((10, 10), (3, 3), {"stride": 2}, "F.conv2d(F.pad(x, (0, 1, 0, 1)), w, stride=2)"),
    ((9, 9), (3, 3), {"stride": 2}, "F.conv2d(x, w, padding=1, stride=2)"),
    ((9, 9), (3, 3), {"border": "reflect"}, 'F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), w)'),
    ((9, 9), (3, 3), {"mode": "valid", "border": "reflect"}, "F.conv2d(x, w)"),
    ((9, 9), (3, 3), {"mode": "valid", "flipped": True}, "F.conv2d(x, w.flip(-2, -1))"),
    ((9,), (3,), {"mode": "valid", "dilation": 2, "groups": 3}, "F.conv1d(x, w, dilation=2, groups=3)"),
    ((4, 5, 6), (1, 1, 3), {"border": "circular"}, 'F.conv3d(F.pad(x, (1, 1, 0, 0, 0, 0), mode="circular"), w)'),
    ((5, 5), (3, 3), {"mode": "valid", "stride": 2, "transposed": True}, "F.conv_transpose2d(x, w, stride=2)"),
    ((5, 5), (3, 3), {"stride": 2, "transposed": True}, "F.conv_transpose2d(x, w, stride=2)[..., :-1, :-1]"),
    ((5, 5), (2, 2), {"stride": 3, "transposed": True}, "F.conv_transpose2d(x, w, stride=3, output_padding=1)"),
]


@pytest.mark.parametrize(("shape", "kernel", "words", "text"), LINES)
def test_lines_as_a_student_types_them(
    shape: tuple[int, ...], kernel: tuple[int, ...], words: dict[str, object], text: str
) -> None:
    assert line(shape, kernel, Convolution(**words)) == text


def test_the_whole_program_runs_by_itself() -> None:
    x, w = torch.randn(2, 6, 7), torch.randn(4, 1, 3, 2)
    chosen = Convolution(groups=2, border="replicate")
    text = program(x.shape, w.shape, chosen)
    shapes = re.findall(r"\(\d[\d, ]*\)", text.splitlines()[3])
    assert [eval(shape) for shape in shapes] == [(1, 2, 6, 7), (4, 1, 3, 2)]
    names: dict[str, torch.Tensor] = {"x": x[None], "w": w}
    exec(text, names)
    torch.testing.assert_close(names["y"][0], apply(x, w, chosen))
    assert "(1, 1, 5), w: (1, 1, 3)" in program((5,), (3,), Convolution())


def test_the_line_sees_no_builtins() -> None:
    with pytest.raises(NameError):
        run("open('x')", [1, 2], [1])


def test_what_does_not_fit_has_no_line() -> None:
    with pytest.raises(SignalError, match="does not fit"):
        line((2, 2), (3, 3), Convolution(mode="valid"))


def test_tensorflows_word_is_told_where_torch_has_none() -> None:
    assert tensorflow((10,), (3,), Convolution()) is None
    assert tensorflow((10,), (3,), Convolution(mode="full", stride=2)) is None
    strided = tensorflow((10,), (3,), Convolution(stride=2))
    assert strided is not None
    assert "⌈10/2⌉ = 5 cells, padded 0 before, 1 after" in strided
    spread = tensorflow((5,), (3,), Convolution(stride=2, transposed=True))
    assert spread is not None
    assert "5·2 = 10 cells" in spread
    assert "(cut 0 before, 1 after)" in spread
