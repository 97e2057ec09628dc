"""The samples behind one number of a study's confusion matrices, of all seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.errors import DataError
from dashboard import parts
from dashboard.components.gallery import Card, Ground, Pictures, gallery
from dashboard.judge.lab_results import seeds
from dashboard.judge.lab_state import PREFIX
from dashboard.lens import looking
from dashboard.live.thumbnails import small

if TYPE_CHECKING:
    from core.data.raw import RawData
    from core.studies.summary import Line
    from dashboard.judge.lab_results import Studied

MATRICES = f"{PREFIX}_matrices"
CELL = f"{PREFIX}_cell"  # study, treatment, true class and answer
HEIGHT = "max(12rem, calc(100vh - 27rem))"


class Found(NamedTuple):
    """One sample of a cell. place: in the data set, its test part behind its training part; sure: of the answer."""

    place: int
    seed: int
    sure: float


def clicked(id: str) -> None:
    """Before the script runs: remember what was clicked in the matrices of this study."""
    message = (st.session_state.get(MATRICES) or {}).get("cell")
    if isinstance(message, dict):
        st.session_state[CELL] = (id, message.get("treatment"), message.get("truth"), message.get("answer"))


def chosen(about: Studied) -> tuple[Line, int, int] | None:
    """Treatment, true class and answer of the cell that is looked at; None where there is none."""
    id, treatment, truth, answer = st.session_state.get(CELL) or (None, None, None, None)
    line = next((line for line in about.summary.lines if line.treatment == treatment), None) if about.summary else None
    classes = range(len(about.facts.classes))
    if id != about.id or line is None or not line.known:
        return None
    if not (isinstance(truth, int) and truth in classes and isinstance(answer, int) and answer in classes):
        return None
    return line, truth, answer


def close() -> None:
    st.session_state.pop(CELL, None)


def found(line: Line, truth: int, answer: int) -> list[Found]:
    """The cell's samples, those whose answer is most probable first."""
    every = [
        Found(int(score.tested[at]), score.seed, float(score.probabilities[at, answer]))
        for score in line.known
        for at in np.flatnonzero((score.labels == truth) & (score.answers == answer))
    ]
    return sorted(every, key=lambda each: -each.sure)


def show(about: Studied, line: Line, truth: int, answer: int) -> None:
    """Head, a way back, and the samples."""
    named, said = about.facts.classes[truth], about.facts.classes[answer]
    samples = found(line, truth, answer)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{PREFIX}_cell_bar"):
        st.button("All matrices", key=f"{PREFIX}_cell_close", icon=":material/arrow_back:", on_click=close)
        count = f"{len(samples):,} sample{'' if len(samples) == 1 else 's'}"
        what = f"{count} of class {named} called {said}"
        st.markdown(parts.plain(f"{line.title}: {what}, {seeds(len(line.known))}"))
    try:
        raw = looking.raw(about.spec.dataset)
        _check(about, line, raw)
    except DataError as error:
        parts.show_error(error)
        return
    name = f"{about.id} {line.treatment} {truth} {answer} {len(samples)}"

    def page(some: slice) -> Pictures:
        cards, values = [], []
        for at, each in enumerate(samples[some], start=some.start):
            head = named if truth == answer else f"{named} → {said}"
            sure = parts.percent(each.sure, 1)
            words = f"Seed {each.seed + 1}, sample {each.place:,}: truly {named}, called {said} with {sure}"
            cards.append(Card(at, head, sure, words, truth == answer))
            later = each.place - len(raw.train_x)
            values.append(raw.train_x[each.place] if later < 0 else raw.test_x[later])
        if not raw.is_image:
            return Pictures(cards, points=np.array(values, np.float32).reshape(-1, 2))
        return Pictures(cards, images=small(np.array(values, np.uint8).reshape(-1, *raw.train_x.shape[1:])))

    ground = None if raw.is_image else Ground(raw.train_x, raw.train_y)
    gallery(f"{PREFIX}_cell_gallery", name, len(samples), page, ground=ground, height=HEIGHT, opens="")


def _check(about: Studied, line: Line, raw: RawData) -> None:
    """Raises DataError where the data set is another one than at the study."""
    labels = np.concatenate([raw.train_y, raw.test_y])
    own = np.array(about.facts.labels)
    for score in line.known:
        inside = not len(score.tested) or int(score.tested.max()) < len(labels)
        if not inside or not np.array_equal(labels[score.tested], own[score.labels]):
            raise DataError(f"{raw.title} has other samples now than when the study was made: make a new one.")
