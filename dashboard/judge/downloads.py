"""What can be taken away: the predictions as CSV, and a report of the run."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import DataError
from core.evaluation.mistakes import confidence
from dashboard.judge.views import PREFIX
from dashboard.lens import looking

if TYPE_CHECKING:
    from core.evaluation.result import Result
    from dashboard.judge.views import Judged


def offer(judged: Judged) -> None:
    """A popover with a button for each file; a file is made when its button is clicked."""
    found = judged.result
    with st.popover("Download", icon=":material/download:", key=f"{PREFIX}_download"):
        st.download_button(
            "Report (HTML)",
            data=lambda: _report(judged),
            file_name=f"{_name(found)}-report.html",
            mime="text/html",
            icon=":material/description:",
            key=f"{PREFIX}_report",
            on_click="ignore",
            width="stretch",
        )
        st.download_button(
            "Predictions (CSV)",
            data=lambda: predictions(found, files_of(found)),
            file_name=f"{_name(found)}-predictions.csv",
            mime="text/csv",
            icon=":material/table:",
            key=f"{PREFIX}_csv",
            on_click="ignore",
            width="stretch",
        )
        st.caption("Figures have buttons of their own: PNG and SVG.")


def _report(judged: Judged) -> bytes:
    from dashboard.judge.report import report

    return report(judged).encode()


def _name(found: Result) -> str:
    epoch = "" if found.epoch is None else f"-epoch-{found.epoch}"
    return f"{found.run_name}-{found.split}{epoch}"


def files_of(found: Result) -> tuple[str, ...] | None:
    """The images' names, where the data set is a folder of images and is here."""
    try:
        raw = looking.raw(found.dataset)
    except DataError:
        return None
    return raw.train_files if found.part == "train" else raw.test_files


def predictions(found: Result, files: tuple[str, ...] | None = None) -> bytes:
    """One line a sample: its place in the data set, true class, answer, and the probability of every class.

    files: names by that place. UTF-8 with a mark, so that spreadsheets read it; an answer that is not a number stays
    empty.
    """
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    named = ["file"] if files else []
    lines.writerow(["index", *named, "true label", "answer", "confidence", *(f"p({name})" for name in found.classes)])
    sure = confidence(found)
    rows = zip(found.index.tolist(), found.labels.tolist(), found.answers.tolist(), strict=True)
    for place, (index, label, answer) in enumerate(rows):
        name = [_safe(files[index]) if index < len(files) else ""] if files else []
        said = found.classes[answer] if answer >= 0 else ""
        values = found.probabilities[place]
        numbers = [f"{value:.6g}" if value == value else "" for value in (sure[place], *values)]
        lines.writerow([index, *name, _safe(found.classes[label]), _safe(said), *numbers])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _safe(text: str) -> str:
    """A spreadsheet would compute what begins so."""
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t") or (text[:1] == "-" and not _is_number(text)) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
