"""Disturb it: answer and layers against a shift, a turn, a blur, ... of the picture: invariance layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ConvLensError
from dashboard import parts, theme
from dashboard.components.probe import probe, sent
from dashboard.learn.controls import keep
from dashboard.lens import disturb_words as say
from dashboard.lens.asking import Progress, asked

if TYPE_CHECKING:
    from core.lens.disturb import Disturbed
    from core.lens.disturbances import Kind
    from dashboard.lens.views import Looked

KEY = "maps_disturb"
KIND, STAGE = f"{KEY}_by", f"{KEY}_stage"
AT, PLACE, GOOD = f"{KEY}_at", f"{KEY}_place", f"{KEY}_good"
MIDDLE = (0.5, 0.5)
HEIGHT = "var(--convlens-probe)"
SHOWN_SIDE = 72  # larger pictures are sent smaller
MOST_CLASSES, LEAST_SHARE = 8, 0.05

Block = tuple[dict[str, Any], dict[str, NDArray[Any]]]


@st.fragment
def show(looked: Looked) -> None:
    """The choice of a disturbance, and its curves; the thumb asks nobody."""
    kind = _kind()
    try:
        block = _block(looked, kind)
    except ConvLensError as error:
        parts.show_error(error)
        block = None
    if block is None:
        return
    head, arrays = block
    at = _at(kind, head)
    probe("disturb", {**head, "height": HEIGHT, "at": at}, arrays, STAGE, _heard)
    keep(AT, None if at == _usual(head) else f"{head['values'][at]:g}")
    keep(PLACE, " ".join(f"{share:g}" for share in _place()) if kind == "occlude" and _place() != MIDDLE else None)


def _kind() -> Kind:
    titles = {words.title: kind for kind, words in say.WORDS.items()}
    chosen = st.segmented_control(
        "Disturb it",
        list(titles),
        default="Shift x",
        required=True,
        key=KIND,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    return titles.get(chosen or "", "shift-x")


def _block(looked: Looked, kind: Kind) -> Block | None:
    """What the browser is given; while a hand draws, or the network takes its time, what was there last."""
    last: Block | None = st.session_state.get(GOOD)
    if not looked.sample.resting and last is not None:
        return last
    place = _place() if kind == "occlude" else MIDDLE
    key = ("disturb", looked.run, looked.stamp, looked.sample.stamp, kind, place)

    def make(progress: Progress | None) -> Block:
        return made(looked, kind, place, progress)

    found = asked(key, make, KEY, slow=_slow(looked))
    if found is None:
        return last
    head, arrays = found
    block = {**head, "question": f"{looked.sample.stamp} {kind}"}, arrays
    st.session_state[GOOD] = block
    return block


def _slow(looked: Looked) -> str:
    from core.lens.cost import macs
    from core.lens.disturb import every
    from core.lens.disturbances import POSITIONS

    cost = macs(looked.lens.graph)
    count = (POSITIONS - 1) // every(looked.lens.graph) + 1
    return f"Asking the network about {count} pictures" if cost > 100e6 else ""


def made(looked: Looked, kind: Kind, place: tuple[float, float], progress: Progress | None = None) -> Block:
    """All curves of one disturbance, for the browser. Raises ConvLensError."""
    import torch

    from core.lens.disturb import disturb
    from core.lens.disturbances import MOVING, POSITIONS

    picture = torch.from_numpy(looked.sample.picture.astype(np.float32) / 255)
    found = disturb(looked.lens, looked.eye.normaliser, picture, kind, place=place, progress=progress)
    classes = names_of(looked)
    shown = _shown(found)
    pictures = _small(found)
    head = {
        "values": [float(value) for value in found.values],
        "start": found.start,
        "moves": kind in MOVING,
        "placed": kind == "occlude",
        "size": list(pictures.shape[1:]),
        "classes": list(classes),
        "shown": shown,
        "colours": [theme.class_colour(index) for index in shown],
        "title": say.WORDS[kind].axis,
        "note": "" if len(found.values) == POSITIONS else f"{len(found.values)} of {POSITIONS} steps",
        "titles": {
            "same": "Each layer: cosine with its undisturbed maps",
            "moved": "Each layer: cosine with its undisturbed maps, moved",
        },
        "layers": [
            {
                "title": curve.title,
                "pooled": curve.pooled,
                "words": f"{curve.title}, {'×'.join(map(str, curve.shape))}{', pooled' if curve.pooled else ''}",
            }
            for curve in found.layers
        ],
        "ticks": say.ticks(found),
        "told": say.told(found),
        "answers": say.answers(found, classes),
        "changed": say.changed(found),
        "verdicts": {"same": say.same(found, classes), "moved": say.moved(found, classes)},
        "alts": _alts(found, classes),
    }
    nothing = np.full(len(found.values), np.nan, np.float32)
    return head, {
        "pictures": pictures,
        "probabilities": np.ascontiguousarray(found.probabilities[:, shown].T),
        "same": np.stack([curve.same for curve in found.layers]),
        "moved": np.stack([nothing if curve.moved is None else curve.moved for curve in found.layers]),
    }


def names_of(looked: Looked) -> tuple[str, ...]:
    """The classes' names, their numbers where they have none."""
    count = len(looked.probabilities)
    return looked.classes if len(looked.classes) == count else tuple(map(str, range(count)))


def _shown(found: Disturbed) -> list[int]:
    """The undisturbed answer first, then whatever else is answered somewhere, the strongest first."""
    first = int(found.probabilities[found.start].argmax())
    highest = found.probabilities.max(axis=0)
    others = [int(index) for index in np.argsort(-highest) if highest[index] >= LEAST_SHARE and index != first]
    return [first, *others][:MOST_CLASSES]


def _small(found: Disturbed) -> NDArray[np.uint8]:
    from core.data.resize import resize_images

    pictures = np.clip(np.rint(found.pictures * 255), 0, 255).astype(np.uint8)
    channels, height, width = pictures.shape[1:]
    scale = SHOWN_SIDE / max(height, width)
    if scale >= 1:
        return pictures
    return np.asarray(resize_images(pictures, (channels, max(1, round(height * scale)), max(1, round(width * scale)))))


def _alts(found: Disturbed, classes: tuple[str, ...]) -> dict[str, str]:
    """What the curves are, for who does not see them."""
    axis = say.WORDS[found.kind].axis
    ends = f"{found.values[0]:.3g} to {found.values[-1]:.3g}"
    layers = ", ".join(
        f"{curve.title} from {np.nanmin(curve.same):.2f}"
        for curve in found.layers
        if curve.same.size and np.isfinite(curve.same).any()
    )
    return {
        "answer": f"Probability of each class against: {axis.lower()}, {ends}. {say.reach(found, classes)}",
        "same": f"Similarity of each layer with itself undisturbed, against the same; lowest values: {layers}",
        "moved": "Similarity of each layer with its undisturbed maps moved along with the picture, against the same",
    }


def _at(kind: Kind, head: dict[str, Any]) -> int:
    """The slider's position; it is kept as a value, since slow networks have fewer positions."""
    if AT not in st.session_state:
        linked = _numbers(st.query_params.get(AT, ""))
        st.session_state[AT] = {kind: linked[0]} if linked else {}
    kept: dict[str, float] = st.session_state[AT]
    return int(np.argmin(np.abs(np.array(head["values"]) - kept[kind]))) if kind in kept else _usual(head)


def _usual(head: dict[str, Any]) -> int:
    return head["start"] or round(0.3 * (len(head["values"]) - 1))


def _place() -> tuple[float, float]:
    """Where the square that hides lies, from the session, or else from the link."""
    if PLACE not in st.session_state:
        linked = _numbers(st.query_params.get(PLACE, ""))
        whole = len(linked) == 2 and all(0 <= share <= 1 for share in linked)
        st.session_state[PLACE] = (linked[0], linked[1]) if whole else MIDDLE
    place: tuple[float, float] = st.session_state[PLACE]
    return place


def _numbers(text: str) -> list[float]:
    """Those of a link; none where one of them is no number."""
    try:
        found = [float(word) for word in text[:60].split()]
    except ValueError:
        return []
    return found if np.isfinite(found).all() else []


def _heard() -> None:
    """The hand has let go of the slider, or pressed on the picture."""
    message = sent(STAGE)
    kind = str(message.get("question", "")).rpartition(" ")[2]
    value, place = message.get("value"), message.get("place")
    if isinstance(value, int | float) and kind in say.WORDS:
        st.session_state[AT] = {**st.session_state.get(AT, {}), kind: float(value)}
    if isinstance(place, list) and len(place) == 2 and all(isinstance(share, int | float) for share in place):
        st.session_state[PLACE] = tuple(round(min(1.0, max(0.0, float(share))), 4) for share in place)
