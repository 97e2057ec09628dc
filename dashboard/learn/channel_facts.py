"""What is told under the channels: parameters, other sizes of the input, and which channels feed which maps."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from core.signal.channels import Parameters

BUILT_FOR = 32  # rows and columns of the input that the dense layer was made for


def facts(channels: int, filters: int, kernel: int, size: int, groups: int, told: Parameters) -> dict[str, Any]:
    """Short lines under a title each."""
    out = told.output_shape[-1]
    return {
        "parameters": [
            f"Parameters: {told.ratio:,.0f} times as many if dense",
            f"convolution {told.convolution_text}",
            f"dense {told.dense_text}",
        ],
        "size": [
            f"Made for {BUILT_FOR}×{BUILT_FOR}, given {size}×{size}",
            *_any_size(channels, filters, kernel, size, out),
        ],
        "wiring": "Channels → maps",
        "wired": f"{channels} channels, {filters} maps: each map reads {channels // groups}"
        + (", depthwise" if groups == channels else ""),
    }


def _any_size(channels: int, filters: int, kernel: int, size: int, out: int) -> list[str]:
    lines = [f"The same {filters} kernels give {filters}×{out}×{out}: a window is always {kernel}×{kernel}."]
    fault = dense_error(channels * size**2, channels * BUILT_FOR**2, filters * (BUILT_FOR - kernel + 1) ** 2)
    if fault is None:
        return [*lines, f"The dense layer takes it: it was made for these {channels * size**2:,} numbers."]
    return [
        *lines,
        f"The dense layer has a weight for each of {channels * BUILT_FOR**2:,} numbers, not {channels * size**2:,}:",
        fault,
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
