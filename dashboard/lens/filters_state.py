"""Where the Filters page stands: layer, filter, epoch and what it is compared with; in the session and the link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import parts
from dashboard.learn.controls import keep

if TYPE_CHECKING:
    from core.lens.filters import Bank

PREFIX = "filters"
LAYER, FILTER, EPOCH, WITH = (f"{PREFIX}_{name}" for name in ("layer", "filter", "epoch", "with"))
BOARD = f"{PREFIX}_board"
ORDERS, SCALES = ("index", "norm", "change"), ("one", "each")
_LAYER = f"{PREFIX}_layer_kept"
_KEPT, _START = f"{PREFIX}_place", f"{PREFIX}_start"


@dataclass(frozen=True)
class Place:
    """epoch: None for the newest, and whatever comes after it. asked: grows when the browser is to go there."""

    filter: int = 0
    epoch: int | None = None
    order: str = "index"
    scale: str = "one"
    asked: int = 0


def place() -> Place:
    """From the session, or else from the link."""
    if _KEPT not in st.session_state:
        st.session_state[_KEPT] = Place(number(FILTER) or 0, number(EPOCH))
    kept: Place = st.session_state[_KEPT]
    return kept


def begin() -> None:
    """The page is drawn anew: its browser's part starts from where the page stands."""
    go()


def go(**changes: Any) -> None:
    """The page moves it: the browser's part follows."""
    before = place()
    st.session_state[_KEPT] = st.session_state[_START] = replace(before, **changes, asked=before.asked + 1)


def start() -> Place:
    """Where the browser's part was put last: what the hand did since is there already, and not sent again."""
    kept: Place = st.session_state.get(_START, place())
    return kept


def take(sent: dict[str, Any]) -> None:
    """The hand rests somewhere; anything that is no such message is left."""
    before = place()
    filter, epoch, order, scale = (sent.get(name) for name in ("filter", "epoch", "order", "scale"))
    if not (isinstance(filter, int) and isinstance(epoch, int)):
        return
    st.session_state[_KEPT] = replace(
        before,
        filter=filter,
        epoch=None if sent.get("following") is True else epoch,
        order=order if order in ORDERS else before.order,
        scale=scale if scale in SCALES else before.scale,
    )


def keep_link() -> None:
    """Put filter and epoch into the link, where they are not the first and the newest."""
    at = place()
    keep(FILTER, str(at.filter) if at.filter else None)
    keep(EPOCH, None if at.epoch is None else str(at.epoch))


def layer(banks: tuple[Bank, ...], name: str) -> Bank:
    """The layer that is looked at: the same one, or of another network the one of that title, else the first."""
    linked = st.query_params.get(LAYER)
    kept = st.session_state.get(_LAYER)
    if kept is None and linked is not None and all(bank.node != linked for bank in banks):
        st.warning(parts.plain(f"{name} has no layer {linked[:40]!r}; this is its first one."))
    node, title = kept or (linked, None)
    found = [bank for bank in banks if bank.node == node] or [bank for bank in banks if bank.title == title]
    chosen = found[0] if found else banks[0]
    st.session_state[_LAYER] = chosen.node, title if kept and not found else chosen.title
    keep(LAYER, None if chosen is banks[0] else chosen.node)
    return chosen


def take_layer(key: str, banks: tuple[Bank, ...]) -> None:
    """The user picked a layer."""
    picked = st.session_state[key]
    st.session_state[_LAYER] = picked, next((bank.title for bank in banks if bank.node == picked), None)


def faults() -> list[str]:
    """A sentence for each number in the link that is none."""
    said = {"Filter": FILTER, "Epoch": EPOCH}
    return [
        f"{title} in the link is {st.query_params[key][:30]!r}, and should be a whole number from 0 on"
        for title, key in said.items()
        if key in st.query_params and number(key) is None
    ]


def number(parameter: str) -> int | None:
    """The whole number that the link has there."""
    text = st.query_params.get(parameter, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
