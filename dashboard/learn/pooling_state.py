"""What the pooling page remembers, and how it stands in the link: every key of its own, once.

As on the convolution page a control's value lives under `pooling_NAME`, its widget's key and its parameter in the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.signal.pooling_settings import KINDS, Pooling
from core.signal.shift_settings import MOST, POOLED, STEPS
from dashboard.learn import convolution_state, predict
from dashboard.learn.convolution_state import Control, Place, read_place, write_place
from dashboard.learn.views import View

PREFIX = "pooling"
VIEW = f"{PREFIX}_view"
STAGE = f"{PREFIX}_stage"
BACKWARD = f"{PREFIX}_backward"
SHIFT = f"{PREFIX}_shift"
CHAIN = f"{PREFIX}_chain_board"
SHAPE = f"{PREFIX}_drawn_shape"
PLACE = f"{PREFIX}_place"
AT = f"{PREFIX}_at"
CHECKED = f"{PREFIX}_link_checked"
SHIFT_INPUT = f"{PREFIX}_moved"  # prefix of the shift lab's own input and kernel
DEFAULT_PLACE = Place(1, 2)
PLACES = (("at", "The position", "1x2"), ("cell", "The cell of the chain", "5x5"))  # parameter, title, example
AS_SIZE = "= size"
HEIGHT = "max(18rem, calc(100vh - 16.6rem))"  # of shift lab, backward and chain
ASKING = "max(14rem, calc(100vh - 21rem))"  # with the row of the question below
TITLES = {title: kind for kind, title in KINDS.items()}

VIEWS: tuple[View, ...] = (
    View("stage", "Stage", "Each window keeps one number: which, and from where?", "dashboard.learn.pooling_stage"),
    View(
        "shift",
        "Shift lab",
        "Move the picture: how much of the map stays the same?",
        "dashboard.learn.pooling_shift",
    ),
    View(
        "backward",
        "Backward",
        "Gradients on the outputs, and the inputs that they reach.",
        "dashboard.learn.pooling_backward",
    ),
    View("chain", "Chain", "Layer after layer: smaller maps that see more.", "dashboard.learn.pooling_chain"),
)

CONTROLS: dict[str, Control] = {
    "kind": Control("Pooling", tuple(TITLES)),
    "size": Control("Size", low=1, high=8, default=2),
    "stride": Control("Stride", (AS_SIZE, *map(str, range(1, 9)))),
    "padding": Control("Padding", low=0, high=4, default=0),
    "ceil": Control("Ceil mode", ("false", "true")),
    "padded": Control("Padding counts", ("true", "false")),
    "p": Control("Power", low=1, high=8, default=2),
    "output": Control("Output size", low=1, high=12, default=3),
    "channel": Control("Channel", low=1, high=3, default=1),
    "direction": Control("Direction", tuple(STEPS)),
    "measure": Control("Measure", ("relative change", "1 − similarity")),
    "shown": Control("Pooling", POOLED),
    "window": Control("Window", low=2, high=4, default=2),
    "side": Control("Input", low=4, high=64, default=28),
    "by": Control("Shift", low=0, high=MOST, default=1),
}
OTHERS: dict[str, Control] = {
    "view": Control("View", tuple(view.title for view in VIEWS)),
    "predict": Control("Predict first", ("false", "true")),
    "predict_what": Control("What is predicted", tuple(predict.TITLES.values())),
}
INPUTS = {name: convolution_state.OTHERS[name] for name in ("in", "digit", "pattern", "photo", "h", "w", "rgb", "lv")}


def key(name: str) -> str:
    """The widget's key and the link's parameter of a control."""
    return f"{PREFIX}_{name}"


def value(name: str) -> Any:
    """What the control says in this session; before it was drawn what the link says, or else its default."""
    if key(name) in st.session_state:
        return st.session_state[key(name)]
    control, said = CONTROLS[name], st.query_params.get(key(name))
    if said is None or not control.allows(said):
        return control.first
    return said if control.options else int(said)


def switched(name: str) -> bool:
    """Of a control that is on or off."""
    return value(name) in (True, "true")


def settings() -> Pooling:
    """The pooling that the controls say."""
    stride = value("stride")
    return Pooling(
        kind=TITLES[value("kind")],
        size=value("size"),
        stride=None if stride == AS_SIZE else int(stride),
        padding=value("padding"),
        ceil_mode=switched("ceil"),
        count_include_pad=switched("padded"),
        p=value("p"),
        output=value("output"),
    )


def set_controls(values: Mapping[str, Any], prefix: str = PREFIX) -> None:
    """Put these controls there; only before they are drawn. prefix: of the input's own, where they are another's."""
    for name, wanted in values.items():
        st.session_state[f"{prefix}_{name}"] = wanted


def set_pooling(values: Mapping[str, Any]) -> None:
    """All that belongs to the pooling itself: what `values` does not say gets its default."""
    usual = {name: CONTROLS[name].first for name in ("kind", "size", "stride", "padding", "p", "output", "channel")}
    set_controls({**usual, "ceil": False, "padded": True, **values})


def height() -> str:
    """Of the picture of shift lab, backward and chain: a CSS length."""
    return ASKING if predict.on(PREFIX) else HEIGHT


def chosen() -> View:
    """The view that the chooser, or else the link, asks for; the first one where neither names any."""
    return named(st.session_state.get(VIEW)) or named(st.query_params.get(VIEW)) or VIEWS[0]


def named(text: object) -> View | None:
    """The view of this name or title, in small letters or capitals."""
    wanted = str(text).strip().lower()
    return next((view for view in VIEWS if wanted in (view.name, view.title.lower())), None)


def choose() -> View:
    """The chooser; its value is in the link, as the view's title. Returns the view that it shows as chosen."""
    said = st.query_params.get(VIEW)
    meant = named(said)
    if meant and said != meant.title and VIEW not in st.session_state:  # the chooser reads only titles out of the link
        st.query_params[VIEW] = meant.title
        st.rerun()
    titles = {view.name: view.title for view in VIEWS}
    name = st.segmented_control(
        "View",
        list(titles),
        format_func=titles.__getitem__,
        default=VIEWS[0].name,
        required=True,
        key=VIEW,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width="content",
    )
    return named(name) or VIEWS[0]


def place() -> Place:
    """Where the stage stands, from the session, or else from the link."""
    if PLACE not in st.session_state:
        st.session_state[PLACE] = read_place(st.query_params.get(AT, "")) or DEFAULT_PLACE
    kept: Place = st.session_state[PLACE]
    return kept


def stand(at: Place) -> None:
    """Go to this place."""
    st.session_state[PLACE] = at


def stand_at(index: int, pinned: bool, whole: bool) -> None:
    """The browser is at this output of those that it was given."""
    rows, columns = st.session_state.get(SHAPE, (1, 1))
    index = min(index, rows * columns - 1)
    stand(Place(index // columns, index % columns, pinned, whole))


def keep(name: str, text: str | None) -> None:
    """Put `text` into the link under `pooling_NAME`; None takes it out."""
    if text is None:
        if key(name) in st.query_params:
            del st.query_params[key(name)]
    elif st.query_params.get(key(name)) != text:
        st.query_params[key(name)] = text


def keep_place() -> None:
    """Put the place into the link, where it is not the default one."""
    keep("at", None if place() == DEFAULT_PLACE else write_place(place()))


def link_faults() -> list[str]:
    """Once a session, before any widget is drawn: what the link says and no control can have, one sentence each."""
    if CHECKED in st.session_state:
        return []
    st.session_state[CHECKED] = True
    found = []
    controls = {key(name): control for name, control in {**OTHERS, **CONTROLS}.items()}
    for prefix in (PREFIX, SHIFT_INPUT):
        controls |= {f"{prefix}_{name}": control for name, control in INPUTS.items()}
    for parameter, control in controls.items():
        said = st.query_params.get(parameter)
        known = parameter == VIEW and named(said)
        if said is not None and not known and not control.allows(said):
            found.append(f"{control.title} in the link is {said[:30]!r}, and can be {control.allowed}")
    for name, title, example in PLACES:
        said = st.query_params.get(key(name))
        if said is not None and read_place(said) is None:
            found.append(f"{title} in the link is {said[:30]!r}, and should read like {example} (row and column)")
    return found
