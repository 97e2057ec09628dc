"""What a pooling is told; without torch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.values import Value

Kind = Literal["max", "average", "min", "lp", "global-max", "global-average", "adaptive-max", "adaptive-average"]
KINDS: dict[Kind, str] = {
    "max": "max",
    "average": "average",
    "min": "min",
    "lp": "Lp",
    "global-max": "global max",
    "global-average": "global average",
    "adaptive-max": "adaptive max",
    "adaptive-average": "adaptive average",
}


class Pooling(Value):
    """A window that slides over every axis alike.

    size, stride: cells; stride None means the size (PyTorch's own default). Not used by global and adaptive pooling.
    padding: cells before and after every axis. They never win a maximum or minimum and add nothing to an Lp norm;
    an average counts them as zeros where `count_include_pad`.
    ceil_mode: a last window that reaches beyond the padded input counts, cut off there.
    p: the power of Lp pooling. output: what adaptive pooling makes of every axis, in cells.
    """

    kind: Kind = "max"
    size: Annotated[int, Field(ge=1)] = 2
    stride: Annotated[int, Field(ge=1)] | None = None
    padding: Annotated[int, Field(ge=0)] = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    p: Annotated[int, Field(ge=1, le=20)] = 2
    output: Annotated[int, Field(ge=1)] = 3

    @property
    def step(self) -> int:
        """The stride in force, in cells."""
        return self.size if self.stride is None else self.stride

    @property
    def operation(self) -> Literal["max", "average", "min", "lp"]:
        """What is done with the cells of one window."""
        word = self.kind.rpartition("-")[2]
        return "max" if word == "max" else "average" if word == "average" else "min" if word == "min" else "lp"

    @property
    def slides(self) -> bool:
        """Whether size, stride, padding and ceil mode count."""
        return not self.kind.startswith(("global-", "adaptive-"))
