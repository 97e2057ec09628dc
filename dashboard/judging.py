"""What Evaluate says of a run: the result, kept while nothing changes, and its figures in words."""

from __future__ import annotations

import html
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from core.data.catalogue import describe
from core.errors import DataError, RunError
from core.evaluation.result import available, result_of
from core.network.shapes import trace
from core.runs import folder
from core.training import epoch_answers, history
from dashboard.parts import percent

if TYPE_CHECKING:
    from core.evaluation.result import Result, Split

Stamp = tuple[str, int | None, int]
QUICK = 5e9  # multiplications that the network may be asked for while the page waits


def stamp(id: str) -> Stamp:
    """Changes whenever the run's results may have changed. Raises RunError where there is no such run."""
    summary = folder.open_run(id).summary()
    return summary.state, summary.best_epoch, summary.epochs_done


def kept(id: str, split: Split) -> bool:
    """Whether the run's folder holds the answers. Raises RunError."""
    return split in available(folder.open_run(id))


@st.cache_resource(max_entries=16, show_spinner=False)
def recorded(id: str, split: Split, stamp: Stamp) -> Result:
    """What the training itself wrote down. Raises RunError."""
    return result_of(folder.open_run(id), split)


@st.cache_resource(max_entries=4, show_spinner="Asking the network about every sample")
def measured(id: str, split: Split, stamp: Stamp) -> Result:
    """The best weights so far, asked now, and kept in the run's folder. Raises ConvLensError."""
    from core.training.measure import measure  # brings torch

    run = folder.open_run(id)
    found = measure(run, split)
    if found.epoch is not None:
        with suppress(RunError):  # a full disk: they are shown all the same
            epoch_answers.keep(run, found)
    return found


def own(id: str, split: Split) -> Result | None:
    """A run's own answers, as recorded or as once asked of its best epoch; None where nobody asked. Raises RunError."""
    if kept(id, split):
        return recorded(id, split, stamp(id))
    best = history.best_epoch(folder.open_run(id))
    return None if best is None else at_epoch(id, split, best)


def there(id: str, split: Split) -> bool:
    """Whether `own` gives answers. Raises RunError."""
    run = folder.open_run(id)
    best = history.best_epoch(run)
    return kept(id, split) or (best is not None and epoch_answers.answered(run, split, best))


def at_epoch(id: str, split: Split, epoch: int) -> Result | None:
    """The answers after an epoch; None where they are not recorded, and nobody has asked. Raises RunError."""
    run = folder.open_run(id)
    if not epoch_answers.answered(run, split, epoch):
        return None
    return _at_epoch(id, split, epoch, (stamp(id), epoch_answers.stamp(run, split, epoch)))


@st.cache_resource(max_entries=64, ttl=1800, show_spinner=False)
def _at_epoch(id: str, split: Split, epoch: int, stamp: object) -> Result:
    return epoch_answers.result_at(folder.open_run(id), split, epoch)


def epochs(id: str, split: Split) -> tuple[int, ...]:
    """The epochs whose answers are there, or can be asked of their weights, in order. Raises RunError."""
    run = folder.open_run(id)
    return _epochs(id, split, (history.newest(run), epoch_answers.newest(run, split)))


@st.cache_resource(max_entries=32, show_spinner=False)
def _epochs(id: str, split: Split, stamp: object) -> tuple[int, ...]:
    run = folder.open_run(id)
    best, known = history.best_epoch(run), history.epochs_of(run)
    ordinary = next((epoch for epoch in known if epoch not in (0, best)), None)
    whole = ordinary is not None and history.whole_at(run, ordinary)  # of one network all are, or none
    there = [epoch for epoch in known if epoch_answers.answered(run, split, epoch)]
    asked = {epoch for epoch in known if whole or epoch in (0, best)}
    if split == "validation" and 0 not in there:
        asked.discard(0)  # the film begins with what is recorded
    return tuple(sorted({*there, *asked}))


def quick(id: str, split: Split) -> bool:
    """Whether the network answers these samples so soon that the page can wait for it. Raises RunError."""
    spec = folder.open_run(id).spec
    try:
        entry = describe(spec.train.dataset)
    except DataError:
        return True  # the network is not asked, the data set's own sentence comes
    count = (entry.test_count if split == "test" else entry.train_count) or 0
    return trace(spec.network).macs * count <= QUICK


def facts(shown: Result) -> str:
    """Accuracy with its interval, loss, mean area under the curves, and what they came from, as a strip of HTML."""
    accuracy, interval, area = shown.accuracy, shown.interval, shown.roc.mean_auc
    spread = f"95 %: {100 * interval.low:.2f} to {100 * interval.high:.2f} %" if interval else ""
    fields = (
        ("accuracy", percent(accuracy), spread),
        ("loss", "–" if shown.loss is None else f"{shown.loss:.4f}", ""),
        ("wrong", f"{shown.total - shown.hits:,}", f"of {shown.total:,}"),
        ("mean AUC", "–" if area is None else f"{area:.4f}", ""),
    )
    items = "".join(
        f'<span>{html.escape(label)} <b>{html.escape(value)}</b> <span class="quiet">{html.escape(note)}</span></span>'
        for label, value, note in fields
    )
    source = f'<div class="convlens-source">From {html.escape(shown.source)}</div>'
    return f'<div class="convlens-facts">{items}</div>{source}'


def unanswered(shown: Result) -> str:
    """A sentence where the network gave no answer to some samples, else empty."""
    missing = int((~shown.answered).sum())
    return f"{missing:,} of {shown.total:,} answers are not numbers: the network diverged." if missing else ""
