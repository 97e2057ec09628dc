"""What Evaluate says of a run: the result, kept while nothing changes, and its figures in words."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.result import available, result_of
from core.runs import folder
from dashboard.parts import percent

if TYPE_CHECKING:
    from core.evaluation.result import Result, Split

Stamp = tuple[str, int | None, int]


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
    """The best weights so far, asked now. Raises ConvLensError."""
    from core.training.measure import measure  # brings torch

    return measure(folder.open_run(id), split)


def facts(shown: Result) -> str:
    """Accuracy with its interval, loss, mean area under the curves, and what they came from, as a strip of HTML."""
    accuracy, interval, area = shown.accuracy, shown.interval, shown.roc.mean_auc
    spread = f"95 % interval {100 * interval.low:.2f} to {100 * interval.high:.2f} %" if interval else ""
    fields = (
        (f"{shown.split} accuracy", percent(accuracy), spread),
        (f"{shown.split} loss", "–" if shown.loss is None else f"{shown.loss:.4f}", ""),
        ("wrong", f"{shown.total - shown.hits:,}", f"of {shown.total:,}"),
        ("mean AUC", "–" if area is None else f"{area:.4f}", f"{len(shown.classes)} classes"),
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
