"""What the network looks at: an image of its data set, a drawing, an upload or a photograph.

`controls` stands in the row of the page's controls, `panel` beside the picture; `sample` is what comes of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.signal import pictures
from dashboard.components.pad import drawing, drawn, pad
from dashboard.learn import own, own_inputs
from dashboard.learn.own import OwnPicture
from dashboard.lens.views import PREFIX, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.data.raw import RawData
    from core.lens.inputs import Eye, Like

SOURCE = f"{PREFIX}_source"
PHOTOGRAPH = f"{PREFIX}_photograph"
CENTRE = f"{PREFIX}_centre"
TONES = f"{PREFIX}_tones"
PAD = f"{PREFIX}_pad"
TITLES = {"data": "Images", "draw": "Draw", "upload": "Upload", "camera": "Camera"}
TONE_TITLES = {"auto": "Auto", "kept": "As it is", "inverted": "Inverted"}
PAD_CELLS = 112  # a side, at least: a drawing is brought to the network's size here, not in the browser
STANDARD = "data"
MISSING = {
    "draw": "Draw on the pad: the answer follows the pen.",
    "upload": "Choose a picture: PNG, JPEG, WebP, GIF or BMP.",
    "camera": "Take a photograph: it stays in this session.",
}


def source() -> str:
    """Where the picture comes from, before the widget is drawn too."""
    said = st.session_state.get(SOURCE) or st.query_params.get(SOURCE)
    return next((name for name, title in TITLES.items() if said in (name, title)), STANDARD)


def controls() -> str:
    """The choice of the source; returns its name."""
    chosen: str = st.segmented_control(
        "Input",
        list(TITLES),
        format_func=TITLES.__getitem__,
        default=STANDARD,
        required=True,
        key=SOURCE,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    if chosen != "camera":
        own_inputs.camera_off(PREFIX)
    return chosen


def panel(eye: Eye, kind: Like | None) -> None:
    """The widgets of an own picture."""
    chosen = source()
    if chosen == "draw":
        side = max(eye.input_shape[1:])
        cells = side * -(-PAD_CELLS // side) if side < PAD_CELLS else min(side, 224)
        before = own.kept("draw")
        pad(PAD, cells, cells, start=None if before is None else before.pixels[0], on_draw=_follow, height="12.4rem")
    else:
        own_inputs.show(PREFIX, chosen, (0, 0))
    if kind:
        like = {"mnist": "MNIST's", "digits": "scikit-learn's"}[kind]
        st.toggle(
            f"Centre it as {like}",
            True,
            key=CENTRE,
            bind="query-params",
            persist_state="session",
            help="The digits it learned from were scaled to one size and centred; off: the network sees it as it is",
        )
    if chosen != "draw":
        st.segmented_control(
            "Tones",
            list(TONE_TITLES),
            format_func=TONE_TITLES.__getitem__,
            default="auto",
            required=True,
            key=TONES,
            persist_state="session",
            help="Digits of the data are light on dark. Auto turns a picture with a light border around.",
        )


def _follow() -> None:
    pixels = drawn(PAD)
    if pixels is not None:
        own.keep("draw", OwnPicture(pixels[None], "drawing"))


def of_data(raw: RawData, eye: Eye, part: str, index: int) -> Sample:
    """An image of the data set, as the training showed it to the network."""
    images, labels = (raw.train_x, raw.train_y) if part == "train" else (raw.test_x, raw.test_y)
    seen = eye.see(images[index])
    label = int(labels[index])
    kind = "training" if part == "train" else "test"
    words = f"{kind} image {index:,}, {a(raw.classes[label])}"
    return Sample(seen.picture, seen.x, label, words, part, index, stamp=f"{part} {index}")


def a(name: str) -> str:
    """`an 8`, `a horse`."""
    vowel = name[:1].lower() in "aeiou" or name in ("8", "11", "18")
    return f"{'an' if vowel else 'a'} {name}"


def of_own(eye: Eye, kind: Like | None) -> Sample | None:
    """The own picture of the chosen source as the network sees it; None where there is none yet."""
    chosen = source()
    found = own.kept(chosen)
    if found is None:
        st.info(MISSING[chosen])
        return None
    pixels, words = found.pixels, found.name
    if chosen != "draw":
        pixels, words = _toned(pixels, words, kind)
    if kind and st.session_state.get(CENTRE, True):
        pixels, words = _centred(pixels, kind), f"{words}, centred"
    seen = eye.see(pixels, whole=False)
    resting = chosen != "draw" or not drawing(PAD)
    stamp = f"{chosen} {hash(seen.picture.tobytes())}"
    return Sample(seen.picture, seen.x, None, words, resting=resting, stamp=stamp)


def _toned(pixels: NDArray[np.uint8], words: str, kind: Like | None) -> tuple[NDArray[np.uint8], str]:
    from core.lens.inputs import inverted, light_border

    tones = st.session_state.get(TONES, "auto")
    turn = tones == "inverted" or (tones == "auto" and kind is not None and light_border(pixels))
    return (inverted(pixels), f"{words}, inverted") if turn else (pixels, words)


def _centred(pixels: NDArray[np.uint8], kind: Like) -> NDArray[np.uint8]:
    from core.lens.inputs import centred, ink_of

    return centred(ink_of(pixels), kind)


def photograph_controls() -> None:
    """Which of the photographs that everybody has; for networks without a data set here."""
    st.segmented_control(
        "Photograph",
        pictures.PHOTOGRAPHS,
        default=pictures.PHOTOGRAPHS[0],
        required=True,
        key=PHOTOGRAPH,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )


def of_photograph(eye: Eye) -> Sample:
    """A photograph, its middle."""
    name = st.session_state.get(PHOTOGRAPH, pictures.PHOTOGRAPHS[0])
    pixels = (pictures.photograph(name) * 255).round().astype(np.uint8)
    seen = eye.see(pixels, whole=False)
    number = pictures.PHOTOGRAPHS.index(name)
    return Sample(seen.picture, seen.x, None, f"photograph: {name}", None, number, stamp=f"photograph {name}")
