"""The controls of one layer: words and bounds are its description's, the kind of widget is chosen here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import gcd
from typing import Any

import streamlit as st

from core.network.kind import ACTIVATIONS, LayerKind, Shape
from core.network.spec import NetworkSpec

Change = Callable[[dict[str, Any]], None]
NUMBER = "number"
AS_SIZE = "as size"

ROWS: tuple[tuple[str, ...], ...] = (
    ("filters",),
    ("units",),
    ("kernel", "stride", "dilation"),
    ("size", "stride", "padding"),
    ("padding",),
    ("activation", "initialisation", "groups", "bias"),
    ("activation", "initialisation", "bias"),
)
WIDTHS = {"initialisation": 1.12, "groups": 0.75, "bias": 0.84}
CLEAR = ("filters", "kernel", "units", "size", "rate", "bias", "activation", "mode")  # need no further words
TITLES = {name: entry.title for name, entry in ACTIVATIONS.items()} | {"glorot": "Glorot", "he": "He"}
SEPARATE_COUNTS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Control:
    """One field of the layer, where it is shown.

    key: of the widget in the session; it changes whenever the layer changes otherwise than by this form.
    """

    layer: LayerKind
    shape: Shape | None
    name: str
    key: str
    change: Change

    @property
    def value(self) -> Any:
        return getattr(self.layer, self.name)

    @property
    def field(self) -> dict[str, Any]:
        return schema(type(self.layer).__name__, type(self.layer))[self.name]

    @property
    def title(self) -> str:
        return self.field.get("title") or self.name.capitalize()

    @property
    def help(self) -> str | None:
        words = None if self.name in CLEAR else self.field.get("description")
        return f"{words[:1].upper()}{words[1:]}." if words else None

    def give(self, value: Any, key: str | None = None) -> str:
        """Set what a widget shows at first, and return its key.

        The widget takes the value as its default, too: so a browser that missed the first showing answers with it.
        """
        key = key or self.key
        st.session_state.setdefault(key, value)
        return key

    def take(self, key: str | None = None) -> None:
        """A widget was moved: put its value into the layer."""
        self.change({self.name: st.session_state[key or self.key]})


@cache
def schema(_name: str, model: type[LayerKind]) -> dict[str, dict[str, Any]]:
    """The fields of a layer kind: `title`, `description`, and where they have them `minimum`, `maximum` or `enum`."""
    return {name: _flat(field) for name, field in model.model_json_schema()["properties"].items()}


def _flat(field: dict[str, Any]) -> dict[str, Any]:
    """A field that may also be none, or a word: the bounds of its number are put beside its title."""
    for choice in field.get("anyOf", ()):
        field = {**{k: v for k, v in choice.items() if k not in ("type",)}, **field, "optional": True}
    return field


def layer_form(layer: LayerKind, shape: Shape | None, prefix: str, change: Change) -> None:
    """The controls of `layer`.

    shape: what flows into it, None where that is unknown. prefix: of the widgets' keys. change: called with the
    fields that the user has changed.
    """
    controls = {
        name: Control(layer, shape, name, f"{prefix}_{name}", change)
        for name in type(layer).model_fields
        if name != "kind"
    }
    if not controls:
        st.caption(f"{layer.summary[:1].upper()}{layer.summary[1:]}. It has nothing to set.")
    for row in _rows(tuple(controls)):
        widths = [WIDTHS.get(name, 1.0) for name in row]
        if len(row) == 1:
            _draw(controls[row[0]])
            continue
        for column, name in zip(
            st.columns(widths, gap="xsmall" if len(row) > 3 else "small", vertical_alignment="top"), row, strict=True
        ):
            with column:
                _draw(controls[name])


def _rows(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The fields row by row: the rows above that fit, then what is left."""
    left = list(names)
    rows = []
    for row in ROWS:
        if all(name in left for name in row):
            rows.append(row)
            left = [name for name in left if name not in row]
    return rows + [tuple(left[at : at + 3]) for at in range(0, len(left), 3)]


def _draw(control: Control) -> None:
    field = control.field
    if control.name == "groups":
        _groups(control)
    elif control.name == "padding" and field.get("optional"):
        _padding(control)
    elif "enum" in field:
        _choice(control)
    elif field.get("type") == "boolean":
        _switch(control)
    elif field.get("type") == "number":
        _share(control)
    elif field.get("optional"):
        _optional(control)
    elif field["maximum"] > 100:
        count(control.title, control.help, control.value, _bounds(field), control.key, control.take)
    else:
        _slider(control)


def _bounds(field: dict[str, Any]) -> tuple[int, int]:
    return int(field["minimum"]), int(field["maximum"])


def _slider(control: Control) -> None:
    low, high = _bounds(control.field)
    key = control.give(control.value)
    st.slider(control.title, low, high, control.value, key=key, help=control.help, on_change=control.take)


def _share(control: Control) -> None:
    """A number from 0 up to, but without, 1."""
    high = float(control.field.get("maximum", control.field.get("exclusiveMaximum", 1.0) - 0.01))
    key = control.give(float(control.value))
    low = float(control.field["minimum"])
    st.slider(
        control.title, low, high, float(control.value), step=0.01, key=key, help=control.help, on_change=control.take
    )


def _switch(control: Control) -> None:
    st.selectbox(
        control.title,
        (True, False),
        index=0 if control.value else 1,
        key=control.give(control.value),
        format_func=lambda value: "yes" if value else "no",
        help=control.help,
        on_change=control.take,
    )


def _choice(control: Control) -> None:
    st.selectbox(
        control.title,
        control.field["enum"],
        index=control.field["enum"].index(control.value),
        key=control.give(control.value),
        format_func=lambda name: TITLES.get(name, name),
        help=control.help,
        on_change=control.take,
    )


def _optional(control: Control) -> None:
    """A whole number, or none: then the layer takes its size."""
    low, high = _bounds(control.field)
    shown = AS_SIZE if control.value is None else control.value
    key = control.give(shown)

    def take() -> None:
        value = st.session_state[key]
        control.change({control.name: None if value == AS_SIZE else value})

    options = [AS_SIZE, *range(low, high + 1)]
    st.select_slider(control.title, options, shown, key=key, help=control.help, on_change=take)


def _padding(control: Control) -> None:
    """A word, or a number of pixels for each side."""
    value = control.value
    mode = NUMBER if isinstance(value, int) else value
    pixels = value if isinstance(value, int) else _even_padding(control.layer)
    mode_key, number_key = control.give(mode), control.give(pixels, f"{control.key}_pixels")

    def take_mode() -> None:
        mode = st.session_state[mode_key]
        control.change({control.name: st.session_state.get(number_key, 1) if mode == NUMBER else mode})

    words, side = st.columns((3.1, 1), gap="xsmall", vertical_alignment="bottom")
    options = [*control.field["enum"], NUMBER]
    words.segmented_control(
        control.title,
        options,
        default=mode,
        key=mode_key,
        required=True,
        help=control.help,
        on_change=take_mode,
        width="stretch",
    )
    low, high = _bounds(control.field)
    side.number_input(
        "Padding in pixels",
        low,
        high,
        pixels,
        key=number_key,
        label_visibility="collapsed",
        disabled=not isinstance(value, int),
        on_change=control.take,
        args=(number_key,),
    )


def _even_padding(layer: LayerKind) -> int:
    """The number that keeps the image's size, for an odd kernel."""
    return int(getattr(layer, "span", 3)) // 2


def _groups(control: Control) -> None:
    """Only what divides both channels and filters, and what is there now."""
    common = gcd(int(getattr(control.layer, "filters", 1)), control.shape[0] if control.shape else 0)
    options = [number for number in range(1, min(common, _bounds(control.field)[1]) + 1) if common % number == 0]
    options = sorted({*options, control.value})
    st.selectbox(
        control.title,
        options,
        index=options.index(control.value),
        key=control.give(control.value),
        help=control.help,
        on_change=control.take,
    )


def count(
    title: str,
    words: str | None,
    value: int,
    bounds: tuple[int, int],
    key: str,
    take: Callable[[str], None],
) -> None:
    """A slider over counts of very different size, with steps that grow, and beside it the exact number.

    take: called with the key of the one of the two that was moved.
    """
    exact = f"{key}_exact"
    st.session_state.setdefault(key, value)
    st.session_state.setdefault(exact, value)

    def moved(source: str, other: str) -> None:
        st.session_state[other] = st.session_state[source]
        take(source)

    wide, narrow = st.columns((2.2, 1), gap="small", vertical_alignment="bottom")
    options = sorted({*_growing(*bounds), value})
    wide.select_slider(title, options, value, key=key, help=words, on_change=moved, args=(key, exact))
    narrow.number_input(
        f"{title}, exact number",
        *bounds,
        value,
        key=exact,
        label_visibility="collapsed",
        on_change=moved,
        args=(exact, key),
    )


@cache
def _growing(low: int, high: int) -> tuple[int, ...]:
    """Every number to 16, then eight steps for each doubling, and the round numbers that networks like."""
    steps = {number for number in SEPARATE_COUNTS if low <= number <= high} | {low, high}
    start, step = 0, 1
    while start < high:
        steps |= set(range(max(start, low), min(2 * max(start, 8), high) + 1, step))
        start, step = 2 * max(start, 8), step * (1 if start == 0 else 2)
    return tuple(sorted(steps))


def input_form(spec: NetworkSpec, prefix: str, change: Callable[[Shape], None]) -> None:
    """The controls of what comes in: an image's channels, height and width, or how many numbers."""
    image = len(spec.input_shape) == 3
    kind = f"{prefix}_input"
    shown = "images" if image else "numbers"
    st.session_state.setdefault(kind, shown)

    def take_kind() -> None:
        change((1, 28, 28) if st.session_state[kind] == "images" else (2,))

    words = ("images", "numbers")
    st.segmented_control("What comes in", words, default=shown, key=kind, required=True, on_change=take_kind)
    titles = ("Channels", "Height", "Width") if image else ("Numbers",)
    for axis, title in enumerate(titles):

        def take(key: str, axis: int = axis) -> None:
            sides = list(spec.input_shape)
            sides[axis] = st.session_state[key]
            change(tuple(sides))

        count(title, None, spec.input_shape[axis], side_bounds(), f"{prefix}_input_{axis}", take)


@cache
def side_bounds() -> tuple[int, int]:
    """The least and the largest side of an input, as the network's description has them."""
    choices = NetworkSpec.model_json_schema()["properties"]["input_shape"]["anyOf"]
    return _bounds(choices[0]["prefixItems"][0])
