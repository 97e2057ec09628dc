"""Accuracy beside what it hides: every treatment and seed, with answers that need no looking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.studies.summary import MEASURES, Line, Summary, difference
from core.studies.treatments import TREATMENTS
from core.studies.verdicts import points, share
from dashboard.components.study import study
from dashboard.judge.lab_results import colour, seeds

if TYPE_CHECKING:
    from dashboard.judge.lab_results import Studied

SHOWN = ("accuracy", "balanced", "recall", "f1")


def show(about: Studied) -> None:
    """The table of dots."""
    summary = about.summary
    if summary is None:
        return
    titles = [MEASURES[name].title.format(summary.rare_name) for name in SHOWN]
    rows = [_row(line, summary, titles) for line in summary.lines if line.seeds]
    head = {
        "columns": [{"title": title, "at": at} for at, title in enumerate(titles)],
        "rows": [*rows, *_blind(summary, titles)],
        "hint": f"A dot is one seed, the line across the mean of {seeds(summary.seeds)}, the bar its 95 % interval.",
        "alt": "Scores of the treatments: " + "; ".join(f"{row['title']} {row['cells'][0]['told']}" for row in rows),
    }
    study("scores", head, {}, key="imbalance_scores")


def _row(line: Line, summary: Summary, titles: list[str]) -> dict[str, Any]:
    none = summary.line("none")
    cells = []
    for name, title in zip(SHOWN, titles, strict=True):
        found = line.spread(name)
        told = f"{line.title}, {title.lower()}: {share(found.mean)}"
        if found.low is not None and found.high is not None:
            low, high = max(0.0, found.low), min(1.0, found.high)
            told += f", mean of {len(line.known)} seeds, 95 % interval {share(low)} to {share(high)}"
        if none is not None and line is not none and found.mean is not None:
            told += f". Against nothing: {points(difference(line, none, name))}"
        cells.append(
            {
                "values": list(found.values),
                "mean": found.mean,
                "low": found.low,
                "high": found.high,
                "text": share(found.mean),
                "told": f"{told}.",
                "blind": False,
            }
        )
    told = TREATMENTS[line.treatment].story
    if line.diverged:
        told += f" {line.diverged} of {len(line.seeds)} trainings diverged: their loss became no number."
    return {"title": line.title, "colour": colour(line.treatment), "told": told, "blind": False, "cells": cells}


def _blind(summary: Summary, titles: list[str]) -> list[dict[str, Any]]:
    """Always the common class, and guessing."""
    blind = summary.blind
    always = [blind.always(name) for name in SHOWN]
    guess = [blind.guess(name) for name in SHOWN]
    of = "1/2" if blind.classes == 2 else f"1/{blind.classes}"
    wrong = "1/2" if blind.classes == 2 else f"{blind.classes - 1}/{blind.classes}"
    return [
        _blind_row(f"Always {blind.common}", f"Answers {blind.common} whatever it is shown.", always, titles),
        _blind_row(
            f"Guessing, {of}",
            f"Each of {blind.classes} classes as likely, whatever it is shown: wrong {wrong} of the time.",
            guess,
            titles,
        ),
    ]


def _blind_row(title: str, story: str, values: list[float | None], titles: list[str]) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [
        {
            "values": [],
            "mean": value,
            "low": None,
            "high": None,
            "text": share(value),
            "told": f"{title}, {name.lower()}: {share(value)}.",
            "blind": True,
        }
        for value, name in zip(values, titles, strict=True)
    ]
    return {"title": title, "colour": None, "told": story, "blind": True, "cells": cells}
