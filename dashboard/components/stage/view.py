"""What one stage shows, as a value, and how it is packed for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboard import state, theme


class AxisLike(Protocol):
    """How outputs reach inputs along one axis; `core.signal.windows.Axis` is one."""

    @property
    def size(self) -> int: ...
    @property
    def before(self) -> int: ...
    @property
    def dilation(self) -> int: ...
    @property
    def starts(self) -> NDArray[Any]: ...
    @property
    def lengths(self) -> NDArray[Any]: ...
    @property
    def source(self) -> NDArray[Any]: ...


@dataclass(frozen=True)
class Footer:
    """The line below the stage.

    code: the PyTorch line, copied with a click. formula: the size with its numbers.
    program: the line with all that it needs, told when the pointer rests on it.
    checked: whether the line, when it was run, gave what is drawn; None: not run yet (see `StageEvent.rests`).
    """

    code: str = ""
    checked: bool | None = None
    formula: str = ""
    program: str = ""


@dataclass(frozen=True)
class StageView:
    """One group and one filter on the stage; plain numbers that something else computed.

    input: (H, W) or (C, H, W), what this output map reads. output: (H', W'), computed by torch.
    axes: two, of `core.signal.windows`.
    kernel: (K, L) or (C, K, L) as the layer holds it; None for pooling.
    turned: a window multiplies the kernel read from its end.
    operation: how a window becomes a number. power: of "lp". count_padding: averages count padding cells as 0.
    winners: (H', W') the flat input index that each output came from, for max and min.
    titles: over input, kernel and output. note: below the kernel's title. name: of an output in the equation.
    colours: of the input: "ink" (0 is paper), "grey" (0 is black), "sequential", "diverging", or "rgb" (C is 3).
    limits: the input values at the ends of its colours; None: what it holds.
    signed: the output's colours are diverging about zero, else the input's.
    editable: the kernel's cells can be changed. step: by how much a notch of the wheel does; None: fitted to it.
    position: index of the output that is stood at; None leaves it to the browser. pinned: it is held there.
    whole: all outputs are drawn, else those up to the position.
    hidden: what the audience has to predict: the output's "size", or the "value" at the position.
    height: CSS length of the panels' area.
    """

    input: ArrayLike
    output: ArrayLike
    axes: Sequence[AxisLike]
    kernel: ArrayLike | None = None
    turned: bool = False
    bias: float = 0.0
    operation: Literal["sum", "max", "min", "average", "lp"] = "sum"
    power: float = 2.0
    count_padding: bool = False
    winners: ArrayLike | None = None
    titles: tuple[str, str, str] = ("input", "kernel", "output")
    note: str = ""
    name: str = "y"
    colours: Literal["ink", "grey", "sequential", "diverging", "rgb"] = "ink"
    limits: tuple[float, float] | None = None
    signed: bool = True
    editable: bool = False
    step: float | None = None
    position: int | None = None
    pinned: bool = False
    whole: bool = True
    hidden: Literal["", "size", "value"] = ""
    height: str = "max(15rem, calc(100vh - 26rem))"
    footer: Footer = field(default_factory=Footer)


def _stacked(values: ArrayLike) -> NDArray[np.float32]:
    """(H, W) as (1, H, W)."""
    array = np.asarray(values, dtype=np.float32)
    return array[None] if array.ndim == 2 else array


def arrays_of(view: StageView) -> dict[str, NDArray[Any]]:
    """The arrays of the packed block."""
    arrays: dict[str, NDArray[Any]] = {
        "input": _stacked(view.input),
        "output": np.asarray(view.output, dtype=np.float32),
    }
    if view.kernel is not None:
        arrays["kernel"] = _stacked(view.kernel)
    if view.winners is not None:
        arrays["winners"] = np.asarray(view.winners, dtype=np.float32)  # exact up to 16 million cells
    return arrays


def head_of(view: StageView) -> dict[str, Any]:
    """The header of the packed block: everything that is not an array of pixels."""
    pixels = _stacked(view.input)
    return {
        "shape": list(pixels.shape),
        "kernelShape": None if view.kernel is None else list(_stacked(view.kernel).shape),
        "axes": [_axis(axis) for axis in view.axes],
        "turned": view.turned,
        "bias": view.bias,
        "operation": view.operation,
        "power": view.power,
        "countPadding": view.count_padding,
        "titles": list(view.titles),
        "note": view.note,
        "name": view.name,
        "colours": view.colours,
        "limits": list(view.limits or _limits(pixels)),
        "signed": view.signed,
        "editable": view.editable and view.kernel is not None,
        "step": view.step,
        "position": view.position,
        "pinned": view.pinned,
        "whole": view.whole,
        "hidden": view.hidden,
        "height": view.height,
        "footer": asdict(view.footer),
        "palette": {"diverging": theme.DIVERGING, "sequential": theme.SEQUENTIAL},
        "projector": state.projector(),
    }


def _axis(axis: AxisLike) -> dict[str, Any]:
    return {
        "size": int(axis.size),
        "before": int(axis.before),
        "dilation": int(axis.dilation),
        "starts": np.asarray(axis.starts).tolist(),
        "lengths": np.asarray(axis.lengths).tolist(),
        "source": np.asarray(axis.source).tolist(),
    }


def _limits(pixels: NDArray[np.float32]) -> tuple[float, float]:
    """From zero, or below it, to the largest value."""
    finite = pixels[np.isfinite(pixels)]
    if not finite.size:
        return 0.0, 1.0
    low, high = min(0.0, float(finite.min())), float(finite.max())
    return (low, high) if high > low else (low, low + 1.0)
