"""Plotly figures side by side that change in place: zoom, hover and hidden curves outlive every update.

`st.plotly_chart` is mounted anew with every change of its figure; this is not. Each figure can be had as PNG and SVG.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard import state
from dashboard.components import component
from dashboard.components.packed import pack

_FEW = 32  # numbers; longer lists travel as arrays


@dataclass(frozen=True)
class Plot:
    """figure: `data` and `layout` as plain data. file: what a download is called. words: the figure for those who
    cannot see it."""

    figure: Mapping[str, Any]
    file: str
    words: str


def plots(shown: Sequence[Plot], key: str, height: str, about: str = "") -> None:
    """Draw the figures beside each other.

    height: a CSS length. about: zoom and hidden curves are kept while this stays.
    """
    arrays: dict[str, NDArray[Any]] = {}
    figures = [
        {"data": [_packed(trace, arrays) for trace in plot.figure["data"]], "layout": plot.figure["layout"]}
        for plot in shown
    ]
    names = [{"file": plot.file, "words": plot.words} for plot in shown]
    head = {"figures": figures, "names": names, "height": height, "about": about, "projector": state.projector()}
    component("plots", isolate_styles=False)(key=key, data=pack(head, arrays))


def _packed(trace: Mapping[str, Any], arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """The trace with its long rows of numbers moved to `arrays`; the browser puts them back."""
    moved = dict(trace)
    for name in ("x", "y", "customdata"):
        values = trace.get(name)
        if values is not None and len(values) > _FEW and not isinstance(values[0], list):
            place = f"@{len(arrays)}"
            arrays[place] = np.asarray(values, dtype=np.float32)
            moved[name] = place
    return moved
