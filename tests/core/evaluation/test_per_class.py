"""Every figure of a class against scikit-learn, its interval by simulation, and a reason where there is none."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from core.evaluation import bootstrap
from core.evaluation.counts import COUNTED, Counts
from core.evaluation.intervals import wilson
from core.evaluation.per_class import METHODS, TITLES, figures_of, per_class

FOUR = st.builds(Counts, *[st.integers(0, 30)] * 4)


def spread(counts: Counts) -> tuple[np.ndarray, np.ndarray]:
    """Samples and answers with these counts."""
    numbers = [counts.tp, counts.fp, counts.fn, counts.tn]
    return np.repeat([1, 0, 1, 0], numbers), np.repeat([1, 1, 0, 0], numbers)


@settings(max_examples=30)
@given(FOUR)
def test_figures_equal_scikit_learn(counts: Counts) -> None:
    true, said = spread(counts)
    options = {"labels": [1], "average": None, "zero_division": np.nan}
    expected = {
        "precision": metrics.precision_score(true, said, **options)[0] if len(true) else np.nan,
        "recall": metrics.recall_score(true, said, **options)[0] if len(true) else np.nan,
        "specificity": metrics.recall_score(1 - true, 1 - said, **options)[0] if len(true) else np.nan,
        "f1": metrics.f1_score(true, said, **options)[0] if len(true) else np.nan,
    }
    both = counts.positives and counts.negatives
    expected["balanced_accuracy"] = metrics.balanced_accuracy_score(true, said) if both else np.nan
    for name, figure in figures_of(counts).items():
        if np.isnan(expected[name]):
            assert figure.value is figure.interval is None
            assert figure.reason.endswith(".")
            assert not figure.formula
        else:
            assert figure.value == pytest.approx(expected[name], abs=1e-12)
            assert not figure.reason
            assert figure.interval is not None
            assert 0 <= figure.interval.low <= figure.value <= figure.interval.high <= 1


@given(FOUR)
def test_a_formula_with_its_numbers_gives_its_value(counts: Counts) -> None:
    for figure in figures_of(counts).values():
        if figure.value is None:
            continue
        _, *numbers, shown = figure.formula.split(" = ")
        text = re.sub(r"(\d+)", r"Fraction(\1)", numbers[-1].replace(",", "").replace("·", "*"))
        value = eval(text, {"Fraction": Fraction})
        assert float(value) == pytest.approx(figure.value, abs=1e-12)
        assert shown == f"{figure.value:.3f}"


@given(FOUR, st.floats(0, 1000), st.floats(0, 1000))
def test_cost_and_bounds(counts: Counts, false_alarm: float, miss: float) -> None:
    assert counts.cost(false_alarm, miss) == false_alarm * counts.fp + miss * counts.fn
    for name in COUNTED:
        value, bounds = getattr(counts, name), counts.interval(name)
        assert (bounds is None) == (value is None)
        if bounds is not None:
            assert bounds.low - 1e-12 <= value <= bounds.high + 1e-12
            assert bounds.high - bounds.low > 0.01


def test_an_unknown_figure_has_no_interval() -> None:
    with pytest.raises(ValueError, match="precision, recall"):
        Counts(1, 1, 1, 1).interval("auc")


@pytest.mark.parametrize("positives", [50, 300])
@pytest.mark.parametrize("name", ["f1", "balanced_accuracy"])
def test_bootstrap_and_formula_cover_the_truth(name: str, positives: int) -> None:
    """Of a class that is found in 85 %, among ten times as many others that are called so in 3 %."""
    generator = np.random.default_rng(11)
    negatives = 10 * positives
    truth = getattr(Counts(850_000, 300_000, 150_000, 9_700_000), name)
    held = {"bootstrap": 0, "formula": 0}
    for _ in range(300):
        tp, fp = int(generator.binomial(positives, 0.85)), int(generator.binomial(negatives, 0.03))
        counts = Counts(tp, fp, positives - tp, negatives - fp)
        for kind, bounds in (("bootstrap", bootstrap.of_counts(counts)[name]), ("formula", counts.interval(name))):
            held[kind] += bounds is not None and bounds.low <= truth <= bounds.high
    assert min(held.values()) / 300 >= 0.91
    assert held["bootstrap"] < 300


def test_bootstrap_of_many_samples_is_the_ordinary_one() -> None:
    counts = Counts(800, 300, 200, 3700)
    shares = np.array([counts.tp, counts.fp, counts.fn, counts.tn]) / counts.total
    drawn = np.random.default_rng(0).multinomial(counts.total, shares, 20_000)
    values = [Counts(*map(int, row)).f1 for row in drawn]
    bounds = bootstrap.of_counts(counts)["f1"]
    assert bounds == pytest.approx(np.quantile(values, [0.025, 0.975]), abs=0.004)
    assert bootstrap.of_counts(counts)["f1"] == bounds


def test_five_images_have_wide_intervals() -> None:
    for name, figure in figures_of(Counts(5, 0, 0, 1000)).items():
        assert figure.value == 1
        assert figure.interval is not None
        assert figure.interval.high == 1
        assert figure.interval.low < (0.999 if name == "specificity" else 0.85)


def test_all_figures_of_three_classes() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, 400)
    shares = generator.dirichlet(np.ones(3), 400) * 0.7 + 0.3 * np.eye(3)[labels]
    answers = shares.argmax(axis=1)
    found = per_class(labels, shares.astype(np.float32), ("a", "b", "c"))
    told = metrics.classification_report(labels, answers, output_dict=True)
    for k, row in enumerate(found.rows):
        assert list(row.figures) == list(TITLES) == list(METHODS)
        assert row.support == told[str(k)]["support"]
        assert row.figures["f1"].value == pytest.approx(told[str(k)]["f1-score"])
        one = labels == k
        assert row.figures["auc"].value == pytest.approx(metrics.roc_auc_score(one, shares[:, k]), abs=1e-4)
        expected = metrics.average_precision_score(one, shares[:, k])
        assert row.figures["average_precision"].value == pytest.approx(expected, abs=1e-4)
        assert all(figure.formula and figure.title and figure.method for figure in row.figures.values())
    assert found.mean("recall") == pytest.approx(told["macro avg"]["recall"])
    assert found.unanswered == 0


def test_what_is_not_there_says_why() -> None:
    shares = np.array([[0.9, 0.1, 0.0], [np.nan, 0.1, 0.2], [0.7, 0.2, 0.1]], dtype=np.float32)
    found = per_class([0, 1, 0], shares, ("a", "b", "c"))
    assert found.unanswered == 1
    only, missing, _ = found.rows
    assert only.figures["recall"].interval == wilson(2, 2)
    assert "Every sample is of class a" in only.figures["specificity"].reason
    assert "Every sample is of class a" in only.figures["auc"].reason
    assert missing.figures["precision"].reason == "No sample was called b."
    assert missing.figures["recall"].reason == "No sample is of class b."
    assert "No sample is of class b" in missing.figures["average_precision"].reason
    assert missing.figures["balanced_accuracy"].reason == "No sample is of class b."
    assert found.mean("recall") is None


@pytest.mark.parametrize("shares", [np.full((2, 2), np.nan), np.empty((0, 2))])
def test_without_an_answer_there_is_no_figure(shares: np.ndarray) -> None:
    found = per_class([0] * len(shares), shares.astype(np.float32), ("a", "b"))
    for row in found.rows:
        for figure in row.figures.values():
            assert figure.value is None
            assert figure.reason == "There is no sample."
