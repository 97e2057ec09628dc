"""Convolution in 1, 2 and 3 dimensions, computed by torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional as F

from core.errors import SignalError
from core.signal.settings import Border, Convolution, Mode
from core.signal.tensors import tensor
from core.signal.windows import NAMES, Axis, along, crops, times

Numbers = int | Sequence[int]

CONVOLVE = (F.conv1d, F.conv2d, F.conv3d)
TRANSPOSED = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)
PAD_MODES = {"zero": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


def apply(x: Any, kernel: Any, settings: Convolution, bias: Any = None) -> torch.Tensor:
    """`convolve` as the settings say."""
    return convolve(
        x,
        kernel,
        settings.mode,
        padding=settings.padding,
        border=settings.border,
        stride=settings.stride,
        dilation=settings.dilation,
        groups=settings.groups,
        transposed=settings.transposed,
        flipped=settings.flipped,
        bias=bias,
    )


def convolve(
    x: Any,
    kernel: Any,
    mode: Mode = "valid",
    *,
    padding: Numbers = 0,
    border: Border = "zero",
    stride: Numbers = 1,
    dilation: Numbers = 1,
    groups: int = 1,
    transposed: bool = False,
    flipped: bool = False,
    bias: Any = None,
) -> torch.Tensor:
    """The convolution of `x` with `kernel`; the words are explained at `settings.Convolution`.

    x, kernel: arrays or tensors of numbers; whole numbers are taken as float32. Either (*S) and (*K), one plain signal
    of 1, 2 or 3 dimensions: the output is (*O). Or (C, *S) and (F, C / groups, *K), transposed (C, F / groups, *K): the
    output is (F, *O).
    padding, stride, dilation: one number, or one for each of the 1 to 3 axes; padding counts in the mode "number" only.
    bias: one number for a plain signal, else (F,).
    Differentiable where x or the kernel is. Raises SignalError where something does not fit.
    """
    signal, weight = _tensors(x, kernel)
    plain = weight.ndim == signal.ndim
    if plain:
        signal, weight = signal[None], weight[None, None]
    _check_channels(signal, weight, groups, transposed, plain)
    each = signal.ndim - 1
    steps, spreads = _each(stride, each, "stride", 1), _each(dilation, each, "dilation", 1)
    widths = _each(padding, each, "padding", 0)
    windows = along(
        signal.shape[1:],
        weight.shape[2:],
        mode=mode,
        padding=widths,
        border=border,
        stride=steps,
        dilation=spreads,
        transposed=transposed,
    )
    if flipped:
        weight = weight.flip(tuple(range(2, weight.ndim)))
    offset = _bias(bias, weight.shape[1] * groups if transposed else weight.shape[0], signal)
    if transposed:
        sides = zip(weight.shape[2:], steps, spreads, widths, strict=True)
        cut = [crops(size, step, spread, mode, pad) for size, step, spread, pad in sides]
        out = _spread(signal[None], weight, offset, cut, stride=steps, groups=groups, dilation=spreads)
    else:
        padded = _padded(signal[None], windows, border)
        out = CONVOLVE[each - 1](padded, weight, offset, stride=steps, dilation=spreads, groups=groups)
    return out[0, 0] if plain else out[0]


def _tensors(x: Any, kernel: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Both as tensors of one floating type."""
    signal, weight = tensor(x), tensor(kernel)
    kind = torch.promote_types(signal.dtype, weight.dtype)
    if weight.ndim - signal.ndim not in (0, 1):
        raise SignalError(
            f"The kernel has as many dimensions as the input, or one more (its filters), but the kernel is "
            f"{times(weight.shape) or 'one number'} and the input {times(signal.shape) or 'one number'}."
        )
    return signal.to(kind), weight.to(kind)


def _each(value: Numbers, axes: int, name: str, least: int) -> tuple[int, ...]:
    each = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(each) != axes:
        raise SignalError(f"The {name} is one number, or one for each of the {axes} axes, but {len(each)} were given.")
    if min(each) < least:
        raise SignalError(f"The {name} is at least {least}, but {min(each)} was given.")
    return each


def _check_channels(signal: torch.Tensor, weight: torch.Tensor, groups: int, transposed: bool, plain: bool) -> None:
    """signal: (C, *S), weight: (F, C / groups, *K), transposed (C, F / groups, *K)."""
    if signal.ndim - 1 not in NAMES:
        raise SignalError(f"A signal has 1, 2 or 3 dimensions beside its channels, but this one has {signal.ndim - 1}.")
    channels = signal.shape[0]
    if groups < 1 or channels % groups:
        whole = "a plain signal has one channel" if plain else f"the input has {channels} channels"
        allowed = ", ".join(str(number) for number in range(1, channels + 1) if channels % number == 0)
        raise SignalError(f"{groups} groups do not divide the channels: {whole}; use one of {allowed}.")
    if transposed:
        if weight.shape[0] != channels:
            raise SignalError(
                f"A transposed kernel is channels × filters / groups × sizes: it starts with {weight.shape[0]}, but "
                f"the input has {channels} channels; give it {channels}."
            )
        return
    if weight.shape[1] * groups != channels:
        where = "the input" if groups == 1 else f"a group (1 of {groups})"
        raise SignalError(
            f"Each filter reads {weight.shape[1]} channels, but {where} has {channels // groups}: change the kernel "
            "or the groups."
        )
    if weight.shape[0] % groups:
        raise SignalError(
            f"{groups} groups do not divide the {weight.shape[0]} filters: use a multiple of {groups} filters, or "
            "fewer groups."
        )


def _bias(bias: Any, filters: int, signal: torch.Tensor) -> torch.Tensor | None:
    if bias is None:
        return None
    offset = tensor(bias).to(signal.dtype).reshape(-1)
    if len(offset) != filters:
        raise SignalError(f"The bias has one number for each of the {filters} filters, but {len(offset)} were given.")
    return offset


def _padded(signal: torch.Tensor, windows: Sequence[Axis], border: Border) -> torch.Tensor:
    sides = [side for axis in reversed(windows) for side in (axis.before, axis.after)]
    return F.pad(signal, sides, mode=PAD_MODES[border]) if any(sides) else signal


def _spread(
    signal: torch.Tensor,
    weight: torch.Tensor,
    offset: torch.Tensor | None,
    cut: Sequence[tuple[int, int]],
    **options: Any,
) -> torch.Tensor:
    """The transposed convolution, cut; a negative second number adds cells at the end, which no input reaches."""
    added = tuple(max(-after, 0) for _, after in cut)
    whole = TRANSPOSED[signal.ndim - 3](signal, weight, offset, output_padding=added, **options)
    slices: list[slice] = [
        slice(before, size - max(after, 0)) for (before, after), size in zip(cut, whole.shape[2:], strict=True)
    ]
    return whole[:, :, *slices]
