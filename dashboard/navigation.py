"""Every page of the app: one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from core.paths import PROJECT
from dashboard import state

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


@dataclass(frozen=True)
class PageEntry:
    """A page: the file is `pages/{name}.py`, the address `/{name}`; the first one is `/`.

    name: also the prefix of the page's widget keys.
    section: heading in the sidebar, empty for none.
    icon: a Material symbol's name.
    """

    name: str
    title: str
    section: str
    icon: str


PAGES: tuple[PageEntry, ...] = (
    PageEntry("home", "Home", "", "home"),
    PageEntry("convolution", "Convolution", "Learn", "grid_view"),
    PageEntry("pooling", "Pooling", "Learn", "compress"),
    PageEntry("build", "Build", "Build and train", "view_in_ar"),
    PageEntry("train", "Train", "Build and train", "show_chart"),
    PageEntry("runs", "Runs", "Build and train", "list"),
    PageEntry("filters", "Filters", "Look inside", "filter_b_and_w"),
    PageEntry("maps", "Feature maps", "Look inside", "layers"),
    PageEntry("evaluate", "Evaluate", "Judge", "grid_on"),
    PageEntry("imbalance", "Imbalance lab", "Judge", "balance"),
)


def page(name: str) -> StreamlitPage:
    """The Streamlit page called `name`."""
    entry = next(entry for entry in PAGES if entry.name == name)
    return st.Page(
        PROJECT / "pages" / f"{entry.name}.py",
        title=entry.title,
        icon=f":material/{entry.icon}:",
        url_path=entry.name,
        default=entry is PAGES[0],
    )


def navigate() -> StreamlitPage:
    """Draw the sidebar's navigation and return the page that the address names."""
    sections: dict[str, list[StreamlitPage]] = {}
    for entry in PAGES:
        if (PROJECT / "pages" / f"{entry.name}.py").is_file():
            sections.setdefault(entry.section, []).append(page(entry.name))
    return st.navigation(sections, expanded=True)


def go(name: str, **parameters: str) -> NoReturn:
    """Leave for the page `name`; `parameters` go into its link, beside the network's."""
    st.switch_page(page(name), query_params={**state.link(), **parameters})


def link(name: str, label: str, icon: str | None = None) -> None:
    """A link to the page `name` that keeps the network in the address."""
    st.page_link(page(name), label=label, icon=icon, query_params=state.link())
