"""The confusion matrix, drawn in the browser: values show under the pointer and under the arrow keys.

    matrix = confusion_matrix(result.confusion, "test samples", "evaluate_confusion", chosen=cell, on_cell=chosen)

A click on a cell, on the name of a row or on that of a column chooses it: `asked(key)` says which in the callback.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.charts.confusion import picture
from dashboard.components import component
from dashboard.components.packed import pack

if TYPE_CHECKING:
    from core.evaluation.confusion import Confusion

Shares = Literal["row", "column", "all"]


OF: dict[Shares, str] = {"row": "of the true class", "column": "of the answer", "all": "of all"}


class Cell(NamedTuple):
    """Class indices: of the truth and of the answer; None: a whole column, or a whole row."""

    truth: int | None
    answer: int | None


def confusion_matrix(
    result: Confusion,
    samples: str,
    key: str,
    *,
    shares: Shares = "row",
    order: Sequence[int] | None = None,
    chosen: Cell | None = None,
    on_cell: Callable[[], None] | None = None,
    name: str = "confusion",
) -> None:
    """Show the matrix.

    samples: of what, "test images". shares: what the percentages and the colours are shares of. order: of the classes,
    all of them once; as given where None. chosen: the cell that is marked. on_cell: called before the rerun that a
    click makes; without it cells cannot be clicked. name: of the files that the figure is saved to.
    """
    head = picture(result, samples)
    way = "Click a cell for its samples" if on_cell else "Point at a cell to read it"
    counts = np.asarray(head.pop("counts"), dtype=np.float64)
    head |= {
        "shares": shares,
        "order": list(range(len(result.classes)) if order is None else map(int, order)),
        "chosen": chosen,
        "clickable": on_cell is not None,
        "projector": state.projector(),
        "name": name,
        "hint": f"Colour and %: share {OF[shares]}. {way}.",
    }
    component("confusion")(
        key=key, data=pack(head, {"counts": counts}), default={"cell": None}, on_cell_change=on_cell or _nothing
    )


def asked(key: str, classes: int) -> Cell | None:
    """The cell that was clicked last; None where the choice was taken back, or makes no sense."""
    sent = (st.session_state.get(key) or {}).get("cell")
    if not isinstance(sent, dict):
        return None
    return cell_of(sent.get("truth"), sent.get("answer"), classes)


def cell_of(truth: object, answer: object, classes: int) -> Cell | None:
    """The cell, where both are None or a class's index, and not both None."""

    def fits(value: object) -> bool:
        return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < classes)

    if not (fits(truth) and fits(answer)) or truth is answer is None:
        return None
    return Cell(truth, answer)  # type: ignore[arg-type]


def _nothing() -> None:
    """There is nothing to do but to rerun."""
