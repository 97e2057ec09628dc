"""The formulas against the sizes of real outputs, and their words against the lecture's."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import assume, given, settings

from core.errors import SignalError
from core.signal.convolution import apply
from core.signal.settings import Convolution
from core.signal.sizes import rule, sentence, sizes
from tests.core.signal.cases import Case, plain


def evaluated(text: str) -> int:
    """What a reader makes of the formula: ⌊ ⌋ rounded down, ⌈ ⌉ up, · times."""
    code = text.replace("−", "-").replace("·", "*")
    code = re.sub(r"⌊([^⌋]*)⌋", r"math.floor(\1)", code)
    code = re.sub(r"⌈([^⌉]*)⌉", r"math.ceil(\1)", code)
    return int(eval(code, {"math": math}))


@settings(max_examples=250)
@given(plain())
def test_the_numbers_give_the_size_of_the_output(case: Case) -> None:
    try:
        found = sizes(case.x.shape, case.kernel.shape, case.settings)
    except SignalError:
        with pytest.raises(SignalError):
            apply(case.x, case.kernel, case.settings)
        assume(False)
    real = tuple(apply(case.x, case.kernel, case.settings).shape)
    assert tuple(size.result for size in found) == real
    assert tuple(evaluated(size.numbers) for size in found) == real


@settings(max_examples=250)
@given(plain())
def test_the_rule_is_the_same_with_letters(case: Case) -> None:
    try:
        found = sizes(case.x.shape, case.kernel.shape, case.settings)
    except SignalError:
        assume(False)
    chosen = case.settings
    for size, n, k in zip(found, case.x.shape, case.kernel.shape, strict=True):
        if "a" in size.rule or ("p" in size.rule and chosen.mode == "same"):
            continue  # its padding is told beside it
        letters = {"N": n, "K": k, "s": chosen.stride, "d": chosen.dilation, "p": chosen.padding}
        put_in = re.sub(r"[NKsdp]", lambda found: str(letters[found[0]]), size.rule)  # noqa: B023
        assert put_in == size.numbers


CASES = [
    ((10,), (3,), {"mode": "number", "padding": 1}, "N + 2·p − K + 1", "10 + 2·1 − 3 + 1 = 10", "1 on each side"),
    ((28,), (5,), {"mode": "valid"}, "N − K + 1", "28 − 5 + 1 = 24", ""),
    ((10,), (3,), {"mode": "full"}, "N + K − 1", "10 + 3 − 1 = 12", "2 on each side"),
    ((10,), (3,), {"mode": "same"}, "N + 2·⌊K/2⌋ − K + 1", "10 + 2·⌊3/2⌋ − 3 + 1 = 10", "1 on each side"),
    ((10,), (4,), {"mode": "same"}, "N + a + b − K + 1", "10 + 1 + 2 − 4 + 1 = 10", "1 before, 2 after"),
    ((10,), (3,), {"mode": "same", "stride": 2}, "⌈N/s⌉", "⌈10/2⌉ = 5", "0 before, 1 after"),
    ((9,), (3,), {"mode": "valid", "stride": 2}, "⌊(N − K)/s⌋ + 1", "⌊(9 − 3)/2⌋ + 1 = 4", ""),
    (
        (10,),
        (3,),
        {"mode": "number", "padding": 1, "stride": 2, "dilation": 2},
        "⌊(N + 2·p − d·(K − 1) − 1)/s⌋ + 1",
        "⌊(10 + 2·1 − 2·(3 − 1) − 1)/2⌋ + 1 = 4",
        "1 on each side",
    ),
    ((5,), (3,), {"mode": "valid", "stride": 2, "transposed": True}, "(N − 1)·s + K", "(5 − 1)·2 + 3 = 11", ""),
    ((5,), (3,), {"mode": "same", "stride": 2, "transposed": True}, "N·s", "5·2 = 10", "cut 0 before, 1 after"),
    ((5,), (2,), {"mode": "same", "stride": 3, "transposed": True}, "N·s", "5·3 = 15", "1 added after"),
    ((12,), (3,), {"mode": "full", "transposed": True}, "N − K + 1", "12 − 3 + 1 = 10", "cut 2 on each side"),
    ((5,), (3,), {"mode": "same", "transposed": True}, "N", "5", "cut 1 on each side"),
]


@pytest.mark.parametrize(("shape", "kernel", "words", "letters", "text", "padding"), CASES)
def test_the_words_by_hand(
    shape: tuple[int], kernel: tuple[int], words: dict[str, object], letters: str, text: str, padding: str
) -> None:
    (size,) = sizes(shape, kernel, Convolution(**words))
    assert (size.rule, size.text, size.padding) == (letters, text, padding)
    assert rule(shape, kernel, Convolution(**words)) == letters


def test_axes_are_named_where_they_differ() -> None:
    valid = Convolution(mode="valid")
    assert sentence((8, 8), (3, 3), valid) == "8 − 3 + 1 = 6"
    assert sentence((8, 9), (3, 3), valid) == "rows 8 − 3 + 1 = 6, columns 9 − 3 + 1 = 7"
    assert sentence((4, 8, 8), (1, 3, 3), valid).startswith("frames 4 − 1 + 1 = 4, rows 8")
