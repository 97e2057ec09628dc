"""A picture disturbed by a little and by a lot: shifted, turned, scaled, blurred, noisy, hidden in part."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

Kind = Literal["shift-x", "shift-y", "rotate", "scale", "blur", "noise", "occlude"]
Place = tuple[float, float]  # row and column of the occlusion's centre, as shares of the picture

POSITIONS = 41
MOVING: frozenset[Kind] = frozenset({"shift-x", "shift-y", "rotate", "scale"})
SEED = 7  # the noise is one pattern, made stronger
LARGEST_FACTOR = 2.5
_NICE = tuple(factor * 10.0**power for power in range(-3, 4) for factor in (1, 2, 2.5, 5))


def positions(kind: Kind, side: int) -> npt.NDArray[np.float64]:
    """The slider's 41 values for a picture whose shorter side is `side` pixels.

    Shifts (right, down) and the blur's standard deviation in pixels, turns in degrees (counter-clockwise), scale as a
    factor, noise as standard deviation where the picture's range is 1, occlusion as the square's side in pixels.
    """
    both, up = np.linspace(-1, 1, POSITIONS), np.linspace(0, 1, POSITIONS)
    match kind:
        case "shift-x" | "shift-y":
            return np.round(both * _nice(side / 2 / 20) * 20, 9)  # whole pixels are whole numbers
        case "rotate":
            return np.round(both * 180, 9)
        case "scale":
            return np.asarray(LARGEST_FACTOR**both)
        case "blur":
            return up * _nice(side / 6 / 40) * 40
        case "noise":
            return up
        case "occlude":
            return up * side


def _nice(most: float) -> float:
    return max(step for step in _NICE if step <= most * (1 + 1e-9))


def disturbed(picture: Tensor, kind: Kind, values: npt.NDArray[np.float64], place: Place = (0.5, 0.5)) -> Tensor:
    """The (C, H, W) float picture in 0..1, disturbed by each of the values: (P, C, H, W) in 0..1.

    What comes in from outside, and what occludes, has the median colour of the picture's border.
    """
    if kind in MOVING:
        return moved(picture, kind, values, (1.0, 1.0)).clamp(0, 1)
    if kind == "blur":
        return torch.stack([_blurred(picture, float(sigma)) for sigma in values])
    amounts = torch.as_tensor(values, dtype=picture.dtype).reshape(-1, 1, 1, 1)
    if kind == "noise":
        noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(SEED))
        return (picture + amounts * noise).clamp(0, 1)
    height, width = picture.shape[-2:]
    rows = torch.stack([_covered(height, place[0] * height, float(side)) for side in values])
    columns = torch.stack([_covered(width, place[1] * width, float(side)) for side in values])
    hidden = (rows[:, :, None] * columns[:, None, :])[:, None]
    return picture * (1 - hidden) + background(picture)[:, None, None] * hidden


def background(maps: Tensor) -> Tensor:
    """The median over the border's cells of (C, H, W): (C,)."""
    border = [maps[:, 0], maps[:, -1], maps[:, 1:-1, 0], maps[:, 1:-1, -1]]
    return torch.cat(border, dim=1).median(dim=1).values


def moved(maps: Tensor, kind: Kind, values: npt.NDArray[np.float64], jump: tuple[float, float]) -> Tensor:
    """(P, C, H, W): the (C, H, W) maps moved as a picture is whose pixels are `jump` to a cell, bilinear."""
    height, width = maps.shape[-2:]
    behind = background(maps)[:, None, None]
    backwards = torch.tensor([_inverse(kind, float(value), height, width, jump) for value in values])
    size = [len(values), *maps.shape]
    grid = functional.affine_grid(backwards, size, align_corners=False)
    source = (maps - behind).expand(size)
    return functional.grid_sample(source, grid, mode="bilinear", padding_mode="zeros", align_corners=False) + behind


def _inverse(kind: Kind, value: float, height: int, width: int, jump: tuple[float, float]) -> list[list[float]]:
    """Where each cell's content comes from, in torch's coordinates from -1 to 1."""
    if kind == "shift-x":
        return [[1, 0, -2 * value / (jump[1] * width)], [0, 1, 0]]
    if kind == "shift-y":
        return [[1, 0, 0], [0, 1, -2 * value / (jump[0] * height)]]
    if kind == "scale":
        return [[1 / value, 0, 0], [0, 1 / value, 0]]
    along, across = cos(radians(value)), sin(radians(value))  # rows count downwards: counter-clockwise as it is seen
    return [[along, -across * height / width, 0], [across * width / height, along, 0]]


def _blurred(picture: Tensor, sigma: float) -> Tensor:
    """Gaussian, cut at four standard deviations; beyond the border its pixels go on."""
    if sigma == 0:
        return picture
    rows, columns = (_smoothing(side, sigma) for side in picture.shape[-2:])
    return rows @ picture @ columns.T


def _smoothing(side: int, sigma: float) -> Tensor:
    """(side, side): each row the weights of one blurred cell."""
    reach = max(1, int(4 * sigma + 0.5))
    steps = torch.arange(-reach, reach + 1)
    weights = torch.exp(-0.5 * (steps.double() / sigma) ** 2)
    weights /= weights.sum()
    read = (torch.arange(side)[:, None] + steps).clamp(0, side - 1)
    matrix = torch.zeros(side, side, dtype=torch.float64).scatter_add_(1, read, weights.expand(read.shape))
    return matrix.float()


def _covered(cells: int, centre: float, length: float) -> Tensor:
    """Share of each cell on an axis that an interval covers, 0..1."""
    edges = torch.arange(cells + 1, dtype=torch.float32)
    low, high = centre - length / 2, centre + length / 2
    return (edges[1:].clamp(max=high) - edges[:-1].clamp(min=low)).clamp(0, 1)
