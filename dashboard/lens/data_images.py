"""Which image of a run's data set is looked at: by number, by class, at random, or the run's mistakes first."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ConvLensError
from dashboard import judging
from dashboard.lens import looking
from dashboard.lens.views import PREFIX

if TYPE_CHECKING:
    from core.data.raw import RawData

PART = f"{PREFIX}_part"
IMAGE = f"{PREFIX}_image"
CLASS = f"{PREFIX}_class"
ORDERS = {"test": "Test images", "mistakes": "Mistakes first", "train": "Training images"}
ANY = "Any class"
KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session", "label_visibility": "collapsed"}


def place(raw: RawData) -> tuple[str, int]:
    """Part and number of the image that the controls say, within what there is."""
    part = _part()
    return part, min(max(0, _number()), _count(raw, part) - 1)


def _order() -> str:
    said = st.session_state.get(PART) or st.query_params.get(PART)
    return next((name for name, title in ORDERS.items() if said in (name, title)), "test")


def _part() -> str:
    return "train" if _order() == "train" else "test"


def _number() -> int:
    said = st.session_state.get(IMAGE)
    text = str(st.query_params.get(IMAGE, "0") if said is None else said)
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _count(raw: RawData, part: str) -> int:
    return raw.train_count if part == "train" else raw.test_count


def controls(run_id: str, dataset: str, raw: RawData) -> None:
    """Before and after, the number, at random, the class, and in which order."""
    most = _count(raw, _part()) - 1
    if st.query_params.get(PART) in ORDERS and PART not in st.session_state:
        st.query_params[PART] = ORDERS[_order()]  # the chooser reads only titles out of the link
        st.rerun()
    if IMAGE in st.session_state:
        st.session_state[IMAGE] = min(st.session_state[IMAGE], most)
    told = (run_id, dataset, raw)
    _button("before", "chevron_left", "The one before", *told, -1)
    st.number_input("Image", 0, most, 0, key=IMAGE, width=100, **KEPT)
    _button("after", "chevron_right", "The next one", *told, 1)
    _button("random", "shuffle", "One at random", *told, 0)
    changed: dict[str, Any] = {**KEPT, "on_change": step, "args": (*told, None)}
    st.selectbox("Class", [ANY, *raw.classes], key=CLASS, width=120, **changed)
    st.selectbox("Order", list(ORDERS), format_func=ORDERS.__getitem__, key=PART, width=155, **changed)


def _button(name: str, icon: str, help: str, *args: Any) -> None:
    st.button("", icon=f":material/{icon}:", key=f"{IMAGE}_{name}", help=help, on_click=step, args=args)


def step(run_id: str, dataset: str, raw: RawData, by: int | None) -> None:
    """Go on by that many images of the chosen class and order; 0: to one at random; None: to the first."""
    found = listed(run_id, dataset, raw)
    if not len(found):
        return
    at = np.flatnonzero(found == _number())
    if by is None:
        chosen = 0
    elif by == 0:
        chosen = random.randrange(len(found))
    else:
        chosen = (int(at[0]) + by) % len(found) if len(at) else 0
    st.session_state[IMAGE] = int(found[chosen])


def listed(run_id: str, dataset: str, raw: RawData) -> NDArray[np.int64]:
    """Numbers of all images of the chosen class, in the chosen order."""
    labels = raw.train_y if _part() == "train" else raw.test_y
    order = np.arange(len(labels))
    if _order() == "mistakes":
        order = _mistakes_first(run_id, len(labels))
    said = st.session_state.get(CLASS, ANY)
    return order[labels[order] == raw.classes.index(said)] if said in raw.classes else order


def _mistakes_first(run_id: str, count: int) -> NDArray[np.int64]:
    """The test images that the run's best weights got wrong, the surest first; then all others."""
    found = recorded_mistakes(run_id)
    wrong = np.empty(0, np.int64) if found is None else found[found < count]
    rest = np.ones(count, bool)
    rest[wrong] = False
    return np.concatenate([wrong, np.flatnonzero(rest)])


def recorded_mistakes(run_id: str) -> NDArray[np.int64] | None:
    """Numbers of the test images that the run got wrong at its end; None where its answers are not recorded."""
    from core.evaluation.mistakes import most_confident

    try:
        if not judging.kept(run_id, "test"):
            return None
        result = judging.recorded(run_id, "test", judging.stamp(run_id))
    except ConvLensError:
        return None
    return result.index[most_confident(result)]


def note(run_id: str, raw: RawData) -> str:
    """A sentence where what was asked for is not there, else empty."""
    if _order() == "mistakes":
        found = recorded_mistakes(run_id)
        if found is None:
            return "The answers to the test images are not recorded (yet), so they are in their own order."
        if not len(found):
            return "No test image was answered wrongly."
    said = st.session_state.get(CLASS, ANY)
    if said in raw.classes and not looking.trained_on(run_id, raw.classes.index(said)):
        return f"This run never saw an image of {said}: it cannot have learned what that is."
    return ""
