"""Which class is taken for which, and how well each is told from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import parts, theme
from dashboard.charts.roc import roc_figure, roc_words
from dashboard.components.confusion import confusion_matrix

if TYPE_CHECKING:
    from core.evaluation.result import Result
    from dashboard.judge.views import Judged


def show(judged: Judged) -> None:
    """The matrix beside the curves."""
    found = judged.result
    left, right = st.columns(2, gap="small")
    with left, parts.card("evaluate_confusion_card", height="stretch"):
        confusion_matrix(found.confusion, f"{found.split} samples", key="evaluate_confusion")
    with right, parts.card("evaluate_roc_card", height="stretch"):
        _curves(found)


def _curves(found: Result) -> None:
    st.plotly_chart(
        roc_figure(found.roc, theme.current()),
        height="stretch",
        theme=None,
        key="evaluate_roc",
        config={"displayModeBar": False},
        alt=roc_words(found.roc),
    )
    for reason in (curve.reason for curve in found.roc.curves if curve.reason):
        st.caption(parts.plain(reason))
