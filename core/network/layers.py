"""The layer kinds: one class each, which is the only description of that kind anywhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.values import Value

ActivationName = Literal["identity", "relu", "leaky-relu", "elu", "sigmoid", "tanh", "softmax"]
InitialisationName = Literal["glorot", "he", "normal", "zeros"]
Padding = Literal["valid", "same", "full"] | Annotated[int, Field(ge=0, le=64)]

Filters = Annotated[int, Field(ge=1, le=1024, title="Filters", description="how many maps the layer makes")]
Kernel = Annotated[int, Field(ge=1, le=31, title="Kernel", description="height and width of the window, in pixels")]
Stride = Annotated[int, Field(ge=1, le=8, title="Stride", description="pixels from one window to the next")]
Dilation = Annotated[int, Field(ge=1, le=8, title="Dilation", description="pixels between the window's taps")]


class Convolution(Value):
    kind: Literal["convolution"] = "convolution"
    filters: Filters = 32
    kernel: Kernel = 3
    stride: Stride = 1
    padding: Padding = "valid"
    dilation: Dilation = 1
    groups: Annotated[int, Field(ge=1, le=1024, title="Groups")] = 1
    bias: bool = True
    activation: ActivationName = "relu"
    initialisation: InitialisationName = "glorot"


class TransposedConvolution(Value):
    kind: Literal["transposed-convolution"] = "transposed-convolution"
    filters: Filters = 32
    kernel: Kernel = 3
    stride: Stride = 2
    padding: Padding = "same"
    dilation: Dilation = 1
    groups: Annotated[int, Field(ge=1, le=1024, title="Groups")] = 1
    bias: bool = True
    activation: ActivationName = "relu"
    initialisation: InitialisationName = "glorot"


class MaxPooling(Value):
    kind: Literal["max-pooling"] = "max-pooling"
    size: Annotated[int, Field(ge=1, le=32, title="Size")] = 2
    stride: Annotated[int, Field(ge=1, le=32, title="Stride")] | None = None  # None: the same as size
    padding: Annotated[int, Field(ge=0, le=16, title="Padding")] = 0


class AveragePooling(Value):
    kind: Literal["average-pooling"] = "average-pooling"
    size: Annotated[int, Field(ge=1, le=32, title="Size")] = 2
    stride: Annotated[int, Field(ge=1, le=32, title="Stride")] | None = None
    padding: Annotated[int, Field(ge=0, le=16, title="Padding")] = 0


class GlobalPooling(Value):
    kind: Literal["global-pooling"] = "global-pooling"
    mode: Literal["average", "max"] = "average"  # C x H x W -> C


class Dense(Value):
    kind: Literal["dense"] = "dense"
    units: Annotated[int, Field(ge=1, le=8192, title="Units")] = 128
    bias: bool = True
    activation: ActivationName = "relu"
    initialisation: InitialisationName = "glorot"


class Flatten(Value):
    kind: Literal["flatten"] = "flatten"


class Dropout(Value):
    kind: Literal["dropout"] = "dropout"
    rate: Annotated[float, Field(ge=0, lt=1, title="Rate", description="share of values set to zero")] = 0.5


class BatchNormalisation(Value):
    kind: Literal["batch-normalisation"] = "batch-normalisation"


class Activation(Value):
    kind: Literal["activation"] = "activation"
    function: ActivationName = "relu"


Layer = Annotated[
    Convolution
    | TransposedConvolution
    | MaxPooling
    | AveragePooling
    | GlobalPooling
    | Dense
    | Flatten
    | Dropout
    | BatchNormalisation
    | Activation,
    Field(discriminator="kind"),
]
