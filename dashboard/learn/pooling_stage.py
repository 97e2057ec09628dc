"""The stage of the pooling page: input and output side by side, one window at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import ConvLensError
from dashboard import parts
from dashboard.components.stage import Footer, stage, stage_event
from dashboard.learn import inputs, pooling_controls, pooling_prompts, pooling_scene, predict
from dashboard.learn import pooling_state as page
from dashboard.learn.place import Place, clamped
from dashboard.learn.pooling_prompts import Prompt
from dashboard.learn.pooling_scene import Scene

GOOD = f"{page.PREFIX}_good_scene"  # the last that could be drawn
HEIGHT = "max(15rem, calc(100vh - 24.9rem))"
ASKING = "max(12rem, calc(100vh - 27.9rem))"  # with the row of the question below
INPUT = {"in": "digit", "digit": 3, "h": 10, "w": 10, "rgb": False, "lv": "auto"}
OWN_NOTE = "Your own picture is not in the link: whoever opens it sees a digit in its place."


def setting(
    pooling: Mapping[str, Any], picture: Mapping[str, Any], place: Place = page.STANDING.default
) -> Callable[[], None]:
    """What a prompt does to controls, input and place."""

    def prepare() -> None:
        page.set_pooling(pooling)
        page.set_controls({**INPUT, **picture})
        page.STANDING.stand(place)

    return prepare


PROMPTS: dict[str, Prompt] = {
    "size": Prompt(
        "28×28 with a 5×5 window: 24, or 23?",
        "A 5×5 window at stride 1 starts at 0, 1, … 23: that is 24 places along each side.",
        setting({"size": 5, "stride": "1"}, {"h": 28, "w": 28}, Place(23, 23)),
    ),
    "overlap": Prompt(
        "Overlapping windows",
        "3×3 every 2 cells: one large value can win in four windows. Hover its cell in the input.",
        setting({"size": 3, "stride": "2"}, {"h": 11, "w": 11}, Place(1, 2)),
    ),
    "ceil": Prompt(
        "Ceil mode: one more window",
        "9 cells and windows of 2: the last row and column get windows of their own, cut off at the end. "
        "Without ceil mode they are lost.",
        setting({"ceil": True}, {"h": 9, "w": 9}, Place(4, 4)),
    ),
    "padding": Prompt(
        "Averages fade at the border",
        "Padding counts as zeros, so that the corners of the picture lose up to three quarters: "
        "switch 'Padding counts' off.",
        setting({"kind": "average", "padding": 1}, {"in": "pattern", "pattern": "checkerboard"}, Place(0, 0)),
    ),
    "adaptive": Prompt(
        "Any size to 3×3",
        "Adaptive pooling makes its windows as long as it needs: 10 cells in 3 windows of 4, which overlap.",
        setting({"kind": "adaptive average"}, {}, Place(1, 1)),
    ),
}


@st.fragment
def show() -> None:
    """Controls, stage, and what can be tried; a change reruns this alone."""
    made = drawn_scene()
    if made is None:
        return
    with parts.card(page.key("card")):
        picture(made)
    pooling_prompts.show(PROMPTS, (made.settings, made.picture.title), notes(made.picture))


@st.fragment
def picture(made: Scene) -> None:
    """The stage, and what is asked about it: what the hand does there reruns this alone."""
    channel = channel_of(made)
    place = clamped(page.STANDING.place(), made.size)
    page.STANDING.stand_on(made.size)
    questions = pooling_scene.questions(made, place, channel)
    hidden = predict.hidden(page.PREFIX, questions)
    if predict.on(page.PREFIX) and predict.asked(page.PREFIX, questions) == "value":
        place = replace(place, whole=False)
    footer = Footer(made.line, pooling_scene.equals_line(made), f"size {made.formula}")
    height = ASKING if predict.on(page.PREFIX) else HEIGHT
    view = pooling_scene.view(made, place, channel=channel, hidden=hidden, footer=footer, height=height)
    stage(view, page.STAGE, on_place=move)
    predict.ask(page.PREFIX, questions)
    page.STANDING.keep_link()


def drawn_scene() -> Scene | None:
    """The row of controls, and what they make; where nothing fits the reason beside them, and the last good scene."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=page.key("controls")):
        picture = inputs.choose(page.PREFIX)
        settings = pooling_controls.draw(len(picture.values))
        good: Scene | None = st.session_state.get(GOOD)
        try:
            made = pooling_scene.make(picture, settings)
        except ConvLensError as error:
            with st.container(key=page.key("fault")):
                parts.show_error(error)
            return good
    st.session_state[GOOD] = made
    return made


def channel_of(made: Scene) -> int:
    """Which channel is shown, from 0."""
    return min(int(page.value("channel")), len(made.picture.values)) - 1


def notes(picture: inputs.Picture) -> tuple[str | None, ...]:
    """What is to be said of the input."""
    return (picture.note, OWN_NOTE if picture.own else None)


def move() -> None:
    """The browser stands at another output."""
    event = stage_event(page.STAGE)
    if event.at is not None:
        page.STANDING.stand_at(event.at, event.pinned, event.whole)
