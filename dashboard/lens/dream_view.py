"""The picture that excites a filter or a class most, made by gradient ascent while one looks on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import ConvLensError
from core.runs import task_places, tasks
from core.runs.tasks import Task
from dashboard import parts
from dashboard.components.dream import dream
from dashboard.lens import begun, known, looking
from dashboard.task_bar import task_bar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.lens.graph import Graph, Node
    from core.runs.tasks import TaskStatus

KIND, FILE = "dream", "dream.npz"
PREFIX = "filters_dream"
SHOWN, FAULT = f"{PREFIX}_shown", f"{PREFIX}_fault"
REACHES = {"map": "Whole map", "cell": "One cell"}
STARTS = {"noise": "Noise", "grey": "Grey"}
HEIGHT = "calc(var(--convlens-filters) + 4.5rem)"
REFRESH = 0.3  # seconds
LINKED: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def show(run_id: str, epoch: int | None, node: str, channel: int) -> None:
    """Sliders, the button that begins, and the dream. epoch: None for the newest.

    run_id: also that of a known network. Raises nothing.
    """
    try:
        _show(run_id, begun.epoch_of(run_id, epoch), node, channel)
    except ConvLensError as error:
        parts.show_error(error)


def _show(run_id: str, epoch: int | None, node: str, channel: int) -> None:
    lens = looking.lens_of(run_id, epoch, looking.stamp_of(run_id, epoch))
    layer = lens.graph.node(node)
    task_places.warm()
    left, right = st.columns([0.6, 0.4], gap="small")
    with right:
        settings = _settings(layer)
    parameters = {"node": node, "channel": channel, **_whose(run_id, epoch), **settings}
    task = Task(tasks.folder_of(begun.home_of(run_id), KIND, parameters))
    status = task.status()
    with right:
        _begin_or_stop(task, status, parameters)
    with left:
        words = _words(lens.graph, layer, channel, lens.classes, settings["reach"])
        shown = _shown(task, run_id, node, channel)
        if shown is None:
            st.info(parts.plain(f"Press Dream: a picture forms that excites {words.partition(',')[0]} most."))
            return
        st.fragment(_picture, run_every=REFRESH if status.live else None)(shown, words)
        if shown != task:
            st.caption("Dreamed with other settings: press Dream for these.")


def _begin_or_stop(task: Task, status: TaskStatus, parameters: dict[str, Any]) -> None:
    """The button, or in its place how far the dream is."""
    if status.state in ("absent", "finished"):
        st.button(
            "Dream", key=f"{PREFIX}_begin", type="primary", icon=":material/auto_awesome:", width="stretch",
            disabled=status.state == "finished", on_click=_begin, args=(parameters, task),
            help="Gradient ascent on the pixels with these settings; a change of them makes another dream",
        )  # fmt: skip
    else:
        task_bar(task, PREFIX, goes_on=False)
    if fault := st.session_state.get(FAULT):
        parts.show_error(fault)


def _settings(layer: Node) -> dict[str, Any]:
    """The sliders."""
    found: dict[str, Any] = {"reach": "map"}
    if len(layer.shape) == 3:
        found["reach"] = st.segmented_control(
            "Excite", list(REACHES), format_func=REACHES.__getitem__, default="map", required=True,
            key=f"{PREFIX}_reach", label_visibility="collapsed", width="stretch", **LINKED,
        )  # fmt: skip
    found["step"] = st.slider("Step size, of the grey range", 0.005, 0.1, 0.02, 0.005, key=f"{PREFIX}_step", **LINKED)
    found["variation"] = st.slider("Total variation", 0.0, 1.0, 0.1, 0.05, key=f"{PREFIX}_variation", **LINKED)
    found["decay"] = st.slider("L2 decay", 0.0, 0.1, 0.0, 0.005, format="%.3f", key=f"{PREFIX}_decay", **LINKED)
    found["blur"] = st.slider("Blur, in pixels", 0.0, 2.0, 0.0, 0.1, key=f"{PREFIX}_blur", **LINKED)
    with st.popover("Steps, jitter, start", width="stretch"):
        found["steps"] = st.slider("Steps", 20, 1000, 200, 20, key=f"{PREFIX}_steps", **LINKED)
        found["jitter"] = st.slider("Jitter, in pixels", 0, 16, 0, key=f"{PREFIX}_jitter", **LINKED)
        found["start"] = st.segmented_control(
            "Start from", list(STARTS), format_func=STARTS.__getitem__, default="noise", required=True,
            key=f"{PREFIX}_start", **LINKED,
        )  # fmt: skip
        found["seed"] = st.number_input("Seed", 0, 9999, 0, key=f"{PREFIX}_seed", **LINKED)
    return found


def _whose(run_id: str, epoch: int | None) -> dict[str, Any]:
    if known.is_known(run_id):
        name, pretrained = known.parts_of(run_id)
        return {"known": name, "pretrained": pretrained}
    return {"epoch": epoch, "stamp": [list(entry) for entry in looking.stamp_of(run_id, epoch)]}


def _begin(parameters: dict[str, Any], task: Task) -> None:
    try:
        tasks.start(KIND, parameters, task.path)
        st.session_state.pop(FAULT, None)
    except ConvLensError as error:
        st.session_state[FAULT] = str(error)


def _words(graph: Graph, layer: Node, channel: int, classes: tuple[str, ...], reach: str) -> str:
    """`filter 3 of convolution 2`, or the logit of a class."""
    last = graph.answer
    is_logit = layer.name in (last.name, last.activation_of) and len(classes) == layer.shape[0]
    if is_logit:
        return f"the logit of {classes[channel]}"
    if len(layer.shape) == 1:
        return f"unit {channel} of {layer.title}"
    return f"filter {channel} of {layer.title}" + (", in the middle" if reach == "cell" else ", on average")


def _shown(task: Task, run_id: str, node: str, channel: int) -> Task | None:
    """This dream, where it has begun to form, or else the last one of this filter that the session saw."""
    about = (run_id, node, channel)
    if task.stamp(FILE):
        st.session_state[SHOWN] = (about, str(task.path))
        return task
    kept = st.session_state.get(SHOWN)
    if task.status().live:
        return task
    return Task(Path(kept[1])) if kept and kept[0] == about and Task(Path(kept[1])).stamp(FILE) else None


def _picture(task: Task, words: str) -> None:
    stamp = task.stamp(FILE)
    if not stamp:
        st.caption("The network is being read.")
        return
    try:
        found = _read(str(task.path), stamp)
        total = int(task.parameters["steps"])
        live = task.status().live
    except ConvLensError as error:
        parts.show_error(error)
        return
    dream(f"{PREFIX}_picture", task.path.name, found, total, words[:1].upper() + words[1:], live, HEIGHT)


@st.cache_resource(max_entries=16, ttl=300, show_spinner=False)
def _read(folder: str, stamp: int) -> dict[str, NDArray[Any]]:
    return Task(Path(folder)).read(FILE)
