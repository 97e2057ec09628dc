"""The Filters page below its header: the choice of a layer, its filters with the film, and what they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from dashboard import parts
from dashboard.components.filters import filters_board
from dashboard.components.filters import place as sent_place
from dashboard.learn.controls import keep
from dashboard.lens import filters_block, filters_probe, filters_source, filters_state
from dashboard.lens.filters_source import RunSource
from dashboard.lens.filters_state import BOARD, LAYER

if TYPE_CHECKING:
    from core.lens.filters import Bank
    from dashboard.lens.filters_block import Layer, Other, Partner
    from dashboard.lens.filters_source import Source

MOST_SEGMENTS = 7  # layers that stand side by side; of more a list opens
TABS = ("Weights", "Patches", "Dream")
TAB = "filters_tab"


def show(source: Source, other: Other | None) -> None:
    """All of it; raises nothing."""
    try:
        bank, tab = controls(source)
        layer = filters_block.get_layer(source, bank.node)
    except ConvLensError as error:
        parts.show_error(error)
        return
    partner = None
    if other is not None:
        try:
            partner = filters_block.partner_of(layer, other)
        except ConvLensError as error:
            st.warning(parts.plain(str(error)))
    for note in layer.recorded.notes:
        st.caption(parts.plain(note))
    if tab == TABS[0]:
        board(source, layer, partner, "whole")
        filters_probe.show(source, layer)
    else:
        beside(source, layer, tab)
    filters_state.keep_link()


def controls(source: Source) -> tuple[Bank, str]:
    """The layer and what is shown of it. Raises ConvLensError."""
    banks = filters_source.banks_of(source)
    titles = {bank.node: bank.title for bank in banks}
    linked = st.query_params.get(LAYER)
    if st.session_state.get(LAYER) not in titles:
        st.session_state[LAYER] = linked if linked in titles else banks[0].node
    with st.container(horizontal=True, vertical_alignment="center", key="filters_layers"):
        if len(banks) <= MOST_SEGMENTS:
            node = st.segmented_control(
                "Layer", list(titles), format_func=titles.__getitem__, required=True, key=LAYER,
                label_visibility="collapsed", persist_state="session",
            )  # fmt: skip
        else:
            node = st.selectbox(
                "Layer", list(titles), format_func=titles.__getitem__, key=LAYER, label_visibility="collapsed",
                width=280, persist_state="session",
            )  # fmt: skip
        bank = next((bank for bank in banks if bank.node == node), banks[0])
        st.caption(f"{bank.size}", width="stretch")
        tab = st.segmented_control(
            "Show", TABS, default=TABS[0], required=True, key=TAB, bind="query-params", persist_state="session",
            label_visibility="collapsed",
        )  # fmt: skip
    keep(LAYER, bank.node if bank is not banks[0] else None)
    return bank, str(tab)


def board(source: Source, layer: Layer, partner: Partner | None, mode: str) -> None:
    """The pictures and the film. mode: whole, or strip for the filters alone."""
    at, start = filters_state.place(), filters_state.start()
    chosen = filters_block.shown_filter(layer, at.filter)
    epoch = layer.epochs[-1] if start.epoch is None else start.epoch
    height = "var(--convlens-filters)" if mode == "whole" else "calc(var(--convlens-filters) + 5rem)"
    head = {"mode": mode, "height": height, "source": source.key, "name": source.name, "follows": True, "at": epoch}
    head |= {"asked": start.asked, "order": start.order, "scale": start.scale, "start": start.filter}
    block = filters_block.block(layer, chosen, partner, **head)
    filters_board(block, BOARD, _moved)


def _moved() -> None:
    filters_state.take(sent_place(BOARD))


def beside(source: Source, layer: Layer, tab: str) -> None:
    """All filters at the left, what excites the chosen one at the right."""
    left, right = st.columns([2, 3], gap="small")
    with left:
        board(source, layer, None, "strip")
    with right:
        excited(source, layer, tab)


def excited(source: Source, layer: Layer, tab: str) -> None:
    """The dataset's patches, or the picture made by gradient ascent, of the chosen filter."""
    if not isinstance(source, RunSource) or layer.bank.kind == "norm":
        st.info(f"{tab} are shown for filters and units of runs.")
        return
    from dashboard.lens import dream_view, patches_view

    at = filters_state.place()
    view = patches_view if tab == TABS[1] else dream_view
    view.show(source.id, at.epoch, layer.bank.node, filters_block.shown_filter(layer, at.filter))
