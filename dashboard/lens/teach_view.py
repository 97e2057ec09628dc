"""Teach it this one: a gradient step on this picture and a label, on a copy; the run itself stays as it is."""

from __future__ import annotations

from itertools import groupby
from re import fullmatch
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ConvLensError
from dashboard import parts
from dashboard.components.probe import probe, sent
from dashboard.learn.controls import keep
from dashboard.lens.asking import asked
from dashboard.lens.choices import choice
from dashboard.lens.disturb_view import names_of
from dashboard.lens.teach_block import taught
from dashboard.lens.teach_words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.lens.filters import Bank
    from core.training.lesson import Step
    from dashboard.lens.views import Looked

KEY = "maps_teach"
LABEL, LAYER, STAGE, REPEAT = f"{KEY}_label", f"{KEY}_layer", f"{KEY}_stage", f"{KEY}_repeat"
STEPS, AT, GOOD = f"{KEY}_steps", f"{KEY}_at", f"{KEY}_good"
TRUE = "its own"
USUAL_RATE = 0.01
QUICK = 3e8  # multiply-adds of one picture, beyond which fewer learning rates are tried
MOST_BYTES = 100_000_000  # of weights: a larger network is not copied for a lesson


@st.fragment
def show(looked: Looked) -> None:
    """The label, the steps taken, and what one more would do at any learning rate."""
    from core.training.lesson import rates

    fault = _unfit(looked)
    if fault:
        st.info(parts.plain(fault))
        return
    names = names_of(looked)
    banks = _banks(looked)
    steps = _steps(looked)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{KEY}_settings"):
        label = _label(looked, names)
        bank = _layer(banks)
        _buttons(looked, label, len(steps))
    tried = rates()[:: _every(looked)]
    try:
        made = asked(
            ("teach", looked.run, looked.stamp, looked.sample.stamp, label, bank.node, steps),
            lambda progress: taught(looked, label, bank, steps, tried, progress),
            KEY,
            f"Trying {len(tried)} learning rates" if _every(looked) > 1 else "",
        )
    except ConvLensError as error:
        parts.show_error(error)
        return
    made = made or st.session_state.get(GOOD)
    if made is None:
        return
    st.session_state[GOOD] = made
    head, arrays = made
    probe("teach", {**head, "height": "var(--convlens-probe)", "at": _at(tried)}, arrays, STAGE, _heard)


def _unfit(looked: Looked) -> str:
    """A sentence where there can be no lesson."""
    from core.network.build import ConvNet

    if not isinstance(looked.lens.network, ConvNet):
        return "A known network is there to be looked at; teach one of your own runs."
    size = sum(parameter.nbytes for parameter in looked.lens.network.parameters())
    if size > MOST_BYTES:
        return (
            f"This network has {size / 1e6:.0f} MB of weights; a lesson copies them, and takes networks up to 100 MB."
        )
    if not _banks(looked):
        return "This network has no weights that could be taught."
    return ""


def _banks(looked: Looked) -> tuple[Bank, ...]:
    from core.lens.filters import banks

    return tuple(bank for bank in banks(looked.lens.graph) if bank.kind in ("convolution", "transposed", "dense"))


def _every(looked: Looked) -> int:
    from core.lens.cost import macs

    return 1 if macs(looked.lens.graph) <= QUICK else 4


def _label(looked: Looked, names: tuple[str, ...]) -> int:
    """Index of the class that is taught: the picture's own, where it has one."""
    own = looked.sample.label
    usual = looked.answer if own is None else own
    true = f"{names[usual]}{'' if own is None else ' (true)'}"
    chosen = choice(
        "Label", [TRUE, *names], lambda name: f"Teach: this is {true if name == TRUE else name}", LABEL, 230
    )
    return usual if chosen not in names else names.index(chosen)


def _layer(banks: tuple[Bank, ...]) -> Bank:
    titles = {bank.title: bank for bank in banks}
    chosen = choice("Weights of", list(titles), lambda title: f"{title}: {titles[title].size}", LAYER, 330)
    return titles[chosen]


def _buttons(looked: Looked, label: int, count: int) -> None:
    from core.training.lesson import MOST_STEPS

    repeat = st.selectbox(
        "Steps at once",
        (1, 5, 10),
        format_func=counted,
        key=REPEAT,
        label_visibility="collapsed",
        width=95,
    )
    st.button(
        "Take it" if repeat == 1 else "Take them",
        key=f"{KEY}_take",
        type="primary",
        disabled=count + repeat > MOST_STEPS,
        help=f"At most {MOST_STEPS} steps: start again" if count + repeat > MOST_STEPS else None,
        on_click=_take,
        args=(looked.stamp, looked.sample.stamp, label, repeat, _every(looked)),
    )
    st.button("Take back", key=f"{KEY}_back", icon=":material/undo:", disabled=not count, on_click=_back)
    st.button("Start again", key=f"{KEY}_start", disabled=not count, on_click=_start)


def _steps(looked: Looked) -> tuple[Step, ...]:
    """Those taken on this picture and these weights, by the link where the session is new; another picture begins a
    new lesson."""
    about = (looked.stamp, looked.sample.stamp)
    if STEPS not in st.session_state:
        st.session_state[STEPS] = {
            "about": about,
            "steps": steps_of(st.query_params.get(STEPS, ""), len(names_of(looked))),
        }
    kept: dict[str, Any] = st.session_state[STEPS]
    steps: tuple[Step, ...] = kept["steps"] if kept.get("about") == about else ()
    keep(STEPS, written(steps) if steps and looked.sample.index is not None else None)
    return steps


def _take(stamp: object, sample: str, label: int, repeat: int, every: int) -> None:
    from core.training.lesson import Step, rates

    tried = rates()[::every]
    kept: dict[str, Any] = st.session_state.get(STEPS, {})
    before = kept["steps"] if kept.get("about") == (stamp, sample) else ()
    more = (Step(label, float(tried[_at(tried)])),) * repeat
    st.session_state[STEPS] = {"about": (stamp, sample), "steps": (*before, *more)}


def _back() -> None:
    kept = st.session_state[STEPS]
    st.session_state[STEPS] = {**kept, "steps": kept["steps"][:-1]}


def _start() -> None:
    st.session_state[STEPS] = {}


def written(steps: Sequence[Step]) -> str:
    """A lesson for the link: `3_0.01_5 2_0.1_1` are five steps towards class 3 at 0.01, and one towards class 2."""
    return " ".join(f"{step.label}_{step.rate:g}_{len(list(same))}" for step, same in groupby(steps))


def steps_of(text: str, classes: int) -> tuple[Step, ...]:
    """The lesson that a link tells; none where it tells no possible one."""
    from core.training.lesson import HIGHEST, LOWEST, MOST_STEPS, Step

    steps: list[Step] = []
    for word in text[:2000].split():
        found = fullmatch(r"(\d{1,6})_([\d.e-]{1,12})_(\d{1,3})", word)
        try:
            label, rate, count = int(found[1]), float(found[2]), int(found[3])  # type: ignore[index]
        except (TypeError, ValueError):
            return ()
        if label >= classes or not LOWEST <= rate <= HIGHEST or len(steps) + count > MOST_STEPS:
            return ()
        steps += [Step(label, rate)] * count
    return tuple(steps)


def _at(tried: NDArray[np.float64]) -> int:
    """The slider's position; it is kept as a learning rate, since slow networks have fewer positions."""
    rate = st.session_state.get(AT, USUAL_RATE)
    return int(np.argmin(abs(np.log(tried) - np.log(rate))))


def _heard() -> None:
    rate = sent(STAGE).get("rate")
    if isinstance(rate, int | float) and 0 < rate < 1e6:
        st.session_state[AT] = float(rate)
