"""The controls of the pooling page: rows of widgets inside the fragment of the picture that they drive."""

from __future__ import annotations

from core.signal.pooling_settings import Pooling
from dashboard.learn import pooling_state as page

WIDTH = 88  # of a slider, in CSS pixels


def draw(channels: int) -> Pooling:
    """Kind, and what counts for it; returns what they say. channels: of the input."""
    controls = page.CONTROLS
    controls.chosen("kind", 142)
    settings = page.settings()
    if settings.slides:
        controls.number("size", WIDTH)
        controls.chosen("stride", 100)
        controls.number("padding", WIDTH)
        controls.toggle("ceil", "A last window that reaches beyond the end counts, too")
    elif settings.kind.startswith("adaptive-"):
        controls.number("output", 130)
    if settings.kind == "average":
        controls.toggle("padded", "Averages count padding cells as zeros", disabled=not settings.padding)
    if settings.kind == "lp":
        controls.number("p", WIDTH)
    if channels > 1:
        controls.number("channel", WIDTH)
    return page.settings()
