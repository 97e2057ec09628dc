"""The mean cross-entropy, and that of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.studies.summary import Line, Summary, spread
from dashboard.components.study import study
from dashboard.judge.lab_results import colour

if TYPE_CHECKING:
    from dashboard.judge.lab_results import Studied


def show(about: Studied) -> None:
    """One row a treatment; a moved threshold changes no probability, so it is left out."""
    summary = about.summary
    if summary is None:
        return
    lines = [_line(line, summary) for line in summary.lines if line.known and line.treatment != "threshold"]
    head = {
        "rare": summary.rare,
        "numbers": f"mean · {summary.rare_name}",
        "lines": lines,
        "hint": f"Red is {summary.rare_name}, grey each other class, the line across the mean over all test samples.",
        "alt": "Cross-entropy by class: " + " ".join(line["told"] for line in lines),
    }
    study("losses", head, {}, key="imbalance_losses")


def _line(line: Line, summary: Summary) -> dict[str, Any]:
    means = [spread(score.class_losses[label] for score in line.known).mean for label in range(len(summary.classes))]
    mean, rare = line.spread("loss").mean, means[summary.rare]
    known = [(loss, name) for loss, name in zip(means, summary.classes, strict=True) if loss is not None]
    best = min(known) if known else None
    told = f"{line.title}: mean over all test samples {_number(mean)}, {summary.rare_name} {_number(rare)}"
    if best:
        told += f", lowest {best[1]} {_number(best[0])}"
    return {
        "title": line.title,
        "colour": colour(line.treatment),
        "mean": mean,
        "classes": means,
        "text": f"{_number(mean)} · {_number(rare)}",
        "told": f"{told}.",
    }


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:#.2g}"
