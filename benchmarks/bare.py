"""The smallest Streamlit page that echoes: one slider, one text. Latencies of ConvLens are printed beside its own."""

import streamlit as st

st.text(f"value {st.slider('Number', 0, 1000, 0)}")
