"""The one visual language: colours that mean the same on every page, in light and in dark, and the look of a figure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard import state

FONT = "'Source Sans', 'Source Sans Pro', sans-serif"

# Ten colours that stay apart for colour-blind eyes: M. A. Petroff, "Accessible Color Sequences for Data
# Visualization", arXiv 2107.02270, in the order given there.
CLASSES = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
DASHES = ("solid", "dash", "dot", "dashdot")  # from the eleventh class on, colours come again with another dash

# Signed values: ColorBrewer's RdBu, blue positive, red negative, zero in the middle.
DIVERGING = (
    "#b2182b",
    "#d6604d",
    "#f4a582",
    "#fddbc7",
    "#f7f7f7",
    "#d1e5f0",
    "#92c5de",
    "#4393c3",
    "#2166ac",
)
# Activations and intensities: cividis, perceptually uniform (Nunez, Anderton, Renslow 2018).
SEQUENTIAL = (
    "#00224e",
    "#123570",
    "#3b496c",
    "#575d6d",
    "#707173",
    "#8a8678",
    "#a59c74",
    "#c3b369",
    "#e1cc55",
    "#fee838",
)


@dataclass(frozen=True)
class Palette:
    """What things look like in one theme; colours as `#rrggbb`, sizes in CSS pixels."""

    dark: bool
    paper: str
    panel: str
    text: str
    muted: str
    grid: str
    accent: str
    link: str
    border: str
    training: str
    validation: str
    good: str
    bad: str
    font_size: int = 13
    line: float = 2.0
    marker: float = 6.0


LIGHT = Palette(
    dark=False,
    paper="#ffffff",
    panel="#f5f6f8",
    text="#14202b",
    muted="#566270",
    grid="#e6e9ed",
    accent="#0b66cc",
    link="#0b66cc",
    border="#e0e3e8",
    training="#0072b2",
    validation="#cc7000",
    good="#00785a",
    bad="#b3152c",
)
DARK = Palette(
    dark=True,
    paper="#12161c",
    panel="#1d232b",
    text="#e9edf2",
    muted="#a3aebb",
    grid="#2d343e",
    accent="#3b8ee8",
    link="#7db8f5",
    border="#343c47",
    training="#56b4e9",
    validation="#f0a030",
    good="#2fc796",
    bad="#ff7b86",
)
TRAINING = LIGHT.training
VALIDATION = LIGHT.validation


def projected(palette: Palette) -> Palette:
    """The same palette for a projector: larger type, thicker lines, more contrast."""
    return replace(
        palette,
        text="#ffffff" if palette.dark else "#000000",
        muted="#d3dae2" if palette.dark else "#333d48",
        grid="#4a535f" if palette.dark else "#c3c9d1",
        font_size=18,
        line=3.5,
        marker=10.0,
    )


def current() -> Palette:
    """The palette of this session: its browser's theme, and projector mode."""
    palette = DARK if st.context.theme.type == "dark" else LIGHT
    return projected(palette) if state.projector() else palette


def variables(palette: Palette) -> str:
    """The palette as CSS variables for what is drawn outside components: `--convlens-text` and so on."""
    names = ("paper", "panel", "text", "muted", "accent", "link", "border", "training", "validation", "good", "bad")
    return ":root{" + "".join(f"--convlens-{name}:{getattr(palette, name)};" for name in names) + "}"


def class_colour(index: int) -> str:
    """Colour of the class `index`; the same everywhere."""
    return CLASSES[index % len(CLASSES)]


def class_dash(index: int) -> str:
    """Plotly's dash for the line of class `index`."""
    return DASHES[index // len(CLASSES) % len(DASHES)]


def axis(palette: Palette, title: str, **more: Any) -> dict[str, Any]:
    """A Plotly axis with its title."""
    return {
        "title": {"text": title, "standoff": 8, "font": {"size": palette.font_size}},
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "automargin": True,
        **more,
    }


def figure_layout(palette: Palette, title: str, x: str, y: str, **more: Any) -> dict[str, Any]:
    """A Plotly layout: a title that says what is seen, and both axes named with their units."""
    return {
        "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": palette.font_size + 2, "weight": 700}},
        "font": {"family": FONT, "size": palette.font_size, "color": palette.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": axis(palette, x),
        "yaxis": axis(palette, y),
        "hoverlabel": {"font": {"family": FONT, "size": palette.font_size}},
        "legend": {"bgcolor": "rgba(0,0,0,0)", "title": {"font": {"size": palette.font_size}}},
        "margin": {"l": 8, "r": 8, "t": 36, "b": 8},
        **more,
    }
