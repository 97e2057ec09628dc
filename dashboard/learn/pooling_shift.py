"""The shift lab: how much of the map stays the same when the picture moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from core.errors import ConvLensError, SignalError
from core.signal import shift
from core.signal.shift_settings import MOST, POOLED, STEPS, Measure
from dashboard import parts, theme
from dashboard.components.lesson import lesson, sent
from dashboard.learn import inputs, kernel_choice, pooling_controls, pooling_prompts, predict
from dashboard.learn import pooling_state as page
from dashboard.learn.controls import keep
from dashboard.learn.pooling_prompts import Prompt
from dashboard.learn.pooling_stage import OWN_NOTE
from dashboard.learn.predict import Question, What

GOOD = f"{page.PREFIX}_good_lab"
SIDE = 28
LARGEST = 128
POINTS = 5  # per cent that a right guess may be off
MEASURES: dict[str, Measure] = {"relative change": "change", "1 − similarity": "similarity"}
DEFINITIONS: dict[Measure, str] = {
    "change": "Change: |map − map before the shift| / |map before the shift|, Euclidean norms over all cells.",
    "similarity": "Change: 1 − cosine similarity of the map and the map before the shift, each one long vector.",
}


def setting(by: int, **controls: Any) -> Prompt:
    """What a prompt does: the shift, and controls."""
    label, said = controls.pop("label"), controls.pop("said")

    def prepare() -> None:
        usual = {"direction": "right", "measure": "relative change", "shown": "max", "window": 2}
        page.set_controls({**usual, **controls})
        page.set_controls({"in": "digit", "digit": 3, "h": SIDE, "w": SIDE, "lv": "auto"}, page.SHIFT_INPUT)
        kernel_choice.set_named(page.SHIFT_INPUT, "sobel-x", 3, 3)
        stand(by)

    return Prompt(label, said, prepare)


PROMPTS: dict[str, Prompt] = {
    "one": setting(1, label="Shift by 1", said="Pooled twice, much of the map is still where it was."),
    "four": setting(
        4,
        label="Shift by 4",
        said="4 pixels are one whole cell after two 2×2 poolings: everything moved by a cell, and little is left.",
    ),
    "average": setting(
        2, label="Max against average", said="Compare the orange curves with the blue ones.", shown="average"
    ),
    "large": setting(3, label="Larger windows", said="4×4 windows bear larger shifts, and tell less.", window=4),
}


@st.fragment
def show() -> None:
    """Controls, maps and curves; a change reruns this alone, a shift nothing."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=page.key("controls")):
        picture = inputs.choose(page.SHIFT_INPUT, SIDE, SIDE)
        kernel = kernel_choice.kernel(page.SHIFT_INPUT, 1)
        page.CONTROLS.segments("direction")
        page.CONTROLS.number("window", pooling_controls.WIDTH)
        page.CONTROLS.chosen("measure", 150)
        page.CONTROLS.segments("shown")
        made = drawn(picture, kernel)
    if made is None:
        return
    head, arrays = made
    stamp = (*(page.value(name) for name in ("direction", "window", "measure", "shown")), picture.title, now())
    asked = questions(head, f"{picture.title} {kernel.values.tolist()} {stamp}")
    head |= {
        "height": page.height(),
        "hidden": bool(predict.hidden(page.PREFIX, asked)),
        "asking": predict.on(page.PREFIX),
        "shift": now(),
        "shown": page.value("shown"),
        "answered": sent(page.SHIFT).get("sequence", 0),
    }
    with parts.card(page.key("card")):
        lesson("pool-shift", head, arrays, page.SHIFT, moved)
        predict.ask(page.PREFIX, asked)
    note = OWN_NOTE if picture.own else None
    pooling_prompts.show(PROMPTS, stamp, (picture.note, kernel.note, note))
    keep(page.key("by"), None if now() == page.CONTROLS["by"].first else str(now()))


def questions(head: Mapping[str, Any], about: str) -> dict[What, Question]:
    """What can be predicted: how much the map has changed after two poolings. about: all that this depends on."""
    kind = page.value("shown")
    change = 100 * next(map["changes"][now()] for map in head["maps"] if map["kind"] == kind and map["poolings"] == 2)
    text = f"Change after 2 {kind} poolings, in % (± {POINTS})"
    return {"value": Question(text, (change,), f"{change:.0f} %", f"shift {about}", tolerance=POINTS)}


def drawn(
    picture: inputs.Picture, kernel: kernel_choice.KernelChoice
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
    """What the browser is given; where nothing fits the reason, and what was drawn last."""
    good: tuple[dict[str, Any], dict[str, NDArray[Any]]] | None = st.session_state.get(GOOD)
    try:
        made = lab(picture, kernel)
    except ConvLensError as error:
        with st.container(key=page.key("fault")):
            parts.show_error(error)
        return good
    st.session_state[GOOD] = made
    return dict(made[0]), made[1]


def lab(picture: inputs.Picture, kernel: kernel_choice.KernelChoice) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """All maps at all shifts, and the curves. Raises SignalError."""
    sides = picture.values.shape[1:]
    if max(sides) > LARGEST:
        raise SignalError(
            f"The shift lab takes pictures up to {LARGEST}×{LARGEST}, this one has {sides[0]}×{sides[1]}: "
            "choose a smaller size."
        )
    framed = shift.framed(picture.values.mean(axis=0))
    direction, window = page.value("direction"), page.value("window")
    measure = MEASURES[page.value("measure")]
    maps = shift.all_maps(framed, kernel.values, window, window, direction)
    curves = shift.curves_of(maps, measure)
    arrays = {f"map{at}": values.numpy() for at, values in enumerate(maps.values())}
    short = ["convolved", "max", "max twice", "average", "average twice"]
    head = {
        "size": list(framed.shape),
        "most": MOST,
        "direction": list(STEPS[direction]),
        "top": picture.top,
        "sequential": theme.SEQUENTIAL,
        "maps": [
            {
                "title": curve.title,
                "short": name,
                "kind": curve.kind,
                "poolings": curve.poolings,
                "size": list(curve.size),
                "changes": list(curve.changes),
            }
            for curve, name in zip(curves, short, strict=True)
        ],
        "verdicts": {kind: [shift.verdict(curves, by, kind) for by in range(MOST + 1)] for kind in POOLED},
        "definition": f"{DEFINITIONS[measure]} In front: {kernel.title}, then ReLU; {window}×{window} windows.",
        "titles": {
            "input": f"input {sides[0]}×{sides[1]}, with a margin of {MOST}",
            "curves": "How much the map has changed",
        },
    }
    return head, {"picture": framed.numpy(), **arrays}


def now() -> int:
    """The shift, from the session, or else from the link."""
    key = page.key("shifted")
    if key not in st.session_state:
        st.session_state[key] = page.value("by")
    kept: int = st.session_state[key]
    return kept


def stand(by: int) -> None:
    st.session_state[page.key("shifted")] = max(0, min(MOST, by))


def moved() -> None:
    """The hand has let go of the picture."""
    by = sent(page.SHIFT).get("shift")
    if isinstance(by, int):
        stand(by)
