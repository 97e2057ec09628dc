"""A network as a value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.network.kind import Shape
from core.network.layers import Layer
from core.values import Value

MAX_LAYERS = 100
EXAMPLES = [(1, 28, 28), (2,)]
Side = Annotated[int, Field(ge=1, le=4096)]


class NetworkSpec(Value):
    """A feed-forward network: what comes in, and the layers in order.

    input_shape: (C, H, W) for images, (N,) for vectors; without the batch.
    """

    version: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=60, title="Name")] = "network"
    input_shape: Annotated[
        tuple[Side] | tuple[Side, Side, Side],
        Field(
            title="Input", description="channels, height and width of images, or numbers in a vector", examples=EXAMPLES
        ),
    ]
    layers: Annotated[tuple[Layer, ...], Field(max_length=MAX_LAYERS)] = ()


__all__ = ["NetworkSpec", "Shape", "Side"]
