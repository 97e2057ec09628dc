"""Pictures that are the user's own: kept for the session, on all pages, and never put into a link."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

KEY = "own_pictures"


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """pixels: uint8 (1 or 3, H, W). name: of the file, or what it is."""

    pixels: NDArray[np.uint8]
    name: str


def kept(kind: str) -> OwnPicture | None:
    """What the user drew, uploaded or photographed last in this session."""
    pictures: dict[str, OwnPicture] = st.session_state.get(KEY, {})
    return pictures.get(kind)


def keep(kind: str, picture: OwnPicture) -> None:
    st.session_state[KEY] = {**st.session_state.get(KEY, {}), kind: picture}
