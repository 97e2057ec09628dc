"""The deck: six kinds of convolution side by side, on the same input and kernel, one scrubber for all."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.errors import ConvLensError
from core.signal.settings import Convolution
from dashboard import parts
from dashboard.components.stage import deck, stage_event
from dashboard.learn import convolution_controls, inputs, kernel_choice, predict, scene
from dashboard.learn import convolution_state as page
from dashboard.learn.inputs import Picture
from dashboard.learn.kernel_choice import KernelChoice
from dashboard.learn.place import clamped
from dashboard.learn.scene import Scene

TOLD = "The same input and kernel in all: only where the windows may lie differs."
HEIGHT = "var(--convlens-deck)"  # in learn.css
ASKING = "calc(var(--convlens-deck) - 3rem)"  # with the row of the question below


def kinds() -> dict[str, Convolution]:
    """What stands side by side, with the stride and the dilation that the deck has of its own."""
    stride, dilation = page.value("deck_stride"), page.value("deck_dilation")
    flipped = page.settings().flipped
    plain = Convolution(border=page.value("border"), flipped=flipped)
    return {
        "valid": plain.model_copy(update={"mode": "valid"}),
        "same": plain,
        "full": plain.model_copy(update={"mode": "full"}),
        f"stride {stride}": plain.model_copy(update={"stride": stride}),
        f"dilation {dilation}": plain.model_copy(update={"mode": "valid", "dilation": dilation}),
        f"transposed, stride {stride}": Convolution(mode="valid", stride=stride, transposed=True, flipped=flipped),
    }


@st.fragment
def show() -> None:
    """Input, kernel and what all six share; then the six."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=page.key("controls")):
        picture = inputs.choose(page.PREFIX)
        kernel = kernel_choice.kernel(page.PREFIX, len(picture.values))
        page.CONTROLS.number("deck_stride", convolution_controls.WIDTH)
        page.CONTROLS.number("deck_dilation", convolution_controls.WIDTH)
        convolution_controls.border(rests=False)
        page.CONTROLS.segments("formula")
        scenes, faults = made(picture, kernel)
        if faults:
            with st.container(key=page.key("fault")):
                parts.show_error("\n".join(faults))
    if scenes:
        shown(scenes)
    notes = [picture.note, kernel.note]
    st.caption(parts.plain(next((note for note in notes if note), TOLD)))
    page.STANDING.keep_link()


def made(picture: Picture, kernel: KernelChoice) -> tuple[dict[str, Scene], list[str]]:
    """Each kind that fits, by its name, and why the others do not."""
    scenes, faults = {}, []
    for name, settings in kinds().items():
        try:
            scenes[name] = scene.make(picture, kernel, settings)
        except ConvLensError as error:
            faults.append(f"{name}: {error}")
    return scenes, faults


def shown(scenes: dict[str, Scene]) -> None:
    """The stages, and the question about the size of the last one; until it is answered no size is told."""
    (_, first), *_ = scenes.items()
    name, last = list(scenes.items())[-1]
    page.STANDING.stand_on(first.size)
    question = scene.questions(last, clamped(page.STANDING.place(), last.size), 0)["size"]
    questions: dict[predict.What, predict.Question] = {"size": replace(question, text=f"Output size, {name}")}
    hidden = predict.hidden(page.PREFIX, questions)
    views = [
        scene.view(
            one,
            clamped(page.STANDING.place(), one.size),
            hidden=hidden,
            editable=False,
            title=title if hidden else f"{title}: {one.formula}",
        )
        for title, one in scenes.items()
    ]
    deck(views, page.DECK, height=ASKING if predict.on(page.PREFIX) else HEIGHT, on_place=move)
    predict.ask(page.PREFIX, questions)


def move() -> None:
    """The browser stands at another output of the first stage."""
    event = stage_event(page.DECK)
    if event.at is not None:
        page.STANDING.stand_at(event.at, event.pinned, event.whole)
