"""The list of runs, sorted, filtered and selected in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.components import component

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run_table(
    rows: Sequence[dict[str, Any]],
    selected: Sequence[str],
    asked: int,
    key: str,
    on_selected: Callable[[], None],
    on_opened: Callable[[], None],
) -> None:
    """Show `rows` (of `runs_view.row`); `session_state[key]` has the ids `selected`, and a double click in `opened`.

    selected: ids that are chosen when the list is first drawn, and again whenever `asked` changes.
    """
    component("run_table")(
        key=key,
        data={"rows": list(rows), "selected": list(selected), "asked": asked},
        on_selected_change=on_selected,
        on_opened_change=on_opened,
    )
