"""Where the windows of a pooling lie, and the sentences about it; NumPy alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import SignalError
from core.signal.pooling_settings import Pooling
from core.signal.windows import Axis, times


def axes(shape: Sequence[int], settings: Pooling) -> tuple[Axis, ...]:
    """How the outputs reach the inputs, one `Axis` a dimension; no window is without a cell of the input.

    shape: the input's sides, in cells. Windows of an adaptive pooling go from floor(i N / O) to ceil((i + 1) N / O),
    those that ceil mode adds end with the padding: as PyTorch has it. Raises SignalError where nothing fits.
    """
    if not shape or min(shape) < 1:
        raise SignalError(f"Pooling needs at least one cell in every direction, the input is {times(shape)}.")
    if settings.slides:
        _check(shape, settings)
    return tuple(_axis(side, settings) for side in shape)


def size_formula(side: int, settings: Pooling) -> str:
    """How many windows one axis of `side` cells has, with the numbers put in."""
    if settings.kind.startswith("global-"):
        return f"one window over all {side} cells = 1"
    if settings.kind.startswith("adaptive-"):
        wanted = settings.output
        return f"{wanted} as asked: window i from ⌊i·{side}/{wanted}⌋ to ⌈(i+1)·{side}/{wanted}⌉"
    size, step, padding = settings.size, settings.step, settings.padding
    around = f" + 2·{padding}" if padding else ""
    left, right = "⌈⌉" if settings.ceil_mode else "⌊⌋"
    text = f"{left}({side}{around} − {size}) / {step}{right} + 1"
    found, wanted = _places(side, settings), _formula(side, settings)
    if found == wanted:
        return f"{text} = {found}"
    return f"{text} − 1 = {found}, as window {wanted} would start in the padding behind the input"


def _axis(side: int, settings: Pooling) -> Axis:
    if not settings.slides:
        outputs = 1 if settings.kind.startswith("global-") else settings.output
        at = np.arange(outputs)
        starts = at * side // outputs
        ends = -(-(at + 1) * side // outputs)
        return Axis(side, 0, 0, starts, ends - starts, 1, np.arange(side))
    padding = settings.padding
    padded = side + 2 * padding
    starts = np.arange(_places(side, settings)) * settings.step
    lengths = np.minimum(settings.size, padded - starts)
    nothing = np.full(padding, -1)
    return Axis(side, padding, padding, starts, lengths, 1, np.concatenate([nothing, np.arange(side), nothing]))


def _formula(side: int, settings: Pooling) -> int:
    room = side + 2 * settings.padding - settings.size
    return (-(-room // settings.step) if settings.ceil_mode else room // settings.step) + 1


def _places(side: int, settings: Pooling) -> int:
    """A window that ceil mode adds must start inside the input or the padding before it (PyTorch, `MaxPool2d`)."""
    found = _formula(side, settings)
    return found - 1 if settings.ceil_mode and (found - 1) * settings.step >= side + settings.padding else found


def _check(shape: Sequence[int], settings: Pooling) -> None:
    size, padding = settings.size, settings.padding
    window = times([size] * len(shape))
    if padding > size // 2:
        raise SignalError(
            f"Padding {padding} is more than half of the window's size {size}, so that windows would hold nothing but "
            f"padding: lower the padding to {size // 2}, or raise the size to {2 * padding}."
        )
    short = min(shape)
    if size > short + 2 * padding:
        around = f" with {padding} around it" if padding else ""
        raise SignalError(
            f"A {window} window does not fit the {times(shape)} input{around}: "
            f"lower the size to {short + 2 * padding}, or take a larger input."
        )
