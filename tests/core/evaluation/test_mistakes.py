"""Which samples are shown: counted by hand, and against plain loops on random answers."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation import mistakes
from core.evaluation.result import Result


def result(labels: list[int], probabilities: Any, **more: Any) -> Result:
    values = np.asarray(probabilities, dtype=np.float32)
    usual: dict[str, Any] = {
        "run_id": "1",
        "run_name": "one",
        "split": "test",
        "dataset": "digits",
        "seed": 0,
        "classes": tuple("abc"[: values.shape[1]]),
        "index": np.arange(len(labels)),
        "loss": None,
        "weights": "best",
        "epoch": 1,
    }
    return Result(labels=np.asarray(labels), probabilities=values, **{**usual, **more})


BY_HAND = result(
    [0, 0, 1, 1, 2, 2],
    [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.05, 0.9, 0.05], [0.5, 0.3, 0.2], [0.4, 0.35, 0.25], [np.nan, np.nan, np.nan]],
)


def test_a_cell_holds_its_samples_most_confident_first() -> None:
    assert mistakes.of_cell(BY_HAND, 0, 1).tolist() == [1]
    assert mistakes.of_cell(BY_HAND, None, 0).tolist() == [0, 3, 4]
    assert mistakes.of_cell(BY_HAND, 2, None).tolist() == [4]  # without the one that has no answer
    assert mistakes.of_cell(BY_HAND, 1, 2).tolist() == []


def test_mistakes_by_confidence_and_by_margin() -> None:
    assert mistakes.most_confident(BY_HAND).tolist() == [1, 3, 4]
    assert mistakes.least_sure(BY_HAND).tolist() == [4, 3, 1]
    assert mistakes.least_sure(BY_HAND, right_ones=True).tolist() == [4, 3, 0, 1, 2]


@given(st.integers(0, 60), st.integers(2, 5), st.integers(0, 10_000))
def test_cells_hold_every_answered_sample_once(count: int, size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.dirichlet(np.ones(size), count).astype(np.float32).reshape(count, size)
    values[random.random(count) < 0.1] = np.nan
    found = result(random.integers(0, size, count).tolist(), values, classes=tuple(map(str, range(size))))
    cells = [mistakes.of_cell(found, truth, answer) for truth in range(size) for answer in range(size)]
    assert [len(cell) for cell in cells] == found.confusion.counts.ravel().tolist()
    assert sorted(np.concatenate(cells).tolist()) == np.flatnonzero(found.answered).tolist()
    sure = [max(row) for row in values.tolist()]
    for cell in cells:
        assert all(sure[one] >= sure[other] for one, other in itertools.pairwise(cell))
    leads = [sorted(row)[-1] - sorted(row)[-2] for row in values.tolist()]
    unsure = mistakes.least_sure(found, right_ones=True)
    assert all(leads[one] <= leads[other] + 1e-6 for one, other in itertools.pairwise(unsure))


def test_two_runs_disagree_where_they_were_asked_about_the_same() -> None:
    one = replace(BY_HAND, index=np.array([10, 11, 12, 13, 14, 15]))
    values = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.1, 0.1, 0.8]])
    other = result([1, 2, 0], values, run_id="2", run_name="two", index=np.array([13, 14, 99]))
    found = mistakes.disagreement(one, other)
    assert (found.shared, found.reason) == (2, "")
    assert (one.index[found.first].tolist(), other.index[found.second].tolist()) == ([14], [14])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"classes": ("a", "b", "x")}, "one tells 3 classes (a, b, c) apart, and two 3 classes (a, b, x)"),
        ({"dataset": "mnist"}, "not asked about the same samples"),
        ({"split": "training"}, "not asked about the same samples"),
        ({"index": np.arange(6) + 100}, "have no test sample in common"),
    ],
)
def test_why_two_runs_cannot_be_compared(change: dict[str, Any], said: str) -> None:
    found = mistakes.disagreement(BY_HAND, replace(BY_HAND, run_id="2", run_name="two", **change))
    assert said in found.reason
    assert not len(found.first)


def test_nobody_disagrees_with_himself() -> None:
    found = mistakes.disagreement(BY_HAND, BY_HAND)
    assert (found.shared, len(found.first)) == (5, 0)
