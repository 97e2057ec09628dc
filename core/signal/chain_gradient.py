"""What autograd says of a chain: which input pixels really change one output."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from core.signal.chain import Step, trace


def gradient(side: int, steps: Sequence[Step], row: int, column: int) -> torch.Tensor:
    """Gradient (side, side) of the last map's cell at (row, column): all weights 1, poolings add up.

    Raises SignalError as `trace` does.
    """
    trace(side, steps)
    x = torch.zeros(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    values = x * 1.0
    for step in steps:
        ones = torch.ones(1, 1, step.size, step.size, dtype=torch.float64)
        values = torch.nn.functional.conv2d(values, ones, stride=step.stride, padding=step.padding)
    (found,) = torch.autograd.grad(values[0, 0, row, column], x)
    return found[0, 0]
