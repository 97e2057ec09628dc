"""ROC and precision-recall curves as Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.theme import class_colour, class_dash, figure_layout

if TYPE_CHECKING:
    from core.evaluation.intervals import Interval
    from core.evaluation.precision_recall import PrecisionRecallCurve
    from core.evaluation.roc import Roc, RocCurve
    from dashboard.theme import Palette

X = "false alarms among the rest (false positive rate)"
Y = "found of the class (true positive rate)"
RECALL = "found of the class (recall)"
PRECISION = "right when it is called so (precision)"
LABELLED = (0.99, 0.9, 0.7, 0.5, 0.3, 0.1, 0.01)  # thresholds that are written beside a curve
APART = 0.07  # of an axis: two labels nearer than this would lie on each other
MOST_INSIDE = 15  # names that find room within the picture
CORNER = 0.1


@dataclass(frozen=True)
class Series:
    """A curve as it is drawn.

    name: in the legend, before the area; empty keeps it out of there. curve: one that has an area. interval: of the
    area. labelled: some of its points tell their thresholds. about: what it is under the pointer, where the name is too
    short. legend: what stands there instead of name and area.
    """

    name: str
    curve: RocCurve | PrecisionRecallCurve
    colour: str
    dash: str = "solid"
    interval: Interval | None = None
    labelled: bool = False
    about: str = ""
    legend: str = ""


def roc_figure(result: Roc, palette: Palette) -> dict[str, Any]:
    """One curve a class with its AUC in the legend, and the diagonal of guessing; a Plotly figure as plain data."""
    drawn = [
        Series(curve.name, curve, class_colour(index), class_dash(index))
        for index, curve in enumerate(result.curves)
        if curve.auc is not None
    ]
    return roc_lines(drawn, palette, inside=False)


def roc_lines(series: Sequence[Series], palette: Palette, corner: bool = False, inside: bool = True) -> dict[str, Any]:
    """ROC curves and the diagonal of guessing. corner: the upper left tenth alone. inside: the legend lies within."""
    traces = [_guessing(palette)]
    for each in series:
        curve: Any = each.curve
        traces += _curve(each, curve.false_positive_rate, curve.true_positive_rate, curve.auc, palette, "linear")
    layout = _layout("ROC, one class against the rest", X, Y, palette)
    layout["xaxis"] |= {"range": [-0.01 * CORNER, CORNER] if corner else [-0.01, 1.01]}
    layout["yaxis"] |= {"range": [1 - CORNER, 1 + 0.02 * CORNER] if corner else [-0.01, 1.02]}
    layout["legend"]["title"] |= {"text": "class · AUC"}
    if inside and named(series) <= MOST_INSIDE:
        layout["legend"] |= _within(palette) | {"x": 0.99, "y": 0.02, "xanchor": "right"}
    return {"data": traces, "layout": layout}


def precision_recall_lines(series: Sequence[Series], palette: Palette, corner: bool = False) -> dict[str, Any]:
    """Precision-recall curves, and of a single one what guessing would score."""
    traces = _no_skill(series, palette)
    for each in series:
        curve: Any = each.curve
        x = np.append(0.0, curve.recall)
        y = np.append(curve.precision[:1], curve.precision)
        traces += _curve(each, x, y, curve.average_precision, palette, "vh")
    layout = _layout("Precision and recall", RECALL, PRECISION, palette)
    layout["xaxis"] |= {"range": [1 - CORNER, 1 + 0.01 * CORNER] if corner else [-0.01, 1.01]}
    layout["yaxis"] |= {"range": [1 - CORNER, 1 + 0.02 * CORNER] if corner else [-0.01, 1.02]}
    layout["legend"]["title"] |= {"text": "class · average precision"}
    if named(series) <= MOST_INSIDE:
        layout["legend"] |= _within(palette) | {"x": 0.02, "y": 0.17 if named(series) < 8 else 0.02, "xanchor": "left"}
    return {"data": traces, "layout": layout}


def roc_words(result: Roc) -> str:
    """The curves in words, for those who cannot see them."""
    areas = [f"{curve.name} {curve.auc:.4f}" for curve in result.curves if curve.auc is not None]
    missing = [curve.reason for curve in result.curves if curve.auc is None]
    said = f"ROC curves of {len(areas)} classes, each against the rest; area under the curve: {', '.join(areas)}."
    return " ".join([said, *missing]) if areas else " ".join(["No ROC curve can be drawn.", *missing])


def _curve(each: Series, x: Any, y: Any, area: float, palette: Palette, shape: str) -> list[dict[str, Any]]:
    threshold = np.minimum(np.append(np.full(len(x) - len(each.curve.threshold), np.inf), each.curve.threshold), 1.0)
    bounds = f" ({each.interval.low:.4f} – {each.interval.high:.4f})" if each.interval else ""
    at = "" if not len(each.curve.threshold) else " at threshold %{customdata:.3f}"
    sides = "found %{x:.1%}, of these calls right %{y:.1%}"
    if shape == "linear":
        sides = "found %{y:.1%}, false alarms %{x:.1%}"
    name = escaped(each.name)
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": escaped(each.legend) or f"{name} · {area:.4f}{bounds}",
        "x": x.tolist(),
        "y": y.tolist(),
        "customdata": threshold.tolist(),
        "line": {"color": each.colour, "dash": each.dash, "width": palette.line, "shape": shape},
        "hovertemplate": f"<b>{escaped(each.about) or name}</b>{at}<br>{sides}<extra></extra>",
        "showlegend": bool(each.name or each.legend),
    }
    free = "bottom" if shape == "linear" else "top"  # the side that the curve leaves free
    return (
        [line, _labels(each, x, y, threshold, palette, free)] if each.labelled and len(each.curve.threshold) else [line]
    )


def _labels(each: Series, x: Any, y: Any, threshold: Any, palette: Palette, free: str) -> dict[str, Any]:
    """Points along the curve with their thresholds."""
    points: list[tuple[float, float, str]] = []
    for wanted in LABELLED:
        at = max(0, int(np.searchsorted(-threshold, -wanted, side="right")) - 1)
        place = (float(x[at]), float(y[at]))
        if all(abs(place[0] - other[0]) + abs(place[1] - other[1]) > APART for other in points):
            points.append((*place, f"{wanted:g}"))
    right, up, words = zip(*points, strict=True)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": "thresholds",
        "x": list(right),
        "y": list(up),
        "text": list(words),
        "textposition": [f"{free} right" if place < 0.9 else "bottom left" for place in right],
        "textfont": {"size": palette.font_size - 1, "color": palette.muted},
        "marker": {"size": palette.marker, "color": each.colour, "line": {"width": 1, "color": palette.paper}},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def _guessing(palette: Palette) -> dict[str, Any]:
    return _reference("guessing · 0.5", [0, 1], [0, 1], palette)


def named(series: Sequence[Series]) -> int:
    """How many of them are in the legend."""
    return sum(bool(each.name or each.legend) for each in series)


def _no_skill(series: Sequence[Series], palette: Palette) -> list[dict[str, Any]]:
    """A level line for each share of positives: the classes' are nearly one where they are equally frequent."""
    levels = sorted({round(each.curve.no_skill, 4) for each in series if each.curve.no_skill is not None})  # type: ignore[union-attr]
    if not levels:
        return []
    if len(levels) > 2:
        return [
            _reference(
                "no skill, lowest and highest", [0, 1, None, 0, 1], [*levels[:1] * 2, None, *levels[-1:] * 2], palette
            )
        ]
    return [_reference(f"no skill · {level:.3f}", [0, 1], [level, level], palette) for level in levels]


def _reference(name: str, x: list[Any], y: list[Any], palette: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": palette.muted, "dash": "dash", "width": palette.line / 2},
        "hoverinfo": "skip",
    }


def _layout(title: str, x: str, y: str, palette: Palette) -> dict[str, Any]:
    layout = figure_layout(palette, title, x, y)
    layout["hovermode"] = "closest"
    return layout


def _within(palette: Palette) -> dict[str, Any]:
    """A legend in the empty half of the picture."""
    return {
        "yanchor": "bottom",
        "bgcolor": f"rgba({','.join(str(int(palette.paper[at : at + 2], 16)) for at in (1, 3, 5))},0.8)",
        "font": {"size": palette.font_size - 2},
        "tracegroupgap": 0,
    }


def escaped(name: str) -> str:
    """A name that Plotly shows as it is."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace("%", "&#37;")
