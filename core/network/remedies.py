"""Small changes that mend a layer that cannot work; each is tried before it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from core.network.kind import LayerKind
from core.network.layers import Flatten
from core.network.shapes import trace
from core.network.spec import MAX_LAYERS, NetworkSpec

MOST = 3


@dataclass(frozen=True)
class Remedy:
    """A change in a few words, such as `Padding 'same'`, and the network that it makes."""

    label: str
    network: NetworkSpec


def remedies(spec: NetworkSpec) -> tuple[Remedy, ...]:
    """Up to three changes of the first layer that cannot work, those that mend all of it first."""
    broken = next((fault.layer for fault in trace(spec).faults if fault.layer is not None), None)
    if broken is None:
        return ()
    tried: list[tuple[bool, Remedy]] = []
    done: set[str] = set()
    for group, label, layers in _candidates(spec, broken):
        if group in done:
            continue
        candidate = spec.model_copy(update={"layers": layers})
        faults = trace(candidate).faults
        reached = min((fault.layer for fault in faults if fault.layer is not None), default=len(layers))
        if len(layers) - reached < len(spec.layers) - broken:
            done.add(group)
            tried.append((bool(faults), Remedy(label, candidate)))
    return tuple(remedy for _, remedy in sorted(tried, key=lambda entry: entry[0])[:MOST])


def _candidates(spec: NetworkSpec, at: int) -> Iterator[tuple[str, str, tuple[LayerKind, ...]]]:
    """Group, label and layers; of a group only the first that works is wanted."""
    before, layer, after = spec.layers[:at], spec.layers[at], spec.layers[at + 1 :]
    if len(spec.layers) < MAX_LAYERS:
        yield "flatten", "Put a flatten before it", (*before, Flatten(), layer, *after)
    for group, label, changed in _changes(layer):
        yield group, label, (*before, changed, *after)
    if at and isinstance(before[-1], Flatten):
        yield "flatten", "Move the flatten behind it", (*before[:-1], layer, Flatten(), *after)
    yield "remove", "Remove this layer", (*before, *after)


def _changes(layer: LayerKind) -> Iterator[tuple[str, str, LayerKind]]:
    """The layer with one field changed to what asks for less."""
    for name, values in _milder(layer):
        title = type(layer).model_fields[name].title or name.capitalize()
        for value in values:
            changed = _with(layer, name, value)
            if changed is not None and changed != layer:
                yield name, f"{title} {value!r}" if value in ("same", "valid") else f"{title} {value}", changed


def _milder(layer: LayerKind) -> Iterator[tuple[str, Iterable[object]]]:
    for name in type(layer).model_fields:
        if name in ("kernel", "size"):
            yield name, range(getattr(layer, name) - 1, 0, -1)
        elif name == "padding":
            yield name, ("same", "valid", 0)
        elif name in ("groups", "dilation"):
            yield name, (1,)
        elif name in ("activation", "function"):
            yield name, ("sigmoid",)


def _with(layer: LayerKind, name: str, value: object) -> LayerKind | None:
    try:
        return type(layer).model_validate({**layer.model_dump(), name: value})
    except ValidationError:
        return None
