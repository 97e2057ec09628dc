"""The choice of a trained run, the same on every page that shows one: Filters, Feature maps, Evaluate.

    controls = parts.page_header(...)
    known = choosing.trained_or_offer("maps")   # None: there is no run yet, and the page has said so
    if known is not None:
        with controls:
            summary = choosing.run_choice("maps", known)
        choosing.say_unknown(known)

The run goes along from page to page (`state.chosen_run`); a link names it as `?run=ID`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from dashboard import listing, parts, runs_actions, runs_view, state

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from core.runs.folder import Summary

LINKED = "run"  # the parameter of the address that names the run
LIVE = ("queued", "starting", "running", "paused")
NONE_YET = "No run has finished an epoch yet. A first network takes seconds."


def trained() -> dict[str, Summary]:
    """Runs that have weights, newest first, by id. Raises RunError."""
    return {line.id: line for line in listing.runs() if runs_view.has_weights(line)}


def trained_or_offer(prefix: str) -> dict[str, Summary] | None:
    """The same; where there are none, the page offers to train a first one, and gets None."""
    try:
        known = trained()
    except ConvLensError as error:
        parts.show_error(error)
        return None
    if not known:
        _nothing(prefix)
        return None
    return known


def run_choice(
    prefix: str, known: dict[str, Summary], width: int = 330, on_pick: Callable[[], None] | None = None
) -> Summary:
    """The run picked here; the list begins with the one that the link, or else another page, asked for.

    prefix: the page's, its widget's key is `PREFIX_run`. known: at least one run. on_pick: called when the user picks.
    """
    return known[choice(prefix, titles(known), width, on_pick)]


def titles(known: dict[str, Summary]) -> dict[str, str]:
    """What the runs are called in the list, by id; those of one name are told apart, as the list needs it.

    A selectbox knows its options by their words: of two with the same ones it takes the last.
    """
    said = {id: f"{line.name} · {runs_view.words_of(line)}" for id, line in known.items()}
    times = Counter(said.values())
    return {id: title if times[title] == 1 else f"{title} · {_own(id)}" for id, title in said.items()}


def _own(id: str) -> str:
    """`14:35:01 brisk otter` of `20261121-143501-brisk-otter`; the id itself where it is made in another way."""
    found = re.fullmatch(r"\d{8}-(\d\d)(\d\d)(\d\d)-([a-z]+)-([a-z]+)", id)
    return "{}:{}:{} {} {}".format(*found.groups()) if found else id


def choice(prefix: str, titles: dict[str, str], width: int = 330, on_pick: Callable[[], None] | None = None) -> str:
    """The same for anything with an id that can be looked at: runs, and networks that are none. titles: by id."""
    key = f"{prefix}_run"
    linked = st.query_params.get(LINKED)
    wanted = linked if linked in titles else state.chosen_run()
    if wanted in titles:
        st.session_state[key] = wanted
    picked: str = st.selectbox(
        "Run",
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        on_change=_take,
        args=(key, on_pick),
        label_visibility="collapsed",
        width=width,
    )
    state.choose_run(picked)
    return picked


def say_unknown(known: Container[str]) -> None:
    """The link names a run that is not here."""
    linked = st.query_params.get(LINKED)
    if linked and linked not in known:
        from dashboard.lens import known as known_networks

        if known_networks.is_known(linked):
            st.warning(parts.plain(known_networks.absent(linked)))
            return
        st.warning(parts.plain(f"There is no trained run {linked[:60]} here; this is the latest one."))


def live(summary: Summary) -> bool:
    """Whether the run may still change."""
    return summary.state in LIVE


def _take(key: str, on_pick: Callable[[], None] | None) -> None:
    """The run picked by hand counts from now on, and the link names it."""
    if on_pick:
        on_pick()
    state.choose_run(st.session_state[key])
    st.query_params[LINKED] = st.session_state[key]


@st.fragment(run_every=2)
def _nothing(prefix: str) -> None:
    """There is no run yet; stays until there is one."""
    try:
        if trained():
            st.rerun()
    except ConvLensError as error:
        parts.show_error(error)
        return
    runs_actions.offer_first_run(NONE_YET, f"{prefix}_first")
