"""Every chart says what it shows, in both themes; and what it shows is the result's."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from core.evaluation.calibration import calibration
from core.evaluation.confusion import confusion
from core.evaluation.precision_recall import precision_recall
from core.evaluation.roc import roc
from dashboard import charts, theme
from dashboard.charts.calibration import reliability_figure
from dashboard.charts.confusion import picture
from dashboard.charts.roc import Series, precision_recall_lines, roc_figure, roc_lines, roc_words

CLASSES = ("cat", "dog", "<b>owl</b>")
LABELS = [0, 0, 0, 1, 1, 2, 2, 2]
ANSWERS = [0, 0, 1, 1, 1, 2, 0, 0]
SCORES = np.eye(3)[ANSWERS] * 0.7 + 0.1


def figures(palette: theme.Palette) -> dict[str, dict[str, Any]]:
    """One of each Plotly chart, by the name of its function."""
    areas, averages = roc(LABELS, SCORES, CLASSES).curves, precision_recall(LABELS, SCORES, CLASSES).curves
    bins = calibration(LABELS, SCORES).bins
    return {
        "roc_figure": roc_figure(roc(LABELS, SCORES, CLASSES), palette),
        "roc_lines": roc_lines([Series("cat", areas[0], "#123456", labelled=True)], palette, corner=True),
        "precision_recall_lines": precision_recall_lines(
            [Series(curve.name, curve, "#123456", "dash", labelled=True) for curve in averages], palette
        ),
        "reliability_figure": reliability_figure(bins, bins, palette),
    }


def drawing() -> set[str]:
    """The charts' public functions that take a palette."""
    modules = [
        importlib.import_module(found.name) for found in pkgutil.iter_modules(charts.__path__, "dashboard.charts.")
    ]
    return {
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "palette" in inspect.signature(function).parameters
    }


def test_every_chart_is_tested_here() -> None:
    assert drawing() == set(figures(theme.LIGHT))


@pytest.mark.parametrize(
    "palette", [theme.LIGHT, theme.DARK, theme.projected(theme.LIGHT)], ids=["light", "dark", "large"]
)
@pytest.mark.parametrize("name", figures(theme.LIGHT))
def test_a_figure_has_a_title_axes_and_the_palette(name: str, palette: theme.Palette) -> None:
    figure = go.Figure(figures(palette)[name])  # plotly refuses what it does not know
    assert figure.layout.title.text
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text
    assert figure.layout.font.color == palette.text
    assert figure.layout.font.size == palette.font_size
    assert all(trace.name for trace in figure.data)


def test_roc_curves_carry_their_area_and_their_class_colour() -> None:
    result = roc(LABELS, SCORES, CLASSES)
    guessing, *curves = roc_figure(result, theme.LIGHT)["data"]
    assert guessing["x"] == guessing["y"] == [0, 1]
    for index, (trace, curve) in enumerate(zip(curves, result.curves, strict=True)):
        assert f"{curve.auc:.4f}" in trace["name"]
        assert trace["line"]["color"] == theme.CLASSES[index]
        assert trace["y"] == curve.true_positive_rate.tolist()
        assert max(trace["customdata"]) <= 1


def test_a_class_name_is_text_and_never_markup() -> None:
    traces = roc_figure(roc(LABELS, SCORES, CLASSES), theme.LIGHT)["data"]
    assert not any("<b>owl" in trace["name"] or "<b>owl" in trace.get("hovertemplate", "") for trace in traces)


def test_a_class_without_samples_has_a_reason_instead_of_a_curve() -> None:
    result = roc([0, 1, 0], np.array([[0.9, 0.1, 0], [0.2, 0.8, 0], [0.6, 0.4, 0]]), ("a", "b", "c"))
    assert len(roc_figure(result, theme.LIGHT)["data"]) == 3
    assert "No sample is of class c" in roc_words(result)
    assert "a 1.0000" in roc_words(result)


def test_the_confusion_matrix_in_words() -> None:
    shown = picture(confusion(LABELS, ANSWERS, CLASSES), "test images")
    assert shown["counts"] == [[2, 1, 0], [0, 2, 0], [2, 0, 1]]
    assert shown["support"] == [3, 2, 3]
    assert shown["title"]
    assert shown["x"]
    assert shown["y"]
    assert shown["alt"].startswith("Confusion matrix of 8 test images: 5 right; 2 times <b>owl</b> was called cat")
