"""Tasks that a page begins of itself: those that this session has begun before, and nobody looks at, end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.paths import runs_root
from core.runs import tasks
from core.runs.folder import open_run
from core.runs.tasks import Task
from core.training import history
from dashboard.lens import known

if TYPE_CHECKING:
    from core.runs.tasks import TaskStatus


def begin(kind: str, parameters: dict[str, Any], folder: Path, name: str) -> tuple[Task, TaskStatus]:
    """Starts the task once; what this session began before under that `name`, and still runs, is stopped.

    One that was stopped or has failed waits for a click. Raises RunError.
    """
    task = Task(folder)
    status = task.status()
    before = st.session_state.get(name)
    if before not in (None, str(folder)):
        Task(Path(before)).stop()
        del st.session_state[name]
    if status.state == "absent":
        st.session_state[name] = str(folder)
        task = tasks.start(kind, parameters, folder)
        status = task.status()
    return task, status


def epoch_of(run_id: str, epoch: int | None) -> int | None:
    """The number of an epoch that a page names: None stands for the newest whose weights are whole.

    None where the weights tell no epoch, below 0 too. Raises RunError where there is no such run.
    """
    if known.is_known(run_id) or (epoch is not None and epoch < 0):
        return None
    run = open_run(run_id)
    recorded = history.epochs_of(run)
    if epoch is not None or not recorded:
        return epoch
    return recorded[-1] if history.whole_at(run, recorded[-1]) else history.best_epoch(run)


def home_of(run_id: str) -> Path:
    """The folder whose `tasks` hold what was computed of a run, or of a known network."""
    return runs_root() / ".known" / "-".join(run_id.split(":")[1:]) if known.is_known(run_id) else open_run(run_id).path
