"""Pooling: what a window keeps, what of it a shift survives, and where gradients go."""

from __future__ import annotations

import streamlit as st

from dashboard import parts
from dashboard.boot import STATIC
from dashboard.components.copy_link import copy_link
from dashboard.learn import pooling_state, predict

st.html(STATIC / "learn.css")
faults = pooling_state.link_faults()
view = pooling_state.CHOOSER.chosen()
with parts.page_header("Pooling", view.caption):
    if pooling_state.CHOOSER.choose() != view:  # the browser's own back button changed the link, not the chooser
        st.rerun()
    predict.switch(pooling_state.PREFIX)
    copy_link("pooling_copy")
if faults:
    said = ". ".join(faults)
    st.toast(parts.plain(f"{said}. The usual values are here."), icon=":material/link_off:", duration="infinite")
parts.wait_for_torch()
view.show()
