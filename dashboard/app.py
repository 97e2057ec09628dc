"""The entry that Streamlit runs: page configuration and navigation, nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

if str(Path(__file__).resolve().parent.parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboard import boot, navigation, parts, state

st.set_page_config(
    page_title="ConvLens",
    page_icon=parts.ICON,
    layout="wide",
    initial_sidebar_state="expanded",
    menu_items={"About": "ConvLens: see, build, train and judge convolutional networks."},
)
boot.start_once()
page = navigation.navigate()
state.restore_link()
parts.frame()
page.run()
state.keep_link()
boot.start_once().drawn.set()
