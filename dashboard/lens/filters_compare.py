"""What the filters are compared with: another epoch of the same run, or another run in step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.learn.controls import keep
from dashboard.lens.filters_block import Other
from dashboard.lens.filters_source import AS_LOADED, RunSource
from dashboard.lens.filters_state import WITH

if TYPE_CHECKING:
    from dashboard.lens.filters_source import Source

NOTHING = "nothing"
UNKNOWN = f"{WITH}_unknown"
_KEY = f"{WITH}_choice"


def choose(source: Source, titles: dict[str, str]) -> Other | None:
    """The choice, in the page's header; it stands in the link as `filters_with`: `@3` an epoch, else a run's id.

    titles: of the runs that there are, by id.
    """
    options = {NOTHING: "Compare with …"}
    options |= {f"@{epoch}": words(epoch) for epoch in source.epochs() if epoch != AS_LOADED}
    options |= {id: title for id, title in titles.items() if id != source.key}
    linked = st.query_params.get(WITH)
    if st.session_state.get(_KEY) not in options:
        st.session_state[_KEY] = linked if linked in options else NOTHING
        if linked is not None and linked not in options:
            st.session_state[UNKNOWN] = linked
    picked: str = st.selectbox(
        "Compare with",
        list(options),
        format_func=lambda option: options.get(option, option),
        key=_KEY,
        label_visibility="collapsed",
        width=230,
    )
    keep(WITH, None if picked == NOTHING else picked)
    if picked == NOTHING:
        return None
    return Other(source, int(picked[1:])) if picked.startswith("@") else Other(RunSource(picked), None)


def faults() -> list[str]:
    """A sentence where the link named something that there is not, told once."""
    linked = st.session_state.pop(UNKNOWN, None)
    if linked is None:
        return []
    return [f"There is no {linked[:40]!r} to compare with here: choose an epoch or a run from the list."]


def words(epoch: int) -> str:
    return "Before training (epoch 0)" if epoch == 0 else f"Epoch {epoch} of this run"
