"""Try this, on the convolution page: each prompt sets a scene and says what is to be seen in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from dashboard import parts
from dashboard.learn import convolution_state as page
from dashboard.learn import kernel_choice
from dashboard.learn.place import Place
from dashboard.learn.scene import Scene

TRIED = f"{page.PREFIX}_tried"
INPUT = {"in": "digit", "digit": 3, "h": 10, "w": 10, "rgb": False, "lv": "auto"}


@dataclass(frozen=True)
class Prompt:
    """label: on the button. said: what is to be seen. kernel: name and size, or `ones` and size."""

    label: str
    said: str
    kernel: tuple[str, int, int] = ("sobel-x", 3, 3)
    controls: Mapping[str, Any] = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    place: Place = page.STANDING.default


PROMPTS: dict[str, Prompt] = {
    "size": Prompt(
        "28×28 with 5×5: 24, or 23?",
        "A 5×5 window starts at 0, 1, … 23: that is 24 places along each side, with a stride of 1.",
        ("gaussian", 5, 5),
        {"mode": "valid"},
        {"h": 28, "w": 28},
        Place(23, 23),
    ),
    "flip": Prompt(
        "Flip an asymmetric kernel",
        "True convolution reads the kernel from its end: every sign changes. A symmetric kernel would not care.",
        controls={"formula": "convolution"},
    ),
    "even": Prompt(
        "Same, with an even kernel",
        "4 cells have no middle: the input gets 1 cell before and 2 after, and the picture moves by half a cell.",
        ("sobel-x", 4, 4),
        place=Place(0, 4, pinned=True),
    ),
    "stride": Prompt(
        "A stride skips pixels",
        "Hover any third row or column of the input: no window reads it, so whatever is there never matters.",
        ("ones", 2, 2),
        {"mode": "valid", "stride": 3},
        {"h": 11, "w": 11},
        Place(1, 1),
    ),
    "checkerboard": Prompt(
        "Transposed: a checkerboard",
        "A 3×3 kernel painted 2 cells apart overlaps itself in every other cell: an even input becomes a checkerboard.",
        ("ones", 3, 3),
        {"mode": "valid", "stride": 2, "transposed": True},
        {"in": "pattern", "pattern": "edge", "h": 6, "w": 6},
        Place(4, 8),
    ),
}


def show(scene: Scene) -> None:
    """The prompts; and what is to be seen, or what the picture and the kernel have to say."""
    with st.container(key=page.key("prompts")):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html('<div class="convlens-try" role="note"><b>Try this</b></div>', width="content")
            for name, prompt in PROMPTS.items():
                st.button(prompt.label, key=page.key(f"try_{name}"), type="tertiary", on_click=set_scene, args=(name,))
        notes = [scene.picture.note, scene.kernel.note, own_note(scene), said(scene), scene.tensorflow]
        st.caption(parts.plain(next((note for note in notes if note), "\u00a0")))


def own_note(scene: Scene) -> str | None:
    """An own picture stays here."""
    if scene.picture.own and not scene.picture.note:
        return "Your own picture is not in the link: whoever opens it sees a digit in its place."
    return None


def said(scene: Scene) -> str | None:
    """What the prompt that was tried is there for, while its scene stands."""
    name, stamp = st.session_state.get(TRIED, (None, None))
    if name is None:
        return None
    now = stamp_of(scene)
    if stamp is None:
        st.session_state[TRIED] = (name, now)
    elif stamp != now:
        return None
    return PROMPTS[name].said


def stamp_of(scene: Scene) -> tuple[object, ...]:
    """Names what is on the stage."""
    return (scene.settings, scene.picture.title, scene.weight.tobytes())


def set_scene(name: str) -> None:
    """Put input, kernel, controls and place where the prompt wants them; before any of them is drawn."""
    prompt = PROMPTS[name]
    page.set_controls(prompt.controls)
    for part, value in {**INPUT, **prompt.picture}.items():
        st.session_state[page.key(part)] = value
    kind, height, width = prompt.kernel
    if kind == "ones":
        kernel_choice.set_values(page.PREFIX, np.ones((height, width)), "ones")
    else:
        kernel_choice.set_named(page.PREFIX, kind, height, width)
    page.STANDING.stand(prompt.place)
    st.session_state[TRIED] = (name, None)
