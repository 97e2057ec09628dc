"""Controls of a page that stand in its link: what each may say, and the widget that says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Control:
    """A control's values: a few, the first being the default, or all whole numbers from `low` to `high`."""

    title: str
    options: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    default: int = 0

    def allows(self, text: str) -> bool:
        """Whether a link may say this."""
        if self.options:
            return text in self.options
        return text.isascii() and text.isdigit() and len(text) < 6 and self.low <= int(text) <= self.high

    @property
    def first(self) -> str | int:
        return self.options[0] if self.options else self.default

    @property
    def allowed(self) -> str:
        return ", ".join(self.options) if self.options else f"{self.low} to {self.high}"


@dataclass(frozen=True)
class Controls:
    """The controls of a page by name. A value lives under `PREFIX_NAME`: the widget's key, the link's parameter."""

    prefix: str
    table: Mapping[str, Control]

    def __getitem__(self, name: str) -> Control:
        return self.table[name]

    def key(self, name: str) -> str:
        """The widget's key and the link's parameter of a control."""
        return f"{self.prefix}_{name}"

    def value(self, name: str) -> Any:
        """What the control says in this session; before it was drawn what the link says, or else its default."""
        if self.key(name) in st.session_state:
            return st.session_state[self.key(name)]
        control, said = self.table[name], st.query_params.get(self.key(name))
        if said is None or not control.allows(said):
            return control.first
        return said if control.options else int(said)

    def switched(self, name: str) -> bool:
        """Of a control that is on or off."""
        return self.value(name) in (True, "true")

    def chosen(self, name: str, width: int) -> None:
        """One of a few words, in a list that opens."""
        st.selectbox(self[name].title, self[name].options, width=width, **self._kept(name))

    def segments(self, name: str, order: tuple[str, ...] | None = None) -> None:
        """A few words side by side."""
        control = self[name]
        options = order or control.options
        st.segmented_control(control.title, options, default=control.first, required=True, **self._kept(name))

    def number(self, name: str, width: int) -> None:
        """A whole number between two bounds."""
        control = self[name]
        st.slider(control.title, control.low, control.high, control.default, width=width, **self._kept(name))

    def typed(self, name: str, help: str, disabled: bool = False) -> None:
        """A whole number that is typed or stepped."""
        control = self[name]
        title = f"{control.title} ({control.low} to {control.high})"
        bounds = control.low, control.high, control.default
        st.number_input(title, *bounds, help=help, disabled=disabled, **self._kept(name))

    def toggle(self, name: str, help: str, disabled: bool = False) -> None:
        """Something that is on or off."""
        first = self[name].first == "true"
        st.toggle(self[name].title, first, help=help, disabled=disabled, **self._kept(name))

    def _kept(self, name: str) -> dict[str, Any]:
        return {"key": self.key(name), "bind": "query-params", "persist_state": "session"}

    def faults(self) -> list[str]:
        """What the link says and no control can have, one sentence each."""
        said = {name: st.query_params.get(self.key(name)) for name in self.table}
        return [
            f"{self[name].title} in the link is {text[:30]!r}, and can be {self[name].allowed}"
            for name, text in said.items()
            if text is not None and not self[name].allows(text)
        ]


def keep(parameter: str, text: str | None) -> None:
    """Put `text` into the link; None takes it out."""
    if text is None:
        if parameter in st.query_params:
            del st.query_params[parameter]
    elif st.query_params.get(parameter) != text:
        st.query_params[parameter] = text


def first_look(prefix: str) -> bool:
    """Whether the page looks at its link for the first time in this session; then no longer."""
    checked = f"{prefix}_link_checked"
    before = checked in st.session_state
    st.session_state[checked] = True
    return not before
