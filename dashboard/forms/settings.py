"""Reading and changing the training that is set up: a widget shows a field of `state.train()` and writes it back."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st
from pydantic import ValidationError

from core.data.settings import Augmentation
from core.runs.spec import TrainSpec
from dashboard import state

REVISION = "train_revision"
FAULT = "train_fault"


@cache
def schema(model: type[TrainSpec] | type[Augmentation]) -> dict[str, dict[str, Any]]:
    """The fields with `title`, `description`, `minimum`, `maximum`, `enum` where they have them."""
    found = model.model_json_schema()["properties"]
    return {name: {**next(iter(field.get("anyOf", ())), {}), **field} for name, field in found.items()}


def title(name: str) -> str:
    """The field's own title in the form."""
    field = schema(TrainSpec if name in TrainSpec.model_fields else Augmentation)[name]
    return str(field.get("title") or name.replace("_", " ").capitalize())


def key(name: str) -> str:
    """The widget's key; all keys change when the training was replaced as a whole."""
    return f"train_{name}_{st.session_state.get(REVISION, 0)}"


def give(name: str, value: Any) -> str:
    """Set what a widget shows at first; returns its key.

    The widget takes the value as its default, too: a browser that missed the first showing (a page left at once, two
    reruns in one) answers with the default, and that must not change the training.
    """
    st.session_state.setdefault(key(name), value)
    return key(name)


def change(**fields: Any) -> None:
    """Change fields of the training; what cannot be is told on the page, and the last good training stays."""
    try:
        state.set_train(TrainSpec.model_validate({**dict(state.train()), **fields}))
        st.session_state.pop(FAULT, None)
    except ValidationError as error:
        first = error.errors()[0]
        st.session_state[FAULT] = f"{title(str(first['loc'][0]))}: {first['msg'].lower()}."


def replace(spec: TrainSpec) -> None:
    """Another training as a whole: every widget shows it."""
    state.set_train(spec)
    st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1


def take(name: str) -> None:
    """The widget of this field was moved."""
    change(**{name: st.session_state[key(name)]})


def take_augmentation(name: str) -> None:
    augmentation = {**dict(state.train().augmentation), name: st.session_state[key(name)]}
    change(augmentation=Augmentation.model_validate(augmentation))
