"""What the diagram and the table say of a network: plain data, without Streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.network.kind import LayerKind, Shape
from core.network.layers import (
    LAYER_KINDS,
    Activation,
    Convolution,
    Dense,
    Dropout,
    GlobalPooling,
    TransposedConvolution,
)
from core.network.shapes import Row, Trace
from core.network.spec import NetworkSpec

CONVOLUTION, POOLING, DENSE, THIN = "conv", "pool", "dense", "thin"
TONES = {
    "convolution": CONVOLUTION,
    "transposed-convolution": CONVOLUTION,
    "max-pooling": POOLING,
    "average-pooling": POOLING,
    "global-pooling": POOLING,
    "dense": DENSE,
}
SHORT = {
    "max-pooling": "max-pool",
    "average-pooling": "avg-pool",
    "global-pooling": "global pool",
    "batch-normalisation": "batch norm",
}


@dataclass(frozen=True)
class Outline:
    """One layer as it was in the last network that worked."""

    kind: str
    shape: Shape


def outlines(trace: Trace) -> tuple[Outline, ...]:
    """What to remember of a network that works, for the time when it does not."""
    return tuple(Outline(row.layer.kind, row.output_shape) for row in trace.rows)


def drawn_shapes(spec: NetworkSpec, trace: Trace, kept: tuple[Outline, ...]) -> list[tuple[Shape | None, bool]]:
    """For each layer its output shape, and whether that is a memory of the last network that worked.

    What follows a fault is matched with the remembered layers from the end, as long as the kinds agree; None: unknown.
    """
    shapes: list[tuple[Shape | None, bool]] = [(row.output_shape, False) for row in trace.rows]
    broken = spec.layers[len(trace.rows) :]
    remembered: list[tuple[Shape | None, bool]] = []
    for layer, outline in zip(reversed(broken), reversed(kept), strict=False):
        if outline.kind != layer.kind:
            break
        remembered.append((outline.shape, True))
    unknown: list[tuple[Shape | None, bool]] = [(None, True)] * (len(broken) - len(remembered))
    return shapes + unknown + remembered[::-1]


def tone(kind: str) -> str:
    """The family that decides a kind's colour."""
    return TONES.get(kind, THIN)


def short(layer: LayerKind) -> str:
    """The layer in a word or two, for below its block."""
    match layer:
        case Convolution():
            return f"conv {layer.filters}"
        case TransposedConvolution():
            return f"transposed {layer.filters}"
        case Dense():
            return f"dense {layer.units}"
        case Dropout():
            return f"dropout {layer.rate:g}"
        case Activation():
            return layer.function
        case GlobalPooling():
            return f"global {'avg' if layer.mode == 'average' else 'max'}"
    return SHORT.get(layer.kind, layer.kind.replace("-", " "))


def brief(layer: LayerKind) -> str:
    """The layer and its window, where the table has little room: `conv 20 · 5×5`."""
    side = getattr(layer, "kernel", None) or getattr(layer, "size", None)
    return f"{short(layer)} · {side}×{side}" if isinstance(side, int) else short(layer)


def window(layer: LayerKind) -> int | None:
    """Pixels that the layer's window spans on its input, None where it has none."""
    if isinstance(layer, TransposedConvolution):
        return None
    span = getattr(layer, "span", None) or getattr(layer, "size", None)
    return span if isinstance(span, int) else None


def shape_text(shape: Shape | None) -> str:
    return "" if shape is None else "×".join(f"{side:,}" if len(shape) == 1 else str(side) for side in shape)


def memory_text(count: int) -> str:
    """Bytes in the unit that suits them: `784 B`, `12.2 KiB`, `3.1 MiB`."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1000 or unit == "GiB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"


def faults_by_layer(trace: Trace) -> dict[int | None, str]:
    """One text for each layer that is wrong, None for the network as a whole."""
    texts: dict[int | None, str] = {}
    for fault in trace.faults:
        text = sentence(fault.sentence, fault.fix)
        texts[fault.layer] = f"{texts[fault.layer]} {text}" if fault.layer in texts else text
    return texts


def sentence(*parts: str) -> str:
    """`Kernel 5 does not fit a 3x3 input: lower the kernel to 3.`"""
    text = ": ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def blocks(spec: NetworkSpec, trace: Trace, kept: tuple[Outline, ...]) -> list[dict[str, Any]]:
    """The blocks that the diagram draws: the input (index -1) and the layers."""
    faults = faults_by_layer(trace)
    made = [_input_block(spec, faults.get(None))]
    before: Shape | None = spec.input_shape
    for index, (layer, (shape, stale)) in enumerate(zip(spec.layers, drawn_shapes(spec, trace, kept), strict=True)):
        row = trace.rows[index] if index < len(trace.rows) else None
        block = _block(index, layer, row, faults.get(index))
        named = block["form"] == "solid" or shape != before  # what only passes values on needs no shape of its own
        drawn = {"shape": list(shape) if shape else None, "shapeText": shape_text(shape) if named else ""}
        made.append({**block, **drawn, "stale": stale})
        before = shape
    return made


def _input_block(spec: NetworkSpec, fault: str | None) -> dict[str, Any]:
    shape = shape_text(spec.input_shape)
    words = "channels × height × width" if len(spec.input_shape) == 3 else "numbers"
    return {
        "index": -1,
        "form": "solid",
        "tone": "input",
        "short": "input",
        "label": "input",
        "shape": list(spec.input_shape),
        "shapeText": shape,
        "window": None,
        "fault": fault,
        "stale": False,
        "tip": [f"{shape} {words}"],
        "aria": f"Input: {shape} {words}. {fault or ''}".strip(),
    }


def _block(index: int, layer: LayerKind, row: Row | None, fault: str | None) -> dict[str, Any]:
    tip = _tip(row) if row else ["not reached: an earlier layer does not work"] if not fault else []
    return {
        "index": index,
        "form": "pill" if tone(layer.kind) == THIN else "solid",
        "tone": tone(layer.kind),
        "short": short(layer),
        "label": f"{index + 1} · {layer.label}",
        "window": window(layer),
        "fault": fault,
        "tip": tip,
        "aria": f"Layer {index + 1}: {layer.label}. {fault or ('; '.join(tip))}",
    }


def _tip(row: Row) -> list[str]:
    lines = [f"{shape_text(row.input_shape)} → {shape_text(row.output_shape)}"]
    if row.parameters:
        lines.append(f"{row.parameters:,} parameters")
    if row.macs:
        lines.append(f"{row.macs:,} multiply-adds")
    return [*lines, f"{memory_text(row.activation_bytes)} of activations"]


def menu() -> list[dict[str, str]]:
    """The kinds that can be added, in the registry's order."""
    return [
        {"kind": kind, "title": cls.title, "hint": cls.summary, "tone": tone(kind)} for kind, cls in LAYER_KINDS.items()
    ]


def alternative_text(spec: NetworkSpec, trace: Trace) -> str:
    """The picture in words, for who cannot see it."""
    steps = [f"input {shape_text(spec.input_shape)}"]
    steps += [f"{row.layer.label} to {shape_text(row.output_shape)}" for row in trace.rows]
    text = f"Network {spec.name}: {'; '.join(steps)}."
    if trace.faults:
        fault = trace.faults[0]
        where = f" at layer {fault.layer + 1}" if fault.layer is not None else ""
        return f"{text} It stops{where}: {sentence(fault.sentence, fault.fix)}"
    return f"{text} {trace.parameters:,} parameters in all."
