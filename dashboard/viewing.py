"""The views of a page: which one is shown, by a chooser whose value is in the link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import streamlit as st


class Named(Protocol):
    """name: short, also good in a link. title: on the chooser."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...


V = TypeVar("V", bound=Named)


def named(views: Sequence[V], text: object) -> V | None:
    """The view of this name or title, in small letters or capitals."""
    wanted = str(text).strip().lower()
    return next((view for view in views if wanted in (view.name, view.title.lower())), None)


def chosen(key: str, views: Sequence[V]) -> V:
    """The view that the chooser `key`, or else the link, asks for; the first one where neither names any."""
    return named(views, st.session_state.get(key)) or named(views, st.query_params.get(key)) or views[0]


def choose(key: str, views: Sequence[V]) -> V:
    """The chooser; its value is in the link, as the view's title. Returns the view that it shows as chosen."""
    said = st.query_params.get(key)
    meant = named(views, said)
    if meant and said != meant.title and key not in st.session_state:  # the chooser reads only titles out of the link
        st.query_params[key] = meant.title
        st.rerun()
    titles = {view.name: view.title for view in views}
    name = st.segmented_control(
        "View",
        list(titles),
        format_func=titles.__getitem__,
        default=views[0].name,
        required=True,
        key=key,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width="content",
    )
    return named(views, name) or views[0]
