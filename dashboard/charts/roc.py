"""ROC curves as a Plotly figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.theme import class_colour, class_dash, figure_layout

if TYPE_CHECKING:
    from core.evaluation.roc import Roc, RocCurve
    from dashboard.theme import Palette

X = "false alarms among the rest (false positive rate)"
Y = "found of the class (true positive rate)"


def roc_figure(result: Roc, palette: Palette) -> dict[str, Any]:
    """One curve a class with its AUC in the legend, and the diagonal of guessing; a Plotly figure as plain data."""
    traces = [_guessing(palette)]
    traces += [_curve(index, curve, palette) for index, curve in enumerate(result.curves) if curve.auc is not None]
    layout = figure_layout(palette, "ROC, one class against the rest", X, Y)
    layout["xaxis"] |= {"range": [-0.01, 1.01], "dtick": 0.25}
    layout["yaxis"] |= {"range": [-0.01, 1.02], "dtick": 0.25}
    layout["legend"]["title"] |= {"text": "class · AUC"}
    layout["hovermode"] = "closest"
    return {"data": traces, "layout": layout}


def roc_words(result: Roc) -> str:
    """The curves in words, for those who cannot see them."""
    areas = [f"{curve.name} {curve.auc:.4f}" for curve in result.curves if curve.auc is not None]
    missing = [curve.reason for curve in result.curves if curve.auc is None]
    said = f"ROC curves of {len(areas)} classes, each against the rest; area under the curve: {', '.join(areas)}."
    return " ".join([said, *missing]) if areas else " ".join(["No ROC curve can be drawn.", *missing])


def _curve(index: int, curve: RocCurve, palette: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{_escaped(curve.name)} · {curve.auc:.4f}",
        "x": curve.false_positive_rate.tolist(),
        "y": curve.true_positive_rate.tolist(),
        "customdata": [min(float(value), 1.0) for value in curve.threshold],
        "line": {"color": class_colour(index), "dash": class_dash(index), "width": palette.line},
        "hovertemplate": f"<b>{_escaped(curve.name)}</b> at threshold %{{customdata:.3f}}<br>"
        "found %{y:.1%}, false alarms %{x:.1%}<extra></extra>",
    }


def _guessing(palette: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "guessing · 0.5",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": palette.muted, "dash": "dash", "width": palette.line / 2},
        "hoverinfo": "skip",
    }


def _escaped(name: str) -> str:
    return name.replace("&", "&amp;").replace("<", "&lt;").replace("%", "&#37;")
