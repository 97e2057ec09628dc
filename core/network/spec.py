"""A network as a value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.network.kind import Shape
from core.network.layers import Layer
from core.values import Value

Side = Annotated[int, Field(ge=1, le=4096)]


class NetworkSpec(Value):
    """A feed-forward network: what comes in, and the layers in order.

    input_shape: (C, H, W) for images, (N,) for vectors; without the batch.
    """

    version: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=60)] = "network"
    input_shape: tuple[Side] | tuple[Side, Side, Side]
    layers: Annotated[tuple[Layer, ...], Field(max_length=100)] = ()


__all__ = ["NetworkSpec", "Shape", "Side"]
