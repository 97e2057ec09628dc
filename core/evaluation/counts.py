"""Hits and mistakes of one class against the rest, and every figure that follows from the four numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from core.evaluation.intervals import Interval, wilson

COUNTED = ("precision", "recall", "specificity", "f1", "accuracy", "balanced_accuracy")


@dataclass(frozen=True)
class Counts:
    """tp, fn: samples of the class that were called so, and that were not; fp, tn: the same of the rest."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def positives(self) -> int:
        return self.tp + self.fn

    @property
    def negatives(self) -> int:
        return self.fp + self.tn

    @property
    def total(self) -> int:
        return self.positives + self.negatives

    @property
    def precision(self) -> float | None:
        """TP / (TP + FP): of what is called the class, the share that is right."""
        return share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """TP / (TP + FN), also called sensitivity: of the class, the share that is found."""
        return share(self.tp, self.positives)

    @property
    def specificity(self) -> float | None:
        """TN / (TN + FP): of the rest, the share that is left alone."""
        return share(self.tn, self.negatives)

    @property
    def f1(self) -> float | None:
        """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall."""
        return share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def accuracy(self) -> float | None:
        return share(self.tp + self.tn, self.total)

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of recall and specificity: guessing scores 1/2, however rare the class is."""
        recall, specificity = self.recall, self.specificity
        return None if recall is None or specificity is None else (recall + specificity) / 2

    def cost(self, false_positive: float, false_negative: float) -> float:
        """What all mistakes cost together."""
        return self.fp * false_positive + self.fn * false_negative

    def interval(self, figure: str) -> Interval | None:
        """A 95 % interval of one of `COUNTED` from a closed formula; None where the figure is undefined.

        Wilson's for shares. F1 rises with TP / (TP + FP + FN), whose bounds it takes. Balanced accuracy: the bounds
        of its two shares, squared and added (Newcombe, Interval estimation for the difference between independent
        proportions, 1998, method 10).
        """
        shares = {
            "precision": (self.tp, self.tp + self.fp),
            "recall": (self.tp, self.positives),
            "specificity": (self.tn, self.negatives),
            "accuracy": (self.tp + self.tn, self.total),
            "f1": (self.tp, self.tp + self.fp + self.fn),
        }
        if figure in shares:
            bounds = wilson(*shares[figure])
            return Interval(*(2 * x / (1 + x) for x in bounds)) if bounds and figure == "f1" else bounds
        if figure != "balanced_accuracy":
            raise ValueError(f"no interval of {figure}: one of {', '.join(COUNTED)}")
        return self._balanced()

    def _balanced(self) -> Interval | None:
        found, left = wilson(self.tp, self.positives), wilson(self.tn, self.negatives)
        middle, recall, specificity = self.balanced_accuracy, self.recall, self.specificity
        if found is None or left is None or middle is None or recall is None or specificity is None:
            return None
        down = sqrt((recall - found.low) ** 2 + (specificity - left.low) ** 2) / 2
        up = sqrt((found.high - recall) ** 2 + (left.high - specificity) ** 2) / 2
        return Interval(max(0.0, middle - down), min(1.0, middle + up))


def share(part: int, whole: int) -> float | None:
    """part / whole, None where there is nothing to share."""
    return part / whole if whole else None
