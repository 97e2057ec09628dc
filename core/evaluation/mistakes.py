"""Which samples to look at: those of one cell of the matrix, and the answers that tell most about a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.result import Result

Places = NDArray[np.int64]  # places in a result's arrays


def confidence(result: Result) -> NDArray[np.float32]:
    """(N,): the probability of each sample's answer, 0..1; NaN where there is no answer."""
    best = result.probabilities.max(axis=1, initial=-np.inf) if result.probabilities.size else np.empty(0)
    return np.where(result.answered, best, np.nan).astype(np.float32)


def margin(result: Result) -> NDArray[np.float32]:
    """(N,): how far the answer's probability lies above the second best, 0..1; NaN where there is no answer."""
    if result.probabilities.shape[1] < 2:
        return confidence(result)
    second, first = np.partition(np.nan_to_num(result.probabilities), -2, axis=1)[:, -2:].T
    return np.where(result.answered, first - second, np.nan).astype(np.float32)


def of_cell(result: Result, truth: int | None, answer: int | None) -> Places:
    """Samples of one cell, most confident first; None: of a whole column, or of a whole row.

    Samples without an answer are in no cell.
    """
    wanted = result.answered.copy()
    if truth is not None:
        wanted &= result.labels == truth
    if answer is not None:
        wanted &= result.answers == answer
    return _by_falling(confidence(result), np.flatnonzero(wanted))


def most_confident(result: Result) -> Places:
    """The wrong answers, most confident first."""
    return _by_falling(confidence(result), _wrong(result))


def least_sure(result: Result, right_ones: bool = False) -> Places:
    """The wrong answers, smallest margin first; right_ones: right answers as well."""
    among = np.flatnonzero(result.answered) if right_ones else _wrong(result)
    return _by_falling(-margin(result), among)


@dataclass(frozen=True, eq=False)
class Disagreement:
    """Samples that two networks answer differently.

    shared: how many samples both were asked about. first, second: their places in either result, most confident first
    (by the less confident of the two answers). reason: why the two cannot be compared, else empty.
    """

    shared: int
    first: Places
    second: Places
    reason: str = ""


def disagreement(one: Result, other: Result) -> Disagreement:
    """Compare two runs' answers to the samples that they have in common."""
    reason = _apart(one, other)
    if reason:
        return Disagreement(0, np.empty(0, np.int64), np.empty(0, np.int64), reason)
    _, first, second = np.intersect1d(one.index, other.index, return_indices=True)
    both = one.answered[first] & other.answered[second]
    first, second = first[both], second[both]
    differ = one.answers[first] != other.answers[second]
    first, second = first[differ], second[differ]
    sure = np.minimum(confidence(one)[first], confidence(other)[second])
    order = np.argsort(-sure, kind="stable")
    return Disagreement(int(np.count_nonzero(both)), first[order], second[order])


def _apart(one: Result, other: Result) -> str:
    if one.classes != other.classes:
        return (
            f"{one.run_name} tells {_named(one)} apart, and {other.run_name} {_named(other)}: "
            "only answers about the same classes can be compared."
        )
    if one.dataset != other.dataset or one.part != other.part:
        return f"{one.run_name} and {other.run_name} were not asked about the same samples."
    if not np.intersect1d(one.index, other.index).size:
        return f"{one.run_name} and {other.run_name} have no {one.split} sample in common: another seed splits anew."
    return ""


def _named(result: Result) -> str:
    names = ", ".join(result.classes[:3])
    return f"{len(result.classes)} classes ({names}{', ...' if len(result.classes) > 3 else ''})"


def _wrong(result: Result) -> Places:
    return np.flatnonzero(result.answered & (result.answers != result.labels))


def _by_falling(values: NDArray[np.float32], among: Places) -> Places:
    return among[np.argsort(-values[among], kind="stable")]
