"""The PyTorch line that does what a pooling's settings say, and its answer, for the check on the screen."""

from __future__ import annotations

import torch

from core.signal.code import evaluate
from core.signal.pooling_settings import Pooling
from core.signal.pooling_windows import axes


def line(settings: Pooling, shape: tuple[int, ...]) -> str:
    """One expression over `x` (1, C, *shape), 1 to 3 dimensions; `F` is torch.nn.functional."""
    dims = len(shape)
    if settings.kind.startswith(("global-", "adaptive-")):
        word = "max" if settings.operation == "max" else "avg"
        return f"F.adaptive_{word}_pool{dims}d(x, {1 if settings.kind.startswith('global-') else settings.output})"
    if settings.operation == "lp":
        return _lp(settings, shape)
    options = [str(settings.size)]
    if settings.step != settings.size:
        options.append(f"stride={settings.step}")
    if settings.padding:
        options.append(f"padding={settings.padding}")
    if settings.ceil_mode:
        options.append("ceil_mode=True")
    if settings.operation == "average" and settings.padding and not settings.count_include_pad:
        options.append("count_include_pad=False")
    name = "avg" if settings.operation == "average" else "max"
    sign, x = ("-", "-x") if settings.operation == "min" else ("", "x")
    return f"{sign}F.{name}_pool{dims}d({', '.join([x, *options])})"


def _lp(settings: Pooling, shape: tuple[int, ...]) -> str:
    """Zeros go around the input first: torch's `lp_pool` has no padding, and scales windows that ceil mode cuts."""
    pads: list[int] = []
    for axis in reversed(axes(shape, settings)):
        last = int(axis.starts[-1]) + settings.size
        pads += [axis.before, max(last - axis.before - axis.size, 0)]
    x = "x.abs()" if settings.p % 2 else "x"
    padded = f"F.pad({x}, ({', '.join(map(str, pads))}))" if any(pads) else x
    stride = f", stride={settings.step}" if settings.step != settings.size else ""
    return f"F.lp_pool{len(shape)}d({padded}, {settings.p}, {settings.size}{stride})"


def run(text: str, x: torch.Tensor) -> torch.Tensor:
    """What such a line gives for `x` (1, C, *shape); `text` must come from `line`."""
    return evaluate(text, x=x)
