"""The layer kinds: one class each, which is the only description of that kind anywhere.

Convolutions lie in `convolutions`, poolings in `pooling`; a new kind joins `LAYER_KINDS` by joining `Layer`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from core.network.convolutions import Convolution, TransposedConvolution
from core.network.kind import (
    ACTIVATIONS,
    ActivationFunction,
    ActivationName,
    Argument,
    Bias,
    Initialisation,
    InitialisationName,
    LayerError,
    LayerKind,
    Shape,
    TorchCall,
    activation_calls,
    softmax_of_one,
    words,
)
from core.network.pooling import AveragePooling, GlobalPooling, MaxPooling
from core.network.windows import Padding


class Dense(LayerKind):
    """Every output is a weighted sum of all inputs."""

    title: ClassVar[str] = "dense"
    summary: ClassVar[str] = "connects every input with every unit"

    kind: Literal["dense"] = "dense"
    units: Annotated[int, Field(ge=1, le=8192, title="Units", description="how many numbers the layer makes")] = 128
    bias: Bias = True
    activation: ActivationFunction = "relu"
    initialisation: Initialisation = "glorot"

    @property
    def label(self) -> str:
        return f"{self.title} {self.units}{'' if self.activation == 'identity' else f', {self.activation}'}"

    def contradictions(self) -> Iterator[LayerError]:
        yield from softmax_of_one(self.activation, self.units, "activation")

    def _output(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise LayerError(
                "",
                f"a dense layer reads a vector; its input here is {words(shape)}",
                "put a flatten or a global pooling before it",
            )
        return (self.units,)

    def parameters(self, shape: Shape) -> int:
        return self.units * (shape[0] + (1 if self.bias else 0))

    def macs(self, shape: Shape) -> int:
        return self.units * shape[0]

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        arguments: dict[str, Argument] = {"in_features": shape[0], "out_features": self.units, "bias": self.bias}
        return TorchCall("dense", "nn.Linear", arguments), *activation_calls(self.activation)


class Flatten(LayerKind):
    """All maps in one row, channel by channel, row by row."""

    title: ClassVar[str] = "flatten"
    summary: ClassVar[str] = "lays all maps out in one row of numbers"

    kind: Literal["flatten"] = "flatten"

    @property
    def label(self) -> str:
        return self.title

    def _output(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("flatten", "nn.Flatten"),)


class Dropout(LayerKind):
    """While training, sets values to zero at random and scales the others up; afterwards passes all of them."""

    title: ClassVar[str] = "dropout"
    summary: ClassVar[str] = "hides a random share of the values while training"

    kind: Literal["dropout"] = "dropout"
    rate: Annotated[float, Field(ge=0, lt=1, title="Rate", description="share of values set to zero")] = 0.5

    @property
    def label(self) -> str:
        return f"{self.title} {self.rate:g}"

    def _output(self, shape: Shape) -> Shape:
        return shape

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("dropout", "nn.Dropout", {"p": self.rate}),)


class BatchNormalisation(LayerKind):
    """Brings every channel to mean 0 and variance 1 over the batch, then scales and shifts it by learned numbers."""

    title: ClassVar[str] = "batch normalisation"
    summary: ClassVar[str] = "standardises every channel over the batch"

    kind: Literal["batch-normalisation"] = "batch-normalisation"

    @property
    def label(self) -> str:
        return self.title

    def _output(self, shape: Shape) -> Shape:
        return shape

    def parameters(self, shape: Shape) -> int:
        return 2 * shape[0]

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        function = "nn.BatchNorm2d" if len(shape) == 3 else "nn.BatchNorm1d"
        return (TorchCall("batch_normalisation", function, {"num_features": shape[0]}),)


class Activation(LayerKind):
    """A function of every value; softmax goes over the channels."""

    title: ClassVar[str] = "activation"
    summary: ClassVar[str] = "applies a function to every value"

    kind: Literal["activation"] = "activation"
    function: Annotated[
        ActivationName, Field(title="Function", description="function applied to every value; softmax over channels")
    ] = "relu"

    @property
    def label(self) -> str:
        return f"{self.title} {self.function}"

    def _output(self, shape: Shape) -> Shape:
        for error in softmax_of_one(self.function, shape[0], "function"):
            raise error
        return shape

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        return (ACTIVATIONS[self.function].call,)


AnyLayer = (
    Convolution
    | TransposedConvolution
    | MaxPooling
    | AveragePooling
    | GlobalPooling
    | Dense
    | Flatten
    | Dropout
    | BatchNormalisation
    | Activation
)
Layer = Annotated[AnyLayer, Field(discriminator="kind")]

LAYER_KINDS: dict[str, type[LayerKind]] = {kind.model_fields["kind"].default: kind for kind in get_args(AnyLayer)}

__all__ = [
    "ACTIVATIONS",
    "LAYER_KINDS",
    "Activation",
    "ActivationName",
    "AnyLayer",
    "AveragePooling",
    "BatchNormalisation",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalPooling",
    "InitialisationName",
    "Layer",
    "LayerError",
    "LayerKind",
    "MaxPooling",
    "Padding",
    "Shape",
    "TorchCall",
    "TransposedConvolution",
]
