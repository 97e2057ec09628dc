"""Parameters against torch's own layers."""

from __future__ import annotations

import pytest
from torch import nn

from core.errors import SignalError
from core.signal.channels import parameters
from core.signal.settings import Convolution

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


def test_wrong_questions_are_answered_in_a_sentence() -> None:
    with pytest.raises(SignalError, match="2 groups do not divide 3 channels and 4 filters"):
        parameters((3, 8, 8), 4, (3, 3), Convolution(groups=2))
