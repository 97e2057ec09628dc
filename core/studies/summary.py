"""A study's outcomes side by side: means over the seeds, how sure they are, and differences in pairs. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, sqrt
from statistics import fmean, stdev

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from core.evaluation.precision_recall import precision_recall_curve
from core.evaluation.roc import roc
from core.studies.outcome import Outcome, Scored, moved, scored
from core.studies.treatments import TREATMENTS, TreatmentName

LEVEL = 0.95
GRID = np.linspace(0, 1, 201)


@dataclass(frozen=True)
class Spread:
    """One figure over the seeds. values: None where it is not defined; low, high: Student's 95 % interval of the mean.

    mean is None without values; low and high are None with fewer than two.
    """

    values: tuple[float | None, ...]
    mean: float | None
    low: float | None
    high: float | None

    @property
    def sure(self) -> bool:
        """Whether the interval leaves zero out: for differences."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def spread(values: Iterable[float | None], compared: int = 1) -> Spread:
    """Mean and Student's t interval of it, mean ± t(n - 1) s / sqrt(n).

    compared: how many such intervals shall hold together with 95 % (Bonferroni).
    """
    given = tuple(values)
    known = [value for value in given if value is not None and isfinite(value)]
    if not known:
        return Spread(given, None, None, None)
    mean = fmean(known)
    if len(known) < 2:
        return Spread(given, mean, None, None)
    half = float(stdtrit(len(known) - 1, 1 - (1 - LEVEL) / (2 * compared))) * stdev(known) / sqrt(len(known))
    return Spread(given, mean, mean - half, mean + half)


@dataclass(frozen=True)
class Measure:
    """A figure that is compared. share: whether it lies in 0..1; what: the rare class's name is put in for {}."""

    name: str
    title: str
    of: Callable[[Scored], float | None]
    share: bool = True


def _balanced_error(line: Scored) -> float | None:
    return None if line.balanced is None else 1 - line.balanced


_MEASURES = (
    Measure("accuracy", "Accuracy", lambda line: line.accuracy),
    Measure("balanced", "Balanced accuracy", lambda line: line.balanced),
    Measure("recall", "Recall of {}", lambda line: line.recall),
    Measure("precision", "Precision of {}", lambda line: line.precision),
    Measure("f1", "F1 of {}", lambda line: line.f1),
    Measure("auc", "AUC of {}", lambda line: line.auc),
    Measure("average_precision", "Average precision of {}", lambda line: line.average_precision),
    Measure("loss", "Cross-entropy", lambda line: line.loss, share=False),
    Measure("rare_loss", "Cross-entropy of {}", lambda line: line.class_losses[line.rare], share=False),
    Measure("balanced_error", "Balanced error", _balanced_error),
)
MEASURES: dict[str, Measure] = {measure.name: measure for measure in _MEASURES}


@dataclass(frozen=True, eq=False)
class Line:
    """One treatment. scores: one for each seed that is done, None where it diverged or nothing could be chosen."""

    treatment: TreatmentName
    seeds: tuple[int, ...]
    scores: tuple[Scored | None, ...]
    diverged: int

    @property
    def title(self) -> str:
        return TREATMENTS[self.treatment].title

    @property
    def known(self) -> tuple[Scored, ...]:
        return tuple(score for score in self.scores if score is not None)

    def spread(self, measure: str) -> Spread:
        of = MEASURES[measure].of
        return spread(None if score is None else of(score) for score in self.scores)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """int64 (K, K): the confusion matrices of all seeds, added."""
        return np.asarray(np.sum([score.confusion.counts for score in self.known], axis=0), dtype=np.int64)

    @cached_property
    def roc(self) -> NDArray[np.float64]:
        """Mean true positive rate at the false positive rates of `GRID`, (201,); empty without a curve.

        Vertical averaging: Fawcett, An introduction to ROC analysis (2006), algorithm 3.
        """
        rows = []
        for score in self.known:
            rare = roc(score.labels, score.probabilities, score.classes).curves[score.rare]
            if not rare.reason:
                rows.append(np.interp(GRID, rare.false_positive_rate, rare.true_positive_rate))
        return np.mean(rows, axis=0) if rows else np.empty(0)

    @cached_property
    def precision_recall(self) -> NDArray[np.float64]:
        """Mean precision at the recalls of `GRID`, (201,); empty without a curve."""
        rows = []
        for score in self.known:
            curve = precision_recall_curve(score.ranking)
            if not curve.reason:  # a stair: the precision of the first point that finds as much
                at = np.searchsorted(curve.recall, GRID - 1e-12)
                rows.append(curve.precision[np.minimum(at, len(curve.precision) - 1)])
        return np.mean(rows, axis=0) if rows else np.empty(0)

    @property
    def point(self) -> tuple[float, float, float] | None:
        """Mean false positive rate, recall and precision of the rare class at what it answers; None without a score."""
        rates = []
        for score in self.known:
            rest = score.labels != score.rare
            if rest.any() and score.recall is not None and score.precision is not None:
                alarms = float((score.answers[rest] == score.rare).mean())
                rates.append((alarms, score.recall, score.precision))
        if not rates:
            return None
        alarms, recall, precision = np.mean(rates, axis=0).tolist()
        return alarms, recall, precision


@dataclass(frozen=True)
class Blind:
    """What answering without looking scores. rare: share of the rare class in the test part."""

    common: str
    classes: int
    accuracy: float
    rare: float

    @property
    def balanced(self) -> float:
        """Of always the same class, and of guessing."""
        return 1 / self.classes

    @property
    def guessed_f1(self) -> float:
        """Of guessing: precision is the rare class's share, recall 1 / K."""
        return 2 * self.rare * self.balanced / (self.rare + self.balanced)

    def always(self, measure: str) -> float | None:
        """What always the common class scores."""
        return {"accuracy": self.accuracy, "balanced": self.balanced, "recall": 0.0, "f1": 0.0}.get(measure)

    def guess(self, measure: str) -> float | None:
        """What a class drawn at random, each as likely, scores on the average."""
        chance = self.balanced
        known = {"accuracy": chance, "balanced": chance, "recall": chance, "f1": self.guessed_f1, "auc": 0.5}
        return known.get(measure)


@dataclass(frozen=True, eq=False)
class Summary:
    """A study so far. classes: those that take part; rare: index of the one that is looked for."""

    classes: tuple[str, ...]
    rare: int
    lines: tuple[Line, ...]
    blind: Blind
    seeds: int

    @property
    def rare_name(self) -> str:
        return self.classes[self.rare]

    def line(self, treatment: TreatmentName) -> Line | None:
        """None where it has no score."""
        return next((line for line in self.lines if line.treatment == treatment and line.known), None)

    @property
    def done(self) -> int:
        """Seeds that at least one treatment is done with."""
        return len({seed for line in self.lines for seed in line.seeds})


def summarise(
    outcomes: Sequence[Outcome], chosen: Sequence[TreatmentName], classes: tuple[str, ...], rare: int
) -> Summary | None:
    """None without outcomes. chosen: the treatments in their order; `threshold` is made of the untreated outcomes."""
    if not outcomes:
        return None
    lines = []
    for name in chosen:
        source = "none" if name == "threshold" else name
        own = [outcome for outcome in outcomes if outcome.treatment == source]
        judge = moved if name == "threshold" else scored
        lines.append(
            Line(
                name,
                tuple(outcome.seed for outcome in own),
                tuple(judge(outcome, classes, rare) for outcome in own),
                sum(outcome.diverged is not None for outcome in own),
            )
        )
    shares = np.bincount(np.concatenate([outcome.labels for outcome in outcomes]), minlength=len(classes))
    shares = shares / shares.sum()
    common = int(outcomes[0].trained_on.argmax())
    untreated = next((outcome for outcome in outcomes if outcome.treatment == "none"), None)
    if untreated is not None:
        common = int(untreated.trained_on.argmax())
    blind = Blind(classes[common], int((shares > 0).sum()), float(shares[common]), float(shares[rare]))
    return Summary(classes, rare, tuple(lines), blind, len({outcome.seed for outcome in outcomes}))


def paired(first: Line, second: Line, measure: str) -> tuple[Spread, Spread]:
    """A figure of both, seed by seed, at the seeds where both have it."""
    of = MEASURES[measure].of
    others = dict(zip(second.seeds, second.scores, strict=True))
    both = [(score, others.get(seed)) for seed, score in zip(first.seeds, first.scores, strict=True)]
    found = [(of(one), of(two)) for one, two in both if one is not None and two is not None]
    known = [(one, two) for one, two in found if one is not None and two is not None]
    return spread(one for one, _ in known), spread(two for _, two in known)


def difference(first: Line, second: Line, measure: str, compared: int = 1) -> Spread:
    """`first` minus `second`, seed by seed: both saw the same samples, weights and order. Seeds of both count."""
    return spread_between(*paired(first, second, measure), compared)


def spread_between(first: Spread, second: Spread, compared: int = 1) -> Spread:
    """Of the differences of two figures, value by value."""
    pairs = zip(first.values, second.values, strict=True)
    return spread((None if one is None or two is None else one - two for one, two in pairs), compared)


def steadier(first: Spread, second: Spread) -> float | None:
    """The probability (two-sided) of so different variances where both vary alike; None where it cannot be told.

    The values are pairs by seed. Pitman (1939) and Morgan (1939): the correlation of sums and differences.
    """
    pairs = [(a, b) for a, b in zip(first.values, second.values, strict=True) if a is not None and b is not None]
    if len(pairs) < 3:
        return None
    values = np.array(pairs)
    sums, differences = values.sum(axis=1), values[:, 0] - values[:, 1]
    if sums.std() < 1e-12 or differences.std() < 1e-12:
        return None
    r = float(np.clip(np.corrcoef(sums, differences)[0, 1], -1, 1))
    if 1 - r * r < 1e-15:
        return 0.0
    t = abs(r) * sqrt((len(pairs) - 2) / (1 - r * r))
    return float(2 * stdtr(len(pairs) - 2, -t))
