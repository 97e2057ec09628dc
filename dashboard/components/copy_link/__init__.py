"""A button that copies the address of the page as it is when it is clicked, and says so."""

from __future__ import annotations

from dashboard.components import component


def copy_link(key: str) -> None:
    """The button. Where the browser lets no page copy, it shows the link, selected."""
    component("copy_link")(key=key, data={"label": "Copy link"}, width="content")
