"""Convolution and transposed convolution."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import ClassVar, Literal

from core.network.kind import (
    ActivationFunction,
    Argument,
    Bias,
    Dilation,
    Filters,
    Groups,
    Initialisation,
    Kernel,
    LayerError,
    LayerKind,
    Shape,
    Stride,
    TorchCall,
    activation_calls,
    image,
    pixels,
    softmax_of_one,
)
from core.network.windows import Padding, crops, pads, places, span


class _Convolving(LayerKind):
    """The fields, bounds and counts that both convolutions share."""

    filters: Filters = 32
    kernel: Kernel = 3
    stride: Stride = 1
    padding: Padding = "valid"
    dilation: Dilation = 1
    groups: Groups = 1
    bias: Bias = True
    activation: ActivationFunction = "relu"
    initialisation: Initialisation = "glorot"

    @property
    def label(self) -> str:
        padding = self.padding if isinstance(self.padding, str) else f"padding {self.padding}"
        parts = [f"{self.title} {self.filters} · {self.kernel}x{self.kernel} {padding}"]
        parts += [f"{name} {value}" for name in ("stride", "dilation", "groups") if (value := getattr(self, name)) > 1]
        return ", ".join(parts + ([] if self.activation == "identity" else [self.activation]))

    @property
    def span(self) -> int:
        """Pixels that the window spans, gaps of the dilation included."""
        return span(self.kernel, self.dilation)

    def contradictions(self) -> Iterator[LayerError]:
        if self.filters % self.groups:
            yield LayerError(
                "groups",
                f"{self.filters} filters cannot be split into {self.groups} equal groups",
                f"set groups to a divisor of {self.filters}",
            )
        yield from softmax_of_one(self.activation, self.filters, "activation")

    def _channels(self, shape: Shape) -> tuple[int, int, int]:
        channels, height, width = image(shape, self.title)
        if channels % self.groups:
            common = gcd(channels, self.filters)
            divisors = [str(n) for n in range(1, common + 1) if common % n == 0]
            raise LayerError(
                "groups",
                f"{channels} input channels cannot be split into {self.groups} equal groups",
                f"set groups to {' or '.join([', '.join(divisors[:-1]), divisors[-1]] if divisors[1:] else divisors)}",
            )
        return channels, height, width

    def parameters(self, shape: Shape) -> int:
        weights = self.filters * (shape[0] // self.groups) * self.kernel**2
        return weights + (self.filters if self.bias else 0)

    def _arguments(self, channels: int, padding: int) -> dict[str, Argument]:
        return {
            "in_channels": channels,
            "out_channels": self.filters,
            "kernel_size": self.kernel,
            "stride": self.stride,
            "padding": padding,
            "dilation": self.dilation,
            "groups": self.groups,
            "bias": self.bias,
        }


class Convolution(_Convolving):
    """Correlation of every window with the filters, as deep learning libraries compute it (no flip)."""

    title: ClassVar[str] = "convolution"
    summary: ClassVar[str] = "slides small filters over the image; each makes one map"

    kind: Literal["convolution"] = "convolution"

    def pads(self, shape: Shape) -> tuple[tuple[int, int], tuple[int, int]]:
        """Zeros put around an image of `shape`: (top, bottom), (left, right)."""
        _, height, width = shape
        settings = self.kernel, self.stride, self.dilation, self.padding
        return pads(height, *settings), pads(width, *settings)

    def _output(self, shape: Shape) -> Shape:
        _, height, width = self._channels(shape)
        sides = tuple(
            places(size, self.kernel, self.stride, self.dilation, *around)
            for size, around in zip((height, width), self.pads(shape), strict=True)
        )
        if min(sides) < 1:
            raise self._too_large(height, width)
        return self.filters, *sides

    def _too_large(self, height: int, width: int) -> LayerError:
        padding = self.padding if isinstance(self.padding, int) else 0
        largest = (min(height, width) + 2 * padding - 1) // self.dilation + 1
        reach = f" with dilation {self.dilation} spans {self.span} pixels and" if self.dilation > 1 else ""
        around = f" with {pixels(padding)} around it" if padding else ""
        return LayerError(
            "kernel",
            f"kernel {self.kernel}{reach} does not fit a {height}x{width} input{around}",
            f"lower the kernel to {largest}, or use padding 'same'",
        )

    def macs(self, shape: Shape) -> int:
        _, height, width = self.output_shape(shape)
        return height * width * self.filters * (shape[0] // self.groups) * self.kernel**2

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        (top, bottom), (left, right) = self.pads(shape)
        even = top == bottom == left == right
        pad = () if even else (TorchCall("pad", "nn.ZeroPad2d", {"padding": (left, right, top, bottom)}),)
        arguments = self._arguments(shape[0], top if even else 0)
        return *pad, TorchCall("convolution", "nn.Conv2d", arguments), *activation_calls(self.activation)


class TransposedConvolution(_Convolving):
    """Every input pixel stamps the filters, `stride` pixels apart, onto the output, which is then cropped."""

    title: ClassVar[str] = "transposed convolution"
    summary: ClassVar[str] = "stamps filters onto a larger image: the way back from small maps to large ones"

    kind: Literal["transposed-convolution"] = "transposed-convolution"
    stride: Stride = 2
    padding: Padding = "same"

    @property
    def crops(self) -> tuple[int, int]:
        """Pixels cut (before, after) from each axis of the whole output; negative adds."""
        return crops(self.kernel, self.stride, self.dilation, self.padding)

    def _output(self, shape: Shape) -> Shape:
        _, height, width = self._channels(shape)
        sides = tuple((size - 1) * self.stride + self.span - sum(self.crops) for size in (height, width))
        if min(sides) < 1:
            whole = "x".join(str((size - 1) * self.stride + self.span) for size in (height, width))
            raise LayerError(
                "padding",
                f"padding {self.padding!r} cuts {pixels(self.crops[0])} from each side of a {whole} output and "
                "leaves nothing",
                "use padding 'same' or 'valid'",
            )
        return self.filters, *sides

    def macs(self, shape: Shape) -> int:
        channels, height, width = shape
        return height * width * channels * (self.filters // self.groups) * self.kernel**2

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        before, after = self.crops
        arguments = self._arguments(shape[0], before)
        arguments["output_padding"] = max(before - after, 0)
        rest = max(after - before, 0)
        crop = (TorchCall("crop", "nn.ZeroPad2d", {"padding": (0, -rest, 0, -rest)}),) if rest else ()
        call = TorchCall("transposed_convolution", "nn.ConvTranspose2d", arguments)
        return call, *crop, *activation_calls(self.activation)
