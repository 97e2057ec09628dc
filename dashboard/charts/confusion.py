"""A confusion matrix as the data that the component draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.evaluation.confusion import Confusion

TOLD = 3


def picture(result: Confusion, samples: str) -> dict[str, Any]:
    """Counts with everything that is written around them. samples: of what, such as "test images"."""
    return {
        "title": "Confusion matrix",
        "x": "answered class",
        "y": "true class",
        "hint": "Colour: share of the row. Point at a cell to read it.",
        "alt": _told(result, samples),
        "classes": list(result.classes),
        "counts": result.counts.tolist(),
        "support": list(result.support),
        "samples": samples,
    }


def _told(result: Confusion, samples: str) -> str:
    """The matrix in words: how many are right, and the commonest mistakes."""
    right = int(result.counts.trace())
    words = f"Confusion matrix of {result.total:,} {samples}: {right:,} right"
    mistakes = [
        (int(number), truth, answer)
        for truth, row in zip(result.classes, result.counts, strict=True)
        for answer, number in zip(result.classes, row, strict=True)
        if truth != answer and number
    ]
    mistakes.sort(key=lambda mistake: -mistake[0])
    told = ", ".join(f"{number:,} times {truth} was called {answer}" for number, truth, answer in mistakes[:TOLD])
    return f"{words}; {told}." if told else f"{words}."
