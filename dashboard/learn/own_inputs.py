"""Where own pictures come from: the pad, a file, the camera."""

from __future__ import annotations

import threading

import streamlit as st

from core.errors import ConvLensError
from dashboard import parts
from dashboard.components.pad import drawn, pad
from dashboard.learn import capture, own, uploads
from dashboard.learn.own import OwnPicture

UPLOADED_MEGABYTES = 64  # what the browser sends at all; beyond it the field itself says no, in fewer words
MOST_DRAWN = 128  # cells a side that the pad sends; larger inputs enlarge them
SMALL = 64  # a picture up to this size is shown at its own size


def show(prefix: str, kind: str, sides: tuple[int, int]) -> None:
    """The widgets of one kind of own picture; what comes of them is kept in `own`."""
    if kind == "draw":
        _draw(prefix, sides)
    elif kind == "upload":
        _upload(prefix)
    else:
        _camera(prefix)


def camera_off(prefix: str) -> None:
    """The camera is asked for again only after another click."""
    st.session_state.pop(f"{prefix}_camera_asked", None)


def _draw(prefix: str, sides: tuple[int, int]) -> None:
    key = f"{prefix}_pad"
    rows, columns = (min(side, MOST_DRAWN) for side in sides)

    def follow() -> None:
        pixels = drawn(key)
        if pixels is not None:
            own.keep("draw", OwnPicture(pixels[None], "drawing"))

    before = own.kept("draw")
    pad(key, rows, columns, start=None if before is None else before.pixels[0], on_draw=follow)


def _upload(prefix: str) -> None:
    key = f"{prefix}_upload"
    st.file_uploader(
        f"PNG, JPEG, WebP, GIF or BMP, at most {uploads.MOST_MEGABYTES} MB",
        list(uploads.ENDINGS),
        key=key,
        max_upload_size=UPLOADED_MEGABYTES,
        on_change=_take,
        args=(prefix, "upload", key),
    )
    _tell(prefix, "upload")


def _camera(prefix: str) -> None:
    reason = capture.refused("camera")
    if reason:
        st.info(parts.plain(reason))
        return
    asked = f"{prefix}_camera_asked"
    if not st.session_state.get(asked):
        st.button(
            "Use the camera",
            key=f"{prefix}_camera_on",
            icon=":material/photo_camera:",
            on_click=_camera_on,
            args=(asked,),
        )
        return
    key = f"{prefix}_camera"
    st.camera_input("Photograph", key=key, label_visibility="collapsed", on_change=_take, args=(prefix, "camera", key))
    _tell(prefix, "camera")


def _camera_on(key: str) -> None:
    st.session_state[key] = True


def _take(prefix: str, kind: str, key: str) -> None:
    """Decode what was given; where it cannot be read, that is told and the picture before stays."""
    file = st.session_state.get(key)
    st.session_state.pop(f"{prefix}_{kind}_fault", None)
    if file is None:
        return
    name = "photograph" if kind == "camera" else file.name
    try:
        with _one_at_a_time():
            pixels = uploads.decode(file.getvalue(), name)
    except ConvLensError as error:
        st.session_state[f"{prefix}_{kind}_fault"] = str(error)
        return
    own.keep(kind, OwnPicture(pixels, short(name)))
    height, width = pixels.shape[1:]
    if min(height, width) >= 3 and max(height, width) <= SMALL:
        st.session_state[f"{prefix}_h"], st.session_state[f"{prefix}_w"] = height, width


@st.cache_resource(show_spinner=False)
def _one_at_a_time() -> threading.Lock:
    """A large picture takes hundreds of megabytes for a moment: that of one user at once."""
    return threading.Lock()


def _tell(prefix: str, kind: str) -> None:
    fault = st.session_state.get(f"{prefix}_{kind}_fault")
    if fault:
        parts.show_error(fault)


def short(name: str, most: int = 18) -> str:
    """A file's name that fits a button."""
    return name if len(name) <= most else f"{name[: most - 8]}…{name[-7:]}"
