"""A known network in a few words, what to look at in it, and how to get its trained weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.paths import runs_root
from core.runs import tasks
from core.runs.tasks import Task
from dashboard import choosing, navigation, parts, state
from dashboard.lens import known
from dashboard.task_bar import task_bar

if TYPE_CHECKING:
    from core.lens.known import Known

KIND = "download"
FAULT = "known_fault"
TRAINED = (
    "**First filters:** edges in all directions, and blobs of two colours. Nobody drew them: they are what helps to "
    "tell a thousand classes apart.",
    "**Early maps** are the picture's edges, still as sharp as the picture. **Middle maps** answer to textures and "
    "parts, at fewer places. **The last maps** are nearly empty: a few cells, and each says much.",
    "**Classes:** dream of a unit of the last layer, or ask Why of an answer.",
)
RANDOM = (
    "**First filters:** noise, without direction or order. Nothing has been learned yet.",
    "**Early maps** look like the picture all the same: any small filter passes edges on. Deeper maps lose it, and all "
    "pictures begin to look alike.",
    "**Answer:** about the same for every picture. It means nothing.",
)


def about(id: str, prefix: str) -> None:
    """A button that opens it all, for a page's header; nothing where the id is a run's. prefix: of the page's keys."""
    if not known.is_known(id):
        return
    try:
        from core.lens.known import known as named

        name, pretrained = known.parts_of(id)
        this = named(name)
    except ConvLensError as error:
        parts.show_error(error)
        return
    with st.popover("What has it learned?", icon=":material/school:"):
        st.markdown(parts.plain(f"{this.title} ({this.year}): {this.story}."))
        for line in TRAINED if pretrained else RANDOM:
            st.markdown(line)
        navigation.link("maps" if prefix == "filters" else "filters", _other_page(prefix))
        st.divider()
        _weights(this, pretrained, prefix)


def offer(prefix: str) -> None:
    """Where there is no run yet: a network that needs none."""
    from core.lens.known import KNOWN

    first = next(iter(KNOWN.values()))
    st.button(
        f"Or look into {first.title}, as it is before any training", key=f"{prefix}_known_offer",
        on_click=_choose, args=(known.id_of(first.name, False),),
    )  # fmt: skip


def _other_page(prefix: str) -> str:
    return "See its feature maps" if prefix == "filters" else "See its filters"


def _weights(this: Known, pretrained: bool, prefix: str) -> None:
    from core.lens.known import advice, place

    if pretrained or place(this.name):
        there = f"{this.accuracy:.1%} of ImageNet's validation pictures".replace("%", " %")
        st.markdown(f"Trained on ImageNet, it answers {there} rightly.")
        label = "Show it with random weights" if pretrained else "Show it trained"
        new = known.id_of(this.name, not pretrained)
        st.button(label, key=f"{prefix}_known_other", on_click=_choose, args=(new,), width="stretch")
        return
    task = Task(runs_root() / ".known" / this.name / tasks.FOLDER / KIND)
    status = task.status()
    if status.state in ("absent", "finished"):
        st.button(
            f"Download its trained weights, {this.megabytes:.0f} MB", key=f"{prefix}_known_download", type="primary",
            icon=":material/download:", on_click=_download, args=(this.name, task), width="stretch",
        )  # fmt: skip
        st.caption(parts.plain(f"Without a connection: {advice(this.name)}."))
    else:
        task_bar(task, f"{prefix}_known", goes_on=False)
    if fault := st.session_state.get(FAULT):
        parts.show_error(fault)


def _choose(id: str) -> None:
    state.choose_run(id)
    st.query_params[choosing.LINKED] = id


def _download(name: str, task: Task) -> None:
    try:
        tasks.start(KIND, {"name": name}, task.path, again=True)
        st.session_state.pop(FAULT, None)
    except ConvLensError as error:
        st.session_state[FAULT] = str(error)
