"""Pooling and its gradient, written as plain arithmetic; torch's own functions are what it is checked against.

A window over several axes is a window along one axis after the other: the largest of a row's maxima is the largest of
all, and sums add up. So nothing here holds more than one axis' windows at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from core.errors import SignalError
from core.signal import pooling_windows, tensors
from core.signal.pooling_settings import Pooling
from core.signal.windows import Axis


@dataclass(frozen=True)
class Pooled:
    """What a pooling gives.

    output: (*lead, *O). axes: where the windows lie, one a pooled dimension.
    winners: of max and min, (*lead, *O) int64: flat index into the pooled dimensions of the cell that each output is,
    the first one in reading order where several are equal; else None.
    """

    output: torch.Tensor
    axes: tuple[Axis, ...]
    winners: torch.Tensor | None


def pool(x: Any, settings: Pooling | None = None, *, dims: int | None = None) -> Pooled:
    """Pool the last `dims` (1 to 3; all where None) dimensions of `x`, each of the leading ones by itself.

    Computed in float64, returned in float32 (float64 stays). Raises SignalError where the windows do not fit.
    """
    settings = settings or Pooling()
    tensor = tensors.tensor(x)
    dims = tensor.ndim if dims is None else dims
    if not 1 <= dims <= min(3, tensor.ndim):
        raise SignalError(f"Pooling works along 1 to 3 dimensions, and {dims} of {tensor.ndim} were asked for.")
    axes = pooling_windows.axes(tensor.shape[-dims:], settings)
    values = tensor.double()
    winners: torch.Tensor | None = None
    if settings.operation in ("max", "min"):
        sign = 1 if settings.operation == "max" else -1
        best, winners = _peaks(sign * values, axes)
        output = sign * best
    elif settings.operation == "average":
        output = _sums(values, axes) / divisors(axes, settings.count_include_pad).to(values.device)
    else:
        output = _sums(values.abs() ** settings.p, axes) ** (1 / settings.p)
    return Pooled(output.to(tensor.dtype), axes, winners)


def backward(gradient: Any, x: Any, settings: Pooling, *, dims: int | None = None) -> torch.Tensor:
    """What gradients (*lead, *O) on the outputs make of gradients on the inputs, shape of `x`.

    Max and min hand each gradient to the winner alone, average an equal share to every cell of the window, Lp
    y^(1-p) |x|^(p-1) sign(x) times it (0 where the output is 0, which has no slope). Overlapping windows add up.
    Raises SignalError where the gradients have another shape than the outputs.
    """
    tensor = tensors.tensor(x)
    pooled = pool(tensor, settings, dims=dims)
    given = tensors.tensor(gradient).double()
    if given.shape != pooled.output.shape:
        raise SignalError(
            f"There must be one gradient for each output: {tuple(pooled.output.shape)}, not {tuple(given.shape)}."
        )
    if pooled.winners is not None:
        inputs = _handed_to(pooled.winners, given, tensor, len(pooled.axes))
    elif settings.operation == "average":
        shares = given / divisors(pooled.axes, settings.count_include_pad).to(given.device)
        inputs = _spread(shares, pooled.axes)
    else:
        outputs = _sums(tensor.double().abs() ** settings.p, pooled.axes) ** (1 / settings.p)
        slope = torch.where(outputs > 0, given * outputs ** (1 - settings.p), 0.0)
        values = tensor.double()
        inputs = _spread(slope, pooled.axes) * values.abs() ** (settings.p - 1) * values.sign()
    return inputs.to(tensor.dtype)


def divisors(axes: tuple[Axis, ...], count_include_pad: bool) -> torch.Tensor:
    """How many cells the average of each window is taken over, (*O)."""
    found = torch.ones((), dtype=torch.float64)
    for axis in axes:
        _, inside = _windows(axis)
        counts = inside | (torch.tensor(count_include_pad) & _taps(axis))
        found = found.unsqueeze(-1) * counts.sum(-1).double()
    return found


def _taps(axis: Axis) -> torch.Tensor:
    """Which places of the longest window each window has, (O, longest)."""
    lengths = torch.as_tensor(axis.lengths)
    return torch.arange(int(lengths.max())) < lengths.unsqueeze(-1)


def _windows(axis: Axis) -> tuple[torch.Tensor, torch.Tensor]:
    """Input index of every place of every window along one axis, and whether it is of the input: (O, longest)."""
    taps = _taps(axis)
    places = torch.as_tensor(axis.starts).unsqueeze(-1) + torch.arange(taps.shape[-1])
    source = torch.as_tensor(axis.source)
    index = source[places.clamp(max=len(source) - 1)]
    return index.clamp(min=0), taps & (index >= 0)


def _along(values: torch.Tensor, axis: Axis, at: int, empty: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The windows along dimension `at`, moved to the end: (*rest, O, longest), and the input index of every place."""
    index, inside = _windows(axis)
    windows = values.movedim(at, -1)[..., index]
    return torch.where(inside.to(values.device), windows, empty), index.to(values.device)


def _sums(values: torch.Tensor, axes: tuple[Axis, ...]) -> torch.Tensor:
    for at, axis in enumerate(axes, start=-len(axes)):
        windows, _ = _along(values, axis, at, 0.0)
        values = windows.sum(-1).movedim(-1, at)
    return values


def _peaks(values: torch.Tensor, axes: tuple[Axis, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """The largest value of every window and its flat index; last axis first, so that of equal ones the first counts."""
    shape = values.shape[-len(axes) :]
    winners = torch.arange(shape.numel(), device=values.device).reshape(shape).expand(values.shape)
    for at, axis in reversed(list(enumerate(axes, start=-len(axes)))):
        windows, index = _along(values, axis, at, -torch.inf)
        best = _first_peak(windows, _windows(axis)[1].to(values.device))
        came = winners.movedim(at, -1)[..., index].gather(-1, best)
        values = windows.gather(-1, best).squeeze(-1).movedim(-1, at)
        winners = came.squeeze(-1).movedim(-1, at)
    return values, winners


def _first_peak(windows: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """Place of the first largest cell of the input, kept as a dimension of 1; NaN is larger than all, as in torch."""
    hits = ((windows == windows.amax(-1, keepdim=True)) | windows.isnan()) & inside
    return hits.to(torch.uint8).argmax(-1, keepdim=True)


def _handed_to(winners: torch.Tensor, given: torch.Tensor, like: torch.Tensor, dims: int) -> torch.Tensor:
    inputs = torch.zeros(like.shape, dtype=torch.float64, device=like.device).flatten(-dims)
    return inputs.scatter_add(-1, winners.flatten(-dims), given.flatten(-dims)).reshape(like.shape)


def _spread(shares: torch.Tensor, axes: tuple[Axis, ...]) -> torch.Tensor:
    """Every output's share added to each input cell of its window."""
    for at, axis in enumerate(axes, start=-len(axes)):
        index, inside = _windows(axis)
        moved = shares.movedim(at, -1).unsqueeze(-1) * inside.to(shares.device)
        rest = moved.shape[:-2]
        sums = torch.zeros((*rest, axis.size), dtype=shares.dtype, device=shares.device)
        flat = index.flatten().expand(*rest, -1).to(shares.device)
        shares = sums.scatter_add(-1, flat, moved.flatten(-2)).movedim(-1, at)
    return shares
