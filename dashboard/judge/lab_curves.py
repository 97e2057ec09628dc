"""ROC and precision-recall of the rare class, all treatments in one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.studies.summary import Line
from dashboard.components.study import study
from dashboard.judge.lab_results import colour

if TYPE_CHECKING:
    from dashboard.judge.lab_results import Studied


def show(about: Studied) -> None:
    """Both pictures, with a point where each treatment answers."""
    summary = about.summary
    if summary is None:
        return
    lines = [line for line in summary.lines if line.known]
    rare, name = summary.blind.rare, summary.rare_name
    arrays = {}
    for at, line in enumerate(lines):
        arrays[f"roc-{at}"] = line.roc.astype(np.float32)
        arrays[f"pr-{at}"] = line.precision_recall.astype(np.float32)
    head = {
        "plots": [
            {
                "name": "roc",
                "title": f"ROC of {name}",
                "x": "False positive rate",
                "y": "True positive rate",
                "blind": [[0, 0], [1, 1]],
                "point": "at_roc",
                "alt": "ROC curves: " + "; ".join(f"{line.title}, AUC {_mean(line, 'auc')}" for line in lines),
            },
            {
                "name": "pr",
                "title": f"Precision and recall of {name}",
                "x": "Recall",
                "y": "Precision",
                "blind": [[0, rare], [1, rare]],
                "point": "at_pr",
                "alt": "Precision-recall curves: "
                + "; ".join(f"{line.title}, average precision {_mean(line, 'average_precision')}" for line in lines),
            },
        ],
        "lines": [_entry(line) for line in lines],
        "hint": "A curve is the mean over the seeds; its point is where the treatment answers. Dashed: guessing. "
        "Numbers: AUC and average precision; a click hides a curve.",
        "alt": f"Curves of {name} against the rest",
    }
    study("curves", head, arrays, key="imbalance_curves")


def _entry(line: Line) -> dict[str, object]:
    point = line.point
    reason = next((score.ranking.reason for score in line.known if score.ranking.reason), "")
    return {
        "title": line.title,
        "colour": colour(line.treatment),
        "auc": _mean(line, "auc"),
        "ap": _mean(line, "average_precision"),
        "told": reason
        or f"{line.title}: AUC {_told(line, 'auc')}; average precision {_told(line, 'average_precision')}.",
        "at_roc": None if point is None else [point[0], point[1]],
        "at_pr": None if point is None else [point[1], point[2]],
    }


def _mean(line: Line, measure: str) -> str:
    mean = line.spread(measure).mean
    return "–" if mean is None else f"{mean:.3f}"


def _told(line: Line, measure: str) -> str:
    found = line.spread(measure)
    if found.low is None or found.high is None:
        return _mean(line, measure)
    return f"{_mean(line, measure)} (95 % interval {max(0, found.low):.3f} to {min(1, found.high):.3f})"
