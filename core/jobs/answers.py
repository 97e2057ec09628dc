"""A task: the network of several epochs is asked about one part of its data; the answers stay in the run's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import RunError
from core.evaluation.result import SPLITS, Split
from core.runs.folder import Run
from core.training import epoch_answers, history
from core.training.measure import Questions

if TYPE_CHECKING:
    from core.jobs.tasks import Work


def work(work: Work) -> None:
    """Parameters: split, and epochs in the order in which they are wanted. The folder lies in a run's `tasks`.

    Epochs that are there already are left as they are: a stopped task goes on where it was.
    Raises ConvLensError.
    """
    run = Run(work.folder.parent.parent)
    split, epochs = _read(work)
    todo = [epoch for epoch in epochs if not epoch_answers.answered(run, split, epoch)]
    if not todo:
        return
    work.progress(0.0, f"reading the {split} samples")
    questions = Questions(run, split)
    for done, epoch in enumerate(todo):

        def going_on(share: float, done: int = done, epoch: int = epoch) -> bool:
            work.progress((done + share) / len(todo), f"epoch {epoch}, {done + 1} of {len(todo)}")
            return not work.stopped

        result = questions.put(history.network_at(run, epoch), "epoch", epoch, going_on)
        if result is None:
            return
        epoch_answers.keep(run, result)


def _read(work: Work) -> tuple[Split, list[int]]:
    split = next((known for known in SPLITS if known == work.parameters.get("split")), None)
    epochs = work.parameters.get("epochs")
    if split is None or not isinstance(epochs, list) or not all(type(one) is int for one in epochs):
        raise RunError(f"The answers of {work.folder.name} cannot be asked: its parameters are damaged.")
    return split, epochs
