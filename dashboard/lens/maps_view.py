"""Maps: the whole network drawn, from what it sees to its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.maps import DrawnNetwork, Lit, cell, drawn_network
from dashboard.lens import lineage
from dashboard.lens.pictured import exact, pictured
from dashboard.lens.views import PREFIX

if TYPE_CHECKING:
    from dashboard.lens.pictured import Maps
    from dashboard.lens.views import Looked

NETWORK = f"{PREFIX}_network"
STATES = ("after activation", "before")
SORTS = ("by number", "strongest first")
SCALES = ("own scale", "one scale a layer")


def show(looked: Looked) -> None:
    """The drawn network; how it is drawn is said by `settings`, which stands at the page's foot."""
    after, strongest, shared = chosen()
    lit = lineage.lit(looked, cell(NETWORK))
    network(looked, NETWORK, pictured(looked, after), strongest, shared, lit=lit)


def settings() -> None:
    """After or before the activation, in which order, on which scale."""
    _segments("state", STATES)
    _segments("sort", SORTS)
    _segments("scale", SCALES)


def chosen() -> tuple[bool, bool, bool]:
    """After the activation, strongest first, one scale a layer."""
    values = (st.session_state.get(f"{PREFIX}_{name}") for name in ("state", "sort", "scale"))
    state, sort, scale = values
    return state != STATES[1], sort == SORTS[1], scale == SCALES[1]


def _segments(name: str, options: tuple[str, ...]) -> None:
    st.segmented_control(
        name.capitalize(),
        options,
        default=options[0],
        required=True,
        key=f"{PREFIX}_{name}",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )


def network(
    looked: Looked,
    key: str,
    maps: tuple[Maps, ...],
    strongest: bool,
    shared: bool,
    title: str = "",
    height: str = "var(--convlens-maps)",
    group: str = "",
    lit: Lit | None = None,
) -> None:
    """One drawn network. title: above it. group: networks of one group point in step. lit: drawn over its maps."""
    sample = looked.sample
    names = " ".join(each.node.name for each in maps)
    drawn = DrawnNetwork(
        maps=maps,
        picture=sample.picture,
        words=sample.words,
        probabilities=looked.probabilities,
        classes=looked.classes,
        label=sample.label,
        stamp=f"{looked.stamp} {sample.stamp} {names}",
        exact=lambda name, channel: exact(looked, name, channel),
        strongest=strongest,
        shared=shared,
        resting=sample.resting,
        title=title,
        height=height,
        group=group,
        lit=lit,
    )
    drawn_network(drawn, key)
