"""A choice among names that stands in the link by its name, whatever words the list shows it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def choice(
    label: str, options: Sequence[str], words: Callable[[str], str], key: str, width: int, usual: str | None = None
) -> str:
    """The chosen option; `usual` (the first one) is left out of the link.

    Where the link names none of them, or another network does not have the one that was chosen, it is the usual one.
    """
    usual = options[0] if usual is None else usual
    said = st.session_state.get(key) or st.query_params.get(key)
    st.session_state[key] = said if said in options else usual
    chosen: str = st.selectbox(
        label, options, format_func=words, key=key, persist_state="session", label_visibility="collapsed", width=width
    )
    if chosen != usual:
        if st.query_params.get(key) != chosen:
            st.query_params[key] = chosen
    elif key in st.query_params:
        del st.query_params[key]
    return chosen
