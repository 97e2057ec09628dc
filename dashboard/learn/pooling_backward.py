"""Backward: gradients on the outputs, entered by hand, flow to the inputs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from core.errors import ConvLensError, SignalError
from core.signal import pooling_code
from core.signal.pooling import backward
from dashboard import parts
from dashboard.components.lesson import lesson, sent
from dashboard.components.stage.view import arrays_of, head_of
from dashboard.learn import inputs, pooling_controls, pooling_prompts, pooling_scene, predict
from dashboard.learn import pooling_state as page
from dashboard.learn.controls import keep
from dashboard.learn.place import Place
from dashboard.learn.pooling_prompts import Prompt
from dashboard.learn.pooling_scene import Scene
from dashboard.learn.pooling_stage import INPUT, OWN_NOTE, channel_of
from dashboard.learn.predict import Question, What
from dashboard.learn.scene import decimals, number

GOOD = f"{page.PREFIX}_good_backward"
GRADIENT = f"{page.PREFIX}_gradient"  # what the hand made of the gradients; not there: all 1
FAULT = f"{page.PREFIX}_gradient_fault"
LINK = "g"
MOST_SIDE = 16  # of an output whose gradients are still cells that can be typed into
MOST_INPUT = 32
LARGEST = 1e4
HINT = "Hover a gradient: where does it go? Hover an input: what arrives? Drag, type or paint gradients."
CELL = re.compile(r"(\d{1,3})\.(-?\d{1,5}(?:\.\d{1,6})?)", re.ASCII)

Gradient = NDArray[np.float32]


def setting(label: str, said: str, picture: dict[str, Any] | None = None, **pooling: Any) -> Prompt:
    """A prompt that sets the pooling and puts 1 on every output."""

    def prepare() -> None:
        page.set_pooling(pooling)
        page.set_controls({**INPUT, "h": 8, "w": 8, **(picture or {})})
        st.session_state[GRADIENT] = None
        st.session_state.pop(FAULT, None)

    return Prompt(label, said, prepare)


PROMPTS: dict[str, Prompt] = {
    "winner": setting("Only the winner learns", "Of every four cells one gets the whole gradient, three get nothing."),
    "average": setting("Average: to all", "Every cell of a window gets a quarter.", kind="average"),
    "overlap": setting(
        "Overlapping windows add up",
        "A cell that wins in several windows gets the sum: look for 2, 3 and 4.",
        size=3,
        stride="1",
    ),
    "gap": setting(
        "A stride larger than the window",
        "Rows and columns that no window reads never get a gradient.",
        kind="average",
        stride="3",
    ),
}


@st.fragment
def show() -> None:
    """Controls, the three grids, and what can be tried; a change reruns this alone."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=page.key("controls")):
        picture = inputs.choose(page.PREFIX)
        settings = pooling_controls.draw(len(picture.values))
        made: Scene | None = st.session_state.get(GOOD)
        try:
            made = small(pooling_scene.make(picture, settings))
            st.session_state[GOOD] = made
        except ConvLensError as error:
            with st.container(key=page.key("fault")):
                parts.show_error(error)
    if made is None:
        return
    channel = channel_of(made)
    given = gradient(made.size)
    with parts.card(page.key("card")):
        board(made, channel, given)
    note = OWN_NOTE if picture.own else None
    stamp = (made.settings, made.picture.title)
    pooling_prompts.show(PROMPTS, stamp, (st.session_state.get(FAULT), picture.note, note))
    keep(page.key(LINK), None if (given == 1).all() else encode(given))


def small(scene: Scene) -> Scene:
    """The scene, where its cells can still be typed into. Raises SignalError."""
    if max(scene.size) > MOST_SIDE or max(scene.sides) > MOST_INPUT:
        rows, columns = scene.size
        raise SignalError(
            f"Gradients are entered by hand for inputs up to {MOST_INPUT}×{MOST_INPUT} and outputs up to "
            f"{MOST_SIDE}×{MOST_SIDE}, here they are {scene.sides[0]}×{scene.sides[1]} and {rows}×{columns}: "
            "choose a smaller input or a larger stride."
        )
    return scene


def board(scene: Scene, channel: int, given: Gradient) -> None:
    """The component with its data."""
    values = scene.picture.values[channel]
    flow = backward(given, values.copy(), scene.settings).numpy()
    equal, check = checked(scene, channel, given, flow)
    asked = questions(scene, channel, given, flow)
    view = pooling_scene.view(scene, Place(0, 0), channel=channel)
    rows, columns = scene.size
    settings = scene.settings
    around = f", padding {settings.padding}" if settings.slides and settings.padding else ""
    head = {
        "height": page.height(),
        "hidden": bool(predict.hidden(page.PREFIX, asked)),
        "asked": list(most_moved(flow)),
        "view": head_of(view),
        "answered": sent(page.BACKWARD).get("sequence", 0),
        "code": f"y = {scene.line}; y.backward(g); x.grad",
        "check": check,
        "equal": equal,
        "hint": HINT,
        "titles": {
            "input": f"input x {values.shape[0]}×{values.shape[1]}{around}",
            "gradient": f"gradient g on y, {rows}×{columns}",
            "flow": "x.grad: what arrives",
        },
    }
    lesson("pool-backward", head, {**arrays_of(view), "gradient": given, "flow": flow}, page.BACKWARD, edited)
    predict.ask(page.PREFIX, asked)


def most_moved(flow: Gradient) -> tuple[int, int]:
    """Row and column of the input where most arrives."""
    row, column = np.unravel_index(int(np.nan_to_num(np.abs(flow)).argmax()), flow.shape)
    return int(row), int(column)


def questions(scene: Scene, channel: int, given: Gradient, flow: Gradient) -> dict[What, Question]:
    """What can be predicted: how much arrives at one input."""
    row, column = most_moved(flow)
    value = float(flow[row, column])
    digits = decimals(value)
    about = f"arrives {scene.settings!r} {scene.sides} {scene.picture.title} {channel} {encode(given)}"
    tolerance = 0.5 * 10**-digits if digits else 0.0
    return {"value": Question(f"x.grad[{row}, {column}]", (value,), number(value), about, tolerance)}


def checked(scene: Scene, channel: int, given: Gradient, flow: Gradient) -> tuple[bool, str]:
    """Whether autograd, through the very line on the screen, gives the same; and what is said of it."""
    x = torch.tensor(scene.picture.values[channel])[None, None].requires_grad_()
    output = pooling_code.run(scene.line, x)
    (wanted,) = torch.autograd.grad(output, x, torch.tensor(given)[None, None])
    found, wanted = torch.tensor(flow), wanted[0, 0]
    known = ~wanted.isnan()
    if not torch.allclose(found[known], wanted[known], rtol=1e-4, atol=1e-4):
        return False, "✗ differs from autograd"
    return True, "✓ equals autograd" if bool(known.all()) else "✓ equals autograd, where that is a number"


def gradient(shape: tuple[int, int]) -> Gradient:
    """The gradients of outputs of this shape: what was entered, all 1 before; new cells of a larger output are 0."""
    if GRADIENT not in st.session_state:
        said = st.query_params.get(page.key(LINK))
        st.session_state[GRADIENT] = found = None if said is None else decode(said)
        if said is not None and found is None:
            st.session_state[FAULT] = (
                f"The gradients in the link are {said[:30]!r}, and should read like 5x5_12.1_13.-0.5 (the shape, then "
                "cell and value): all are 1."
            )
    kept: Gradient | None = st.session_state[GRADIENT]
    if kept is None:
        return np.ones(shape, np.float32)
    if kept.shape == shape:
        return kept
    fitted = np.zeros(shape, np.float32)
    rows, columns = (min(sides) for sides in zip(kept.shape, shape, strict=True))
    fitted[:rows, :columns] = kept[:rows, :columns]
    return fitted


def edited() -> None:
    """The hand has changed a gradient; what makes no sense counts as not sent."""
    message = sent(page.BACKWARD)
    try:
        values = np.asarray(message["gradient"], dtype=np.float32).reshape(message["shape"])
    except (KeyError, TypeError, ValueError):
        return
    if values.ndim == 2 and max(values.shape) <= MOST_SIDE and np.isfinite(values).all():
        st.session_state[GRADIENT] = values.clip(-LARGEST, LARGEST)
        st.session_state.pop(FAULT, None)


def encode(values: Gradient) -> str:
    """`5x5_12.1_13.-0.5`: the shape, then index and value of every cell that is not 0."""
    cells = [f"{at}.{float(value):.6f}".rstrip("0").rstrip(".") for at, value in enumerate(values.flat) if value]
    return "_".join(["x".join(map(str, values.shape)), *cells])


def decode(text: str) -> Gradient | None:
    """What `encode` made; None for anything else."""
    head, *cells = text[:8000].split("_")
    sides = re.fullmatch(r"(\d{1,2})x(\d{1,2})", head, re.ASCII)
    found = [CELL.fullmatch(cell) for cell in cells]
    if not sides:
        return None
    values = np.zeros((int(sides[1]), int(sides[2])), np.float32)
    if not 0 < values.size <= MOST_SIDE**2 or max(values.shape) > MOST_SIDE:
        return None
    for cell in found:
        if cell is None or int(cell[1]) >= values.size or abs(float(cell[2])) > LARGEST:
            return None
        values.flat[int(cell[1])] = float(cell[2])
    return values
