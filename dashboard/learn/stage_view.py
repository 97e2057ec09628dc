"""The stage: input, kernel and output side by side."""

from __future__ import annotations

import streamlit as st


@st.fragment
def show() -> None:
    """Controls, stage and what is said of it."""
