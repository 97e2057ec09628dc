"""How large an output is: the formula, with the numbers put in. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.signal.settings import Convolution
from core.signal.windows import NAMES, Axis, axes


@dataclass(frozen=True)
class Size:
    """The size along one axis.

    axis: `rows`, `columns`, ...
    rule: the formula, `N + 2·p − K + 1`; N input, K kernel, p padding, s stride, d dilation, ⌊ ⌋ rounded down, ⌈ ⌉ up.
    numbers: the same with the numbers put in, `10 + 2·1 − 3 + 1`.
    result: cells of the output, computed by the formula.
    padding: what is padded or cut, `1 before, 2 after`; empty where nothing is.
    """

    axis: str
    rule: str
    numbers: str
    result: int
    padding: str

    @property
    def text(self) -> str:
        """`10 + 2·1 − 3 + 1 = 10`; the number alone where nothing is computed."""
        return self.numbers if self.numbers == str(self.result) else f"{self.numbers} = {self.result}"


def sizes(shape: Sequence[int], kernel_shape: Sequence[int], settings: Convolution) -> tuple[Size, ...]:
    """The formula of every axis of a signal of this shape (no channels); raises SignalError where it does not fit."""
    windows = axes(shape, kernel_shape, settings)
    names = NAMES[len(shape)]
    sides = zip(names, shape, kernel_shape, windows, strict=True)
    return tuple(_size(name, size, kernel, axis, settings) for name, size, kernel, axis in sides)


def sentence(shape: Sequence[int], kernel_shape: Sequence[int], settings: Convolution) -> str:
    """`10 + 2·1 − 3 + 1 = 10`, or `rows 8 − 3 + 1 = 6, columns 9 − 3 + 1 = 7` where they are not the same."""
    found = sizes(shape, kernel_shape, settings)
    if len({size.text for size in found}) == 1:
        return found[0].text
    return ", ".join(f"{size.axis} {size.text}" for size in found)


def rule(shape: Sequence[int], kernel_shape: Sequence[int], settings: Convolution) -> str:
    """`N + 2·p − K + 1`; of the rows where the axes differ in it."""
    return sizes(shape, kernel_shape, settings)[0].rule


def _size(name: str, size: int, kernel: int, axis: Axis, settings: Convolution) -> Size:
    symbols = {"N": "N", "K": "K", "s": "s", "d": "d", "p": "p", "a": "a", "b": "b"}
    padding = settings.padding if settings.mode == "number" else axis.before
    values = {"N": size, "K": kernel, "s": settings.stride, "d": settings.dilation, "p": padding}
    values |= {"a": axis.before, "b": axis.after}
    if settings.transposed:
        form, result = _transposed(size, kernel, settings)
    elif settings.mode == "same":
        form, result = _same(size, kernel, axis, settings)
    else:
        form, result = _general(size, kernel, settings)
    return Size(name, form.format(**symbols), form.format(**values), result, _padding(kernel, axis, settings))


def _reach(settings: Convolution) -> str:
    """A window's first to last cell, less one."""
    return "({K} − 1)" if settings.dilation == 1 else "{d}·({K} − 1)"


def _general(size: int, kernel: int, settings: Convolution) -> tuple[str, int]:
    """⌊(N + 2p − d(K − 1) − 1) / s⌋ + 1, as short as it can be said."""
    mode, stride, dilation = settings.mode, settings.stride, settings.dilation
    beyond = dilation * (kernel - 1)
    pad = {"full": beyond, "number": settings.padding}.get(mode, 0)
    result = (size + 2 * pad - beyond - 1) // stride + 1
    if mode == "full":
        if dilation == 1:
            return ("{N} + {K} − 1" if stride == 1 else "⌊({N} + {K} − 2)/{s}⌋ + 1"), result
        return ("{N} + {d}·({K} − 1)" if stride == 1 else "⌊({N} + {d}·({K} − 1) − 1)/{s}⌋ + 1"), result
    start = "{N} + 2·{p}" if pad else "{N}"
    if dilation == 1:
        return (f"{start} − {{K}} + 1" if stride == 1 else f"⌊({start} − {{K}})/{{s}}⌋ + 1"), result
    inner = f"{start} − {{d}}·({{K}} − 1)"
    return (inner if stride == 1 else f"⌊({inner} − 1)/{{s}}⌋ + 1"), result


def _same(size: int, kernel: int, axis: Axis, settings: Convolution) -> tuple[str, int]:
    """⌈N / s⌉; without a stride the padding is told too: ⌊K / 2⌋ on both sides of an odd kernel."""
    if settings.stride > 1:
        return "⌈{N}/{s}⌉", -(-size // settings.stride)
    beyond = settings.dilation * (kernel - 1)
    if axis.before != axis.after:
        last = " − {K} + 1" if settings.dilation == 1 else " − {d}·({K} − 1)"
        return "{N} + {a} + {b}" + last, size + axis.before + axis.after - beyond
    if settings.dilation == 1:
        return "{N} + 2·⌊{K}/2⌋ − {K} + 1", size + 2 * (kernel // 2) - kernel + 1
    return "{N} + 2·{p} − {d}·({K} − 1)", size + 2 * axis.before - beyond


def _transposed(size: int, kernel: int, settings: Convolution) -> tuple[str, int]:
    """(N − 1)s + d(K − 1) + 1, less what is cut."""
    mode, stride, dilation = settings.mode, settings.stride, settings.dilation
    beyond = dilation * (kernel - 1)
    whole = (size - 1) * stride + beyond + 1
    if mode == "same":
        return ("{N}" if stride == 1 else "{N}·{s}"), size * stride
    start = "({N} − 1)·{s}" if stride > 1 else "{N}"
    if mode == "full":
        if stride == 1:
            return ("{N} − {K} + 1" if dilation == 1 else "{N} − {d}·({K} − 1)"), whole - 2 * beyond
        return f"{start} − {_reach(settings)} + 1", whole - 2 * beyond
    pad = settings.padding if mode == "number" else 0
    cut = " − 2·{p}" if pad else ""
    if dilation == 1:
        last = " + {K}" if stride > 1 else " + {K} − 1"
    else:
        last = " + {d}·({K} − 1)" + (" + 1" if stride > 1 else "")
    return start + last + cut, whole - 2 * pad


def _padding(kernel: int, axis: Axis, settings: Convolution) -> str:
    """In words: what is padded, or what a transposed convolution cuts off."""
    before, after = axis.before, axis.after
    if settings.transposed:
        beyond = settings.dilation * (kernel - 1)
        before, after = beyond - before, beyond - after
        if after < 0:
            return f"{-after} added after"
        word = "cut "
    else:
        word = ""
    if not before and not after:
        return ""
    if before == after:
        return f"{word}{before} on each side"
    return f"{word}{before} before, {after} after"
