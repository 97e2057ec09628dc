"""What the convolution page remembers, and how it stands in the link: every key of its own, once.

A control's value lives under `convolution_NAME`, which is its widget's key and its parameter in the link. The position
on the stage follows the hand in the browser; it comes here, and into the link, when the hand rests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.signal import pictures
from core.signal.settings import Convolution
from dashboard.learn import inputs, predict, views
from dashboard.learn.controls import Control, Controls, first_look
from dashboard.learn.place import Keeper, Place

PREFIX = views.PREFIX
STAGE = f"{PREFIX}_stage"  # key of the stage, whose state the browser sets
DECK = f"{PREFIX}_deck"
PAD = "pad"  # the mode whose padding is a number, as the screen calls it


CONTROLS = Controls(
    PREFIX,
    {
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
    },
)
# Bound in the link too, by the page's header, by what is predicted and by the input.
OTHERS = Controls(
    PREFIX,
    {
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
    },
)


STANDING = Keeper(PREFIX, Place(3, 4))
key, value = CONTROLS.key, CONTROLS.value


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
    for name, control in CONTROLS.table.items():
        default = False if name == "transposed" else control.first
        st.session_state[key(name)] = values.get(name, default)


def link_faults() -> list[str]:
    """Once a session, before any widget is drawn: what the link says and no control can have, one sentence each."""
    if not first_look(PREFIX):
        return []
    return [*views.CHOOSER.faults(), *OTHERS.faults(), *CONTROLS.faults(), *STANDING.faults("4x7")]
