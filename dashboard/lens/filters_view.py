"""The Filters page below its header: the choice of a layer, its filters with the film, and what they see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import ConvLensError
from core.runs import folder
from core.training import history
from dashboard import parts, state
from dashboard.components.filters import filters_board
from dashboard.components.filters import place as sent_place
from dashboard.lens import begun, filters_block, filters_probe, filters_source, filters_state
from dashboard.lens.filters_source import AS_LOADED, RunSource
from dashboard.lens.filters_state import BOARD, LAYER

if TYPE_CHECKING:
    from core.lens.filters import Bank
    from core.runs.folder import Run
    from dashboard.lens.filters_block import Layer, Other, Partner
    from dashboard.lens.filters_source import Source

MOST_LETTERS = 76  # of layers that stand side by side; of more a list opens
TABS = ("Weights", "Patches", "Dream")
TAB = "filters_tab"
HELD = "filters_held_epoch"


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
    if layer.recorded.notes:
        st.caption(parts.plain(" ".join(layer.recorded.notes)))
    if tab == TABS[0]:
        let_go()
        board(source, layer, partner, "whole")
        filters_probe.show(source, layer)
    else:
        beside(source, layer, tab)
    filters_state.keep_link()


def controls(source: Source) -> tuple[Bank, str]:
    """The layer and what is shown of it. Raises ConvLensError."""
    banks = filters_source.banks_of(source)
    bank = filters_state.layer(banks, source.name)
    with st.container(horizontal=True, vertical_alignment="center", key="filters_layers"):
        choose_layer(bank, banks)
        st.caption(bank.size, width="stretch")
        tab = st.segmented_control(
            "Show", TABS, default=TABS[0], required=True, key=TAB, bind="query-params", persist_state="session",
            label_visibility="collapsed",
        )  # fmt: skip
    return bank, str(tab)


def choose_layer(bank: Bank, banks: tuple[Bank, ...]) -> None:
    """The layer, side by side with the others where there is room, else in a list."""
    titles = {bank.node: bank.title.replace("normalisation", "norm") for bank in banks}
    room = MOST_LETTERS * (0.6 if state.projector() else 1)
    listed = sum(len(title) + 3 for title in titles.values()) > room
    key = f"{LAYER}_{'list' if listed else 'choice'}"
    st.session_state[key] = bank.node
    told: dict[str, Any] = {
        "key": key,
        "on_change": filters_state.take_layer,
        "args": (key, banks),
        "label_visibility": "collapsed",
    }
    if listed:
        st.selectbox("Layer", list(titles), format_func=titles.__getitem__, width=250, **told)
    else:
        st.segmented_control("Layer", list(titles), format_func=titles.__getitem__, required=True, **told)


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
    if layer.bank.kind == "norm":
        st.info(f"{tab} are shown for filters and units: choose another layer.")
        return
    from core.lens.graph import INPUT

    if len(source.graph().node(INPUT).shape) != 3:
        st.info(f"This network reads points, not pictures: {tab} has nothing to show.")
        return

    from dashboard.lens import dream_view, patches_view

    at = filters_state.place()
    view = patches_view if tab == TABS[1] else dream_view
    view.show(source.key, whole_epoch(source, layer), layer.bank.node, filters_block.shown_filter(layer, at.filter))


def whole_epoch(source: Source, layer: Layer) -> int | None:
    """The epoch that is shown, where all of the network is known then; None for the newest that is whole."""
    if not isinstance(source, RunSource):
        return None
    run, at = folder.open_run(source.id), filters_state.place().epoch
    if at is None and run.status().live:
        return held_epoch(run)
    epoch = layer.epochs[-1] if at is None else layer.epochs[filters_block.nearest(layer.epochs, at)]
    return epoch if epoch != AS_LOADED and history.whole_at(run, epoch) else None


def held_epoch(run: Run) -> int | None:
    """While a run trains and the film follows it: the epoch at which one began to look, until a newer one is wanted.

    Else each epoch would begin the search anew.
    """
    newest = begun.epoch_of(run.id, None)
    kept: tuple[str, int | None] = st.session_state.get(HELD, ("", None))
    id, held = kept
    if id != run.id or held is None or not history.whole_at(run, held):
        st.session_state[HELD] = run.id, newest
        held = newest
    if held is None:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="filters_held"):
        st.caption(f"The run trains: this is with its weights of epoch {held}.", width="stretch")
        if newest != held:
            st.button(f"Take epoch {newest}", key="filters_newest", on_click=let_go, type="tertiary")
    return held


def let_go() -> None:
    """The next look takes the newest epoch."""
    st.session_state.pop(HELD, None)
