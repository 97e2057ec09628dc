"""What every layer kind shares: its base class, its fields' words and bounds, and the calls it stands for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from core.errors import ConvLensError
from core.values import Value

Shape = tuple[int, ...]
Argument = int | float | bool | tuple[int, ...]

ActivationName = Literal["identity", "relu", "leaky-relu", "elu", "sigmoid", "tanh", "softmax"]
InitialisationName = Literal["glorot", "he", "normal", "zeros"]

Filters = Annotated[int, Field(ge=1, le=1024, title="Filters", description="how many maps the layer makes")]
Kernel = Annotated[int, Field(ge=1, le=31, title="Kernel", description="height and width of the window, in pixels")]
Stride = Annotated[int, Field(ge=1, le=8, title="Stride", description="pixels from one window to the next")]
Dilation = Annotated[int, Field(ge=1, le=8, title="Dilation", description="pixels between the window's taps")]
Groups = Annotated[
    int,
    Field(ge=1, le=1024, title="Groups", description="the channels are split into this many parts that never mix"),
]
Bias = Annotated[bool, Field(title="Bias", description="whether each output has a constant of its own, learned too")]
ActivationFunction = Annotated[
    ActivationName, Field(title="Activation", description="function applied to every output of the layer")
]
Initialisation = Annotated[
    InitialisationName,
    Field(
        title="Initialisation",
        description="how the weights start: Glorot (uniform), He (normal), normal (standard deviation 0.05) or zeros; "
        "biases start at zero",
    ),
]


class LayerError(ConvLensError):
    """A layer that cannot work on its input, or whose fields contradict each other.

    field: the field to change, empty where it is the layer as a whole.
    """

    def __init__(self, field: str, sentence: str, fix: str = "") -> None:
        self.field, self.sentence, self.fix = field, sentence, fix
        super().__init__(f"{sentence}; {fix}" if fix else sentence)


@dataclass(frozen=True)
class TorchCall:
    """One module of torch: `build` makes it, `export` prints it.

    name: what it is called within its layer; function: such as `nn.Conv2d`; arguments: by keyword.
    """

    name: str
    function: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True)
class ActivationEntry:
    """An activation function: its formula for the reader, its module for torch."""

    title: str
    formula: str
    call: TorchCall


ACTIVATIONS: dict[str, ActivationEntry] = {
    "identity": ActivationEntry("identity", "x", TorchCall("identity", "nn.Identity")),
    "relu": ActivationEntry("ReLU", "max(x, 0)", TorchCall("relu", "nn.ReLU")),
    "leaky-relu": ActivationEntry(
        "leaky ReLU", "x for x > 0, else 0.01 x", TorchCall("leaky_relu", "nn.LeakyReLU", {"negative_slope": 0.01})
    ),
    "elu": ActivationEntry("ELU", "x for x > 0, else exp(x) - 1", TorchCall("elu", "nn.ELU", {"alpha": 1.0})),
    "sigmoid": ActivationEntry("sigmoid", "1 / (1 + exp(-x))", TorchCall("sigmoid", "nn.Sigmoid")),
    "tanh": ActivationEntry("tanh", "(exp(x) - exp(-x)) / (exp(x) + exp(-x))", TorchCall("tanh", "nn.Tanh")),
    "softmax": ActivationEntry(
        "softmax", "exp(x_i) / sum over j of exp(x_j)", TorchCall("softmax", "nn.Softmax", {"dim": 1})
    ),
}


class LayerKind(Value, ABC):
    """One kind of layer. Shapes are without the batch: (channels, height, width) or (numbers,)."""

    title: ClassVar[str]
    summary: ClassVar[str]

    kind: str

    @property
    @abstractmethod
    def label(self) -> str:
        """The layer in a few words, such as `convolution 32 · 5x5 same, relu`."""

    def contradictions(self) -> Iterator[LayerError]:
        """What is wrong with the layer whatever its input is."""
        return iter(())

    def output_shape(self, shape: Shape) -> Shape:
        """Shape that the layer makes of an input of `shape`; raises `LayerError` where it cannot work."""
        for error in self.contradictions():
            raise error
        return self._output(shape)

    @abstractmethod
    def _output(self, shape: Shape) -> Shape: ...

    def parameters(self, shape: Shape) -> int:
        """How many numbers the layer learns."""
        return 0

    def macs(self, shape: Shape) -> int:
        """Multiply-adds for one sample; biases, activations and comparisons are not counted."""
        return 0

    @abstractmethod
    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        """The modules of torch that the layer stands for, in order."""


def words(shape: Shape) -> str:
    """`20x12x12`, or `100 numbers`."""
    return "x".join(map(str, shape)) if len(shape) == 3 else f"{shape[0]} number{'' if shape[0] == 1 else 's'}"


def pixels(count: int) -> str:
    """`1 pixel`, `2 pixels`."""
    return f"{count} pixel{'' if count == 1 else 's'}"


def image(shape: Shape, title: str) -> tuple[int, int, int]:
    """The shape as channels, height, width; raises `LayerError` for a vector."""
    if len(shape) != 3:
        raise LayerError(
            "",
            f"a {title} layer reads images (channels, height, width); its input here is a vector of {words(shape)}",
            "put it before the flatten or the global pooling, or remove it",
        )
    return shape[0], shape[1], shape[2]


def activation_calls(name: ActivationName) -> tuple[TorchCall, ...]:
    """The call that a layer's `activation` option adds; none for identity."""
    return () if name == "identity" else (ACTIVATIONS[name].call,)


def softmax_of_one(name: ActivationName, count: int, field: str) -> Iterator[LayerError]:
    """The fault of a softmax over `count` values, if it has one."""
    if name == "softmax" and count == 1:
        yield LayerError(
            field,
            "a softmax over one value is always 1, and nothing can be learned through it",
            "use sigmoid, or make two or more values",
        )
