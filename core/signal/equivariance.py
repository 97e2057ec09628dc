"""Shift and turn: does the map of a changed picture equal the changed map?

A picture x is moved by an offset or turned about its middle (T), and both ways are compared: f(T x) against T' f(x),
where T' is the same movement on the map, in the map's own cells. f is a convolution, or a dense layer with an output of
the same size.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from core.errors import SignalError
from core.signal.convolution import convolve
from core.signal.settings import Border
from core.signal.shift import shifted

Offset = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both ways to a map, (rows, columns) each.

    answer: the map of the changed picture. expected: the first map, changed likewise.
    inside: bool, the cells that borders and what came in or went out at them cannot have touched.
    within, anywhere: the largest absolute difference there, and in the whole map.
    scale: the largest absolute value of the first map.
    """

    answer: torch.Tensor
    expected: torch.Tensor
    inside: torch.Tensor
    within: float
    anywhere: float
    scale: float


def shift(x: torch.Tensor, offset: Offset, wrap: bool = False) -> torch.Tensor:
    """The last two axes moved down and right by whole cells; what comes in is 0, or, where wrapped, what went out."""
    return torch.roll(x, offset, dims=(-2, -1)) if wrap else shifted(x, *offset)


def turn(x: torch.Tensor, degrees: float) -> torch.Tensor:
    """(rows, columns) turned about the middle, clockwise on the screen.

    Quarter turns of squares are exact, others interpolated; outside the picture is 0.
    """
    quarters, rest = divmod(degrees % 360, 90)
    if not rest and x.shape[-1] == x.shape[-2]:
        return torch.rot90(x, -int(quarters), dims=(-2, -1))
    angle = torch.deg2rad(torch.tensor(degrees, dtype=x.dtype))
    (rows, columns), cos, sin = x.shape, torch.cos(angle), torch.sin(angle)
    way = torch.stack([cos, sin * rows / columns, cos * 0, -sin * columns / rows, cos, cos * 0]).reshape(1, 2, 3)
    grid = F.affine_grid(way, [1, 1, rows, columns], align_corners=False)
    return F.grid_sample(x[None, None], grid, mode="bilinear", padding_mode="zeros", align_corners=False)[0, 0]


def mapped(x: torch.Tensor, kernel: torch.Tensor, stride: int = 1, border: Border = "zero") -> torch.Tensor:
    """The convolution, padded by half the kernel on all sides: the map's middle is the picture's."""
    padding = tuple((size - 1) // 2 for size in kernel.shape)
    return convolve(x, kernel, "number", padding=padding, border=border, stride=stride)


def dense(x: torch.Tensor, outputs: tuple[int, int], seed: int) -> torch.Tensor:
    """A dense layer's answer: each output sums all of x with random weights of its own (normal, of Glorot's width)."""
    generator = torch.Generator().manual_seed(seed)
    count = outputs[0] * outputs[1]
    weights = torch.randn(count, x.numel(), generator=generator, dtype=x.dtype) * (2 / (count + x.numel())) ** 0.5
    return torch.mv(weights, x.reshape(-1)).reshape(outputs)


def compare(
    first: torch.Tensor,
    answer: torch.Tensor,
    size: Offset,
    kernel: Offset,
    stride: int = 1,
    offset: Offset = (0, 0),
    degrees: float = 0,
    wrap: bool = False,
) -> Comparison:
    """first, answer: the maps of the picture, and of the picture turned by `degrees` and then moved by `offset`.

    size, kernel: rows and columns of the picture and of the kernel. The map can move by whole cells only:
    offset / stride, rounded towards zero. wrap: the border is circular, and the picture was moved so. Then all cells
    are inside, provided that the sizes are divisible by the stride. Raises SignalError for a stride below 1.
    """
    if stride < 1:
        raise SignalError(f"The stride is at least 1, but {stride} was given.")
    turned = turn(first, degrees)
    expected = shift(turned, (int(offset[0] / stride), int(offset[1] / stride)), wrap)
    if wrap and all(side % stride == 0 for side in size):
        inside = torch.ones_like(answer, dtype=torch.bool)
    else:
        sides = zip(size, offset, kernel, answer.shape, strict=True)
        down, right = (_untouched(*each, stride) for each in sides)
        inside = down[:, None] & right
    difference = (answer - expected).abs()
    within = float(difference[inside].max()) if bool(inside.any()) else 0.0
    return Comparison(answer, expected, inside, within, float(difference.max()), float(first.abs().max()))


def _untouched(size: int, offset: int, kernel: int, outputs: int, stride: int) -> torch.Tensor:
    """bool (outputs,): windows that lie on cells of the picture only, and did so before the picture moved."""
    start = torch.arange(outputs) * stride - (kernel - 1) // 2
    low, high = max(0, offset), min(size, size + offset)
    return (start >= low) & (start + kernel <= high)
