"""The results of a study as pictures: scores, curves, matrices, losses; values show under pointer and arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from numpy.typing import NDArray

from dashboard import state
from dashboard.components import component
from dashboard.components.packed import pack

Kind = Literal["scores", "curves", "matrices", "losses"]


def study(
    kind: Kind,
    head: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    key: str,
    on_cell: Callable[[], None] | None = None,
) -> None:
    """Mount it; head and arrays are those that `static/study_KIND.js` reads, `head["alt"]` is told to who sees none.

    on_cell: called when a cell of a matrix was clicked: `st.session_state[key]["cell"]` has treatment, truth, answer.
    """
    whole = {**head, "kind": kind, "projector": state.projector()}
    component("study")(key=key, data=pack(whole, arrays), on_cell_change=on_cell or _nothing)


def _nothing() -> None:
    """There is nothing to do but to rerun."""
