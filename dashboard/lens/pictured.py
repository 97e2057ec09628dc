"""What every layer of a network says to a picture, made small enough to be sent, and as exact as its size allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.lens.layers import Layer, layers

if TYPE_CHECKING:
    from torch import Tensor

    from core.lens.graph import Node
    from dashboard.lens.views import Looked

EXACT_BYTES = 400_000  # of a whole network, that are sent as float32; of a larger one its layers get thumbnails
LAYER_CELLS = 64_000  # of all thumbnails of a layer together
KEPT_SECONDS = 900


@dataclass(frozen=True, eq=False)
class Maps:
    """The maps of one layer. A dense layer's K numbers are K maps of one cell.

    values: float32 (C, h, w), exact; or uint8 thumbnails (C, h, w), each map's mean over what falls together, from its
    `low` (0) to its `high` (255). low, high, strength: float32 (C,), each map's least, greatest, mean absolute value.
    """

    layer: Layer
    node: Node
    values: NDArray[np.float32] | NDArray[np.uint8]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    strength: NDArray[np.float32]

    @property
    def exact(self) -> bool:
        return self.values.dtype == np.float32


def pictured(looked: Looked, after: bool) -> tuple[Maps, ...]:
    """The maps of every layer after or before its activation, shared by all sessions that look at the same."""
    if looked.sample.index is None:
        return _made(looked, after)
    return _kept(looked, looked.run, looked.stamp, looked.sample.stamp, after)


@st.cache_resource(max_entries=24, ttl=KEPT_SECONDS, show_spinner=False)
def _kept(_looked: Looked, run: str, stamp: object, sample: str, after: bool) -> tuple[Maps, ...]:
    return _made(_looked, after)


def _made(looked: Looked, after: bool) -> tuple[Maps, ...]:
    drawn = layers(looked.lens.graph)
    nodes = [layer.node(after) for layer in drawn]
    small = 4 * sum(int(np.prod(node.shape)) for node in nodes) <= EXACT_BYTES
    found = looked.lens.maps(looked.sample.x, [node.name for node in nodes])
    return tuple(
        _maps(layer, node, found[node.name][0], small or _is_flat(node))
        for layer, node in zip(drawn, nodes, strict=True)
    )


def _is_flat(node: Node) -> bool:
    return len(node.shape) < 3


def _maps(layer: Layer, node: Node, values: Tensor, exact: bool) -> Maps:
    maps = values.float().reshape(len(values), *(values.shape[1:] if values.ndim == 3 else (1, 1)))
    low, high = (found.numpy() for found in maps.flatten(1).aminmax(dim=1))
    strength = maps.abs().flatten(1).mean(dim=1).numpy()
    return Maps(layer, node, maps.numpy() if exact else thumbnails(maps), low, high, strength)


def thumbnails(maps: Tensor, cells: int = LAYER_CELLS) -> NDArray[np.uint8]:
    """uint8 (C, h, w): of float32 (C, H, W), each map from its own least to its greatest value, `cells` in all."""
    from torch.nn import functional

    height, width = maps.shape[1:]
    scale = min(1.0, (cells / maps.numel()) ** 0.5)
    size = (max(1, int(height * scale)), max(1, int(width * scale)))
    small = maps if size == (height, width) else functional.interpolate(maps[:, None], size, mode="area")[:, 0]
    low, high = maps.flatten(1).aminmax(dim=1)
    spread = (high - low).clamp_min(1e-30)
    shares = (small - low[:, None, None]) / spread[:, None, None]
    levels: NDArray[np.uint8] = (shares * 255).round().nan_to_num(0).clamp(0, 255).byte().numpy()
    return levels


def exact(looked: Looked, name: str, channel: int | None) -> NDArray[np.float32]:
    """The numbers of one node as they are: of one of its maps (1, H, W), or (None) of all (C, H, W).

    Raises ConvLensError for a node that the network does not have.
    """
    values = looked.lens.maps(looked.sample.x, [name])[name][0].float()
    maps = values.reshape(len(values), *(values.shape[1:] if values.ndim == 3 else (1, 1)))
    if channel is not None:
        maps = maps[min(max(channel, 0), len(maps) - 1)][None]
    found: NDArray[np.float32] = maps.numpy()
    return found
