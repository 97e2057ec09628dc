"""A reliability diagram as a Plotly figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dashboard.theme import axis, figure_layout

if TYPE_CHECKING:
    from core.evaluation.calibration import Bin
    from dashboard.theme import Palette

X = "probability that was given (mean of the bin)"
Y = "share that came true"
GAP = 0.22  # of the height: below are the counts


def reliability_figure(
    before: Sequence[Bin], after: Sequence[Bin] | None, palette: Palette, about: str = "the most probable class"
) -> dict[str, Any]:
    """Shares that came true against probabilities, with Wilson's intervals; below, how many samples each bin has.

    after: the same once the temperature is set; None where there is none.
    """
    traces = [_perfect(palette)]
    sets = [("as trained", before, palette.training, "circle")]
    if after is not None:
        sets.append(("temperature set", after, palette.validation, "diamond"))
    for name, bins, colour, symbol in sets:
        traces += [_points(name, bins, colour, symbol, palette), _counts(name, bins, colour)]
    layout = figure_layout(
        palette, f"Reliability of {about}", "probability that was given (mean of the bin)", "share that came true"
    )
    layout["xaxis"] |= {"range": [-0.02, 1.02], "dtick": 0.2, "anchor": "y2"}
    layout["yaxis"] |= {"range": [-0.02, 1.05], "dtick": 0.2, "domain": [GAP + 0.06, 1]}
    layout["yaxis2"] = axis(palette, "samples", domain=[0, GAP], type="log", range=[-0.3, None], dtick=1)
    layout["legend"] |= {"x": 0.02, "y": 0.98, "xanchor": "left", "yanchor": "top"}
    layout |= {"barmode": "group", "bargap": 0.15, "hovermode": "closest"}
    return {"data": traces, "layout": layout}


def reliability_words(before: Sequence[Bin], error: float | None) -> str:
    """The diagram in words."""
    if error is None:
        return "No reliability diagram: there is no sample."
    told = [
        f"{each.low:.1f} to {each.high:.1f}: {each.hits:,} of {each.count:,} came true" for each in before if each.count
    ]
    return f"Reliability diagram. Expected calibration error {100 * error:.1f} %. Probability {'; '.join(told)}."


def _points(name: str, bins: Sequence[Bin], colour: str, symbol: str, palette: Palette) -> dict[str, Any]:
    full = [(each, each.share, each.interval) for each in bins if each.count]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [each.confidence for each, _, _ in full],
        "y": [share for _, share, _ in full],
        "error_y": {
            "type": "data",
            "array": [bounds.high - share for _, share, bounds in full if bounds and share is not None],
            "arrayminus": [share - bounds.low for _, share, bounds in full if bounds and share is not None],
            "color": colour,
            "thickness": palette.line * 0.6,
        },
        "customdata": [[each.low, each.high, each.count, each.hits] for each, _, _ in full],
        "line": {"color": colour, "width": palette.line},
        "marker": {"size": palette.marker + 2, "symbol": symbol},
        "hovertemplate": f"<b>{name}</b>, %{{customdata[0]:.1f}} to %{{customdata[1]:.1f}}<br>"
        "said %{x:.1%}, came true %{y:.1%} (%{customdata[3]:,} of %{customdata[2]:,})<extra></extra>",
    }


def _counts(name: str, bins: Sequence[Bin], colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": f"samples, {name}",
        "x": [(each.low + each.high) / 2 for each in bins],
        "y": [each.count or None for each in bins],
        "yaxis": "y2",
        "marker": {"color": colour},
        "hovertemplate": "%{y:,} samples<extra></extra>",
        "showlegend": False,
    }


def _perfect(palette: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "perfectly calibrated",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": palette.muted, "dash": "dash", "width": palette.line / 2},
        "hoverinfo": "skip",
    }
