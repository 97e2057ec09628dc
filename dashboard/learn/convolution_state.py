"""What the convolution page remembers, and how it stands in the link: every key of its own, once.

A control's value lives under `convolution_NAME`, which is its widget's key and its parameter in the link. The position
on the stage follows the hand in the browser; it comes here, and into the link, when the hand rests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.signal import pictures
from core.signal.settings import Convolution
from dashboard.learn import inputs, predict, views

PREFIX = views.PREFIX
STAGE = f"{PREFIX}_stage"  # key of the stage, whose state the browser sets
DECK = f"{PREFIX}_deck"
SHAPE = f"{PREFIX}_drawn_shape"  # (rows, columns) of the outputs that the browser's places count
PLACE = f"{PREFIX}_place"
AT = f"{PREFIX}_at"  # the place's parameter in the link
CHECKED = f"{PREFIX}_link_checked"
PAD = "pad"  # the mode whose padding is a number, as the screen calls it


@dataclass(frozen=True)
class Control:
    """A control's values: a few, the first being the default, or all whole numbers from `low` to `high`."""

    title: str
    options: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    default: int = 0

    def allows(self, text: str) -> bool:
        """Whether a link may say this."""
        if self.options:
            return text in self.options
        return text.isascii() and text.isdigit() and len(text) < 6 and self.low <= int(text) <= self.high

    @property
    def first(self) -> str | int:
        return self.options[0] if self.options else self.default

    @property
    def allowed(self) -> str:
        return ", ".join(self.options) if self.options else f"{self.low} to {self.high}"


CONTROLS: dict[str, Control] = {
    "mode": Control("Mode", ("same", "valid", "full", PAD)),
    "padding": Control("Padding", low=0, high=16, default=1),
    "border": Control("Border", ("zero", "reflect", "replicate", "circular")),
    "stride": Control("Stride", low=1, high=6, default=1),
    "dilation": Control("Dilation", low=1, high=6, default=1),
    "groups": Control("Groups", low=1, high=4, default=1),
    "map": Control("Map", low=1, high=4, default=1),
    "transposed": Control("Transposed", ("false", "true")),
    "formula": Control("Formula", ("correlation", "convolution")),
    "deck_stride": Control("Stride", low=2, high=6, default=2),
    "deck_dilation": Control("Dilation", low=2, high=6, default=2),
}
# Bound in the link too, by the page's header, by what is predicted and by the input.
OTHERS: dict[str, Control] = {
    "view": Control("View", tuple(view.title for view in views.VIEWS)),
    "predict": Control("Predict first", ("false", "true")),
    "predict_what": Control("What is predicted", tuple(predict.TITLES.values())),
    "in": Control("Input", tuple(inputs.KINDS.values())),
    "digit": Control("Digit", low=0, high=pictures.DIGITS - 1),
    "pattern": Control("Pattern", tuple(pictures.PATTERNS)),
    "photo": Control("Photograph", tuple(pictures.PHOTOGRAPHS)),
    "h": Control("Height of the input", low=inputs.SMALLEST, high=inputs.LARGEST),
    "w": Control("Width of the input", low=inputs.SMALLEST, high=inputs.LARGEST),
    "rgb": Control("Colour", ("false", "true")),
    "lv": Control("Values", tuple(inputs.LEVELS.values())),
}


@dataclass(frozen=True)
class Place:
    """Where the stage stands: the output at (row, column). pinned: held there. whole: all outputs are drawn."""

    row: int
    column: int
    pinned: bool = False
    whole: bool = True


DEFAULT_PLACE = Place(3, 4)


def key(name: str) -> str:
    """The widget's key and the link's parameter of a control."""
    return f"{PREFIX}_{name}"


def value(name: str) -> Any:
    """What the control says in this session; before it was drawn what the link says, or else its default."""
    if key(name) in st.session_state:
        return st.session_state[key(name)]
    control, said = CONTROLS[name], st.query_params.get(key(name))
    if said is None or not control.allows(said):
        return control.first
    return said if control.options else int(said)


def settings() -> Convolution:
    """What the controls say, all together; a transposed convolution has no border to choose."""
    transposed = value("transposed") in (True, "true")
    return Convolution(
        mode="number" if value("mode") == PAD else value("mode"),
        padding=value("padding"),
        border="zero" if transposed else value("border"),
        stride=value("stride"),
        dilation=value("dilation"),
        groups=value("groups"),
        transposed=transposed,
        flipped=value("formula") == "convolution",
    )


def set_controls(values: Mapping[str, Any]) -> None:
    """Put all controls where `values` says, and the others to their defaults; only before they are drawn."""
    for name, control in CONTROLS.items():
        default = False if name == "transposed" else control.first
        st.session_state[key(name)] = values.get(name, default)


def place() -> Place:
    """Where the stage stands, from the session, or else from the link."""
    if PLACE not in st.session_state:
        st.session_state[PLACE] = read_place(st.query_params.get(AT, "")) or DEFAULT_PLACE
    kept: Place = st.session_state[PLACE]
    return kept


def stand(at: Place) -> None:
    """Go to this place; nothing is pinned to what was there before."""
    st.session_state[PLACE] = at


def stand_on(shape: tuple[int, int]) -> None:
    """The outputs that the browser is given now, (rows, columns): what its next index counts."""
    st.session_state[SHAPE] = shape


def stand_at(index: int, pinned: bool, whole: bool) -> None:
    """The browser is at this output of those that it was given."""
    rows, columns = st.session_state.get(SHAPE, (1, 1))
    index = min(index, rows * columns - 1)
    stand(Place(index // columns, index % columns, pinned, whole))


def write_place(at: Place) -> str:
    """`4x7`, `4x7-pin`, `4x7-walk`: as the link has it."""
    return f"{at.row}x{at.column}{'-pin' if at.pinned else ''}{'' if at.whole else '-walk'}"


def read_place(text: str) -> Place | None:
    """What `write_place` made; None for anything else."""
    head, *flags = text.split("-")
    numbers = head.split("x")
    fits = len(numbers) == 2 and all(part.isascii() and part.isdigit() and len(part) < 5 for part in numbers)
    if not fits or not set(flags) <= {"pin", "walk"} or len(set(flags)) != len(flags):
        return None
    return Place(int(numbers[0]), int(numbers[1]), "pin" in flags, "walk" not in flags)


def clamped(at: Place, shape: Sequence[int]) -> Place:
    """The nearest place that an output of this shape has."""
    return Place(min(at.row, shape[0] - 1), min(at.column, shape[1] - 1), at.pinned, at.whole)


def keep_link() -> None:
    """Put the place into the link, where it is not the default one."""
    wanted = None if place() == DEFAULT_PLACE else write_place(place())
    if wanted is None:
        if AT in st.query_params:
            del st.query_params[AT]
    elif st.query_params.get(AT) != wanted:
        st.query_params[AT] = wanted


def link_faults() -> list[str]:
    """Once a session, before any widget is drawn: what the link says and no control can have, one sentence each."""
    if CHECKED in st.session_state:
        return []
    st.session_state[CHECKED] = True
    found = []
    for name, control in {**OTHERS, **CONTROLS}.items():
        said = st.query_params.get(key(name))
        known = name == "view" and views.named(said)
        if said is not None and not known and not control.allows(said):
            found.append(f"{control.title} in the link is {said[:30]!r}, and can be {control.allowed}")
    at = st.query_params.get(AT)
    if at is not None and read_place(at) is None:
        found.append(f"The position in the link is {at[:30]!r}, and should read like 4x7 (row and column)")
    return found
