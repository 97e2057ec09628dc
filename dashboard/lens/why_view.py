"""Why this answer: five methods say which pixels it hangs on, one large over the picture, all of them beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ConvLensError
from dashboard import parts
from dashboard.components.probe import probe, sent
from dashboard.lens.asking import Progress, asked
from dashboard.lens.choices import choice
from dashboard.lens.disturb_view import names_of

if TYPE_CHECKING:
    from core.lens.attribution import Attribution, Method
    from dashboard.lens.views import Looked

KEY = "maps_why"
CLASS, LAYER, WINDOW, STAGE = f"{KEY}_class", f"{KEY}_layer", f"{KEY}_window", f"{KEY}_stage"
METHOD = f"{KEY}_method"
ANSWERED, AUTOMATIC = "its answer", "the best one"
QUICK = 6e9  # multiply-adds that nobody has to wait for
BACKWARD = 3  # a gradient costs about as much as three answers


@st.fragment
def show(looked: Looked) -> None:
    """The choices, and what the methods say."""
    from core.lens.attribution import METHODS

    names = names_of(looked)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{KEY}_settings"):
        target = _target(looked, names)
        layer = _layer(looked)
        window = _window(looked)
    chosen = _chosen()
    found: dict[Method, Attribution] = {}
    for method in METHODS:
        try:
            made = _found(looked, method, target, layer, window, wanted=method == chosen)
        except ConvLensError as error:
            parts.show_error(error)
            return
        if made is not None:
            found[method] = made
    head = {
        "height": "var(--convlens-probe)",
        "size": list(looked.sample.picture.shape),
        "caption": "the picture",
        "target": names[target],
        "chosen": chosen,
        "methods": [
            _told(looked, method, found.get(method), names[target], window, wanted=method == chosen)
            for method in METHODS
        ],
    }
    arrays: dict[str, NDArray[Any]] = {name: made.values for name, made in found.items()}
    probe("why", head, {"picture": looked.sample.picture, **arrays}, STAGE, _heard)


def _target(looked: Looked, names: tuple[str, ...]) -> int:
    chosen = choice(
        "Why this class",
        [ANSWERED, *names],
        lambda name: f"Why its answer: {names[looked.answer]}" if name == ANSWERED else f"Why {name}",
        CLASS,
        190,
    )
    return looked.answer if chosen not in names else names.index(chosen)


def _layer(looked: Looked) -> str | None:
    """Name of the layer that Grad-CAM looks at; None for the best one."""
    from core.lens.attribution import best_layers, layers_with_maps

    found = layers_with_maps(looked.lens.graph)
    best = next(iter(best_layers(looked.lens.graph)), None)
    titles = {node.title: node.name for node in found}
    usual = f"{best.title if best else 'no layer'} (best)"
    chosen = choice(
        "Layer of Grad-CAM",
        [AUTOMATIC, *titles],
        lambda title: f"Grad-CAM at {usual if title == AUTOMATIC else title}",
        LAYER,
        300,
    )
    return titles.get(chosen)


def _window(looked: Looked) -> int:
    """Side of the occluding square, in pixels."""
    from core.lens.attribution import usual_window

    side = min(looked.sample.picture.shape[1:])
    usual = usual_window(side)
    sides = sorted({max(1, round(usual * factor)) for factor in (0.5, 0.75, 1, 1.5, 2, 3)} & set(range(1, side + 1)))
    chosen = choice(
        "Square of occlusion",
        [str(pixels) for pixels in sides],
        lambda pixels: f"Occlusion by {pixels}×{pixels} px",
        WINDOW,
        200,
        usual=str(usual),
    )
    return int(chosen)


def _chosen() -> Method:
    """The method that is large: from the session, or else from the link."""
    from core.lens.attribution import METHODS

    said = st.session_state.get(METHOD) or st.query_params.get(METHOD)
    chosen: Method = next((method for method in METHODS if method == said), "saliency")
    if said and st.query_params.get(METHOD) != chosen:
        st.query_params[METHOD] = chosen
    return chosen


def _heard() -> None:
    method = sent(STAGE).get("method")
    if isinstance(method, str):
        st.session_state[METHOD] = method


def _cost(looked: Looked, method: Method, window: int | None) -> float:
    """Multiply-adds, about."""
    from core.lens.attribution import samples_asked
    from core.lens.cost import macs

    backward = 1 if method == "occlusion" else BACKWARD
    return float(macs(looked.lens.graph) * backward * samples_asked(method, looked.sample.picture.shape, window))


def _found(
    looked: Looked, method: Method, target: int, layer: str | None, window: int | None, wanted: bool
) -> Attribution | None:
    """What the method says; None where it takes long and was not asked for, or was stopped. Raises ConvLensError."""
    from core.lens.attribution import METHODS, samples_asked

    of_it = layer if method == "grad-cam" else window if method == "occlusion" else None
    key = ("why", looked.run, looked.stamp, looked.sample.stamp, method, target, of_it)
    slow = _cost(looked, method, window) > QUICK
    if slow and not (wanted and looked.sample.resting):
        return _known(key)

    def make(progress: Progress | None) -> Attribution:
        return explained(looked, method, target, layer, window, progress)

    count = samples_asked(method, looked.sample.picture.shape, window)
    pictures = "for its gradient" if count == 1 else f"about {count} pictures"
    return asked(key, make, KEY, f"{METHODS[method].title}: asking the network {pictures}" if slow else "")


def _known(key: object) -> Attribution | None:
    from dashboard.lens.asking import kept

    return kept().get(key)  # type: ignore[return-value]


def explained(
    looked: Looked,
    method: Method,
    target: int,
    layer: str | None = None,
    window: int | None = None,
    progress: Progress | None = None,
) -> Attribution:
    """The method's word on the sample. Raises ConvLensError."""
    import torch

    from core.lens.attribution import attribute

    black = looked.eye.normaliser(torch.zeros(looked.sample.x.shape))
    return attribute(
        looked.lens, looked.sample.x, method, target, black=black, layer=layer, window=window, progress=progress
    )


def _told(
    looked: Looked,
    method: Method,
    found: Attribution | None,
    target: str,
    window: int | None,
    wanted: bool = False,
) -> dict[str, Any]:
    """One method for the browser: all that is said of it, and where its map lies."""
    from core.lens.attribution import METHODS, samples_asked

    entry = METHODS[method]
    count = samples_asked(method, looked.sample.picture.shape, window)
    told = {
        "name": method,
        "title": entry.title,
        "heading": f"{entry.title}: why {target}",
        "signed": entry.signed,
        "words": f"{entry.words} {entry.source}.",
        "cost": "asks the network for its gradient" if count == 1 else f"asks the network about {count} pictures",
        "ready": found is not None,
        "note": "Not there yet." if wanted else "Not asked yet.",
        "facts": "",
        "empty": False,
        "size": [1, 1],
        "box": [0, 0, 1, 1],
    }
    if found is None:
        return told
    return {
        **told,
        "heading": f"{entry.title}: why {target}" + (f", at {found.layer.title}" if found.layer else ""),
        "note": found.note,
        "facts": facts(found, target),
        "empty": found.empty,
        "size": list(found.values.shape),
        "box": list(found.box),
    }


def facts(found: Attribution, target: str) -> str:
    """The numbers behind a map."""
    score = f"The score of {target}, before the softmax, is {found.score:.2f}.".replace("-", "−")
    if found.baseline is None:
        if found.layer is not None:
            maps, height, width = found.layer.shape
            return f"{score} {maps} maps of {height}×{width} cells."
        return score
    total, wanted = float(np.sum(found.values, dtype=np.float64)), found.score - found.baseline
    told = (
        f"{score} All pixels add up to {total:.2f}; the score less that of a black picture ({found.baseline:.2f}) is "
        f"{wanted:.2f}."
    )
    return told.replace("-", "−")
