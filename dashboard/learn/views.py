"""The views of the convolution page: one line each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import streamlit as st

PREFIX = "convolution"
KEY = f"{PREFIX}_view"


@dataclass(frozen=True)
class View:
    """A view: `show()` of `module` draws all that is below the page's header.

    name: its value in the link, `convolution_view=name`.
    title: on the chooser.
    caption: the short sentence under the page's title.
    predicts: 'Predict first' hides something here.
    """

    name: str
    title: str
    caption: str
    module: str
    predicts: bool = False

    def show(self) -> None:
        """Draw it; what it needs is imported now."""
        import_module(self.module).show()


VIEWS: tuple[View, ...] = (
    View("stage", "Stage", "One window at a time.", "dashboard.learn.stage_view", predicts=True),
    View("deck", "Deck", "All modes side by side.", "dashboard.learn.deck_view", predicts=True),
    View("channels", "Channels", "Every filter reads all channels.", "dashboard.learn.channels_view"),
    View("sound", "Sound", "One dimension: hear what a kernel does.", "dashboard.learn.sound_view"),
    View("video", "Video", "Three dimensions: a kernel that finds motion.", "dashboard.learn.clip_view"),
    View("shift", "Shift and turn", "What moves with the picture.", "dashboard.learn.equivariance_view"),
)


def chosen() -> View:
    """The view that the chooser, or else the link, asks for; the first one where neither names any."""
    return named(st.session_state.get(KEY)) or named(st.query_params.get(KEY)) or VIEWS[0]


def named(text: object) -> View | None:
    """The view of this name or title, in small letters or capitals."""
    wanted = str(text).strip().lower()
    return next((view for view in VIEWS if wanted in (view.name, view.title.lower())), None)


def choose() -> View:
    """The chooser; its value is in the link, as the view's title. Returns the view that it shows as chosen."""
    said = st.query_params.get(KEY)
    meant = named(said)
    if meant and said != meant.title and KEY not in st.session_state:  # the chooser reads only titles out of the link
        st.query_params[KEY] = meant.title
        st.rerun()
    titles = {view.name: view.title for view in VIEWS}
    name = st.segmented_control(
        "View",
        list(titles),
        format_func=titles.__getitem__,
        default=VIEWS[0].name,
        required=True,
        key=KEY,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width="content",
    )
    return named(name) or VIEWS[0]
