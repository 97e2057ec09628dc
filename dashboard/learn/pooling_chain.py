"""The chain: what convolutions and poolings, one after the other, do to size and receptive field."""

from __future__ import annotations

import numpy as np
import streamlit as st
from pydantic import ValidationError

from core.errors import ConvLensError, SignalError
from core.signal import chain
from core.signal.chain import LECTURE, MOST_STEPS, Row, Step
from core.signal.chain_gradient import gradient
from dashboard import parts, theme
from dashboard.components.lesson import lesson, sent
from dashboard.learn import pooling_prompts, predict
from dashboard.learn import pooling_state as page
from dashboard.learn.controls import keep
from dashboard.learn.place import read_place
from dashboard.learn.pooling_prompts import Prompt
from dashboard.learn.predict import Question, What

GOOD = f"{page.PREFIX}_good_chain"
STEPS = f"{page.PREFIX}_steps"
FAULT = f"{page.PREFIX}_chain_fault"
CELL = f"{page.PREFIX}_cell"
LINK, AT = "chain", "cell"  # parameters of the link
# Receptive fields after each step: the classes' colours that stay apart on amber, from the first step on.
LEVELS = tuple(theme.class_colour(at) for at in (0, 2, 4, 6, 5, 3, 7, 8))

Good = tuple[int, tuple[Step, ...]]


def conv(size: int, stride: int = 1, padding: int = 0) -> Step:
    return Step(size=size, stride=stride, padding=padding)


def pool(size: int = 2, stride: int | None = None) -> Step:
    return Step(kind="pooling", size=size, stride=stride or size)


def setting(label: str, said: str, side: int, *steps: Step) -> Prompt:
    """A prompt that puts this chain on the screen."""

    def prepare() -> None:
        page.set_controls({"side": side})
        set_steps(steps)

    return Prompt(label, said, prepare)


PROMPTS: dict[str, Prompt] = {
    "lecture": setting(
        "28 → 24 → 20 → 10",
        "The lectures' network: after the pooling the maps are 10×10, and each cell sees 10×10 pixels.",
        28,
        *LECTURE,
    ),
    "three": setting(
        "Two 3×3 see as much as one 5×5",
        "5×5 pixels each, with 18 weights in place of 25; the middle counts more than the border.",
        12,
        conv(3),
        conv(3),
    ),
    "deep": setting(
        "Pooling makes the field grow fast",
        "After each pooling a step of 1 is twice as many pixels: the jump doubles.",
        46,
        *(step for _ in range(3) for step in (conv(3), pool())),
    ),
    "skipped": setting(
        "Pixels that never count",
        "A stride larger than the window leaves gaps within the field: they stay grey.",
        27,
        conv(2, 3),
        conv(2, 2),
    ),
}


@st.fragment
def show() -> None:
    """Input size, buttons, picture and sliders; a change reruns this alone."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=page.key("controls")):
        page.CONTROLS.number("side", 170)
        add("Add convolution", conv(3))
        add("Add pooling", pool())
        st.button("Lectures' chain", key=page.key("lecture"), on_click=_lecture)
        made = drawn()
    side, wanted = made
    rows = chain.trace(side, wanted)
    cell = clamped(place(), rows[-1])
    with parts.card(page.key("card")):
        board(side, wanted, rows, cell)
    pooling_prompts.show(PROMPTS, made, (st.session_state.get(FAULT),))
    keep(page.key(LINK), None if steps() == LECTURE else chain.encode(steps()))
    keep(page.key(AT), None if CELL not in st.session_state else f"{cell[0]}x{cell[1]}")


def add(label: str, step: Step) -> None:
    """A button that puts one more step at the end."""

    def more() -> None:
        set_steps((*steps(), step))

    full = len(steps()) >= MOST_STEPS
    name = page.key(f"add_{step.kind}")
    st.button(label, key=name, icon=":material/add:", on_click=more, disabled=full)


def _lecture() -> None:
    PROMPTS["lecture"].prepare()


def drawn() -> Good:
    """The chain; where it does not fit the reason, and the last good one."""
    side, wanted = int(page.value("side")), steps()
    good: Good = st.session_state.get(GOOD, (28, LECTURE))
    try:
        chain.trace(side, wanted)
    except ConvLensError as error:
        with st.container(key=page.key("fault")):
            parts.show_error(error)
        return good
    st.session_state[GOOD] = (side, wanted)
    return side, wanted


def board(side: int, wanted: tuple[Step, ...], rows: tuple[Row, ...], cell: tuple[int, int]) -> None:
    """The component with its data."""
    ways = chain.paths(side, wanted)
    real = gradient(side, wanted, *cell).numpy()
    equal = bool(np.allclose(real, np.outer(ways[-1][cell[0]], ways[-1][cell[1]])))
    asked = questions(side, wanted, rows)
    hidden = bool(predict.hidden(page.PREFIX, asked))
    formulas = [list(texts) for texts in chain.formulas(rows)]
    if hidden:
        formulas[-1][0] = f"{formulas[-1][0].rpartition('=')[0]}= ?"
    head = {
        "height": page.height(),
        "hidden": hidden,
        "answered": sent(page.CHAIN).get("sequence", 0),
        "at": list(cell),
        "steps": [step.model_dump() for step in wanted],
        "rows": [{"size": row.size, "jump": row.jump, "field": row.field} for row in rows],
        "formulas": formulas,
        "levels": LEVELS,
        "most": {"size": chain.MOST_SIZE, "stride": chain.MOST_SIZE, "padding": chain.MOST_PADDING},
        "equal": equal,
        "check": "✓ autograd reaches the same pixels" if equal else "✗ autograd reaches other pixels",
    }
    arrays = {f"ways{level}": values for level, values in enumerate(ways)}
    lesson("pool-chain", head, arrays, page.CHAIN, changed)
    predict.ask(page.PREFIX, asked)


def questions(side: int, wanted: tuple[Step, ...], rows: tuple[Row, ...]) -> dict[What, Question]:
    """What can be predicted: how large the last map is."""
    if not wanted:
        return {}
    size, formula = rows[-1].size, chain.formulas(rows)[-1][0]
    about = f"chain {side} {chain.encode(wanted)}"
    return {"size": Question(f"Map after step {len(wanted)}", (size, size), f"{size}×{size}", about, why=formula)}


def changed() -> None:
    """A slider has moved, or a cell was clicked."""
    message = sent(page.CHAIN)
    cell = message.get("at")
    if isinstance(cell, list) and len(cell) == 2 and all(isinstance(at, int) and at >= 0 for at in cell):
        st.session_state[CELL] = (cell[0], cell[1])
    try:
        wanted = tuple(Step.model_validate(step) for step in message["steps"])
    except (KeyError, TypeError, ValidationError):
        return
    if len(wanted) <= MOST_STEPS:
        st.session_state[STEPS] = wanted


def steps() -> tuple[Step, ...]:
    """The chain, from the session, or else from the link."""
    if STEPS not in st.session_state:
        text: str = st.query_params.get(page.key(LINK), "")
        try:
            st.session_state[STEPS] = chain.decode(text) if page.key(LINK) in st.query_params else LECTURE
        except SignalError as error:
            st.session_state[STEPS] = LECTURE
            st.session_state[FAULT] = str(error)
    kept: tuple[Step, ...] = st.session_state[STEPS]
    return kept


def set_steps(wanted: tuple[Step, ...]) -> None:
    """Another chain; its middle cell is looked at."""
    st.session_state[STEPS] = wanted
    st.session_state.pop(CELL, None)
    st.session_state.pop(FAULT, None)


def place() -> tuple[int, int] | None:
    """The cell of the last map that is looked at; None: the middle one."""
    if CELL not in st.session_state:
        said = read_place(st.query_params.get(page.key(AT), ""))
        if said is None:
            return None
        st.session_state[CELL] = (said.row, said.column)
    kept: tuple[int, int] = st.session_state[CELL]
    return kept


def clamped(cell: tuple[int, int] | None, row: Row) -> tuple[int, int]:
    """The nearest cell that the map has."""
    last = row.size - 1
    return (row.size // 2, row.size // 2) if cell is None else (min(cell[0], last), min(cell[1], last))
