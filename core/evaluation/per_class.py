"""How well each class is told from the rest: every figure with its interval, its formula, or the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.evaluation import bootstrap, delong
from core.evaluation.counts import Counts
from core.evaluation.intervals import Interval
from core.evaluation.ranking import Ranking, one_against_rest

TITLES: dict[str, str] = {
    "precision": "precision",
    "recall": "recall",  # also called sensitivity
    "specificity": "specificity",
    "f1": "F1",
    "balanced_accuracy": "balanced accuracy",
    "average_precision": "average precision",
    "auc": "AUC",
}
METHODS: dict[str, str] = {
    "precision": "Wilson",
    "recall": "Wilson",
    "specificity": "Wilson",
    "f1": "bootstrap",
    "balanced_accuracy": "bootstrap",
    "average_precision": "bootstrap",
    "auc": "DeLong",
}


@dataclass(frozen=True)
class Figure:
    """One number of a class.

    value: 0..1, None where undefined: `reason` says why in a sentence, and is empty otherwise.
    interval: of 95 %, None where there is none. method: by whom or how it was made.
    formula: how the number comes about, with the class's own counts put in: "TP / (TP + FP) = 87 / (87 + 69) = 0.558".
    """

    name: str
    value: float | None
    interval: Interval | None
    formula: str
    reason: str = ""

    @property
    def title(self) -> str:
        return TITLES[self.name]

    @property
    def method(self) -> str:
        return METHODS[self.name]


@dataclass(frozen=True, eq=False)
class ClassRow:
    """One class against all others. counts: with the most probable class as the answer. figures: by name, in order."""

    name: str
    counts: Counts
    figures: dict[str, Figure]
    ranking: Ranking

    @property
    def support(self) -> int:
        """Samples of the class that were answered."""
        return self.counts.positives


@dataclass(frozen=True, eq=False)
class PerClass:
    """A row for each class. unanswered: samples left out because their probabilities are not numbers."""

    rows: tuple[ClassRow, ...]
    unanswered: int

    def mean(self, figure: str) -> float | None:
        """Unweighted mean over the classes (macro average); None unless every class has the figure."""
        values = [row.figures[figure].value for row in self.rows]
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known and len(known) == len(values) else None


def per_class(
    labels: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    rankings: Sequence[Ranking] | None = None,
) -> PerClass:
    """Every class against the rest.

    labels: (N,) class indices. probabilities: (N, K). classes: the K names. The answer to a sample is its most
    probable class; samples whose probabilities are not all numbers have none and are left out. rankings: those of the
    samples that were answered, where they are known already.
    Raises ValueError where shapes do not agree.
    """
    true, scores = np.asarray(labels), np.asarray(probabilities)
    answered = np.isfinite(scores).all(axis=1)
    true, scores = true[answered], scores[answered]
    rankings = one_against_rest(true, scores, classes) if rankings is None else rankings
    answers = np.argmax(scores, axis=1)
    rows = tuple(_row(ranking, _counts(true == k, answers == k)) for k, ranking in enumerate(rankings))
    return PerClass(rows, int(np.count_nonzero(~answered)))


def figures_of(counts: Counts, name: str = "the class") -> dict[str, Figure]:
    """The figures that follow from the four counts alone."""
    drawn = bootstrap.of_counts(counts)
    tp, fp, fn, tn = (f"{number:,}" for number in (counts.tp, counts.fp, counts.fn, counts.tn))
    found, called = f"TP / (TP + FN) = {tp} / ({tp} + {fn})", f"TP / (TP + FP) = {tp} / ({tp} + {fp})"
    left = f"TN / (TN + FP) = {tn} / ({tn} + {fp})"
    nobody, all_of_it = f"No sample is of class {name}.", f"Every sample is of class {name}."
    if not counts.total:
        nobody = all_of_it = "There is no sample."
    unnamed = f"No sample was called {name}." if counts.total else nobody
    balanced = f"(recall + specificity) / 2 = ({tp} / {counts.positives:,} + {tn} / {counts.negatives:,}) / 2"
    told = (
        ("precision", called, counts.interval("precision"), unnamed),
        ("recall", found, counts.interval("recall"), nobody),
        ("specificity", left, counts.interval("specificity"), all_of_it),
        (
            "f1",
            f"2 TP / (2 TP + FP + FN) = 2·{tp} / (2·{tp} + {fp} + {fn})",
            drawn["f1"],
            f"{nobody[:-1]}, and none was called so." if counts.total else nobody,
        ),
        ("balanced_accuracy", balanced, drawn["balanced_accuracy"], all_of_it if counts.positives else nobody),
    )
    return {name: _figure(name, getattr(counts, name), bounds, formula, why) for name, formula, bounds, why in told}


def _row(ranking: Ranking, counts: Counts) -> ClassRow:
    figures = figures_of(counts, ranking.name)
    pairs = f"{ranking.positives:,}·{ranking.negatives:,}"
    right = (ranking.auc or 0.0) * ranking.positives * ranking.negatives
    figures["average_precision"] = _figure(
        "average_precision",
        ranking.average_precision,
        bootstrap.of_average_precision(ranking),
        f"mean of the precision at each of the {ranking.positives:,} samples of {ranking.name}, by falling probability",
        ranking.reason,
    )
    figures["auc"] = _figure(
        "auc",
        ranking.auc,
        delong.interval(ranking),
        f"pairs in the right order / all pairs = {right:,.0f} / ({pairs})",
        ranking.reason,
    )
    return ClassRow(ranking.name, counts, figures, ranking)


def _figure(name: str, value: float | None, bounds: Interval | None, formula: str, reason: str) -> Figure:
    if value is None:
        return Figure(name, None, None, "", reason)
    return Figure(name, value, bounds, f"{formula} = {value:.3f}")


def _counts(true: NDArray[np.bool_], called: NDArray[np.bool_]) -> Counts:
    tp = int(np.count_nonzero(true & called))
    fp = int(np.count_nonzero(called)) - tp
    fn = int(np.count_nonzero(true)) - tp
    return Counts(tp, fp, fn, len(true) - tp - fp - fn)
