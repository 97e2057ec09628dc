"""The input of the pages that teach: chosen in a popover, remembered in the link, own pictures in the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.signal import pictures
from dashboard import parts
from dashboard.learn import own, own_inputs

KINDS = {
    "digit": "Digit",
    "pattern": "Pattern",
    "photo": "Photograph",
    "draw": "Draw",
    "upload": "Upload",
    "camera": "Camera",
}
OWN = ("draw", "upload", "camera")
COLOURED = ("photo", "upload", "camera")
SMALLEST, LARGEST = 3, 512
SIZES = (5, 8, 10, 16, 28, 64, 128, 256, 512)
LEVELS = {"auto": "As it suits", "0-1": "0 to 1", "0-9": "0 to 9", "0-255": "0 to 255"}
TOPS = {"0-1": 1.0, "0-9": 9.0, "0-255": 255.0}
DIGIT = 3  # which of scikit-learn's 1,797
SIDE = 10
INKED = ("digit", "draw")
MISSING = {
    "draw": "Nothing is drawn yet, so a digit is shown: draw on the pad in the input's menu.",
    "upload": "No picture of your own is here (a link does not hold one), so a digit is shown: upload one.",
    "camera": "No photograph of your own is here (a link does not hold one), so a digit is shown: take one.",
}
LAST = "own_picture_shown"
LINKED: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


@dataclass(frozen=True, eq=False)
class Picture:
    """An input.

    values: float32 (C, H, W), C 1 or 3, read-only, from 0 to `top`, whole numbers where `whole`.
    title: what it is, with its size: `digit 3, 10×10`.
    own: the user's own picture, which no link holds.
    colours: how the stage shows it: "ink" (large values are ink, drawn dark), "grey" (large values are bright), "rgb".
    note: a sentence that the page must show, such as that a link's own picture is not here; else None.
    """

    values: NDArray[np.float32]
    title: str
    own: bool
    top: float
    whole: bool
    colours: Literal["ink", "grey", "rgb"]
    note: str | None = None


@dataclass(frozen=True)
class Choice:
    """What makes a picture again: all of it is in the link, but for own pictures."""

    kind: str
    which: str
    height: int
    width: int
    colour: bool
    levels: str


def choose(prefix: str, height: int = SIDE, width: int = SIDE) -> Picture:
    """A popover, named after what is chosen, with all that chooses the input; returns the input.

    prefix: the page's, for the keys of its widgets and of the link. height, width: of the input at first.
    """
    with st.popover(_label(_remembered(prefix, height, width)), key=f"{prefix}_input", icon=":material/image:"):
        choice = _choice(prefix, height, width)
    return picture(choice)


def picture(choice: Choice) -> Picture:
    """The input that was chosen; another one with a note where an own picture is not here (yet)."""
    if choice.kind in OWN:
        found = own.kept(choice.kind)
        if found is None:
            instead = Choice("digit", str(DIGIT), choice.height, choice.width, False, choice.levels)
            return replace(picture(instead), note=MISSING[choice.kind])
        return _of_own(choice, found)
    return _made(choice)


def _of_own(choice: Choice, found: own.OwnPicture) -> Picture:
    """Made once, however often a hand on the kernel asks for it."""
    last = st.session_state.get(LAST)
    if last is None or last[:2] != (choice, found):
        pixels = found.pixels.astype(np.float32) / np.float32(255)
        last = st.session_state[LAST] = (choice, found, _picture(choice, pixels))
    made: Picture = last[2]
    return made


@st.cache_resource(max_entries=32, show_spinner=False)
def _made(choice: Choice) -> Picture:
    """The same for a picture that anybody can make again: one for all sessions."""
    if choice.kind == "digit":
        return _picture(choice, pictures.digit(int(choice.which)))
    if choice.kind == "photo":
        return _picture(choice, pictures.photograph(choice.which))
    return _picture(choice, pictures.pattern(choice.which, choice.height, choice.width))


def _picture(choice: Choice, pixels: NDArray[np.float32]) -> Picture:
    """pixels: (1 or 3, H, W) from 0 to 1, of any size."""
    inked = choice.kind in INKED
    native = choice.kind == "digit" and (choice.height, choice.width) == (8, 8)
    top = TOPS.get(choice.levels) or (pictures.DIGIT_TOP if native else 9.0 if choice.kind not in COLOURED else 255.0)
    shown = pictures.colour(pixels) if choice.colour and not inked else pictures.grey(pixels)
    values = pictures.to_size(shown, choice.height, choice.width) * np.float32(top)
    whole = top > 1
    values = np.ascontiguousarray(values.round() if whole else values, dtype=np.float32)
    values.flags.writeable = False
    title = f"{_named(choice)}, {choice.height}×{choice.width}"
    colours: Literal["ink", "grey", "rgb"] = "ink" if inked else "rgb" if len(values) == 3 else "grey"
    return Picture(values, title, choice.kind in OWN, top, whole, colours)


def _remembered(prefix: str, height: int, width: int) -> Choice:
    """The choice before this run's widgets: for the popover's name, which is drawn before what it holds."""

    def kept(name: str, default: Any) -> Any:
        value = st.session_state.get(f"{prefix}_{name}")
        return st.query_params.get(f"{prefix}_{name}", default) if value is None else value

    def number(name: str, default: int, least: int, most: int) -> int:
        text = str(kept(name, default))
        value = int(text) if text.isdecimal() and len(text) < 6 else default
        return value if least <= value <= most else default

    def one_of(name: str, titles: Mapping[str, str], default: str) -> str:
        text = kept(name, default)  # a link has the title, the session the name
        return next((name for name, title in titles.items() if text in (name, title)), default)

    kind = one_of("in", KINDS, "digit")
    which = {
        "digit": str(number("digit", DIGIT, 0, pictures.DIGITS - 1)),
        "pattern": one_of("pattern", {name: name for name in pictures.PATTERNS}, "edge"),
        "photo": one_of("photo", {name: name for name in pictures.PHOTOGRAPHS}, "china"),
    }.get(kind, "")
    sides = (number("h", height, SMALLEST, LARGEST), number("w", width, SMALLEST, LARGEST))
    return Choice(kind, which, *sides, str(kept("rgb", False)).lower() == "true", one_of("lv", LEVELS, "auto"))


def _label(choice: Choice) -> str:
    return parts.plain(f"{_named(choice).capitalize()}, {choice.height}×{choice.width}")


def _named(choice: Choice) -> str:
    """What the picture shows, in words."""
    if choice.kind == "digit":
        return f"digit {pictures.digit_label(int(choice.which))}"
    if choice.kind in ("pattern", "photo"):
        return choice.which
    found = own.kept(choice.kind)
    return found.name if found else KINDS[choice.kind].lower()


def _choice(prefix: str, height: int, width: int) -> Choice:
    """The widgets."""
    kind = st.segmented_control(
        "Input",
        list(KINDS),
        format_func=KINDS.__getitem__,
        default="digit",
        required=True,
        key=f"{prefix}_in",
        **LINKED,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sides = _size(prefix, height, width)
        levels = st.selectbox(
            "Values", list(LEVELS), format_func=LEVELS.__getitem__, key=f"{prefix}_lv", width=130, **LINKED
        )
    which, colour = "", False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if kind == "digit":
            most = pictures.DIGITS - 1
            which = str(
                st.number_input(
                    f"Which of scikit-learn's (0 to {most:,})", 0, most, DIGIT, key=f"{prefix}_digit", **LINKED
                )
            )
        elif kind == "pattern":
            which = _one(prefix, "pattern", tuple(pictures.PATTERNS))
        elif kind == "photo":
            which = _one(prefix, "photo", pictures.PHOTOGRAPHS)
        if kind in COLOURED:
            colour = st.toggle("Colour", key=f"{prefix}_rgb", **LINKED)
    if kind != "camera":
        own_inputs.camera_off(prefix)
    if kind in OWN:
        own_inputs.show(prefix, kind, sides)
        st.caption("Kept for this session; no link holds it.")
    return Choice(kind, which, *sides, colour, levels)


def _one(prefix: str, name: str, options: Sequence[str]) -> str:
    chosen: str = st.segmented_control(
        "Which",
        options,
        default=options[0],
        required=True,
        key=f"{prefix}_{name}",
        label_visibility="collapsed",
        **LINKED,
    )
    return chosen


def _size(prefix: str, height: int, width: int) -> tuple[int, int]:
    """Height and width, and the usual sizes to choose both with one click."""
    keys = (f"{prefix}_h", f"{prefix}_w")
    rows = st.number_input("Height", SMALLEST, LARGEST, height, key=keys[0], width=110, **LINKED)
    columns = st.number_input("Width", SMALLEST, LARGEST, width, key=keys[1], width=110, **LINKED)

    def both() -> None:
        side = st.session_state[f"{prefix}_side"]
        if side is not None:
            st.session_state[keys[0]] = st.session_state[keys[1]] = side

    st.session_state[f"{prefix}_side"] = rows if rows == columns and rows in SIZES else None
    st.selectbox(
        "Square", SIZES, key=f"{prefix}_side", format_func=_square, on_change=both, width=120, placeholder="Other"
    )
    return int(rows), int(columns)


def _square(side: int) -> str:
    return f"{side}×{side}"
