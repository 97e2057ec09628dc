"""Arrays as torch takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from core.errors import SignalError


def tensor(x: Any) -> torch.Tensor:
    """Numbers of any kind as float32, or float64 where they are; read-only and reversed arrays are copied.

    Raises SignalError for complex numbers.
    """
    if isinstance(x, np.ndarray) and not (x.flags.writeable and min(x.strides, default=0) >= 0):
        x = x.copy()  # torch warns of the ones and refuses the others
    found = torch.as_tensor(x)
    if found.is_complex():
        raise SignalError("A signal has real numbers, but complex ones were given: take their real part.")
    return found if found.dtype in (torch.float32, torch.float64) else found.float()
