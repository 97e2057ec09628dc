"""What the Build page remembers and does: the selected layer, edits asked for by diagram, table and buttons."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import ConvLensError
from core.network import edits
from core.network.kind import Shape
from core.network.layers import LAYER_KINDS
from core.network.shapes import Trace
from core.network.spec import NetworkSpec
from dashboard import state
from dashboard.components.network_diagram.picture import Outline, outlines, sentence

DIAGRAM = "build_diagram"
TABLE = "build_table"
KEPT = "build_kept_picture"
SEQUENCE = "build_sequence"
FORM = "build_form"  # (how often the form was made anew, network, selected layer)


def selected() -> int:
    """Index of the selected layer, -1 for the input; at first the first layer that learns."""
    layers = state.network().layers
    if state.LAYER not in st.session_state:
        learning = (index for index, layer in enumerate(layers) if hasattr(layer, "initialisation"))
        state.select_layer(next(learning, None))
    index = state.layer()
    return -1 if index is None else index


def select(index: int) -> None:
    """Select a layer; one that is not there gives the last, one before the first gives the input."""
    index = min(index, len(state.network().layers) - 1)
    state.select_layer(index if index >= 0 else None)


def revision(spec: NetworkSpec) -> str:
    """Changes when the network does: an edit that was asked of an older picture is not made."""
    return str(hash(spec))


def keep_picture(trace: Trace) -> None:
    if not trace.faults:
        st.session_state[KEPT] = outlines(trace)


def kept() -> tuple[Outline, ...]:
    """The last network that worked, for the picture."""
    remembered: tuple[Outline, ...] = st.session_state.get(KEPT, ())
    return remembered


def why_not_train(spec: NetworkSpec, trace: Trace) -> str | None:
    """Why this network cannot be trained, None where it can."""
    if trace.faults:
        fault = trace.faults[0]
        where = f"Layer {fault.layer + 1} does not work" if fault.layer is not None else "This network does not work"
        return sentence(where, fault.sentence, fault.fix)
    if not spec.layers:
        return "There is no layer yet: add one, or load a preset."
    return None


# ---- the form ----


def form_prefix(spec: NetworkSpec, index: int) -> str:
    """Prefix of the form's keys: a new one whenever network or selection changed otherwise than by the form itself."""
    times, *seen = st.session_state.get(FORM, (0, None, None))
    if seen != [spec, index]:
        times += 1
        st.session_state[FORM] = (times, spec, index)
    return f"build_form_{times}"


def change_layer(prefix: str, fields: dict[str, Any]) -> None:
    """The form `prefix` has moved: put `fields` into the layer that it was made for."""
    index = _layer_of(prefix)
    if index is not None and index >= 0:
        _from_form(edits.replace(state.network(), index, **fields), index)


def change_input(prefix: str, shape: Shape) -> None:
    """The form `prefix` has moved: take another input."""
    if _layer_of(prefix) == -1:
        _from_form(edits.with_input(state.network(), shape), -1)


def _layer_of(prefix: str) -> int | None:
    """The layer of the form `prefix`, None where that form is a thing of the past.

    A widget that has gone can still call back once: when selecting is faster than drawing, Streamlit meets its
    value again without the one before, and takes it for a change.
    """
    times, spec, index = st.session_state.get(FORM, (0, None, -1))
    return index if prefix == f"build_form_{times}" and spec == state.network() else None


def _from_form(spec: NetworkSpec, index: int) -> None:
    times = st.session_state[FORM][0]
    kind_of_input_changed = len(spec.input_shape) != len(state.network().input_shape)
    state.set_network(spec)
    st.session_state[FORM] = (times + kind_of_input_changed, spec, index)


# ---- edits ----


def edit(name: str) -> None:
    """One of the buttons above the form."""
    index = selected()
    act = {"left": "move", "right": "move"}.get(name, name)
    perform({"type": act, "index": index, "from": index, "to": index + (1 if name == "right" else -1)})


def mend(spec: NetworkSpec) -> None:
    before = len(state.network().layers)
    state.set_network(spec)
    if len(spec.layers) > before:
        select(selected() + 1)


def sequence(key: str) -> int:
    """Number of the last act of the component `key` that was answered."""
    return int(st.session_state.get(f"{SEQUENCE}_{key}", 0))


def diagram_act() -> None:
    _act(DIAGRAM)


def table_act() -> None:
    _act(TABLE)


def _act(key: str) -> None:
    act = st.session_state[key]["act"]
    if not isinstance(act, dict) or not isinstance(act.get("sequence"), int):
        return
    st.session_state[f"{SEQUENCE}_{key}"] = act["sequence"]
    changes = act.get("type") not in ("select", "undo", "redo")
    if changes and act.get("revision") != revision(state.network()):
        return
    try:
        perform(act)
    except (ConvLensError, ValueError, KeyError, TypeError, IndexError) as error:
        told = str(error) if isinstance(error, ConvLensError) else "That could not be done: try it again."
        state.say(told)


def perform(act: dict[str, Any]) -> None:
    """Do what a component or a button asks for, and select what the user will want to see next."""
    spec = state.network()
    index = act.get("index", 0)
    match act["type"]:
        case "select":
            select(index)
        case "undo":
            state.undo()
        case "redo":
            state.redo()
        case "remove":
            state.set_network(edits.remove(spec, index))
            select(index)
        case "duplicate":
            state.set_network(edits.duplicate(spec, index))
            select(index + 1)
        case "move":
            state.set_network(edits.move(spec, act["from"], act["to"]))
            select(act["to"])
        case "insert":
            state.set_network(edits.insert(spec, act["at"], LAYER_KINDS[act["kind"]].model_validate({})))
            select(act["at"])
