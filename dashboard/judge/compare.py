"""Further answers beside the chosen ones: of the same run to its other samples, and of other runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.evaluation.result import SPLITS
from dashboard import choosing, judging, parts
from dashboard.judge.views import COMPARING, PREFIX

if TYPE_CHECKING:
    from core.evaluation.result import Result, Split
    from dashboard.judge.views import Judged

OTHERS = f"{PREFIX}_others"
MOST = 4  # that can still be told apart


def with_others(judged: Judged, view: str) -> Judged:
    """The same with `others` filled, where the view draws them; they are chosen here. Raises RunError."""
    if view not in COMPARING:
        return judged
    found = judged.result
    known = options(found)
    key = f"{OTHERS}_{found.run_id}_{found.split}"
    with st.popover("Compare", icon=":material/stacked_line_chart:", key=f"{PREFIX}_compare"):
        picked = st.multiselect(
            "Compare with other samples, or other runs",
            list(known),
            format_func=known.__getitem__,
            key=key,
            persist_state="session",
            max_selections=MOST,
            placeholder="Nothing yet",
            width=340,
        )
        lacking = [split for split in SPLITS if split != found.split and not _there(found.run_id, split)]
        if lacking:
            st.caption(f"Nobody has asked about the {' and '.join(lacking)} samples yet: choose them above to do so.")
    others = [_result(*known_as(name), found) for name in picked]
    return replace(judged, others=tuple(other for other in others if other is not None))


def options(found: Result) -> dict[str, str]:
    """What can be laid over it, `run:split` and in words: only what has been answered already."""
    other_splits = {f"{found.run_id}:{split}": f"{split} samples" for split in SPLITS if split != found.split}
    runs = {
        f"{id}:{found.split}": f"{line.name}, {found.split}"
        for id, line in choosing.trained().items()
        if id != found.run_id
    }
    return {name: words for name, words in {**other_splits, **runs}.items() if _there(*known_as(name))}


def known_as(name: str) -> tuple[str, Split]:
    """Run and split of an option."""
    id, _, split = name.partition(":")
    return id, next(known for known in SPLITS if known == split)


def _there(id: str, split: Split) -> bool:
    try:
        return judging.there(id, split)
    except ConvLensError:
        return False


def _result(id: str, split: Split, beside: Result) -> Result | None:
    """At the same epoch where it is the same run; else what the other run answered as it was left."""
    try:
        same = id == beside.run_id and beside.epoch is not None
        found = judging.at_epoch(id, split, beside.epoch) if same and beside.epoch is not None else None
        return found or judging.own(id, split)
    except ConvLensError as error:
        parts.show_error(error)
        return None
