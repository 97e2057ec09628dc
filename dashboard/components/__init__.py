"""Client-side parts: one folder each, with `view.js` (small: it is sent again at every update) and `view.css`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).resolve().parent


@cache
def component(name: str, isolate_styles: bool = True) -> Any:
    """The component in the folder `name`, registered once; call it with `key=` and `data=`.

    `isolate_styles=False` puts it outside a shadow root, which Plotly's dragging needs.
    """
    folder = FOLDER / name
    css = folder / "view.css"
    return st.components.v2.component(
        f"convlens_{name}",
        js=(folder / "view.js").read_text("utf-8").strip() + "\n\n",
        css=css.read_text("utf-8") + "\n\n" if css.is_file() else None,
        isolate_styles=isolate_styles,
    )
