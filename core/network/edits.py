"""Edits of a network; each returns a new one and leaves shapes to `trace`.

`at` counts layers from 0. What cannot be (a field out of its bounds, no such layer) raises `SpecError`.
"""

from __future__ import annotations

from core.errors import Fault, SpecError
from core.network.files import validate
from core.network.fitting import fit_to
from core.network.kind import LayerKind
from core.network.spec import MAX_LAYERS, NetworkSpec, Shape

__all__ = ["duplicate", "fit_to", "insert", "move", "remove", "replace", "with_input"]


def insert(spec: NetworkSpec, at: int, layer: LayerKind) -> NetworkSpec:
    """`layer` becomes layer `at`, from 0 to the number of layers (the end)."""
    _within(at, len(spec.layers), spec)
    if len(spec.layers) >= MAX_LAYERS:
        raise SpecError((Fault("layers", f"a network has at most {MAX_LAYERS} layers", "remove one first"),))
    return _with(spec, (*spec.layers[:at], layer, *spec.layers[at:]))


def remove(spec: NetworkSpec, at: int) -> NetworkSpec:
    """Without layer `at`."""
    _within(at, len(spec.layers) - 1, spec)
    return _with(spec, spec.layers[:at] + spec.layers[at + 1 :])


def duplicate(spec: NetworkSpec, at: int) -> NetworkSpec:
    """Layer `at` once more, right after itself."""
    _within(at, len(spec.layers) - 1, spec)
    return insert(spec, at + 1, spec.layers[at])


def move(spec: NetworkSpec, frm: int, to: int) -> NetworkSpec:
    """Layer `frm` becomes layer `to`; those between shift by one."""
    _within(frm, len(spec.layers) - 1, spec)
    _within(to, len(spec.layers) - 1, spec)
    layers = list(spec.layers)
    layers.insert(to, layers.pop(frm))
    return _with(spec, tuple(layers))


def replace(spec: NetworkSpec, at: int, **fields: object) -> NetworkSpec:
    """Layer `at` with some of its fields changed; raises `SpecError` with places such as `layers.3.kernel`."""
    _within(at, len(spec.layers) - 1, spec)
    layer = spec.layers[at]
    try:
        changed = validate(type(layer), {**layer.model_dump(), **fields})
    except SpecError as error:
        faults = (Fault(f"layers.{at}.{fault.place}", fault.sentence, fault.fix) for fault in error.faults)
        raise SpecError(tuple(faults)) from None
    return _with(spec, (*spec.layers[:at], changed, *spec.layers[at + 1 :]))


def with_input(spec: NetworkSpec, input_shape: Shape) -> NetworkSpec:
    """The same layers behind another input; raises `SpecError` where the shape is none."""
    return validate(NetworkSpec, {**spec.model_dump(mode="json"), "input_shape": list(input_shape)})


def _with(spec: NetworkSpec, layers: tuple[LayerKind, ...]) -> NetworkSpec:
    return spec.model_copy(update={"layers": layers})


def _within(at: int, last: int, spec: NetworkSpec) -> None:
    if not 0 <= at <= last:
        raise SpecError((Fault("layers", f"there is no layer {at}; the network has {len(spec.layers)}"),))
