"""Home: what this is, a first network in seconds, the latest runs."""

from __future__ import annotations

import streamlit as st

from core.errors import ConvLensError
from dashboard import launch, listing, navigation, parts, runs_view, state, theme
from dashboard.boot import STATIC
from dashboard.components.ahead import load_ahead

CARDS = (
    (
        "build",
        "Build a network",
        "Blocks drawn to scale. Add, drag and tune layers; shapes and counts follow at once.",
    ),
    ("train", "Watch it learn", "Live curves. Pause, take one step, change the learning rate while it runs."),
    ("evaluate", "Judge it", "Confusion matrix and ROC curves on data that it has never seen."),
)
LATEST = 5


def begin() -> None:
    """Start the first run; a failure is told on the page."""
    try:
        launch.start(launch.first_run(), state.train_token("home"))
    except ConvLensError as error:
        st.session_state["home_fault"] = str(error)


@st.fragment(run_every=2)
def latest() -> None:
    try:
        summaries = listing.runs()[:LATEST]
    except ConvLensError as error:
        parts.show_error(error)
        return
    if summaries:
        st.html(runs_view.short_list(summaries))
    else:
        st.caption("No runs yet. The blue button above makes one.")


with parts.card("home_hero"):
    words, picture = st.columns([1, 1.35], gap="large", vertical_alignment="center")
    with words:
        st.title("See a network learn", anchor=False)
        st.markdown(
            "Put a convolutional network together with sliders, train it for real with PyTorch, "
            "watch every step, and judge what came out."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            clicked = st.button("Train a first network", key="home_first", type="primary", on_click=begin)
            navigation.link("build", "Build your own", ":material/arrow_forward:")
        st.caption("Hand-written digits, 8×8 pixels, already here: it takes seconds.")
    drawn = (STATIC / "hero.svg").read_text("utf-8").replace("currentColor", theme.current().text)
    picture.image(drawn, width="stretch", alt="A hand-written 3 passes edge filters and pooling; the network says 3")

fault = st.session_state.pop("home_fault", None)
if fault:
    parts.show_error(fault)
elif clicked:
    navigation.go("train")
else:
    state.renew_token("home")

for column, (name, title, sentence) in zip(st.columns(len(CARDS)), CARDS, strict=True):
    with column, parts.card(f"home_card_{name}", height="stretch"):
        navigation.link(name, f"**{title}**")
        st.caption(sentence)

with parts.card("home_latest"):
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Latest runs", anchor=False, width="stretch")
        navigation.link("runs", "All runs")
    latest()
parts.try_this(
    "Train the first network twice: are its curves the same?",
    "Take the convolution out of it in Build: how much worse does it read?",
)
load_ahead("home_ahead")
