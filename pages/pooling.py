"""Pooling: what a window keeps, what of it a shift survives, and where gradients go."""

from __future__ import annotations

import streamlit as st

from dashboard import parts
from dashboard.boot import STATIC
from dashboard.components.copy_link import copy_link
from dashboard.learn import pooling_state, predict

st.html(STATIC / "learn.css")
faults = pooling_state.link_faults()
view = pooling_state.chosen()
with parts.page_header("Pooling", view.caption):
    pooling_state.choose()
    if view.name == "stage":
        predict.switch(pooling_state.PREFIX)
    copy_link("pooling_copy")
if faults:
    st.warning(parts.plain(f"{'; '.join(faults)}: the usual values are here."))
parts.wait_for_torch()
view.show()
