"""Max, average and global pooling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from core.network.kind import LayerError, LayerKind, Shape, TorchCall, image, pixels
from core.network.windows import places


class _Pooling(LayerKind):
    """A window that slides over each map on its own."""

    size: Annotated[int, Field(ge=1, le=32, title="Size", description="height and width of the window, in pixels")] = 2
    stride: Annotated[
        Annotated[int, Field(ge=1, le=32)] | None,
        Field(title="Stride", description="pixels from one window to the next; none: the same as the size"),
    ] = None
    padding: Annotated[
        int, Field(ge=0, le=16, title="Padding", description="pixels around the image, at most half the size")
    ] = 0

    @property
    def step(self) -> int:
        """The stride in force, in pixels."""
        return self.size if self.stride is None else self.stride

    @property
    def label(self) -> str:
        stride = f", stride {self.step}" if self.step != self.size else ""
        return f"{self.title} {self.size}x{self.size}{stride}{f', padding {self.padding}' if self.padding else ''}"

    def contradictions(self) -> Iterator[LayerError]:
        if self.padding > self.size // 2:
            yield LayerError(
                "padding",
                f"padding {self.padding} is more than half of the window's size {self.size}",
                f"lower the padding to {self.size // 2}, or raise the size to {2 * self.padding}",
            )

    def _output(self, shape: Shape) -> Shape:
        channels, height, width = image(shape, self.title)
        sides = tuple(places(size, self.size, self.step, 1, self.padding, self.padding) for size in (height, width))
        if min(sides) < 1:
            around = f" with {pixels(self.padding)} around it" if self.padding else ""
            raise LayerError(
                "size",
                f"a {self.size}x{self.size} window does not fit a {height}x{width} input{around}",
                f"lower the size to {min(height, width)}, or remove the pooling",
            )
        return channels, *sides

    def _call(self, name: str, function: str) -> tuple[TorchCall, ...]:
        arguments = {"kernel_size": self.size, "stride": self.step, "padding": self.padding}
        return (TorchCall(name, function, arguments),)


class MaxPooling(_Pooling):
    """The largest value of each window; pixels around the image never win."""

    title: ClassVar[str] = "max pooling"
    summary: ClassVar[str] = "keeps the largest value of each window"

    kind: Literal["max-pooling"] = "max-pooling"

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        return self._call("max_pooling", "nn.MaxPool2d")


class AveragePooling(_Pooling):
    """The mean of each window; pixels around the image count as zeros."""

    title: ClassVar[str] = "average pooling"
    summary: ClassVar[str] = "keeps the mean of each window"

    kind: Literal["average-pooling"] = "average-pooling"

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        return self._call("average_pooling", "nn.AvgPool2d")


class GlobalPooling(LayerKind):
    """One number a map: channels x height x width becomes a vector of channels."""

    title: ClassVar[str] = "global pooling"
    summary: ClassVar[str] = "makes one number of each map, whatever its size"

    kind: Literal["global-pooling"] = "global-pooling"
    mode: Annotated[
        Literal["average", "max"],
        Field(title="Mode", description="what stands for a map: its mean or its peak"),
    ] = "average"

    @property
    def label(self) -> str:
        return f"{self.title}, {self.mode}"

    def _output(self, shape: Shape) -> Shape:
        return (image(shape, self.title)[0],)

    def calls(self, shape: Shape) -> tuple[TorchCall, ...]:
        function = "nn.AdaptiveAvgPool2d" if self.mode == "average" else "nn.AdaptiveMaxPool2d"
        return TorchCall("global_pooling", function, {"output_size": 1}), TorchCall("flatten", "nn.Flatten")
