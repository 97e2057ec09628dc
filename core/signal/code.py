"""The line of PyTorch that computes what is drawn, as a student would type it, and the check that it really does.

In it `x` has the shape (1, C, *sizes) and `w` (F, C / groups, *sizes), transposed (C, F / groups, *sizes), as torch
wants them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

from core.errors import SignalError
from core.signal.settings import Convolution
from core.signal.sizes import sizes
from core.signal.tensors import tensor
from core.signal.windows import axes, crops

TOLERANCE = 1e-5  # of the largest output, or of 1


@dataclass(frozen=True)
class Check:
    """text: the line that was executed. equal: whether it gave the same. difference: the largest between any two cells,
    in parts of the largest output (or of 1); infinite where the shapes differ."""

    text: str
    equal: bool
    difference: float


def line(shape: Sequence[int], kernel_shape: Sequence[int], settings: Convolution, bias: bool = False) -> str:
    """One expression, `F.conv2d(x, w, padding="same")`, for a signal and a kernel of these sizes (no channels).

    Names in it: torch, F (torch.nn.functional), x, w, and b where there is a bias. Raises SignalError where it does
    not fit.
    """
    axes(shape, kernel_shape, settings)
    dims = len(shape)
    weight = f"w.flip({', '.join(str(axis) for axis in range(-dims, 0))})" if settings.flipped else "w"
    arguments = [weight, *(["b"] if bias else [])]
    if settings.transposed:
        return _transposed(kernel_shape, settings, arguments)
    signal, padding = _padding(shape, kernel_shape, settings)
    options = [padding, *_option("stride", settings.stride), *_option("dilation", settings.dilation)]
    options += _option("groups", settings.groups)
    return f"F.conv{dims}d({', '.join([signal, *arguments, *filter(None, options)])})"


def program(x_shape: Sequence[int], w_shape: Sequence[int], settings: Convolution) -> str:
    """The line with its import and the shapes that it wants: complete, for the clipboard.

    x_shape, w_shape: as `convolve` takes them, with or without channels.
    """
    plain = len(x_shape) == len(w_shape)
    x_sizes, w_sizes = (x_shape, w_shape) if plain else (x_shape[1:], w_shape[2:])
    whole_x, whole_w = ((1, 1, *x_shape), (1, 1, *w_shape)) if plain else ((1, *x_shape), tuple(w_shape))
    return (
        "import torch\nimport torch.nn.functional as F\n\n"
        f"# x: a float tensor of shape {tuple(whole_x)}, w: {tuple(whole_w)}\n"
        f"y = {line(x_sizes, w_sizes, settings)}\n"
    )


def run(text: str, x: Any, w: Any, b: Any = None) -> torch.Tensor:
    """What the line gives; x, w and the answer as `convolve` has them.

    Executes the very text, which `line` made. It sees torch, F, x, w and b.
    """
    signal, weight = tensor(x), tensor(w)
    kind = torch.promote_types(signal.dtype, weight.dtype)
    signal, weight = signal.to(kind), weight.to(kind)
    plain = weight.ndim == signal.ndim
    answer = evaluate(
        text,
        x=signal[None, None] if plain else signal[None],
        w=weight[None, None] if plain else weight,
        b=None if b is None else tensor(b).to(kind).reshape(-1),
    )
    return answer[0, 0] if plain else answer[0]


def evaluate(text: str, **values: torch.Tensor | None) -> torch.Tensor:
    """What an expression gives that was made here, never a user's: it sees torch, F and `values`, and no builtins."""
    answer: torch.Tensor = eval(text, {"__builtins__": {}, "torch": torch, "F": F, **values})
    return answer


def check(x: Any, w: Any, settings: Convolution, drawn: Any, b: Any = None) -> Check:
    """Executes the line and compares with `drawn`, the output as it is shown: the live 'equals the picture'."""
    signal, weight = tensor(x), tensor(w)
    plain = weight.ndim == signal.ndim
    text = line(signal.shape[0 if plain else 1 :], weight.shape[0 if plain else 2 :], settings, b is not None)
    answer, picture = run(text, signal, weight, b), tensor(drawn)
    if answer.shape != picture.shape:
        return Check(text, False, float("inf"))
    largest = max(1.0, float(answer.abs().max()))
    difference = float((answer.double() - picture.double()).abs().max()) / largest
    return Check(text, difference <= TOLERANCE, difference)


def tensorflow(shape: Sequence[int], kernel_shape: Sequence[int], settings: Convolution) -> str | None:
    """What TensorFlow calls this where torch has no word for it: 'same' with a stride. None elsewhere."""
    if settings.mode != "same" or settings.stride == 1:
        return None
    found = sizes(shape, kernel_shape, settings)[0]
    if settings.transposed:
        return (
            f'TensorFlow says padding="same" for this: {found.text} cells; torch has no such word for it '
            f"({found.padding or 'nothing is cut'})."
        )
    return (
        f'TensorFlow says padding="same" for this: {found.text} cells, padded {found.padding or "by nothing"}; '
        'torch\'s padding="same" takes no stride.'
    )


def _option(name: str, value: int) -> list[str]:
    return [] if value == 1 else [f"{name}={value}"]


def _padding(shape: Sequence[int], kernel_shape: Sequence[int], settings: Convolution) -> tuple[str, str]:
    """What stands for the input, and the padding that the convolution is told itself."""
    sides = [(axis.before, axis.after) for axis in axes(shape, kernel_shape, settings)]
    even = all(before == after for before, after in sides)
    if settings.border == "zero" and even:
        if settings.mode == "same" and settings.stride == 1:
            return "x", 'padding="same"'
        return "x", f"padding={_one([before for before, _ in sides])}" if any(map(any, sides)) else ""
    if not any(map(any, sides)):
        return "x", ""
    flat = ", ".join(str(side) for pair in reversed(sides) for side in pair)
    how = "" if settings.border == "zero" else f', mode="{settings.border}"'
    return f"F.pad(x, ({flat}){how})", ""


def _transposed(kernel_shape: Sequence[int], settings: Convolution, arguments: list[str]) -> str:
    """Cells are cut by torch's `padding` where both sides are alike; one more at the end is sliced off, or added."""
    stride, dilation, mode = settings.stride, settings.dilation, settings.mode
    cut = [crops(kernel, stride, dilation, mode, settings.padding) for kernel in kernel_shape]
    both = [min(before, max(after, 0)) for before, after in cut]
    more = [max(after, 0) - common for (_, after), common in zip(cut, both, strict=True)]
    added = [max(-after, 0) for _, after in cut]
    if any(before != common for (before, _), common in zip(cut, both, strict=True)):
        raise SignalError("More cells are cut before than after, which has no line in torch.")
    options = [*_option("stride", stride), f"padding={_one(both)}" if any(both) else ""]
    options += [f"output_padding={_one(added)}" if any(added) else "", *_option("groups", settings.groups)]
    options += _option("dilation", dilation)
    call = f"F.conv_transpose{len(kernel_shape)}d({', '.join(['x', *arguments, *filter(None, options)])})"
    return f"{call}[..., {', '.join(f':-{extra}' if extra else ':' for extra in more)}]" if any(more) else call


def _one(numbers: Sequence[int]) -> str:
    """`1`, or `(1, 2)` where the axes differ."""
    return str(numbers[0]) if len(set(numbers)) == 1 else f"({', '.join(map(str, numbers))})"
