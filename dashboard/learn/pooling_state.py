"""What the pooling page remembers, and how it stands in the link: every key of its own, once.

As on the convolution page a control's value lives under `pooling_NAME`, its widget's key and its parameter in the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core.signal.pooling_settings import KINDS, Pooling
from core.signal.shift_settings import MOST, POOLED, STEPS
from dashboard.learn import convolution_state, predict
from dashboard.learn.controls import Control, Controls, first_look
from dashboard.learn.place import Keeper, Place, place_faults
from dashboard.views import Chooser, View

PREFIX = "pooling"
STAGE = f"{PREFIX}_stage"
BACKWARD = f"{PREFIX}_backward"
SHIFT = f"{PREFIX}_shift"
CHAIN = f"{PREFIX}_chain_board"
SHIFT_INPUT = f"{PREFIX}_moved"  # prefix of the shift lab's own input and kernel
AS_SIZE = "= size"
HEIGHT = "max(18rem, calc(100vh - 16.6rem))"  # of shift lab, backward and chain
ASKING = "max(14rem, calc(100vh - 21rem))"  # with the row of the question below
TITLES = {title: kind for kind, title in KINDS.items()}

VIEWS = (
    View("stage", "Stage", "Each window keeps one number: which, and from where?", "dashboard.learn.pooling_stage"),
    View("shift", "Shift lab", "Move the picture: how much of the map stays?", "dashboard.learn.pooling_shift"),
    View("backward", "Backward", "Gradients on outputs, and what they reach.", "dashboard.learn.pooling_backward"),
    View("chain", "Chain", "Layer after layer: smaller maps that see more.", "dashboard.learn.pooling_chain"),
)
CHOOSER = Chooser(PREFIX, tuple(replace(view, predicts=True) for view in VIEWS))
CONTROLS = Controls(
    PREFIX,
    {
        "kind": Control("Pooling", tuple(TITLES)),
        "size": Control("Size", low=1, high=8, default=2),
        "stride": Control("Stride", (AS_SIZE, *map(str, range(1, 9)))),
        "padding": Control("Padding", low=0, high=4, default=0),
        "ceil": Control("Ceil mode", ("false", "true")),
        "padded": Control("Padding counts", ("true", "false")),
        "p": Control("Power", low=1, high=8, default=2),
        "output": Control("Output size", low=1, high=12, default=3),
        "channel": Control("Channel", low=1, high=3, default=1),
        "direction": Control("Direction", tuple(STEPS)),
        "measure": Control("Measure", ("relative change", "1 − similarity")),
        "shown": Control("Pooling", POOLED),
        "window": Control("Window", low=2, high=4, default=2),
        "side": Control("Input", low=4, high=64, default=28),
        "by": Control("Shift", low=0, high=MOST, default=1),
    },
)
OTHERS = Controls(
    PREFIX,
    {
        "predict": Control("Predict first", ("false", "true")),
        "predict_what": Control("What is predicted", tuple(predict.TITLES.values())),
    },
)
INPUTS = {name: convolution_state.OTHERS[name] for name in ("in", "digit", "pattern", "photo", "h", "w", "rgb", "lv")}
STANDING = Keeper(PREFIX, Place(1, 2))
key, value, switched = CONTROLS.key, CONTROLS.value, CONTROLS.switched


def settings() -> Pooling:
    """The pooling that the controls say."""
    stride = value("stride")
    return Pooling(
        kind=TITLES[value("kind")],
        size=value("size"),
        stride=None if stride == AS_SIZE else int(stride),
        padding=value("padding"),
        ceil_mode=switched("ceil"),
        count_include_pad=switched("padded"),
        p=value("p"),
        output=value("output"),
    )


def set_controls(values: Mapping[str, Any], prefix: str = PREFIX) -> None:
    """Put these controls there; only before they are drawn. prefix: of the input's own, where they are another's."""
    for name, wanted in values.items():
        st.session_state[f"{prefix}_{name}"] = wanted


def set_pooling(values: Mapping[str, Any]) -> None:
    """All that belongs to the pooling itself: what `values` does not say gets its default."""
    usual = {name: CONTROLS[name].first for name in ("kind", "size", "stride", "padding", "p", "output", "channel")}
    set_controls({**usual, "ceil": False, "padded": True, **values})


def height() -> str:
    """Of the picture of shift lab, backward and chain: a CSS length."""
    return ASKING if predict.on(PREFIX) else HEIGHT


def link_faults() -> list[str]:
    """Once a session, before any widget is drawn: what the link says and no control can have, one sentence each."""
    if not first_look(PREFIX):
        return []
    found = [*CHOOSER.faults(), *OTHERS.faults(), *CONTROLS.faults()]
    for prefix in (PREFIX, SHIFT_INPUT):
        found += Controls(prefix, INPUTS).faults()
    return found + STANDING.faults("1x2") + place_faults(key("cell"), "The cell of the chain", "5x5")
