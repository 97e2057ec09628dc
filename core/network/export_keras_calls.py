"""What each of torch's calls is in Keras. A new layer kind made of known calls is exported without a word here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any

from core.network.kind import Shape
from core.network.windows import span

Arguments = dict[str, Any]

INITIALISERS = {
    "glorot": "",  # Keras's default
    "he": '"he_normal"',
    "normal": "keras.initializers.RandomNormal(stddev=0.05)",
    "zeros": '"zeros"',
}
_CONVOLUTION, _DENSE = ".transpose(2, 3, 1, 0)", ".T"


@dataclass
class Source:
    """The file as it grows.

    shape: what comes into the layer at hand, in PyTorch's order. flattened: the maps whose numbers now lie in Keras's
    order (height, width, channels), until a dense layer has taken them up.
    """

    build: list[str] = field(default_factory=list)
    load: list[str] = field(default_factory=list)
    shape: Shape = ()
    initialiser: str = ""
    dense_follows: bool = False
    flattened: Shape | None = None

    def layer(self, kind: str, *arguments: object, name: str = "") -> None:
        """`x` goes through a layer of Keras."""
        self.build.append(f"x = {call(kind, *arguments, name=name)}(x)")

    def weights(self, name: str, *values: str) -> None:
        """`load_weights` puts values into the layer `name`."""
        lines = "".join(f"            {value},\n" for value in values)
        self.load.append(f'model.get_layer("{name}").set_weights(\n        [\n{lines}        ]\n    )')


Translation = Callable[[Source, str, Arguments], None]


def call(kind: str, *arguments: object, name: str = "") -> str:
    """`layers.Kind(argument, ..., name="name")`, empty arguments left out."""
    parts = [str(argument) for argument in arguments if argument != ""] + ([f'name="{name}"'] if name else [])
    return f"layers.{kind}({', '.join(parts)})"


def saved(name: str, part: str, change: str = "") -> str:
    """An array of the safetensors file, changed into Keras's layout."""
    return f'saved["{name}.{part}"]{change}'


def _option(name: str, value: object, default: object) -> str:
    return "" if value == default else f"{name}={value}"


def _common(source: Source, arguments: Arguments) -> tuple[str, str]:
    return _option("use_bias", arguments["bias"], True), _option("kernel_initializer", source.initialiser, "")


def _pad(source: Source, name: str, arguments: Arguments) -> None:
    left, right, top, bottom = arguments["padding"]
    kind, sign = ("Cropping2D", -1) if min(arguments["padding"]) < 0 else ("ZeroPadding2D", 1)
    source.layer(kind, f"(({sign * top}, {sign * bottom}), ({sign * left}, {sign * right}))", name=name)


def _convolution(source: Source, name: str, arguments: Arguments) -> None:
    stride, dilation = arguments["stride"], arguments["dilation"]
    if arguments["padding"]:
        source.layer("ZeroPadding2D", arguments["padding"])
    apart = stride > 1 and dilation > 1  # Keras refuses both in one layer
    source.layer(
        "Conv2D",
        *(arguments["out_channels"], arguments["kernel_size"]),
        _option("strides", 1 if apart else stride, 1),
        _option("dilation_rate", dilation, 1),
        _option("groups", arguments["groups"], 1),
        *_common(source, arguments),
        name=name,
    )
    if apart:
        source.layer("MaxPooling2D", 1, f"strides={stride}")
    source.weights(name, saved(name, "weight", _CONVOLUTION), *([saved(name, "bias")] if arguments["bias"] else []))


def _transposed(source: Source, name: str, arguments: Arguments) -> None:
    stride, dilation, groups = arguments["stride"], arguments["dilation"], arguments["groups"]
    apart = stride > 1 and dilation > 1
    if apart:
        _spread(source, stride)
    channels, filters = source.shape[0] // groups, arguments["out_channels"] // groups
    for group in range(groups):
        own, part, maps, taken = name, "", "", "x"
        if groups > 1:  # Keras's has no groups: one layer for each
            part, maps = (f"[{group * size}:{(group + 1) * size}]" for size in (channels, filters))
            own, taken = f"{name}_{group}", f"x[..., {part[1:]}"
        layer = call(
            "Conv2DTranspose",
            *(filters, arguments["kernel_size"]),
            _option("strides", 1 if apart else stride, 1),
            _option("dilation_rate", dilation, 1),
            *_common(source, arguments),
            name=own,
        )
        source.build.append(f"{'x' if groups == 1 else f'part_{group}'} = {layer}({taken})")
        bias = [saved(name, "bias", maps)] if arguments["bias"] else []
        source.weights(own, saved(name, "weight", part + _CONVOLUTION), *bias)
    if groups > 1:
        parts = ", ".join(f"part_{group}" for group in range(groups))
        source.build.append(f"x = layers.Concatenate()([{parts}])")
    _crop(source, arguments, apart)


def _spread(source: Source, stride: int) -> None:
    """Zeros between the pixels: what a stride means to a transposed convolution."""
    channels, height, width = source.shape
    gap = f"[0, {stride - 1}]"
    source.build += [
        f"x = ops.reshape(x, (-1, {height}, 1, {width}, 1, {channels}))",
        f"x = ops.pad(x, [[0, 0], [0, 0], {gap}, [0, 0], {gap}, [0, 0]])",
        f"x = ops.reshape(x, (-1, {height * stride}, {width * stride}, {channels}))",
    ]


def _crop(source: Source, arguments: Arguments, spread: bool) -> None:
    """Keras's valid output is never shorter than input x stride, and longer after `_spread`: cut to torch's."""
    stride, reach = arguments["stride"], span(arguments["kernel_size"], arguments["dilation"])
    surplus = stride - 1 if spread else max(stride - reach, 0)
    before, after = arguments["padding"], arguments["padding"] - arguments["output_padding"] + surplus
    if before or after:
        source.layer("Cropping2D", f"(({before}, {after}), ({before}, {after}))")


def _pooling(kind: str) -> Translation:
    def translate(source: Source, name: str, arguments: Arguments) -> None:
        padding = arguments["padding"]
        if padding and kind == "MaxPooling2D":  # zeros could win
            sides = f"[[0, 0], [{padding}, {padding}], [{padding}, {padding}], [0, 0]]"
            source.build.append(f'x = ops.pad(x, {sides}, constant_values=float("-inf"))')
        elif padding:
            source.layer("ZeroPadding2D", padding)
        source.layer(kind, arguments["kernel_size"], f"strides={arguments['stride']}", name=name)

    return translate


def _global(kind: str) -> Translation:
    def translate(source: Source, name: str, arguments: Arguments) -> None:
        source.layer(kind, "keepdims=True", name=name)
        source.shape = (source.shape[0], 1, 1)

    return translate


def _flatten(source: Source, name: str, arguments: Arguments) -> None:
    if prod(source.shape[1:]) > 1 and source.dense_follows:
        source.flattened = source.shape
    elif prod(source.shape[1:]) > 1:  # no dense layer takes up Keras's order: back to PyTorch's
        source.layer("Permute", "(3, 1, 2)")
    source.layer("Flatten", name=name)


def _dense(source: Source, name: str, arguments: Arguments) -> None:
    source.layer("Dense", arguments["out_features"], *_common(source, arguments), name=name)
    reorder = ""
    if source.flattened is not None:
        maps = ", ".join(map(str, source.flattened))
        reorder = f".reshape(-1, {maps}).transpose(0, 2, 3, 1).reshape(-1, {prod(source.flattened)})"
        source.flattened = None
    bias = [saved(name, "bias")] if arguments["bias"] else []
    source.weights(name, saved(name, "weight", reorder + _DENSE), *bias)


def _batch_normalisation(source: Source, name: str, arguments: Arguments) -> None:
    source.layer("BatchNormalization", "momentum=0.9", "epsilon=1e-5", name=name)
    reorder = ""
    if source.flattened is not None:
        reorder = f".reshape({', '.join(map(str, source.flattened))}).transpose(1, 2, 0).reshape(-1)"
    parts = ("weight", "bias", "running_mean", "running_var")
    source.weights(name, *(saved(name, part, reorder) for part in parts))


def _plain(kind: str, *arguments: str) -> Translation:
    """A layer without weights; `{name}` in an argument stands for torch's argument of that name."""

    def translate(source: Source, name: str, values: Arguments) -> None:
        source.layer(kind, *(argument.format(**values) for argument in arguments), name=name)

    return translate


TRANSLATIONS: dict[str, Translation] = {
    "nn.ZeroPad2d": _pad,
    "nn.Conv2d": _convolution,
    "nn.ConvTranspose2d": _transposed,
    "nn.MaxPool2d": _pooling("MaxPooling2D"),
    "nn.AvgPool2d": _pooling("AveragePooling2D"),
    "nn.AdaptiveAvgPool2d": _global("GlobalAveragePooling2D"),
    "nn.AdaptiveMaxPool2d": _global("GlobalMaxPooling2D"),
    "nn.Flatten": _flatten,
    "nn.Linear": _dense,
    "nn.BatchNorm1d": _batch_normalisation,
    "nn.BatchNorm2d": _batch_normalisation,
    "nn.Dropout": _plain("Dropout", "{p}"),
    "nn.Identity": _plain("Identity"),
    "nn.ReLU": _plain("ReLU"),
    "nn.LeakyReLU": _plain("LeakyReLU", "negative_slope={negative_slope}"),
    "nn.ELU": _plain("ELU", "alpha={alpha}"),
    "nn.Sigmoid": _plain("Activation", '"sigmoid"'),
    "nn.Tanh": _plain("Activation", '"tanh"'),
    "nn.Softmax": _plain("Softmax", "axis=-1"),
}
