"""The names and shapes of a safetensors file against those that a network has; without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from math import prod
from typing import Any

from core.errors import RunError
from core.network.kind import TorchCall
from core.network.shapes import check
from core.network.spec import NetworkSpec

LARGEST_HEADER = 10_000_000  # bytes
_SIZES = {"BOOL": 1, "U8": 1, "I8": 1, "F16": 2, "BF16": 2, "I16": 2, "F32": 4, "I32": 4, "F64": 8, "I64": 8}
FILE = "weights.safetensors"

Shapes = Mapping[str, tuple[int, ...]]


def expected(network: NetworkSpec) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor of the built network's state. Raises SpecError."""
    found = {}
    for row in check(network).rows:
        for call in row.layer.calls(row.input_shape):
            for part, shape in _state_of(call).items():
                found[f"{row.index}_{call.name}.{part}"] = shape
    return found


def _state_of(call: TorchCall) -> dict[str, tuple[int, ...]]:
    given: Mapping[str, Any] = call.arguments
    if call.function in ("nn.Conv2d", "nn.ConvTranspose2d"):
        size = given["kernel_size"]
        kernel = (size, size) if isinstance(size, int) else tuple(size)
        groups = given.get("groups", 1)
        channels = (given["out_channels"], given["in_channels"] // groups)
        if call.function == "nn.ConvTranspose2d":
            channels = (given["in_channels"], given["out_channels"] // groups)
        return {"weight": (*channels, *kernel)} | _bias(given, given["out_channels"])
    if call.function == "nn.Linear":
        return {"weight": (given["out_features"], given["in_features"])} | _bias(given, given["out_features"])
    if call.function.startswith("nn.BatchNorm"):
        each = dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (given["num_features"],))
        return {**each, "num_batches_tracked": ()}
    return {}


def _bias(given: Mapping[str, Any], outputs: int) -> dict[str, tuple[int, ...]]:
    return {"bias": (outputs,)} if given.get("bias", True) else {}


def header(content: bytes) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor in a safetensors file whose lengths agree. Raises RunError.

    The format: 8 bytes of length, a JSON object of that length, then the numbers
    (https://github.com/huggingface/safetensors, section Format).
    """
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > min(LARGEST_HEADER, len(content) - 8):
        raise RunError(f"{FILE} is cut or is no safetensors file.")
    try:
        found = json.loads(content[8 : 8 + length])
        entries = {str(name): entry for name, entry in found.items() if name != "__metadata__"}
        shapes = {name: _shape(entry) for name, entry in entries.items()}
        spans = sorted(_span(entry, shapes[name]) for name, entry in entries.items())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise RunError(f"{FILE} is damaged: its list of tensors cannot be read.") from None
    told, there = max((last for _, last in spans), default=0), len(content) - 8 - length
    if told != there:
        raise RunError(f"{FILE} is cut or damaged: it has {there:,} bytes of numbers, not {told:,}.")
    if [first for first, _ in spans] != [0, *(last for _, last in spans)][: len(spans)]:
        raise RunError(f"{FILE} is damaged: its tensors overlap or leave gaps.")
    return shapes


def _shape(entry: Any) -> tuple[int, ...]:
    sides = entry["shape"]
    if not all(isinstance(side, int) and not isinstance(side, bool) and side >= 0 for side in sides):
        raise ValueError("a side is no number")
    return tuple(sides)


def _span(entry: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    """Where the tensor begins and ends; its bytes must be as many as its shape and type need."""
    first, last = entry["data_offsets"]
    if not 0 <= first <= last or last - first != prod(shape) * _SIZES[entry["dtype"]]:
        raise ValueError("offsets do not fit the shape")
    return int(first), int(last)


def compare(found: Shapes, wanted: Shapes) -> None:
    """Raises RunError with the first tensors that are missing, unknown or of another shape."""
    missing = [name for name in wanted if name not in found]
    unknown = [name for name in found if name not in wanted]
    wrong = [name for name in wanted if name in found and tuple(found[name]) != tuple(wanted[name])]
    if missing:
        raise RunError(f"{FILE} does not belong to this network: it lacks {_listed(missing)}.")
    if unknown:
        raise RunError(f"{FILE} does not belong to this network, which has no {_listed(unknown)}.")
    if wrong:
        name = wrong[0]
        there, here = _words(found[name]), _words(wanted[name])
        raise RunError(f"{FILE} does not belong to this network: {name} is {there} there, {here} here.")


def _words(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "one number"


def _listed(names: list[str]) -> str:
    told = ", ".join(name[:80] for name in islice(names, 3))
    return told + (f" and {len(names) - 3} more" if len(names) > 3 else "")
