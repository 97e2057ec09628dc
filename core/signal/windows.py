"""How outputs reach inputs: where every window lies, and what every padded cell holds a copy of. No torch.

A convolution slides over the padded input. A transposed convolution is the same over the input stretched by
`stride - 1` zeros between its cells, with a stride of 1 and the kernel read from its end (Dumoulin and Visin 2016,
section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from core.errors import SignalError
from core.signal.settings import Border, Convolution, Mode

MOST_CELLS = 2**24  # of the padded input and of the output, channels not counted
NAMES = {1: ("samples",), 2: ("rows", "columns"), 3: ("frames", "rows", "columns")}


@dataclass(frozen=True, eq=False)
class Axis:
    """The windows along one axis of a signal.

    size: cells of the input.
    before, after: padded cells on either side (of the stretched input, where transposed); negative: cells cut off.
    starts: int (outputs,): where each output's window begins, as an index into the padded axis.
    lengths: int (outputs,): taps of each window.
    dilation: padded cells from one tap to the next.
    source: int (padded cells,): the input index that each padded cell holds; -1: an artificial zero.
    """

    size: int
    before: int
    after: int
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    dilation: int
    source: NDArray[np.int64]


def axes(shape: Sequence[int], kernel_shape: Sequence[int], settings: Convolution) -> tuple[Axis, ...]:
    """The windows along every axis of a signal of this shape (1 to 3 sizes, no channels); raises SignalError."""
    each = len(shape)
    return along(
        shape,
        kernel_shape,
        mode=settings.mode,
        padding=(settings.padding,) * each,
        border=settings.border,
        stride=(settings.stride,) * each,
        dilation=(settings.dilation,) * each,
        transposed=settings.transposed,
    )


def along(
    shape: Sequence[int],
    kernel_shape: Sequence[int],
    *,
    mode: Mode,
    padding: Sequence[int],
    border: Border,
    stride: Sequence[int],
    dilation: Sequence[int],
    transposed: bool,
) -> tuple[Axis, ...]:
    """As `axes`, with a padding, a stride and a dilation of its own for each axis."""
    _check_shapes(shape, kernel_shape)
    reaches = [span(kernel, step) for kernel, step in zip(kernel_shape, dilation, strict=True)]
    sides = zip(shape, kernel_shape, stride, dilation, padding, strict=True)
    if transposed:
        _check_border(border)
        cut = [crops(kernel, step, spread, mode, pad) for _, kernel, step, spread, pad in sides]
        whole = [(size - 1) * step + reach for size, step, reach in zip(shape, stride, reaches, strict=True)]
        _check_cut(whole, cut)
        _check_room([size - sum(off) for size, off in zip(whole, cut, strict=True)])
        return tuple(_spread(*each) for each in zip(shape, stride, dilation, reaches, cut, strict=True))
    both = [pads(size, kernel, step, spread, mode, pad) for size, kernel, step, spread, pad in sides]
    padded = [size + sum(pad) for size, pad in zip(shape, both, strict=True)]
    _check_room(padded)
    _check_fit(shape, kernel_shape, reaches, padded)
    _check_reach(shape, both, border, mode)
    return tuple(_slide(*each, border) for each in zip(shape, stride, dilation, reaches, both, strict=True))


def span(kernel: int, dilation: int = 1) -> int:
    """Cells from a window's first tap to its last, both counted."""
    return dilation * (kernel - 1) + 1


def pads(size: int, kernel: int, stride: int, dilation: int, mode: Mode, padding: int) -> tuple[int, int]:
    """Cells padded before and after one axis; `same` is TensorFlow's."""
    reach = span(kernel, dilation)
    if mode == "full":
        return reach - 1, reach - 1
    if mode == "same":
        total = max((-(-size // stride) - 1) * stride + reach - size, 0)
        return total // 2, total - total // 2
    return (padding, padding) if mode == "number" else (0, 0)


def crops(kernel: int, stride: int, dilation: int, mode: Mode, padding: int) -> tuple[int, int]:
    """Cells cut before and after one axis of a transposed convolution's whole output, (size - 1) * stride + span.

    `same` is TensorFlow's; a negative second number adds that many cells, which no input reaches.
    """
    reach = span(kernel, dilation)
    if mode == "full":
        return reach - 1, reach - 1
    if mode == "same":
        before = max(reach - stride, 0) // 2
        return before, reach - stride - before
    return (padding, padding) if mode == "number" else (0, 0)


def _slide(size: int, stride: int, dilation: int, reach: int, pad: tuple[int, int], border: Border) -> Axis:
    before, after = pad
    starts = np.arange(0, size + before + after - reach + 1, stride)
    taps = np.full(len(starts), (reach - 1) // dilation + 1)
    return Axis(size, before, after, starts, taps, dilation, _sources(size, before, after, border))


def _spread(size: int, stride: int, dilation: int, reach: int, cut: tuple[int, int]) -> Axis:
    before, after = reach - 1 - cut[0], reach - 1 - cut[1]
    index = np.arange(-before, (size - 1) * stride + 1 + after)
    own = (index >= 0) & (index <= (size - 1) * stride) & (index % stride == 0)
    starts = np.arange(len(index) - reach + 1)
    taps = np.full(len(starts), (reach - 1) // dilation + 1)
    return Axis(size, before, after, starts, taps, dilation, np.where(own, index // stride, -1))


def _sources(size: int, before: int, after: int, border: Border) -> NDArray[np.int64]:
    index = np.arange(-before, size + after)
    if border == "replicate":
        return index.clip(0, size - 1)
    if border == "circular":
        return index % size
    if border == "reflect":
        return size - 1 - abs(size - 1 - abs(index))
    return np.where((index >= 0) & (index < size), index, -1)


def times(sizes: Sequence[int]) -> str:
    """5×3"""
    return "×".join(map(str, sizes))


def _check_shapes(shape: Sequence[int], kernel_shape: Sequence[int]) -> None:
    if not 1 <= len(shape) <= 3:
        raise SignalError(
            f"A signal has 1, 2 or 3 dimensions, but this one has {len(shape)}: choose one of its slices."
        )
    if len(kernel_shape) != len(shape):
        raise SignalError(
            f"A kernel has as many dimensions as its input, but the kernel has {len(kernel_shape)} and the input "
            f"{len(shape)}: give the kernel {len(shape)}."
        )
    for what, sizes in (("input", shape), ("kernel", kernel_shape)):
        if min(sizes) < 1:
            raise SignalError(f"The {what} ({times(sizes)}) is empty: give it at least one cell in every dimension.")


def _check_border(border: Border) -> None:
    if border != "zero":
        raise SignalError(
            "A transposed convolution cuts its output instead of padding its input, so it has the zero border only, "
            f"but '{border}' was given: choose the border 'zero'."
        )


def _check_cut(whole: Sequence[int], cut: Sequence[tuple[int, int]]) -> None:
    for name, size, off in zip(NAMES[len(whole)], whole, cut, strict=True):
        if size - sum(off) < 1:
            raise SignalError(
                f"The transposed convolution has {size} {name}, and cutting {off[0]} before and {off[1]} after leaves "
                "none: use the mode 'valid', or a smaller padding."
            )


def _check_room(sizes: Sequence[int]) -> None:
    if prod(sizes) > MOST_CELLS:
        raise SignalError(
            f"This would have {times(sizes)} cells, and at most {MOST_CELLS:,} are computed: "
            "use a smaller input, stride, padding or dilation."
        )


def _check_fit(
    shape: Sequence[int], kernel_shape: Sequence[int], reaches: Sequence[int], padded: Sequence[int]
) -> None:
    if all(reach <= size for reach, size in zip(reaches, padded, strict=True)):
        return
    dilated = list(reaches) != list(kernel_shape)
    reach = f", which reaches over {times(reaches)} cells," if dilated else ""
    grown = f" padded to {times(padded)}" if list(padded) != list(shape) else ""
    raise SignalError(
        f"The {times(kernel_shape)} kernel{reach} does not fit the {times(shape)} input{grown}: use a smaller kernel"
        f"{' or dilation' if dilated else ''}, more padding, or the mode 'same' or 'full'."
    )


def _check_reach(shape: Sequence[int], both: Sequence[tuple[int, int]], border: Border, mode: Mode) -> None:
    if border not in ("reflect", "circular"):
        return
    for name, size, pad in zip(NAMES[len(shape)], shape, both, strict=True):
        most = size - 1 if border == "reflect" else size
        if max(pad) > most:
            cells = "cell" if max(pad) == 1 else "cells"
            smaller = "padding" if mode == "number" else "kernel or dilation"
            raise SignalError(
                f"A {border} border of {max(pad)} {cells} is too wide for {size} {name}, which give at most {most}: "
                f"use a smaller {smaller}, a larger input, or the border 'zero' or 'replicate'."
            )
