"""What can be done with runs: the buttons above the list, and their dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from core.errors import ConvLensError
from core.runs import archive, folder, queue, workers
from dashboard import launch, listing, navigation, parts, runs_view, state
from dashboard.forms.settings import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.runs.folder import Summary

MOST_WATCHED = 6  # curves that can still be told apart


def bar(picked: Sequence[Summary]) -> None:
    """The buttons for the selected runs; those that cannot be used now are grey."""
    one = picked[0] if len(picked) == 1 else None
    readable = [summary for summary in picked if summary.state != "damaged"]
    whole = one if one in readable else None
    resting = [summary for summary in readable if summary.resumable or summary.state == "paused"]
    with st.container(horizontal=True, key="runs_bar"):
        if _button("Watch", "visibility", not 0 < len(readable) <= MOST_WATCHED, "Their curves together on Train"):
            watch(readable)
        if _button("Evaluate", "grid_on", whole is None, "Accuracy, confusion matrix and ROC curves") and whole:
            evaluate(whole.id)
        if _button("Resume", "play_arrow", not resting, "Go on from the checkpoint"):
            resume(resting)
        if _button("Rename", "edit", whole is None) and whole:
            rename_dialog(whole)
        if _button("Duplicate", "content_copy", whole is None, "Loads its network and training, to change") and whole:
            duplicate(whole)
        download(whole)
        if _button("Delete", "delete", not picked):
            delete_dialog(picked)


def _button(label: str, icon: str, disabled: bool, help: str | None = None) -> bool:
    key = f"runs_{label.lower()}"
    return st.button(label, icon=f":material/{icon}:", key=key, disabled=disabled, help=help)


def watch(summaries: Sequence[Summary]) -> NoReturn:
    """Show these runs' curves on Train."""
    state.watch(*(summary.id for summary in summaries))
    navigation.go("train")


def evaluate(id: str) -> NoReturn:
    """Judge this run on Evaluate."""
    state.choose_run(id)
    navigation.go("evaluate")


def resume(summaries: Sequence[Summary]) -> None:
    """Queue these runs again; they go on from their checkpoints."""
    for summary in summaries:
        try:
            queue.control(folder.open_run(summary.id), "resume")
            listing.forget()
            workers.ensure_workers()
        except ConvLensError as error:
            parts.show_error(error)
            return
    state.say(f"{_names(summaries)} will go on.")
    st.rerun()


def duplicate(summary: Summary) -> None:
    """Load the run's network and training, and leave for Train, where both can be changed."""
    try:
        spec = folder.open_run(summary.id).spec
    except ConvLensError as error:
        parts.show_error(error)
        return
    state.set_network(spec.network)
    replace(spec.train)
    state.watch()
    state.say(f"The network and the training of {summary.name} are loaded: change what you like, then press Train.")
    navigation.go("train")


def download(summary: Summary | None) -> None:
    """The button that hands out the run's weights and its description as one archive."""
    st.download_button(
        "Download",
        data=(lambda: archive.pack(folder.open_run(summary.id))) if summary else "",
        file_name=f"{summary.id}.zip" if summary else None,
        mime="application/zip",
        icon=":material/download:",
        key="runs_download",
        disabled=summary is None or not runs_view.has_weights(summary),
        help="The trained weights (safetensors) with the description beside them",
        on_click="ignore",
    )


def offer_first_run(sentence: str, key: str) -> None:
    """Nothing here yet: a button that starts the small network on the embedded digits, and watches it on Train."""
    if not parts.empty_state(sentence, "Train a first network", key):
        state.renew_token(key)  # the next click is about another run
        return
    try:
        launch.start(launch.first_run(), state.train_token(key))
    except ConvLensError as error:
        parts.show_error(error)
        return
    navigation.go("train")


@st.dialog("Rename the run")
def rename_dialog(summary: Summary) -> None:
    with st.form("runs_rename", border=False):  # so that Enter saves
        name = st.text_input("Name", summary.name, key="runs_name", max_chars=folder.LONGEST_NAME)
        sure = st.form_submit_button("Save", key="runs_rename_save", type="primary")
    if sure:
        try:
            folder.open_run(summary.id).rename(name)
            listing.forget()
        except ConvLensError as error:
            parts.show_error(error)
            return
        st.rerun()


@st.dialog("Delete for good?")
def delete_dialog(summaries: Sequence[Summary]) -> None:
    st.markdown(
        parts.plain(f"{_names(summaries)}: the curves, the checkpoints and the weights cannot be brought back.")
    )
    with st.container(horizontal=True):
        sure = st.button("Delete", key="runs_delete_sure", type="primary")
        if st.button("Keep", key="runs_delete_keep"):
            st.rerun()
    if not sure:
        return
    left = []
    for summary in summaries:
        try:
            folder.delete(folder.open_run(summary.id))
        except ConvLensError as error:
            parts.show_error(error)
            left.append(summary.id)
    listing.forget()
    if not left:
        state.select_runs()
        st.rerun()


@st.dialog("Load trained weights")
def load_dialog() -> None:
    st.caption("A zip from Download, or the pair weights.safetensors and spec.json. It becomes a run of its own.")
    files = st.file_uploader(
        "Files",
        type=["zip", "safetensors", "json"],
        accept_multiple_files=True,
        key="runs_upload",
        label_visibility="collapsed",
    )
    if st.button("Load", key="runs_upload_go", type="primary", disabled=not files):
        try:
            run = archive.unpack({file.name: file.getvalue() for file in files})
            listing.forget()
        except ConvLensError as error:
            parts.show_error(error)
            return
        state.select_runs(run.id)
        state.say(f"{run.name} is loaded.")
        st.rerun()


def _names(summaries: Sequence[Summary]) -> str:
    names = [summary.name for summary in summaries]
    if len(names) == 1:
        return names[0]
    return f"{len(names)} runs ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
