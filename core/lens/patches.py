"""The pictures that excite the filters of a layer most, and the part of each that a filter saw: its receptive field."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.lens.capture import Lens
from core.lens.fields import Box, field_size, receptive_field
from core.lens.graph import INPUT, Graph

OUTSIDE = 128  # what lies beyond the picture's border
MOST_VALUES = 8_000_000  # that the largest layer gives for the pictures that are looked at in one go


@dataclass(frozen=True, eq=False)
class Strongest:
    """The `k` pictures that excite each of F channels most, the strongest first; elements of a vector are channels.

    index: int64 (F, k), the picture's place. values: float32 (F, k), the highest value in it. rows, columns: int64
    (F, k), the cell that has it (the first of several); 0 for a vector.
    """

    index: NDArray[np.int64]
    values: NDArray[np.float32]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


class Search:
    """Looks at pictures, some at a time, and remembers for all channels of a layer which excited them most."""

    def __init__(self, lens: Lens, name: str, most: int = 12) -> None:
        """Raises ConvLensError for a layer that there is not."""
        self._lens = lens
        self._name = lens.graph.node(name).name
        self._most = most
        self._columns = lens.graph.node(name).shape[-1]
        self._best: tuple[Tensor, Tensor, Tensor] | None = None

    def add(self, x: Tensor, index: NDArray[np.int64]) -> None:
        """x: (N, *input_shape) as the network sees it. index: int64 (N,), what to call each of the pictures.

        Of equally strong ones those stay that were added first. Values that are not numbers never count.
        """
        found = self._lens.maps(x, [self._name])[self._name].float().nan_to_num(-torch.inf, torch.inf, -torch.inf)
        values, cells = (part.T for part in found.reshape(*found.shape[:2], -1).max(dim=2))
        places = torch.as_tensor(index).expand(values.shape)
        if self._best is not None:
            kept, there, named = self._best
            values, cells = torch.cat([kept, values], 1), torch.cat([there, cells], 1)
            places = torch.cat([named, places], 1)
        order = values.sort(dim=1, descending=True, stable=True).indices[:, : self._most]
        self._best = values.gather(1, order), cells.gather(1, order), places.gather(1, order)

    def found(self) -> Strongest:
        """What was found so far; at least one picture must have been added."""
        if self._best is None:
            raise ValueError("no picture was looked at yet")
        values, cells, places = (part.numpy() for part in self._best)
        return Strongest(places, values, cells // self._columns, cells % self._columns)


def together(graph: Graph) -> int:
    """How many pictures to add to a search at once: so many that they fit well into the memory, 256 at most."""
    return max(1, min(256, MOST_VALUES // max(prod(node.shape) for node in graph)))


def fields(graph: Graph, name: str, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> list[Box]:
    """What of the input the cells (n,) of a layer see, clipped to it."""
    known: dict[tuple[int, int], Box] = {}
    found = []
    for cell in zip(rows.tolist(), columns.tolist(), strict=True):
        if cell not in known:
            known[cell] = receptive_field(graph, name, cell).get(INPUT, Box(0, 0, 0, 0))
        found.append(known[cell])
    return found


def patch_size(graph: Graph, name: str) -> tuple[int, int]:
    """Height and width of the layer's patches: its receptive field, or the whole input where that is smaller."""
    size = field_size(graph, name)
    _, height, width = graph.node(INPUT).shape
    return min(height, size.height), min(width, size.width)


def cut(picture: NDArray[np.uint8], box: Box, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The box of a picture (C, H, W) as uint8 (C, *size); what a field has beyond the picture's border is mid grey."""
    patch = np.full((len(picture), *size), OUTSIDE, np.uint8)
    there, here = [], []
    for low, high, side, full in zip(box[:2], box[2:], picture.shape[1:], size, strict=True):
        length = min(high - low, full)
        first = full - length if low == 0 and high < side else 0
        there.append(slice(low, low + length))
        here.append(slice(first, first + length))
    patch[:, here[0], here[1]] = picture[:, there[0], there[1]]
    return patch
