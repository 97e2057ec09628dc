"""The deck: six kinds of convolution side by side, on the same input and kernel, one scrubber for all."""

from __future__ import annotations

import streamlit as st

from core.errors import ConvLensError
from core.signal.settings import Convolution
from dashboard import parts
from dashboard.components.stage import StageView, deck, stage_event
from dashboard.learn import convolution_controls, inputs, kernel_choice, scene
from dashboard.learn import convolution_state as page
from dashboard.learn.inputs import Picture
from dashboard.learn.kernel_choice import KernelChoice

TOLD = "The same input and kernel in all: only where the windows may lie differs."
HEIGHT = "max(20rem, calc(100vh - 15.5rem))"


def kinds(settings: Convolution) -> dict[str, Convolution]:
    """What stands side by side; stride and dilation are those of the controls, at least 2."""
    stride, dilation = max(2, settings.stride), max(2, settings.dilation)
    plain = Convolution(border=settings.border, flipped=settings.flipped)
    return {
        "valid": plain.model_copy(update={"mode": "valid"}),
        "same": plain,
        "full": plain.model_copy(update={"mode": "full"}),
        f"stride {stride}": plain.model_copy(update={"stride": stride}),
        f"dilation {dilation}": plain.model_copy(update={"mode": "valid", "dilation": dilation}),
        f"transposed, stride {stride}": Convolution(
            mode="valid", stride=stride, transposed=True, flipped=settings.flipped
        ),
    }


@st.fragment
def show() -> None:
    """Input, kernel and what all six share; then the six."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=page.key("controls")):
        picture = inputs.choose(page.PREFIX)
        kernel = kernel_choice.kernel(page.PREFIX, len(picture.values))
        convolution_controls.number("stride")
        convolution_controls.number("dilation")
        convolution_controls.chosen("border")
        convolution_controls.segments("formula")
        views, faults = made(picture, kernel)
        if faults:
            with st.container(key=page.key("fault")):
                parts.show_error("\n".join(faults))
    if views:
        with st.container(key=page.key("deck_box")):
            deck(views, page.DECK, height=HEIGHT, on_place=move)
    notes = [picture.note, kernel.note]
    st.caption(next((note for note in notes if note), TOLD))
    page.keep_link()


def made(picture: Picture, kernel: KernelChoice) -> tuple[list[StageView], list[str]]:
    """A stage of each kind that fits, and why the others do not."""
    views: list[StageView] = []
    faults = []
    for name, settings in kinds(page.settings()).items():
        try:
            one = scene.make(picture, kernel, settings)
        except ConvLensError as error:
            faults.append(f"{name}: {error}")
            continue
        place = page.clamped(page.place(), one.size)
        if not views:
            page.stand_on(one.size)
        title = f"{name}: {one.formula}"
        views.append(scene.view(one, place, editable=False, title=title))
    return views, faults


def move() -> None:
    """The browser stands at another output of the first stage."""
    event = stage_event(page.DECK)
    if event.at is not None:
        page.stand_at(event.at, event.pinned, event.whole)
