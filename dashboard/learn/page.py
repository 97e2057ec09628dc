"""A page of lessons: a header with the chooser of its views, 'Predict first' and 'Copy link', and the chosen view."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import parts
from dashboard.boot import STATIC
from dashboard.components.copy_link import copy_link
from dashboard.learn import predict
from dashboard.views import Chooser


def show(title: str, chooser: Chooser, faults: Sequence[str]) -> None:
    """Draw it all. faults: sentences on what the link says and no control can have."""
    st.html(STATIC / "learn.css")
    view = chooser.chosen()
    with parts.page_header(title, view.caption):
        if chooser.choose() != view:  # the browser's own back button changed the link, not the chooser
            st.rerun()
        predict.switch(chooser.prefix, disabled=not view.predicts)
        copy_link(f"{chooser.prefix}_copy")
    if faults:
        said = ". ".join(faults)
        st.toast(parts.plain(f"{said}. The usual values are here."), icon=":material/link_off:", duration="infinite")
    parts.wait_for_torch()
    view.show()
