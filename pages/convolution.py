"""Convolution: what the kernel sees and what it answers, one window at a time."""

from __future__ import annotations

import streamlit as st

from dashboard import parts
from dashboard.boot import STATIC
from dashboard.components.copy_link import copy_link
from dashboard.learn import convolution_state, predict, views

st.html(STATIC / "learn.css")
faults = convolution_state.link_faults()
view = views.CHOOSER.chosen()
with parts.page_header("Convolution", view.caption):
    if views.CHOOSER.choose() != view:  # the browser's own back button changed the link, not the chooser
        st.rerun()
    predict.switch(views.PREFIX, disabled=not view.predicts)
    copy_link("convolution_copy")
if faults:
    said = ". ".join(faults)
    st.toast(parts.plain(f"{said}. The usual values are here."), icon=":material/link_off:", duration="infinite")
parts.wait_for_torch()
view.show()
