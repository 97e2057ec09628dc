"""The stage: input, kernel and output side by side, with the controls that drive them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from core.errors import ConvLensError
from core.signal.settings import Convolution
from dashboard import parts, state
from dashboard.components.stage import Footer, StageEvent, stage, stage_event
from dashboard.learn import convolution_controls, inputs, kernel_choice, predict, prompts, scene
from dashboard.learn import convolution_state as page
from dashboard.learn.kernel_choice import KernelChoice
from dashboard.learn.place import clamped
from dashboard.learn.scene import Scene

GOOD = f"{page.PREFIX}_good_scene"  # the last that could be drawn
HEIGHT = "var(--convlens-stage)"  # in learn.css
ASKING = "calc(var(--convlens-stage) - 3rem)"  # with the row of the question below
AT_ONCE = 2e6  # products that are checked before they are drawn; more of them wait until the hand rests


@st.fragment
def show() -> None:
    """Controls, stage, and what can be tried; a change reruns this alone."""
    made, kernel = drawn_scene()
    with parts.card(f"{page.PREFIX}_card"):
        picture(made, kernel)
    prompts.show(made)


@st.fragment
def picture(drawn: Scene, kernel: KernelChoice) -> None:
    """The stage, and what is asked about it: what the hand does there reruns this alone, which keeps up with it.

    drawn: what the controls made, or the last that could be drawn. kernel: the one they ask for.
    """
    now = kernel_choice.chosen(page.PREFIX, len(drawn.picture.values))
    fits = drawn.kernel is kernel
    if stage_event(page.STAGE).done and (now.title != kernel.title if fits else edited_since(now, kernel)):
        st.rerun()  # what stands around tells of the kernel
    made = followed(drawn, now) if fits else drawn
    shown = min(page.value("map"), made.maps) - 1
    place = clamped(page.STANDING.place(), made.size)
    page.STANDING.stand_on(made.size)
    questions = scene.questions(made, place, shown)
    hidden = predict.hidden(page.PREFIX, questions)
    if predict.on(page.PREFIX) and predict.asked(page.PREFIX, questions) == "value":
        place = replace(place, whole=False)
    footer = Footer(made.line, checked(made), f"size {made.formula}", made.program)
    height = ASKING if predict.on(page.PREFIX) else HEIGHT
    view = scene.view(made, place, shown=shown, hidden=hidden, footer=footer, height=height)
    stage(view, page.STAGE, on_edit=edit, on_place=move)
    predict.ask(page.PREFIX, questions)
    parts.tell()
    page.STANDING.keep_link()


def edited_since(now: KernelChoice, before: KernelChoice) -> bool:
    return not np.array_equal(now.values, before.values)


def followed(drawn: Scene, kernel: KernelChoice) -> Scene:
    """The scene with the kernel that the hand has made since."""
    if not edited_since(kernel, drawn.kernel):
        return drawn
    made = scene.make(drawn.picture, kernel, drawn.settings)
    st.session_state[GOOD] = made
    return made


def drawn_scene() -> tuple[Scene, KernelChoice]:
    """The row of controls, and what they make: the scene, and the kernel that they ask for.

    Where nothing fits the reason stands beside them, and the scene is the last good one.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key=page.key("controls")):
        picture = inputs.choose(page.PREFIX)
        kernel = kernel_choice.kernel(page.PREFIX, len(picture.values))
        settings = convolution_controls.draw(settings_maps())
        good: Scene | None = st.session_state.get(GOOD)
        try:
            made = scene.make(picture, kernel, settings)
        except ConvLensError as error:
            with st.container(key=page.key("fault")):
                parts.show_error(error)
            return good or scene.make(picture, kernel, Convolution()), replace(kernel)  # 'same' fits everything
    st.session_state[GOOD] = made
    return made, kernel


def checked(made: Scene) -> bool | None:
    """Whether the line gives the picture; None of much until the picture is there and the hand rests."""
    if made.output.size * made.weight[0].size > AT_ONCE and not stage_event(page.STAGE).rests:
        return None
    return scene.equals_line(made)


def settings_maps() -> int:
    """How many output maps the controls ask for."""
    return int(page.value("groups"))


def edit() -> None:
    """The hand changes the kernel on the stage."""
    event: StageEvent = stage_event(page.STAGE)
    good: Scene | None = st.session_state.get(GOOD)
    if event.kernel is None or good is None:
        return
    shown = min(page.value("map"), good.maps) - 1
    now = kernel_choice.values(page.PREFIX)
    try:
        kernel_choice.set_values(page.PREFIX, scene.edited(now, event.kernel, good, shown), done=event.done)
    except (ConvLensError, ValueError) as error:
        state.say(str(error))


def move() -> None:
    """The browser stands at another output."""
    event = stage_event(page.STAGE)
    if event.at is not None:
        page.STANDING.stand_at(event.at, event.pinned, event.whole)
