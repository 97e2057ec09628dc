"""Figures against scikit-learn, intervals against SciPy, and the threshold that only the validation part moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from core.errors import RunError
from core.studies.outcome import Scored, choose_threshold, moved, outcome_of, scored
from core.studies.summary import GRID, Spread, difference, spread, steadier, summarise
from tests.core.studies.cases import outcome

VALUES = st.lists(st.floats(-1, 1), min_size=2, max_size=12)
NAMES = ("common", "rare")


def random_scored(seed: int, classes: int = 3) -> Scored:
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, 200)
    probabilities = random.dirichlet(np.ones(classes), 200).astype(np.float32)
    probabilities[np.arange(200), labels] += 0.4
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    made = replace(outcome(), labels=labels, probabilities=probabilities, trained_on=np.ones(classes, np.int64))
    found = scored(made, tuple("abc"[:classes]), 1)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(4))
def test_figures_are_scikit_learn_s(seed: int) -> None:
    found = random_scored(seed)
    labels, answers, of_rare = found.labels, found.answers, found.labels == 1
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, answers))
    assert found.balanced == pytest.approx(metrics.balanced_accuracy_score(labels, answers))
    assert found.recall == pytest.approx(metrics.recall_score(of_rare, answers == 1))
    assert found.precision == pytest.approx(metrics.precision_score(of_rare, answers == 1))
    assert found.f1 == pytest.approx(metrics.f1_score(of_rare, answers == 1))
    assert found.auc == pytest.approx(metrics.roc_auc_score(of_rare, found.probabilities[:, 1]))
    assert found.average_precision == pytest.approx(metrics.average_precision_score(of_rare, found.probabilities[:, 1]))
    assert found.loss == pytest.approx(metrics.log_loss(labels, found.probabilities), rel=1e-5)
    alone = [
        metrics.log_loss(labels[labels == k], found.probabilities[labels == k], labels=[0, 1, 2]) for k in range(3)
    ]
    assert found.class_losses == pytest.approx(alone, rel=1e-5)


@given(VALUES)
def test_the_interval_is_student_s(values: list[float]) -> None:
    assume(np.std(values) > 1e-9)
    found = spread(values)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.mean == pytest.approx(np.mean(values), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_differences_are_paired_by_seed() -> None:
    untreated = [outcome("none", seed, found) for seed, found in enumerate((0.3, 0.5, 0.6, 0.4))]
    repeated = [outcome("repeat", seed, found) for seed, found in enumerate((0.5, 0.7, 0.75, 0.65))]
    summary = summarise([*untreated, *repeated[::-1]], ("none", "repeat"), NAMES, 1)
    assert summary is not None
    gain = difference(summary.lines[1], summary.lines[0], "recall")
    test = stats.ttest_rel([0.5, 0.7, 0.75, 0.65], [0.3, 0.5, 0.6, 0.4])
    low, high = test.confidence_interval(0.95)
    assert (gain.low, gain.high) == pytest.approx((low, high))
    assert gain.sure == (test.pvalue < 0.05)


def test_one_seed_has_no_interval_and_none_no_mean() -> None:
    assert spread([0.4]) == Spread((0.4,), 0.4, None, None)
    assert spread([None]) == Spread((None,), None, None, None)
    assert spread([None, 0.4, float("nan")]).low is None


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=4, max_size=12))
def test_variances_in_pairs_are_pitman_and_morgan_s(pairs: list[tuple[float, float]]) -> None:
    values = np.array(pairs)
    sums, differences = values.sum(axis=1), values[:, 0] - values[:, 1]
    assume(min(sums.std(), differences.std()) > 1e-6)
    expected = stats.pearsonr(sums, differences)
    assume(abs(expected.statistic) < 1 - 1e-9)
    first, second = spread(values[:, 0]), spread(values[:, 1])
    assert steadier(first, second) == pytest.approx(expected.pvalue, abs=1e-6)


def test_the_threshold_is_chosen_on_the_validation_part_alone() -> None:
    base = outcome(found=0.4)
    chosen = moved(base, NAMES, 1)
    assert chosen is not None
    other_test = replace(base, labels=1 - base.labels, probabilities=base.probabilities[::-1].copy())
    again = moved(other_test, NAMES, 1)
    assert again is not None
    assert again.threshold == chosen.threshold
    other_validation = replace(base, validation_probabilities=base.validation_probabilities**2)
    third = moved(other_validation, NAMES, 1)
    assert third is not None
    assert third.threshold != chosen.threshold


def test_the_threshold_has_the_best_balanced_accuracy() -> None:
    random = np.random.default_rng(3)
    is_rare = np.arange(300) < 30
    scores = np.where(is_rare, random.beta(3, 4, 300), random.beta(1, 6, 300)).astype(np.float32)
    chosen = choose_threshold(is_rare, scores)
    assert chosen is not None
    tried = [metrics.balanced_accuracy_score(is_rare, scores >= value) for value in np.append(scores, 2)]
    assert metrics.balanced_accuracy_score(is_rare, scores >= chosen) == pytest.approx(max(tried))


def test_several_classes_below_the_threshold_answer_the_best_other() -> None:
    probabilities = np.array([[0.5, 0.3, 0.2], [0.1, 0.5, 0.4], [0.3, 0.1, 0.6]], np.float32)
    base = replace(
        outcome(),
        labels=np.array([0, 1, 2]),
        probabilities=probabilities,
        validation_labels=np.array([0, 1, 2]),
        validation_probabilities=probabilities,
    )
    found = moved(base, ("a", "b", "c"), 2)
    assert found is not None
    assert found.threshold is not None
    assert 0.4 < found.threshold < 0.6
    assert found.answers.tolist() == [0, 1, 2]


def test_no_threshold_without_rare_validation_samples() -> None:
    base = outcome()
    assert moved(replace(base, validation_labels=np.zeros_like(base.labels)), NAMES, 1) is None


def test_mean_curves_end_where_curves_end_and_keep_a_single_seed_s_area() -> None:
    one = summarise([outcome(seed=4)], ("none",), NAMES, 1)
    assert one is not None
    line = one.lines[0]
    assert line.roc[-1] == 1
    assert np.trapezoid(line.roc, GRID) == pytest.approx(line.known[0].auc, abs=0.01)
    assert line.precision_recall[-1] >= one.blind.rare - 1e-6
    assert np.mean(line.precision_recall) == pytest.approx(line.known[0].average_precision, abs=0.02)


def test_blind_answers_score_what_scikit_learn_says() -> None:
    summary = summarise([outcome()], ("none",), NAMES, 1)
    assert summary is not None
    labels = outcome().labels
    always = np.zeros_like(labels)
    assert summary.blind.accuracy == metrics.accuracy_score(labels, always)
    assert summary.blind.balanced == metrics.balanced_accuracy_score(labels, always)
    assert summary.blind.always("f1") == metrics.f1_score(labels, always, zero_division=0)
    drawn = np.random.default_rng(0).integers(0, 2, 400_000)
    many = np.resize(labels, 400_000)
    assert summary.blind.guess("f1") == pytest.approx(metrics.f1_score(many, drawn), abs=0.005)
    assert summary.blind.guess("accuracy") == 0.5


def test_diverged_trainings_are_counted_and_left_out() -> None:
    summary = summarise([outcome(), outcome(seed=1, diverged=30)], ("none",), NAMES, 1)
    assert summary is not None
    assert summary.lines[0].diverged == 1
    assert len(summary.lines[0].known) == 1


def test_outcomes_survive_their_file() -> None:
    before = outcome(diverged=12)
    after = outcome_of("none", 0, before.arrays())
    assert np.array_equal(after.probabilities, before.probabilities)
    assert after.diverged == 12
    with pytest.raises(RunError, match="damaged"):
        outcome_of("none", 0, {"labels": before.labels})
