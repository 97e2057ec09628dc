"""What a browser answers with that has missed what a widget was given."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest


def missed(page: AppTest, prefix: str) -> dict[str, tuple[Any, Any]]:
    """By key: the default, and what is shown, of every widget whose two differ."""
    kinds = (page.selectbox, page.slider, page.select_slider, page.number_input, page.toggle, page.button_group)
    widgets = [one for kind in kinds for one in kind if (one.key or "").startswith(prefix)]
    assert widgets
    pairs = {str(one.key): (_default(one), _shown(one)) for one in widgets}
    return {key: (default, shown) for key, (default, shown) in pairs.items() if default != shown}


def _default(widget: Any) -> Any:
    default = widget.proto.default
    return list(default) if hasattr(default, "__len__") else default


def _shown(widget: Any) -> Any:
    """In the words of the default: places of the options, one value or a list of them."""
    if widget.type == "selectbox":
        return widget.index
    if widget.type == "button_group":
        return list(widget.indices)
    if widget.type == "select_slider":
        return [widget.options.index(widget.format_func(widget.value))]
    return [widget.value] if widget.type == "slider" else widget.value
