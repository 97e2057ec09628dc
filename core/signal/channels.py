"""What channels and filters make of a convolution: its parameters beside a dense layer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from core.errors import SignalError
from core.signal.settings import Convolution
from core.signal.windows import axes


@dataclass(frozen=True)
class Parameters:
    """Parameters of a convolution layer, beside a dense layer of the same input and output; both with a bias.

    input_shape, output_shape: (C, *sizes) and (F, *sizes).
    convolution, dense: how many. convolution_text, dense_text: how they come about, `16·(3·5·5 + 1) = 1,216`.
    """

    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    convolution: int
    dense: int
    convolution_text: str
    dense_text: str

    @property
    def ratio(self) -> float:
        """How many times more the dense layer has."""
        return self.dense / self.convolution


def parameters(
    shape: Sequence[int], filters: int, kernel_shape: Sequence[int], settings: Convolution, bias: bool = True
) -> Parameters:
    """shape: (C, *sizes) of the input; kernel_shape: (*sizes). Raises SignalError where they do not fit."""
    channels, *sizes = shape
    groups = settings.groups
    if filters < 1 or channels % groups or filters % groups:
        raise SignalError(
            f"{groups} groups do not divide {channels} channels and {filters} filters: use a number of groups that "
            "divides both."
        )
    output = (filters, *(len(axis.starts) for axis in axes(sizes, kernel_shape, settings)))
    one = (channels // groups) * prod(kernel_shape)
    own = filters * (one + bias)
    inputs, outputs = prod(shape), prod(output)
    dense = inputs * outputs + bias * outputs
    each = "·".join(map(str, (channels // groups, *kernel_shape)))
    return Parameters(
        tuple(shape),
        output,
        own,
        dense,
        f"{filters}·({each} + 1) = {own:,}" if bias else f"{filters}·{each} = {own:,}",
        f"{inputs:,}·{outputs:,}" + (f" + {outputs:,}" if bias else "") + f" = {dense:,}",
    )
