"""Choosing a first-layer filter of a trained run, by a click on its picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ConvLensError
from dashboard import parts, state
from dashboard.components.filter_gallery import MOST, filter_gallery, picked
from dashboard.learn import trained

Take = Callable[[NDArray[np.float32], str], None]


def show(prefix: str, take: Take) -> None:
    """Run and gallery. take: called with a filter, (kH, kW) or (1, C, kH, kW), and its title, before the rerun."""
    try:
        known = trained.runs()
        if not known:
            st.caption("No run here has trained a network that begins with a convolution. Train one, then come back.")
            return
        run = st.selectbox(
            "Run", list(known), format_func=lambda id: known[id].name, key=f"{prefix}_kernel_run", width="stretch"
        )
        found = trained.filters(run)
    except ConvLensError as error:
        parts.show_error(error)
        return
    key = f"{prefix}_kernel_gallery"

    def pick() -> None:
        index = picked(key)
        if index is None or not 0 <= index < len(found.values):
            return
        chosen = found.values[index]
        try:
            take(chosen[0] if len(chosen) == 1 else chosen[None], f"filter {index} of {found.source}")
        except ConvLensError as error:
            state.say(str(error))

    count, channels, height, width = found.values.shape
    told = f"{count} filters of {channels}×{height}×{width}"
    st.caption(parts.plain(f"{told} from {found.source}" + (f"; the first {MOST} are shown" if count > MOST else "")))
    filter_gallery(found.values, key, pick, f"{told} of {found.source}")
