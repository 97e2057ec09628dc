"""Feature maps: what every layer makes of a picture, and why the network answers as it does."""

from __future__ import annotations

import streamlit as st

from core.errors import ConvLensError
from dashboard import choosing, parts
from dashboard.boot import STATIC
from dashboard.lens import known as networks
from dashboard.lens import known_view, maps_page
from dashboard.lens.views import CHOOSER, PREFIX

st.html(STATIC / "maps.css")
st.html(STATIC / "probe.css")
view = CHOOSER.chosen()
controls = parts.page_header("Feature maps", view.caption)
linked = networks.is_known(st.query_params.get(choosing.LINKED))
known = choosing.trained_or_offer(PREFIX) if not linked else choosing.trained()
parts.wait_for_torch()
if known is None:
    known_view.offer(PREFIX)
else:
    with controls:
        if CHOOSER.choose() != view:  # the browser's own back button changed the link, not the chooser
            st.rerun()
        titles = {**choosing.titles(known), **networks.titles()}
        chosen = choosing.choice(PREFIX, titles, width=230)
        known_view.about(chosen, PREFIX)
    choosing.say_unknown(titles)
    try:
        maps_page.show(known.get(chosen), chosen, view)
    except ConvLensError as error:
        parts.show_error(error)
parts.try_this(
    *(
        view.prompts
        or (
            "Draw a 7, then a bar through it: which maps notice?",
            "Put the epoch at 0 and let the film play: which layer settles first?",
            "Mistakes first: would you have known better?",
        )
    )
)
