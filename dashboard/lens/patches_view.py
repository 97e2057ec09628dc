"""The pictures of a run's data that excite a filter most, with what it saw of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.errors import ConvLensError
from core.runs import tasks
from core.runs.folder import open_run
from core.runs.tasks import Task
from dashboard import parts
from dashboard.components.gallery import Card, Pictures, gallery
from dashboard.lens import begun, known, looking
from dashboard.task_bar import task_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from core.lens.graph import Graph, Node

KIND, FILE = "patches", "patches.npz"
SIDES = {"training": "Training pictures", "validation": "Validation pictures", "test": "Test pictures"}
WAYS = ("Patch", "Whole picture")
PART, WAY = "filters_patches_of", "filters_patches_as"
BEGUN = "filters_patches_begun"
DIM = 0.25  # of the brightness, outside of what the filter saw
HEIGHT = "calc(var(--convlens-filters) - 1rem)"
REFRESH = 1.0  # seconds


def show(run_id: str, epoch: int | None, node: str, channel: int) -> None:
    """The search of a layer, which starts here where it was never made, and its patches for one channel.

    epoch: None for the newest. Raises nothing.
    """
    try:
        if known.is_known(run_id):
            st.info("Patches are cut from a run's own pictures; a known network brings none. Dream works for it.")
            return
        _show(run_id, begun.epoch_of(run_id, epoch), node, channel)
    except ConvLensError as error:
        parts.show_error(error)


def _show(run_id: str, epoch: int | None, node: str, channel: int) -> None:
    run = open_run(run_id)
    lens = looking.lens_of(run_id, epoch, looking.stamp_of(run_id, epoch))
    layer = lens.graph.node(node)
    with st.container(horizontal=True, vertical_alignment="center", key="filters_patches_controls"):
        part = st.selectbox(
            "Of", list(SIDES), format_func=SIDES.__getitem__, key=PART, label_visibility="collapsed", width=190,
            bind="query-params", persist_state="session",
        )  # fmt: skip
        way = WAYS[0]
        if len(layer.shape) == 3:
            way = st.segmented_control(
                "As", WAYS, default=WAYS[0], required=True, key=WAY, label_visibility="collapsed",
                bind="query-params", persist_state="session",
            )  # fmt: skip
    parameters: dict[str, Any] = {
        "node": node,
        "epoch": epoch,
        "part": part,
        "stamp": [list(entry) for entry in looking.stamp_of(run_id, epoch)],
    }
    folder = tasks.folder_of(begun.home_of(run_id), KIND, parameters)
    task, status = begun.begin(KIND, parameters, folder, BEGUN)
    title = _title(lens.graph, layer, channel)
    every = REFRESH if status.live else None
    st.fragment(_found, run_every=every)(
        task, run_id, run.spec.train.dataset, title, channel, str(part), way, status.live
    )
    task_bar(task, "filters_patches", goes_on=False)


def _title(graph: Graph, layer: Node, channel: int) -> str:
    what = "Unit" if len(layer.shape) == 1 else "Filter"
    activated = any(node.activation_of == layer.name for node in graph)
    return f"{what} {channel} of {layer.title}{', before its activation' if activated else ''}"


def _found(task: Task, run_id: str, dataset: str, title: str, channel: int, part: str, way: str, live: bool) -> None:
    """The patches so far; a click on one opens its picture."""
    stamp = task.stamp(FILE)
    if not stamp:
        return
    try:
        found = _read(str(task.path), stamp)
        images, ways = _images(found, channel, way, run_id, dataset)
    except ConvLensError as error:
        parts.show_error(error)
        return
    seen, of = int(found["seen"]), int(found["of"])
    told = f"all {of:,}" if seen == of else f"{seen:,} of {of:,}"
    if found["values"][channel].max() <= 0:
        st.caption(f"No picture of {told} excites it above zero: behind a ReLU it stays dark.")
    cards = _cards(found, channel, looking.classes_of(open_run(run_id)), SIDES[part].rstrip("s").lower())
    opened = gallery(
        "filters_patches_gallery",
        f"{task.path.name} {stamp} {channel} {ways}",
        len(cards),
        lambda some: Pictures(cards[some], images[some]),
        height=HEIGHT,
    )
    if not live:  # the bar stands here
        words = f"{title}: the strongest of {told} {SIDES[part].lower()}, one a picture."
        st.caption(parts.plain(words))
    if opened is not None:
        looking.open_image(run_id, str(found["side"]), opened)


@st.cache_resource(max_entries=4, ttl=900, show_spinner=False)
def _read(folder: str, stamp: int) -> dict[str, NDArray[Any]]:
    return Task(Path(folder)).read(FILE)


def _images(
    found: dict[str, NDArray[Any]], channel: int, way: str, run_id: str, dataset: str
) -> tuple[NDArray[np.uint8], str]:
    """uint8 (k, C, h, w), and how they are shown: whole pictures need the data, which may be gone."""
    patches: NDArray[np.uint8] = found["patches"][channel]
    if way == WAYS[0]:
        return patches, way
    raw, eye = looking.raw(dataset), looking.eye(run_id)
    pictures = raw.test_x if str(found["side"]) == "test" else raw.train_x
    whole = []
    for place, (top, left, bottom, right) in zip(found["index"][channel], found["boxes"][channel], strict=True):
        picture = eye.see(pictures[place]).picture
        dimmed = (picture * DIM).astype(np.uint8)
        dimmed[:, top:bottom, left:right] = picture[:, top:bottom, left:right]
        whole.append(dimmed)
    return np.stack(whole), way


def _cards(found: dict[str, NDArray[Any]], channel: int, classes: Sequence[str], noun: str) -> list[Card]:
    cards = []
    rows = zip(*(found[name][channel] for name in ("index", "labels", "values", "boxes")), strict=True)
    for index, label, value, (top, left, bottom, right) in rows:
        name = classes[label] if label < len(classes) else str(label)
        words = f"{noun} {index}, {name}: {value:.4g}, rows {top} to {bottom - 1}, columns {left} to {right - 1}"
        cards.append(Card(int(index), f"{value:#.3g}".rstrip("."), name, words))
    return cards
