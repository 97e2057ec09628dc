"""Curves, threshold and calibration of answers that are good, odd or broken: drawn where they can be, else told why."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation.result import Result
from core.evaluation.thresholds import counts_at
from dashboard.components.packed import unpack
from dashboard.judge import calibration_view, curves_view, threshold_view
from dashboard.judge.views import Judged
from dashboard.theme import LIGHT

FRESH = count()
VIEWS = "curves threshold calibration"
CLASSES = ("ant", "bee", "cat")


def result(labels: np.ndarray, shares: np.ndarray, classes: tuple[str, ...] = CLASSES, **fields: Any) -> Result:
    usual = {"run_id": "r", "run_name": "brisk otter", "split": "validation", "dataset": "digits", "seed": 0}
    usual |= {"index": np.arange(len(labels)), "loss": None, "weights": "best", "epoch": 1}
    return Result(labels=labels, probabilities=shares.astype(np.float32), classes=classes, **usual | fields)  # type: ignore[arg-type]


def good(seed: int = 0, **fields: Any) -> Result:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, 300)
    return result(labels, generator.dirichlet(np.ones(3), 300) * 0.75 + 0.25 * np.eye(3)[labels], **fields)


def odd() -> dict[str, Result]:
    """What training and data can bring about."""
    plain = good()
    broken = plain.probabilities.copy()
    broken[:7] = np.nan
    return {
        "a class is missing": result(plain.labels % 2, plain.probabilities),
        "one class alone": result(plain.labels * 0, plain.probabilities),
        "all alike": result(plain.labels, np.full((300, 3), 1 / 3)),
        "a class of one sample": result(np.array([0] * 20 + [1] * 20 + [2]), plain.probabilities[:41]),
        "one sample": result(np.array([1]), plain.probabilities[:1]),
        "some are no numbers": result(plain.labels, broken),
        "none is a number": result(plain.labels, np.full((300, 3), np.nan)),
        "no sample": result(plain.labels[:0], plain.probabilities[:0]),
        "certain": result(plain.labels, np.eye(3)[plain.labels]),
        "two classes": result(plain.labels % 2, plain.probabilities[:, :2], ("a", "b")),
    }


def script(names, judged):  # type: ignore[no-untyped-def]  # its text is run, without this module's imports
    from importlib import import_module

    for name in names:
        import_module(f"dashboard.judge.{name}_view").show(judged)


def shown(names: str, found: Result, *others: Result, **state: Any) -> AppTest:
    app = AppTest.from_function(script, args=(names.split(), Judged(found, others, (next(FRESH),))), default_timeout=30)
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def blocks(app: AppTest) -> list[tuple[dict[str, Any], dict[str, np.ndarray]]]:
    """What the components were given."""
    return [unpack(each.proto.bytes) for each in app.get("bidi_component")]


@pytest.mark.parametrize("kind", odd())
def test_odd_answers_are_drawn_or_told(kind: str) -> None:
    app = shown(VIEWS, odd()[kind])
    nothing = kind in ("none is a number", "no sample")
    assert len(app.info) == (3 if nothing else 0)
    assert len(app.get("bidi_component")) == (0 if nothing else 3)


def test_every_class_has_a_curve_with_its_area() -> None:
    found = good()
    (head, arrays), *_ = blocks(shown("curves", found))
    roc, precision = head["figures"]
    for figure, curves, area in (
        (roc, found.roc.curves, "auc"),
        (precision, found.precision_recall.curves, "average_precision"),
    ):
        names = [trace["name"] for trace in figure["data"]]
        for curve in curves:
            assert f"{curve.name} · {getattr(curve, area):.4f}" in names
    first = next(trace for trace in roc["data"] if trace["name"].startswith("ant"))
    assert arrays[first["x"]] == pytest.approx(found.roc.curves[0].false_positive_rate)
    assert [name["words"] for name in head["names"]][1].startswith("Precision-recall curves; average precision: ant")


def test_one_class_tells_its_interval_and_thresholds_along_the_curve() -> None:
    (head, _), *_ = blocks(shown("curves", good(), evaluate_curve="bee"))
    for figure in head["figures"]:
        _, line, labels = figure["data"]
        low, high = line["name"].split("(")[1].rstrip(")").split(" – ")
        assert 0 < float(low) < float(high) <= 1
        assert "0.5" in labels["text"]
        assert labels["name"] == "thresholds"


def test_the_point_that_is_called_half_is_at_half() -> None:
    found = good()
    (head, _), *_ = blocks(shown("curves", found, evaluate_curve="bee"))
    labels = head["figures"][0]["data"][2]
    place = labels["text"].index("0.5")
    counts = counts_at(found.rankings[1], 0.5)
    assert labels["y"][place] == pytest.approx(counts.recall)
    assert labels["x"][place] == pytest.approx(1 - (counts.specificity or 0))


def test_averages_and_what_they_are_compared_with() -> None:
    found, training = good(), good(1, split="training")
    (head, _), *_ = blocks(shown("curves", found, training, evaluate_curve=curves_view.MEANS))
    names = [trace["name"].split(" · ")[0] for trace in head["figures"][0]["data"]]
    assert names[1:] == [
        *("validation, micro", "thresholds", "validation, macro"),
        *("training, micro", "thresholds", "training, macro"),
    ]
    colours = {trace["line"]["color"] for trace in head["figures"][0]["data"][1:] if "line" in trace}
    assert colours == {LIGHT.training, LIGHT.validation}


def test_every_class_of_two_splits_has_one_line_for_the_other_in_the_legend() -> None:
    found, training = good(), good(1, split="training")
    (head, _), *_ = blocks(shown("curves", found, training))
    for figure, mean in zip(
        head["figures"], (training.roc.mean_auc, training.precision_recall.mean_average_precision), strict=True
    ):
        drawn = figure["data"][1:]
        assert [trace["line"]["dash"] for trace in drawn] == ["solid"] * 3 + ["dash"] * 3
        assert [trace["showlegend"] for trace in drawn] == [True] * 4 + [False] * 2
        assert drawn[3]["name"] == f"training · mean {mean:.4f}"
        assert "bee, training" in drawn[4]["hovertemplate"]


def test_two_runs_of_different_classes_are_compared_where_they_can_be() -> None:
    found, other = (
        good(),
        result(good().labels % 2, good().probabilities[:, :2], ("bee", "dog"), run_id="s", run_name="calm elk"),
    )
    app = shown("curves", found, other, evaluate_curve="cat")
    assert "There is no class cat" in app.caption[0].value
    assert len(blocks(app)[0][0]["figures"][0]["data"]) == 3
    both = shown("curves", found, other, evaluate_curve="bee")
    assert len(blocks(both)[0][0]["figures"][0]["data"]) == 5
    assert "calm elk" in shown("threshold", found, other, evaluate_class="ant").caption[0].value


def test_a_missing_class_says_why() -> None:
    app = shown("curves", odd()["a class is missing"])
    assert "No sample is of class cat" in app.caption[0].value


def test_the_threshold_starts_with_the_rarest_class_and_exact_counts() -> None:
    labels = np.array([0] * 60 + [1] * 6 + [2] * 30)
    found = result(labels, good().probabilities[: len(labels)])
    (head, arrays), *_ = blocks(shown("threshold", found))
    assert (head["name"], head["rest"], head["positives"], head["whole"]) == ("bee", "not bee", 6, True)
    for name in ("threshold", "found", "alarms"):
        assert (arrays[name] == getattr(found.rankings[1], name)).all()
    assert head["auc"]["value"] == f"{found.rankings[1].auc:.4f}"


@pytest.mark.parametrize("kind", ["some are no numbers", "a class is missing", "certain"])
def test_a_cell_holds_the_samples_that_it_counts(kind: str) -> None:
    found = odd()[kind]
    for at, threshold in ((0, 0.5), (1, 0.31), (2, np.inf), (1, 0.0)):
        counts = counts_at(found.rankings[at], threshold)
        cells = {name: threshold_view.of_cell(found, at, name, threshold) for name in threshold_view.CELLS}
        assert {name: len(places) for name, places in cells.items()} == vars(counts)
        for name, places in cells.items():
            scores = found.probabilities[places, at]
            surest = scores if name in ("tp", "fp") else -scores
            assert (np.diff(surest) <= 0).all()
            assert ((found.labels[places] == at) == (name in ("tp", "fn"))).all()


def test_samples_without_an_answer_are_told() -> None:
    (head, _), *_ = blocks(shown("threshold", odd()["some are no numbers"]))
    assert "7 samples without an answer" in head["note"]


@pytest.mark.parametrize(
    ("text", "at", "prices"),
    [
        ("0.25", 0.25, "2,3"),
        ("nonsense", 0.5, "1"),
        ("-1", 0.5, "1,-5"),
        ("nan", 0.5, "nan,2"),
        ("inf", np.inf, "inf,1"),
    ],
)
def test_a_wrong_link_is_the_usual_threshold(text: str, at: float, prices: str) -> None:
    assert threshold_view.number(text, 0.5) == at
    expected = {"2,3": [2, 3], "nan,2": [1, 2]}
    assert threshold_view.costs(prices) == expected.get(prices, [1, 1])


def test_the_temperature_is_fitted_on_validation_and_said_so() -> None:
    told = calibration_view.calibrated((next(FRESH),), 10, good(), good(2))
    assert told.temperature is not None
    assert told.after is not None
    assert "these very samples" in calibration_view.source(told, good())
    assert "applied to these test samples" in calibration_view.source(told, good(split="test"))
    facts = calibration_view.facts(told, good())
    assert f"{100 * (told.before.error or 0):.2f} %" in facts
    assert f"{told.temperature:.2f}" in facts


def test_without_validation_there_is_the_diagram_alone() -> None:
    told = calibration_view.calibrated((next(FRESH),), 10, good(split="test"), "No validation here.")
    assert told.after is told.temperature is None
    assert "No validation here." in calibration_view.facts(told, good())
    certain = odd()["certain"]
    assert "Every answer is right" in calibration_view.calibrated((next(FRESH),), 10, certain, certain).reason


def test_validation_answers_are_those_of_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    found, kept = good(split="test", epoch=3), good(epoch=2)
    monkeypatch.setattr(calibration_view.judging, "at_epoch", lambda *about: None)
    monkeypatch.setattr(calibration_view.judging, "own", lambda *about: kept)
    assert "epoch 3" in calibration_view.validation(found)  # type: ignore[operator]
    assert calibration_view.validation(replace(found, epoch=2)) is kept
    assert calibration_view.validation(kept) is kept
