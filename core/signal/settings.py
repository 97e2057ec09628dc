"""What a convolution is told, beside its input and its kernel."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from core.values import Value

Mode = Literal["valid", "same", "full", "number"]
Border = Literal["zero", "reflect", "replicate", "circular"]

MODES: tuple[Mode, ...] = get_args(Mode)
BORDERS: tuple[Border, ...] = get_args(Border)
MOST_PADDING = 64
MOST_STRIDE = 64
MOST_DILATION = 64
MOST_GROUPS = 4096


class Convolution(Value):
    """The settings of one convolution, the same along every axis.

    mode: what is padded, of a kernel that reaches over R = dilation * (K - 1) + 1 cells:
        valid: nothing; only whole windows count.
        same: so that the output keeps ceil(N / stride) cells, as even as possible, the odd one last (TensorFlow's).
        full: R - 1 cells on both sides; every overlap counts.
        number: `padding` cells on both sides.
    border: what the padded cells hold: zeros, the picture mirrored at its edge cell (which is not repeated), the edge
        cell repeated, or the opposite side.
    transposed: the transposed convolution (torch's ConvTranspose): every input cell writes the kernel, scaled by its
        value, into the output, `stride` cells apart. In each mode it undoes the size of the convolution of that mode:
        valid: nothing is cut, (N - 1) * stride + R cells (TensorFlow has stride - R more where R < stride).
        same: cut or filled up at the end to N * stride cells (TensorFlow's).
        full: R - 1 cells are cut from both sides.
        number: `padding` cells are cut from both sides (torch's `padding`).
        Its border is always zero.
    flipped: true convolution: the kernel is turned by 180 degrees first. Else correlation, as deep learning has it.
    """

    mode: Mode = "same"
    padding: Annotated[int, Field(ge=0, le=MOST_PADDING)] = 1
    border: Border = "zero"
    stride: Annotated[int, Field(ge=1, le=MOST_STRIDE)] = 1
    dilation: Annotated[int, Field(ge=1, le=MOST_DILATION)] = 1
    groups: Annotated[int, Field(ge=1, le=MOST_GROUPS)] = 1
    transposed: bool = False
    flipped: bool = False

    @property
    def turned(self) -> bool:
        """Whether a window reads the kernel from its end: `windows.axes` shows a transposed convolution as a
        correlation with the turned kernel over the stretched input."""
        return self.flipped != self.transposed
