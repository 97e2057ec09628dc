"""Which answers Evaluate shows: recorded ones, or those that the network is asked for, now or by a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.runs import folder, task_places, tasks
from core.training import epoch_answers
from dashboard import judging, parts
from dashboard.components.film import chosen, film, kept_at, set_epoch
from dashboard.judge.views import PREFIX
from dashboard.task_bar import task_bar

if TYPE_CHECKING:
    from core.evaluation.result import Result, Split
    from core.runs.tasks import Task

ASKED = f"{PREFIX}_asked"  # run and split that the user had measured, and the stamp of the run then
EPOCH = f"{PREFIX}_epoch"  # the parameter of the link that names the epoch
PICKED = f"{PREFIX}_picked"  # run and epoch that the user moved the film to
TASK = f"{PREFIX}_task"
LAST = f"{PREFIX}_last"  # run, split and epoch of what was on the screen last


def own(id: str, split: Split, stamp: judging.Stamp) -> Result | None:
    """What is known of the run on these samples; None where nobody has asked the network yet. Raises ConvLensError."""
    asked = None if judging.kept(id, split) else stamp_asked(id, split)
    if asked is None:
        return judging.own(id, split)
    parts.wait_for_torch()
    return judging.measured(id, split, asked)


def stamp_asked(id: str, split: Split) -> judging.Stamp | None:
    """How far the run was when the user had it measured on these samples; None where that was not asked."""
    run, part, stamp = st.session_state.get(ASKED, (None, None, None))
    return stamp if (run, part) == (id, split) else None


def ask(id: str, split: Split, stamp: judging.Stamp) -> None:
    """Have the best weights so far asked; the film goes to their epoch."""
    st.session_state[ASKED] = (id, split, stamp)
    forget_epoch()
    st.session_state.pop(f"{_film(id, split)}_at", None)
    st.rerun()


def stale(id: str, split: Split, stamp: judging.Stamp) -> str:
    """Where the run has trained on since the network was asked: how far; else empty. Raises RunError."""
    asked = stamp_asked(id, split)
    if asked is None or asked[1:] == stamp[1:] or judging.kept(id, split):
        return ""
    return f"Asked after epoch {asked[2]}; the run has done {stamp[2]} by now."


def epoch_choice(id: str, split: Split, known: Result | None) -> int | None:
    """The film of the run's epochs; None where there is only one picture of it. Raises RunError."""
    epochs = judging.epochs(id, split)
    if len(epochs) < 2:
        return None
    key = _film(id, split)
    picked = st.session_state.get(PICKED)
    if picked and picked[0] == id and kept_at(key) is not None and picked[1] != chosen(key, epochs):
        set_epoch(key, picked[1])  # moved to with other samples

    def moved() -> None:
        _keep(id, chosen(key, epochs), done=(st.session_state[key].get("moved") or {}).get("done", True))

    return film(key, epochs, _start(id, split, known), on_move=moved)


def _film(id: str, split: Split) -> str:
    """Key of the film."""
    return f"{PREFIX}_film_{split}_{id}"


def _start(id: str, split: Split, known: Result | None) -> int | None:
    """Where the film stands first: as picked before, or in the link; else at the answers that are there."""
    picked, said = st.session_state.get(PICKED), st.query_params.get(EPOCH, "")
    if picked and picked[0] == id:
        return int(picked[1])
    if said.isdecimal() and len(said) < 6:
        return int(said)
    return known.epoch if known and split != "validation" else None


def _keep(id: str, epoch: int, done: bool) -> None:
    st.session_state[PICKED] = (id, epoch)
    if done:
        st.query_params[EPOCH] = str(epoch)


def forget_epoch() -> None:
    """Another run was picked: its own epoch is shown."""
    st.session_state.pop(PICKED, None)
    if EPOCH in st.query_params:
        del st.query_params[EPOCH]


def answers(id: str, split: Split, epoch: int | None, known: Result | None) -> tuple[Result | None, bool]:
    """The answers after that epoch (None: the run's own), and whether those are they: else the last ones shown."""
    if epoch is None or (known is not None and known.epoch == epoch):
        return known, True
    found = judging.at_epoch(id, split, epoch)
    if found is not None:
        st.session_state[LAST] = (id, split, epoch)
        return found, True
    last = st.session_state.get(LAST)
    if last and last[:2] == (id, split):
        before = judging.at_epoch(*last)
        known = before if before is not None else known
    return known, False


def offer(id: str, split: Split, stamp: judging.Stamp, epoch: int | None) -> None:
    """Nothing is there yet: one sentence, and a button that has the network asked. Raises ConvLensError."""
    status = task_bar(task_of(id, split), TASK)
    if status and status.live:
        return
    waits = epoch is not None and not judging.quick(id, split)
    which = f"of epoch {epoch} " if waits else ""
    sentence = f"The answers {which}to the {split} samples are not recorded (yet). "
    sentence += "The network can be asked in the background." if waits else "The best weights so far can be asked now."
    if waits:
        task_places.warm()
    if parts.empty_state(sentence, f"Ask about the {split} samples", "evaluate_ask"):
        if waits and epoch is not None:
            start(id, split, epoch, only=True)
        else:
            ask(id, split, stamp)


def missing(id: str, split: Split, epoch: int, shown: Result) -> None:
    """The chosen epoch's answers are not there: one sentence above the last picture, and a button for all epochs."""
    if epoch not in judging.epochs(id, split):
        return
    count = sum(judging.at_epoch(id, split, one) is None for one in judging.epochs(id, split))
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_missing"):
        which = "the last ones" if shown.epoch is None else f"those of epoch {shown.epoch}"
        st.markdown(
            f"The {split} answers of epoch {epoch} are not recorded: these are {which}. Its weights can be asked."
        )
        label = "Ask them" if count == 1 else f"Ask those of all {count} epochs"
        if st.button(label, key=f"{PREFIX}_compute", type="primary"):
            start(id, split, epoch)
    task_places.warm()


def start(id: str, split: Split, epoch: int, only: bool = False) -> None:
    """Have the network of every epoch asked, this one first, its neighbours next. Raises ConvLensError."""
    epochs = [epoch] if only else sorted(judging.epochs(id, split), key=lambda one: abs(one - epoch))
    tasks.start(epoch_answers.KIND, {"split": split, "epochs": epochs}, task_of(id, split).path)
    st.rerun()


def task_of(id: str, split: Split) -> Task:
    """The task that asks about these samples. Raises RunError."""
    return tasks.Task(folder.open_run(id).path / tasks.FOLDER / f"{epoch_answers.KIND}-{split}")


def at_work(id: str, split: Split) -> bool:
    """Whether answers are on their way."""
    try:
        return task_of(id, split).status().live
    except ConvLensError:
        return False
