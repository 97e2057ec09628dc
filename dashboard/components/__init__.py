"""Client-side parts: one folder each, with `view.js` (small: it is sent again at every update) and style sheets."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).resolve().parent


@cache
def component(name: str, isolate_styles: bool = True, styles: str = "") -> Any:
    """The component in the folder `name`, registered once; call it with `key=` and `data=`.

    styles: another component's folder, whose styles come before its own.
    `isolate_styles=False` puts it outside a shadow root, which Plotly's dragging needs.
    """
    folder = FOLDER / name
    shared = [FOLDER / styles / "view.css"] if styles else []
    sheets = [*shared, *sorted(folder.glob("*.css"))]
    return st.components.v2.component(
        f"convlens_{name}",
        js=(folder / "view.js").read_text("utf-8").strip() + "\n\n",
        css="\n".join(file.read_text("utf-8") for file in sheets) + "\n\n" if sheets else None,
        isolate_styles=isolate_styles,
    )
