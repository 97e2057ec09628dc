"""A page of several views: one line each, and the chooser in its header."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class View:
    """A view: `show` of `module` draws all that is below the page's header.

    name: its value in the link, `PAGE_view=name`.
    title: on the chooser.
    caption: the short sentence under the page's title.
    prompts: what to try here, where the page shows that.
    predicts: 'Predict first' hides something here.
    """

    name: str
    title: str
    caption: str
    module: str
    prompts: tuple[str, ...] = ()
    predicts: bool = False

    def show(self, *about: Any) -> None:
        """Draw it; what it needs is imported now. about: what the page's views are told."""
        import_module(self.module).show(*about)


@dataclass(frozen=True)
class Chooser:
    """The choice among a page's views. prefix: of the page's keys."""

    prefix: str
    views: tuple[View, ...]

    @property
    def key(self) -> str:
        """The chooser's key and its parameter in the link."""
        return f"{self.prefix}_view"

    def chosen(self) -> View:
        """The view that the chooser, or else the link, asks for; the first one where neither names any."""
        return self.named(st.session_state.get(self.key)) or self.named(st.query_params.get(self.key)) or self.views[0]

    def named(self, text: object) -> View | None:
        """The view of this name or title, in small letters or capitals."""
        wanted = str(text).strip().lower()
        return next((view for view in self.views if wanted in (view.name, view.title.lower())), None)

    def choose(self) -> View:
        """The chooser; its value is in the link, as the view's title. Returns the view that it shows as chosen."""
        said = st.query_params.get(self.key)
        meant = self.named(said)
        if meant and said != meant.title and self.key not in st.session_state:  # it reads only titles out of the link
            st.query_params[self.key] = meant.title
            st.rerun()
        titles = {view.name: view.title for view in self.views}
        name = st.segmented_control(
            "View",
            list(titles),
            format_func=titles.__getitem__,
            default=self.views[0].name,
            required=True,
            key=self.key,
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
            width="content",
        )
        return self.named(name) or self.views[0]

    def faults(self) -> list[str]:
        """A sentence where the link names a view that there is not."""
        said = st.query_params.get(self.key)
        if said is None or self.named(said):
            return []
        return [f"View in the link is {said[:30]!r}, and can be {', '.join(view.title for view in self.views)}"]
