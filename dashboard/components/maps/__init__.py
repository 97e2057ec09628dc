"""A network drawn as its maps: the picture that it sees, every layer's maps with their shapes, and its answer.

    drawn_network(DrawnNetwork(...), "maps_network", on_cell=follow)
    cell("maps_network")        # what was clicked: node, map, row, column

Of large layers thumbnails are sent, only of those that are on the screen, and exact numbers of what the pointer rests
on or what is opened. `lit` is drawn over the maps (`static/maps_lineage.js`), which lie where `static/maps_geometry.js`
says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import state, theme
from dashboard.components import component
from dashboard.components.packed import pack

if TYPE_CHECKING:
    from dashboard.lens.pictured import Maps

AT_ONCE = 4  # inexact layers that are sent before the browser has told which ones it shows


@dataclass(frozen=True)
class Cell:
    """A cell of a map: the node's name, the map's number, row and column, all from 0."""

    node: str
    channel: int
    row: int
    column: int


@dataclass(frozen=True, eq=False)
class Lit:
    """What lies over the maps and stands below them: `dashboard/lens/lineage.py` says what, `maps_lineage.js` shows it.

    head: for JSON. arrays: float32, their names begin with `lit_`.
    """

    head: Mapping[str, Any]
    arrays: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What the browser wants of large layers.

    have: layers (by number) that it has thumbnails of, want: that are on its screen; of network and picture `stamp`.
    opened, probe: node and map (None: all of them) whose exact numbers it needs.
    """

    sequence: int = 0
    stamp: str = ""
    have: tuple[int, ...] = ()
    want: tuple[int, ...] | None = None
    opened: tuple[str, int | None] | None = None
    probe: tuple[str, int | None] | None = None


@dataclass(frozen=True, eq=False)
class DrawnNetwork:
    """All that is drawn.

    picture: uint8 (C, H, W), what the network sees; words: what it is; title: stands above the drawing, may be empty.
    strongest: maps by strength, else by number. shared: one scale for all maps of a layer, else one for each.
    resting: False while a hand draws the picture: the maps keep their order then. stamp: of network and picture.
    group: where a pointer is in one network of a group, the others show it too.
    lit: where the chosen cell came from; None: cells are not followed. exact: finds exact numbers of a node, (C, H, W).
    """

    maps: tuple[Maps, ...]
    picture: NDArray[np.uint8]
    words: str
    probabilities: NDArray[np.float32]
    classes: tuple[str, ...]
    label: int | None
    stamp: str
    exact: Callable[[str, int | None], NDArray[np.float32]]
    strongest: bool = False
    shared: bool = False
    resting: bool = True
    title: str = ""
    group: str = ""
    height: str = "var(--convlens-maps)"
    lit: Lit | None = None


def drawn_network(drawn: DrawnNetwork, key: str, on_cell: Callable[[], None] | None = None) -> None:
    """Show it. on_cell: called before the rerun that a click on a cell makes."""
    component("maps")(
        key=key,
        data=block(drawn, request(key), key),
        default={"look": None, "cell": None},
        on_look_change=_nothing,
        on_cell_change=on_cell or _nothing,
    )


def block(drawn: DrawnNetwork, asked: Request, key: str = "") -> bytes:
    """What is sent: see `packed.py`; `maps.js` reads it."""
    current = asked.stamp == drawn.stamp
    have = set(asked.have) if current else set()
    want = set(range(AT_ONCE)) if asked.want is None else set(asked.want)
    layers: list[dict[str, Any]] = []
    arrays: dict[str, NDArray[Any]] = {"picture": drawn.picture, "probabilities": drawn.probabilities}
    for number, maps in enumerate(drawn.maps):
        sent = maps.exact or number in want - have
        layers.append(_layer(maps, sent))
        if sent:
            arrays[f"values{number}"] = maps.values
            arrays[f"low{number}"], arrays[f"high{number}"] = maps.low, maps.high
            arrays[f"strength{number}"] = maps.strength
    head = {
        "key": key,
        "layers": layers,
        "picture": list(drawn.picture.shape),
        "words": drawn.words,
        "classes": list(drawn.classes),
        "label": drawn.label,
        "stamp": drawn.stamp,
        "answered": asked.sequence,
        "strongest": drawn.strongest,
        "shared": drawn.shared,
        "resting": drawn.resting,
        "title": drawn.title,
        "group": drawn.group,
        "height": drawn.height,
        "lit": None if drawn.lit is None else drawn.lit.head,
        "sequential": theme.SEQUENTIAL,
        "diverging": theme.DIVERGING,
        "projector": state.projector(),
    }
    for name, wanted in (("opened", asked.opened), ("probe", asked.probe)):
        if wanted and any(maps.node.name == wanted[0] for maps in drawn.maps):
            arrays[name], head[name] = _exact(drawn, *wanted)
    return pack(head, arrays if drawn.lit is None else {**arrays, **drawn.lit.arrays})


def _layer(maps: Maps, sent: bool) -> dict[str, Any]:
    return {
        "name": maps.node.name,
        "base": maps.layer.before.name,
        "after": maps.layer.after.name,
        "title": maps.layer.title,
        "node": maps.node.title,
        "kind": maps.node.kind,
        "shape": list(maps.node.shape),
        "cells": list(maps.values.shape[1:]),
        "exact": maps.exact,
        "sent": sent,
    }


def _exact(drawn: DrawnNetwork, name: str, channel: int | None) -> tuple[NDArray[np.float32], dict[str, Any]]:
    values = drawn.exact(name, channel)
    return values, {"name": name, "channel": channel, "shape": list(values.shape)}


def cell(key: str) -> Cell | None:
    """The cell that was clicked last, None where none was or it was let go."""
    found = _sent(key, "cell")
    channel, row, column = (found.get(name) for name in ("channel", "row", "column"))
    if not isinstance(found.get("node"), str) or not (_is_count(channel) and _is_count(row) and _is_count(column)):
        return None
    return Cell(found["node"], channel, row, column)


def request(key: str) -> Request:
    """What the browser asks for; of anything else nothing."""
    found = _sent(key, "look")
    want = found.get("want")
    return Request(
        sequence=found["sequence"] if _is_count(found.get("sequence")) else 0,
        stamp=str(found.get("stamp", "")),
        have=_counts(found.get("have")),
        want=_counts(want) if isinstance(want, list) else None,
        opened=_map(found.get("opened")),
        probe=_map(found.get("probe")),
    )


def _sent(key: str, name: str) -> dict[str, Any]:
    found = (st.session_state.get(key) or {}).get(name)
    return found if isinstance(found, dict) else {}


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _counts(values: Any) -> tuple[int, ...]:
    return tuple(filter(_is_count, values[:1000])) if isinstance(values, list) else ()


def _map(found: Any) -> tuple[str, int | None] | None:
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        return None
    channel = found.get("channel")
    return found["name"], channel if _is_count(channel) else None


def _nothing() -> None:
    """The component reruns its fragment; there is nothing else to do."""
