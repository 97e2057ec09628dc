"""Everything that a browser session remembers: every key is named here, once.

Widgets' own keys carry their page's name as a prefix (`build_filters`) and stay in their page's file.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from core.errors import SpecError
from core.network import links
from core.network.presets import PRESETS
from core.runs.recipes import recipe

if TYPE_CHECKING:
    from core.network.spec import NetworkSpec
    from core.runs.spec import TrainSpec

NETWORK = "network"
UNDO = "network_undo"
REDO = "network_redo"
LAYER = "selected_layer"
TRAIN = "train"
WATCHED = "watched"
CHOSEN = "chosen_run"
SELECTED = "selected_runs"
SELECTION_ASKED = "selection_asked"
TOKEN = "run_token"
PROJECTOR = "projector"
MESSAGE = "message"
RESTORED = "link_restored"
LINK_FAULT = "link_fault"

LINK = "net"  # the parameter of the address that holds the network
DEFAULT_PRESET = "digits-small"
UNDO_DEPTH = 100


T = TypeVar("T")


def _kept(key: str, default: T) -> T:
    """What the session holds under `key`."""
    value: T = st.session_state.get(key, default)
    return value


def default_network() -> NetworkSpec:
    """The network that a new session starts from."""
    return PRESETS[DEFAULT_PRESET].network


def network() -> NetworkSpec:
    """The network being built; it is the same on every page."""
    if NETWORK not in st.session_state:
        st.session_state[NETWORK] = default_network()
    return _kept(NETWORK, default_network())


def set_network(spec: NetworkSpec) -> None:
    """Replace the network; the one before can be undone, what was undone before is forgotten."""
    before = network()
    if spec == before:
        return
    st.session_state[UNDO] = (*_stack(UNDO), before)[-UNDO_DEPTH:]
    st.session_state[REDO] = ()
    st.session_state[NETWORK] = spec
    keep_link()


def can_undo() -> bool:
    return bool(_stack(UNDO))


def can_redo() -> bool:
    return bool(_stack(REDO))


def undo() -> None:
    """Take back the last change of the network; nothing where there is none."""
    _step(UNDO, REDO)


def redo() -> None:
    """Make the last change that was taken back again; nothing where there is none."""
    _step(REDO, UNDO)


def _stack(key: str) -> tuple[NetworkSpec, ...]:
    return _kept(key, ())


def _step(source: str, target: str) -> None:
    stack = _stack(source)
    if stack:
        st.session_state[target] = (*_stack(target), network())[-UNDO_DEPTH:]
        st.session_state[source] = stack[:-1]
        st.session_state[NETWORK] = stack[-1]
        keep_link()


def layer() -> int | None:
    """Index of the layer that is selected in Build; None: the input, or nothing."""
    chosen: int | None = _kept(LAYER, None)
    return chosen if chosen is not None and chosen < len(network().layers) else None


def select_layer(index: int | None) -> None:
    st.session_state[LAYER] = index


def train() -> TrainSpec:
    """How the next run will learn."""
    if TRAIN not in st.session_state:
        st.session_state[TRAIN] = recipe(DEFAULT_PRESET)
    return _kept(TRAIN, recipe(DEFAULT_PRESET))


def set_train(spec: TrainSpec) -> None:
    st.session_state[TRAIN] = spec


def watched() -> tuple[str, ...]:
    """Ids of the runs whose curves Train shows, the one that its buttons steer first."""
    return _kept(WATCHED, ())


def watch(*runs: str) -> None:
    """Show these runs on Train, and nothing else."""
    st.session_state[WATCHED] = tuple(dict.fromkeys(runs))


def chosen_run() -> str | None:
    """Id of the run that Evaluate shows."""
    return _kept(CHOSEN, None)


def choose_run(run: str | None) -> None:
    st.session_state[CHOSEN] = run


def selected_runs() -> tuple[str, ...]:
    """Ids of the runs that are selected in the list of Runs."""
    return _kept(SELECTED, ())


def select_runs(*runs: str) -> None:
    """Select these in the list of Runs, instead of what the user selected there."""
    st.session_state[SELECTED] = runs
    st.session_state[SELECTION_ASKED] = selection_asked() + 1


def selection_asked() -> int:
    """Grows each time that the selection was made by `select_runs` and not by a click."""
    return _kept(SELECTION_ASKED, 0)


def keep_selection(runs: tuple[str, ...]) -> None:
    """Remember what the user selected in the list of Runs."""
    st.session_state[SELECTED] = runs


def train_token(page: str = "train") -> str:
    """Names the next run of a page before it exists: two clicks carry the same one and start one run."""
    key = f"{page}_{TOKEN}"
    if key not in st.session_state:
        renew_token(page)
    return _kept(key, "")


def renew_token(page: str = "train") -> None:
    """The next click starts another run."""
    st.session_state[f"{page}_{TOKEN}"] = secrets.token_hex(8)


def projector() -> bool:
    """Whether type and lines are drawn large, for a projector."""
    return bool(st.session_state.get(PROJECTOR, False))


def say(sentence: str) -> None:
    """Show this sentence at the next rerun, also where that is another page."""
    st.session_state[MESSAGE] = sentence


def take_message() -> str | None:
    sentence: str | None = st.session_state.pop(MESSAGE, None)
    return sentence


def link() -> dict[str, str]:
    """The address parameters that restore the network; empty for the default one."""
    spec = network()
    return {} if spec == default_network() else {LINK: links.encode(spec)}


def restore_link() -> None:
    """Once a session: take the network out of the address; a broken one leaves the default and a sentence."""
    if RESTORED in st.session_state:
        return
    st.session_state[RESTORED] = True
    text = st.query_params.get(LINK)
    if not text:
        return
    try:
        st.session_state[NETWORK] = links.decode(text)
    except SpecError as error:
        told = error.faults[0].in_table.rstrip(".")
        st.session_state[LINK_FAULT] = f"{told[:1].upper()}{told[1:]}. The default network is here instead."


def take_link_fault() -> str | None:
    """The sentence about a broken link, told once."""
    sentence: str | None = st.session_state.pop(LINK_FAULT, None)
    return sentence


def keep_link() -> None:
    """Put the network into the address, and take a stale one out."""
    wanted = link().get(LINK)
    if wanted is None:
        if LINK in st.query_params:
            del st.query_params[LINK]
    elif st.query_params.get(LINK) != wanted:
        st.query_params[LINK] = wanted
