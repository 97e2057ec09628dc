"""Train: set up how a network learns, then watch it."""

from __future__ import annotations

import streamlit as st

from core.errors import ConvLensError
from core.network.shapes import trace
from core.runs.spec import RunSpec
from dashboard import launch, navigation, parts, state, watching
from dashboard.boot import STATIC
from dashboard.forms import data, training
from dashboard.forms.settings import FAULT
from dashboard.live.reader import reader

CARD_HEIGHT = 530  # CSS pixels; train.css lets it follow the screen
USED = "train_used"


def begin() -> None:
    """Start the run that is set up; a second click with the same token finds the same run."""
    token = state.train_token()
    st.session_state[USED] = token
    try:
        launch.start(RunSpec(network=state.network(), train=state.train()), token)
        st.session_state.pop(FAULT, None)
    except ConvLensError as error:
        st.session_state[FAULT] = str(error)


def why_not(unsolved: bool, ready: bool, sentence: str, few: str | None) -> str | None:
    """Why this cannot be trained, None where it can."""
    if trace(state.network()).faults:
        return "The network cannot work as it is: Build says where."
    if not ready:
        return sentence
    if unsolved:
        return "The data does not fit the network: the sentence below the form says what would mend it."
    if few:
        return few
    place, works = training.place_sentence(state.train())
    return None if works else place


@st.fragment
def set_up() -> None:
    """The form; every change redraws it, and nothing around it."""
    parts.tell()
    network = state.network()
    entry, here = data.entry_or_fault()
    misfit = data.misfit(entry)
    few = data.too_few_classes(entry)
    facts = (network.name, f"{trace(network).parameters:,} parameters", f"{len(network.layers)} layers")
    with parts.page_header("Train", parts.plain(parts.chips(facts))):
        navigation.link("build", "Change the network", ":material/view_in_ar:")
        reason = why_not(misfit is not None and not misfit.solved, here.ready, here.sentence, few)
        clicked = st.button(
            "Train",
            key="train_start",
            type="primary",
            icon=":material/play_arrow:",
            on_click=begin,
            disabled=reason is not None,
            help=reason,
        )
    if clicked:
        st.rerun()
    left, right = st.columns([1, 0.8], gap="small")
    with left, parts.card("train_form", height=CARD_HEIGHT):
        data.preset_row()
        first, *others = st.tabs(["Data", *training.GROUPS])
        with first:
            data.data_set(entry, here)
        for tab, group in zip(others, training.GROUPS.values(), strict=True):
            with tab:
                group()
        with st.container(key="train_messages"):  # always there, and last: the form keeps its place
            fault = st.session_state.get(FAULT) or few
            if fault:
                parts.show_error(fault)
            if misfit and entry:
                data.tell_misfit(misfit, entry)
    with right, parts.card("train_gallery", height=CARD_HEIGHT):
        st.subheader("What it learns from", anchor=False)
        data.gallery(entry, here)
    parts.try_this(
        "SGD, learning rate 10, pixels of 0..255: at which step is the loss no number any more?",
        "50 samples of each class: when do training and validation part?",
        "All weights from zeros (in Build): why does nothing move?"
        if entry is None or entry.is_image
        else "Two layers of sigmoids on the moons: after 20 epochs of SGD the boundary is straight; what does Adam at "
        "0.03 do?",
    )


st.html(STATIC / "train.css")
linked = watching.runs_in_link()
if linked and linked != state.watched():
    state.watch(*linked)
watched = state.watched()
watching.keep_in_link(watched)
if watched:
    try:
        going = reader().look(watched[0]).going
    except ConvLensError:
        going = False
    watching.watch(watched[0], going)
else:
    if st.session_state.get(USED) == state.train_token():
        state.renew_token()
    set_up()
