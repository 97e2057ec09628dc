"""Nothing to see: brings Plotly into the browser while the reader looks at a page without charts."""

from __future__ import annotations

from dashboard.components import component


def load_ahead(key: str) -> None:
    """Plotly is megabytes of script: loaded now, the first curve is there at once."""
    component("ahead")(key=key, data=None)
