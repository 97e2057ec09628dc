"""Random networks, drawn from the layer kinds' own fields."""

from __future__ import annotations

from math import gcd
from typing import Any

from hypothesis import strategies as st

from core.network.kind import LayerError, LayerKind, Shape
from core.network.layers import LAYER_KINDS
from core.network.spec import NetworkSpec

LARGEST = 7  # of any number drawn for a field: small networks find the same faults


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What one field may hold, from its JSON schema."""
    if "anyOf" in schema:
        return st.one_of([values(part) for part in schema["anyOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    if schema["type"] == "integer":
        return st.integers(low, min(schema.get("maximum", LARGEST), LARGEST))
    if schema["type"] == "number":
        high = schema.get("maximum", schema.get("exclusiveMaximum", 1.0))
        return st.floats(low, high, exclude_max="exclusiveMaximum" in schema)
    return {"boolean": st.booleans(), "null": st.none()}[schema["type"]]


def layers(kind: type[LayerKind]) -> st.SearchStrategy[LayerKind]:
    """Any layer of a kind, whether it fits somewhere or not."""
    fields = kind.model_json_schema()["properties"]
    drawn = {name: st.one_of(values(field), st.just(field.get("default"))) for name, field in fields.items()}
    return st.fixed_dictionaries(drawn).map(kind.model_validate)


# Layers with many fields need more draws than those with none.
OFTEN = [kind for kind in LAYER_KINDS.values() for _ in range(max(1, len(kind.model_fields) - 1))]
any_layer = st.one_of([layers(kind) for kind in LAYER_KINDS.values()])
image_shapes = st.tuples(st.integers(1, 4), st.integers(3, 11), st.integers(3, 11))
vector_shapes = st.tuples(st.integers(1, 9))
input_shapes: st.SearchStrategy[Shape] = st.one_of(image_shapes, vector_shapes)


@st.composite
def working(draw: st.DrawFn, shapes: st.SearchStrategy[Shape] = image_shapes, most: int = 5) -> NetworkSpec:
    """A network that works: a field that cannot be has its default, and what still cannot be is left out."""
    shape = start = draw(shapes)
    kept: list[LayerKind] = []
    for _ in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from([kind for kind in OFTEN if reads(kind, shape)]))
        layer = mended(draw(layers(kind)), shape)
        if layer is not None and max(layer.output_shape(shape)) <= 60:
            kept.append(layer)
            shape = layer.output_shape(shape)
    return NetworkSpec.model_validate({"input_shape": start, "layers": tuple(kept)})


def reads(kind: type[LayerKind], shape: Shape) -> bool:
    """Whether such layers take images, or vectors, as `shape` is."""
    try:
        kind().output_shape(shape)
    except LayerError as error:
        return error.field != ""
    return True


def mended(layer: LayerKind, shape: Shape) -> LayerKind | None:
    """The layer with as many defaults as it takes to work on `shape`."""
    for _ in range(4):
        try:
            layer.output_shape(shape)
        except LayerError as error:
            default = type(layer).model_fields[error.field].default if error.field else None
            if error.field == "groups":
                default = gcd(shape[0], layer.model_dump()["filters"])
            layer = layer.model_copy(update={error.field: default})
        else:
            return layer
    return None


@st.composite
def any_network(draw: st.DrawFn) -> NetworkSpec:
    """A network that may or may not work."""
    drawn = draw(st.lists(any_layer, max_size=6))
    name = draw(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60))
    return NetworkSpec.model_validate({"name": name, "input_shape": draw(input_shapes), "layers": tuple(drawn)})
