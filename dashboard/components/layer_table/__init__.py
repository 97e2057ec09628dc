"""The table of a network's layers; a click on a row selects the layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.network.shapes import Trace
from core.network.spec import NetworkSpec
from dashboard.components.network_diagram.picture import brief, faults_by_layer, memory_text, shape_text

HERE = Path(__file__).resolve().parent
COLUMNS = ["", "layer", "output", "parameters", "multiply-adds", "activations", "of parameters"]

_render = st.components.v2.component(
    "convlens.layer_table",
    html='<div class="table"></div>',
    css=(HERE / "view.css").read_text(encoding="utf-8"),
    js=(HERE / "view.js").read_text(encoding="utf-8"),
)


def layer_table(data: dict[str, Any], key: str, on_act: Callable[[], None]) -> None:
    """Draw the table.

    data: `table_data(...)` with `selected`, `revision` and `sequence` as in `network_diagram`.
    on_act: called when a row was selected; `st.session_state[key]["act"]` then has `type` (select) and `index`.
    """
    _render(key=key, data=data, on_act_change=on_act)


def table_data(spec: NetworkSpec, trace: Trace) -> dict[str, Any]:
    """Rows and totals as text, the share of all parameters as a number 0..1."""
    total = max(trace.parameters, 1)
    faults = faults_by_layer(trace)
    input_cells = [shape_text(spec.input_shape), "", "", ""]
    rows: list[dict[str, Any]] = [
        {"index": -1, "label": "input", "brief": "input", "cells": input_cells, "fault": faults.get(None)}
    ]
    for index, layer in enumerate(spec.layers):
        row: dict[str, Any] = {"index": index, "label": layer.label, "brief": brief(layer), "fault": faults.get(index)}
        if index < len(trace.rows):
            known = trace.rows[index]
            counts = [f"{count:,}" if count else "" for count in (known.parameters, known.macs)]
            row |= {"cells": [shape_text(known.output_shape), *counts, memory_text(known.activation_bytes)]}
            row |= {"share": 0 if trace.faults else known.parameters / total}
        else:
            row |= {"cells": ["not reached", "", "", ""], "waiting": True}
        rows.append(row)
    partly = " so far" if trace.faults else ""
    sums = [f"{trace.parameters:,}", f"{trace.macs:,}", memory_text(trace.activation_bytes)]
    return {
        "columns": COLUMNS,
        "rows": rows,
        "total": ["", f"total{partly}", "", *sums, ""],
        "alt": f"Layers of {spec.name}: {trace.parameters:,} parameters{partly}, {trace.macs:,} multiply-adds",
    }
