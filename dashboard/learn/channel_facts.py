"""What is told under the channels: parameters, other sizes of the input, and which channels feed which maps."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from core.signal.channels import Parameters


def facts(channels: int, filters: int, kernel: int, size: int, groups: int, told: Parameters) -> dict[str, Any]:
    """Short lines under a title each."""
    out = told.output_shape[-1]
    return {
        "parameters": [
            f"Parameters: {told.ratio:,.0f} times as many if dense",
            f"convolution {told.convolution_text}",
            f"dense {told.dense_text}",
        ],
        "size": _any_size(channels, filters, kernel, size, out),
        "wiring": "Channels → maps",
        "wired": f"{channels} channels, {filters} maps: each map reads {channels // groups}"
        + (", depthwise" if groups == channels else ""),
    }


def _any_size(channels: int, filters: int, kernel: int, size: int, out: int) -> list[str]:
    """Both layers as they are, given half the size, or twice where half is too small for the kernel."""
    other = size // 2 if size // 2 >= kernel else 2 * size
    made, given = channels * size**2, channels * other**2
    there = other - kernel + 1
    fault = dense_error(given, made, filters * out**2)
    return [
        f"Made for {size}×{size}, given {other}×{other}",
        f"The same {filters} kernels give {filters}×{there}×{there}: a window is always {kernel}×{kernel}.",
        f"The dense layer has a weight for each of {made:,} numbers, not {given:,}:",
        *([fault] if fault else []),
    ]


def dense_error(given: int, inputs: int, outputs: int) -> str | None:
    """What torch says to `given` numbers in a layer made for `inputs`, None where it takes them.

    The weights are one number seen as a matrix: nothing of their size is in memory.
    """
    if given == inputs:
        return None
    try:
        F.linear(torch.zeros(1, given), torch.zeros(1).expand(outputs, inputs))
    except RuntimeError as error:
        return f"RuntimeError: {str(error).splitlines()[0]}"
    return None
