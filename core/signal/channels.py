"""What channels and filters make of a convolution: its parameters beside a dense layer's, and one window's products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SignalError
from core.signal.settings import Convolution
from core.signal.windows import axes, times


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


@dataclass(frozen=True, eq=False)
class Products:
    """One output of one filter.

    channels: int (n,): the input's channels that the filter reads. sources: int (*K): flat index into one channel of
    the input that every tap reads, -1 for an artificial zero. patch, weights, products: (n, *K), the weights in the
    order in which they meet the patch. sums: (n,), one a channel. total: their sum, and the bias where there is one.
    """

    channels: NDArray[np.int64]
    sources: NDArray[np.int64]
    patch: NDArray[np.float64]
    weights: NDArray[np.float64]
    products: NDArray[np.float64]
    sums: NDArray[np.float64]
    total: float


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


def products(
    x: Any, kernel: Any, settings: Convolution, place: Sequence[int], filter_index: int = 0, bias: float = 0.0
) -> Products:
    """What output `place` of one filter is made of. x, kernel: with channels, as `convolve` takes them."""
    signal, weight = np.asarray(x, np.float64), np.asarray(kernel, np.float64)
    sizes, sides = signal.shape[1:], weight.shape[2:]
    windows = axes(sizes, sides, settings)
    outputs = [len(axis.starts) for axis in windows]
    filters = weight.shape[1] * settings.groups if settings.transposed else weight.shape[0]
    inside = len(place) == len(outputs) and all(0 <= at < end for at, end in zip(place, outputs, strict=True))
    if not inside or not 0 <= filter_index < filters:
        raise SignalError(
            f"The output has {filters} maps of {times(outputs)}, but place {tuple(place)} of map {filter_index} was "
            "asked: choose one of its cells."
        )
    group = filter_index // (filters // settings.groups)
    count = signal.shape[0] // settings.groups
    channels = np.arange(group * count, (group + 1) * count)
    own = weight[channels, filter_index % weight.shape[1]] if settings.transposed else weight[filter_index]
    if settings.turned:
        own = np.flip(own, tuple(range(1, own.ndim)))
    taps = [
        axis.source[axis.starts[at] + axis.dilation * np.arange(axis.lengths[at])]
        for axis, at in zip(windows, place, strict=True)
    ]
    grid = np.stack(np.meshgrid(*taps, indexing="ij"))
    real = (grid >= 0).all(axis=0)
    sources = np.where(real, np.ravel_multi_index(tuple(np.maximum(grid, 0)), sizes), -1)
    flat = signal.reshape(len(signal), -1)[channels]
    patch = np.where(real, flat[:, np.maximum(sources, 0)], 0.0)
    terms = patch * own
    sums = terms.reshape(len(terms), -1).sum(axis=1)
    return Products(channels, sources, patch, own, terms, sums, float(sums.sum() + bias))
