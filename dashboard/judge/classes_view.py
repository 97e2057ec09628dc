"""Every class by itself: its figures, how far each can be trusted, and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import parts
from dashboard.components.class_table import class_table, wish
from dashboard.components.confusion import Cell
from dashboard.judge.views import PREFIX

if TYPE_CHECKING:
    from dashboard.judge.views import Judged

TABLE = f"{PREFIX}_classes"
HEIGHT = "calc(100vh - 18.5rem)"


def show(judged: Judged) -> None:
    """The table; a class leads to its samples or to its threshold."""
    from dashboard.judge import matrix_view, threshold_view
    from dashboard.judge.views import CHOOSER

    found = judged.result

    def wished() -> None:
        wanted = wish(TABLE, len(found.classes))
        if wanted is None:
            return
        if wanted.what == "samples":
            matrix_view.choose(Cell(wanted.label, None))
            st.session_state[CHOOSER.key] = "matrix"
        else:
            st.session_state[threshold_view.CLASS] = found.classes[wanted.label]
            st.session_state[CHOOSER.key] = "threshold"

    with parts.card("evaluate_classes_card"):
        class_table(found.per_class, TABLE, HEIGHT, wished)
