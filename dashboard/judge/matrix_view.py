"""Which class is taken for which: the matrix, and beside it the curves, or the samples of the cell that was clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import streamlit as st

from core.evaluation import order
from core.evaluation.mistakes import of_cell
from dashboard import parts, theme
from dashboard.charts.roc import roc_figure, roc_words
from dashboard.components import confusion
from dashboard.components.confusion import Cell, Shares, confusion_matrix
from dashboard.components.plots import Plot, plots
from dashboard.judge.samples import show_samples
from dashboard.judge.views import PREFIX

if TYPE_CHECKING:
    from core.evaluation.result import Result
    from dashboard.judge.views import Judged

MATRIX = f"{PREFIX}_confusion"
CELL = f"{PREFIX}_cell"  # also its parameter in the link: `4-9`; `4-` and `-9` are a row and a column
SHARES = f"{PREFIX}_shares"
ORDER = f"{PREFIX}_order"
ORDERS = ("as given", "by frequency", "by confusion")
CURVES, HEIGHT = (f"max(20rem, calc(100vh - {rest}))" for rest in ("16.4rem", "20.6rem"))  # of the screen


def show(judged: Judged) -> None:
    """The matrix on the left; it chooses what is seen on the right."""
    found = judged.result
    left, right = st.columns(2, gap="small")
    with left, parts.card("evaluate_confusion_card", height="stretch"):
        _matrix(found)
    cell = chosen(found)
    with right:
        if cell is None:
            _curves(found)
        else:
            with parts.card("evaluate_cell_card", height="stretch"):
                _samples(found, cell)


def chosen(found: Result) -> Cell | None:
    """The cell that was clicked, or that the link names; None where there is none of these classes."""
    cell: Cell | None = st.session_state.get(CELL)
    if CELL not in st.session_state:
        truth, _, answer = st.query_params.get(CELL, "").partition("-")
        cell = confusion.cell_of(_index(truth), _index(answer), len(found.classes))
    return confusion.cell_of(*cell, len(found.classes)) if cell else None


def _index(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def choose(cell: Cell | None) -> None:
    """Show the samples of this cell, and name it in the link; None: the curves again."""
    st.session_state[CELL] = cell
    if cell is not None:
        st.query_params[CELL] = "-".join("" if index is None else str(index) for index in cell)
    elif CELL in st.query_params:
        del st.query_params[CELL]


def _matrix(found: Result) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_matrix_bar", gap="small"):
        st.subheader("Confusion", anchor=False, width="stretch")
        shares: Shares = st.selectbox(
            "Percentages",
            get_args(Shares),
            format_func=lambda kind: f"% {confusion.OF[kind]}",
            key=SHARES,
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
            width=195,
        )
        named = st.selectbox(
            "Order of the classes",
            ORDERS,
            key=ORDER,
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
            width=140,
        )

    def clicked() -> None:
        choose(confusion.asked(MATRIX, len(found.classes)))

    confusion_matrix(
        found.confusion,
        f"{found.split} samples",
        MATRIX,
        shares=shares,
        order=_ordered(found, named),
        chosen=chosen(found),
        on_cell=clicked,
        name=f"{found.run_name} {found.split} confusion",
    )


def _ordered(found: Result, named: str) -> list[int] | None:
    if named == "by frequency":
        return list(map(int, order.by_frequency(found.confusion)))
    return list(map(int, order.by_confusion(found.confusion))) if named == "by confusion" else None


def words(found: Result, cell: Cell) -> str:
    """What a cell, row or column holds."""
    truth, answer = (None if index is None else found.classes[index] for index in cell)
    if truth is None:
        return f"Called {answer}"
    if answer is None:
        return f"Class {truth}"
    return f"Class {truth}, rightly called so" if truth == answer else f"Class {truth} called {answer}"


def _samples(found: Result, cell: Cell) -> None:
    places = of_cell(found, *cell)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_cell_bar"):
        st.subheader(parts.plain(words(found, cell)), anchor=False, width="content")
        st.caption(f"{len(places):,} of {found.total:,}, most confident first", width="stretch")
        st.button(
            "",
            icon=":material/close:",
            key=f"{PREFIX}_cell_close",
            on_click=choose,
            args=(None,),
            help="Back to the curves",
            type="tertiary",
        )
    if len(places):
        show_samples(found, places, f"{PREFIX}_cell_gallery", height=HEIGHT)
    else:
        st.markdown(f"No {found.split} sample is here.")


def _curves(found: Result) -> None:
    """Curves that change in place while the film plays."""
    figure = roc_figure(found.roc, theme.current())
    plot = Plot(figure, f"{found.run_name}-{found.split}-roc", roc_words(found.roc))
    plots([plot], f"{PREFIX}_roc", CURVES, about=found.run_id)
    reasons = [curve.reason for curve in found.roc.curves if curve.reason]
    if reasons and found.answered.any():
        more = f" So it is with {len(reasons) - 1} more." if len(reasons) > 1 else ""
        st.caption(parts.plain(reasons[0] + more))
