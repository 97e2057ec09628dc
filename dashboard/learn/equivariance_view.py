"""Shift and turn: the map of a moved picture beside the moved map, for a convolution and for a dense layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
import torch

from core.signal import equivariance, pictures
from core.signal.equivariance import Comparison
from core.signal.kernels import KERNELS
from core.signal.settings import Border
from dashboard.components.lesson import lesson, sent
from dashboard.learn import lesson_state as page
from dashboard.learn import tries
from dashboard.learn.lesson_state import KEPT
from dashboard.learn.tries import Try

VIEW = "shift"
SIDE, OBJECT, MOST = 25, 13, 12
SEED = 1
EXACT = 1e-5  # of the map's largest value: what float32 rounds
NAMES = ("down", "right", "degrees")
OBJECTS = {"digit": "Digit 3", "letter": "Letter F", "ring": "Ring"}
LETTER = ("1111110", "1100000", "1100000", "1111100", "1100000", "1100000", "1100000")
SIDES = {"sobel-x": 3, "gabor": 5, "random": 5, "laplacian": 3, "gaussian": 5}
SYMMETRIC = ("laplacian", "gaussian")
BORDERS: tuple[Border, ...] = ("zero", "circular")
TRIES = (
    Try(
        "To the border",
        "Beside the border the maps differ: the zeros outside did not move. With a circular border nothing differs.",
        {"object": "digit", "kernel": "sobel-x", "stride": "1", "border": "zero"},
        (0, 8, 0),
    ),
    Try(
        "Stride 2, moved by 1",
        "The map would have to move by half a cell. Move the picture by 1 more: it follows again.",
        {"object": "digit", "kernel": "sobel-x", "stride": "2", "border": "zero"},
        (0, 1, 0),
    ),
    Try(
        "Turned by 90°",
        "Sobel x still looks for vertical edges: the map does not turn along.",
        {"object": "letter", "kernel": "sobel-x", "stride": "1", "border": "zero"},
        (0, 0, 90),
    ),
    Try(
        "The same with a Laplacian",
        "A quarter turn leaves this kernel as it is, so its map follows; at 45° it does not.",
        {"object": "letter", "kernel": "laplacian", "stride": "1", "border": "zero"},
        (0, 0, 90),
    ),
)


@st.fragment
def show() -> None:
    """Controls, the component, and what is to be tried."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="convolution_shift_controls"):
        which = _segments("Picture", OBJECTS, "object")
        kernel = st.selectbox(
            "Kernel",
            list(SIDES),
            format_func=lambda name: f"{KERNELS[name].title} {SIDES[name]}×{SIDES[name]}",
            key=page.key(VIEW, "kernel"),
            width=190,
            **KEPT,
        )
        stride = int(_segments("Stride", {"1": "1", "2": "2", "3": "3"}, "stride"))
        border = _segments("Border", {name: name for name in BORDERS}, "border")
    head, arrays = made(
        which, kernel, stride, border, page.place(VIEW, (0, 0, 0), (-MOST, -MOST, 0), (MOST, MOST, 345))
    )
    lesson("shift", head, arrays, page.stage(VIEW), _moved)
    if sent(page.stage(VIEW)).get("done"):
        page.link(VIEW)
    tries.show(VIEW, TRIES)


def _segments(title: str, options: dict[str, str], name: str) -> str:
    return str(
        st.segmented_control(
            title,
            list(options),
            format_func=options.__getitem__,
            default=next(iter(options)),
            required=True,
            key=page.key(VIEW, name),
            **KEPT,
        )
    )


def _moved() -> None:
    page.keep(VIEW, NAMES)


def picture(which: str) -> torch.Tensor:
    """The object in the middle of nothing, (SIDE, SIDE) float32, 0 to 1."""
    if which == "letter":
        small = np.array([[float(cell) for cell in row] for row in LETTER], np.float32)[None].repeat(2, 1).repeat(2, 2)
    else:
        small = pictures.digit(3) if which == "digit" else pictures.ring(OBJECT, OBJECT)
    shown = torch.zeros(SIDE, SIDE)
    first = (SIDE - OBJECT) // 2
    shown[first : first + OBJECT, first : first + OBJECT] = torch.from_numpy(pictures.to_size(small, OBJECT, OBJECT)[0])
    return shown


def made(
    which: str, name: str, stride: int, border: str, place: list[int]
) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """What the browser draws: both layers' answers to the changed picture, and their first ones, changed likewise."""
    down, right, degrees = place
    wrap = border == "circular"
    kernel = torch.from_numpy(KERNELS[name].values(SIDES[name], SIDES[name], SEED))
    x = picture(which)
    turned = equivariance.turn(x, degrees)
    changed = equivariance.shift(turned, (down, right), wrap)
    maps = [equivariance.mapped(each, kernel, stride, "circular" if wrap else "zero") for each in (x, changed)]
    out = (maps[0].shape[0], maps[0].shape[1])
    answers = [equivariance.dense(each, out, SEED) for each in (x, changed)]
    sides = (SIDES[name], SIDES[name])
    found = {
        layer: equivariance.compare(first, answer, (SIDE, SIDE), sides, stride, (down, right), degrees, wrap)
        for layer, (first, answer) in (("convolution", maps), ("dense", answers))
    }
    return _head(name, stride, wrap, place, found, out), _arrays(turned, found)


def _arrays(turned: torch.Tensor, found: dict[str, Comparison]) -> dict[str, np.ndarray[Any, Any]]:
    arrays = {"picture": turned.numpy()}
    for layer, comparison in found.items():
        arrays[f"{layer}_answer"] = comparison.answer.numpy()
        arrays[f"{layer}_expected"] = comparison.expected.numpy()
    return arrays


def _head(
    name: str, stride: int, wrap: bool, place: list[int], found: dict[str, Comparison], out: tuple[int, int]
) -> dict[str, Any]:
    return {
        "height": "var(--convlens-lesson)",
        "size": [SIDE, SIDE],
        "out": list(out),
        "offset": place[:2],
        "degrees": place[2],
        "most": MOST,
        "wrap": wrap,
        "inside": _inside(found["convolution"]),
        "answered": page.answered(VIEW),
        "titles": {
            "input": "Picture: drag it",
            "maps": ["new map", "old map, moved", "difference"],
            "convolution": f"Convolution, {KERNELS[name].title} {SIDES[name]}×{SIDES[name]}",
            "dense": f"Dense layer, {SIDE * SIDE * out[0] * out[1]:,} random weights (seed {SEED})",
        },
        "verdicts": {
            "convolution": verdict(found["convolution"], place, stride, name),
            "dense": {"text": _difference(found["dense"].anywhere, found["dense"].scale), "good": not any(place)},
        },
    }


def _inside(comparison: Comparison) -> dict[str, int] | None:
    """The rectangle of the cells away from the border; None where it is the whole map, or nothing."""
    rows, columns = (torch.nonzero(comparison.inside.any(dim=axis)).flatten() for axis in (1, 0))
    if not len(rows) or bool(comparison.inside.all()):
        return None
    return {"row": int(rows[0]), "column": int(columns[0]), "rows": len(rows), "columns": len(columns)}


def verdict(comparison: Comparison, place: list[int], stride: int, kernel: str) -> dict[str, Any]:
    """Whether the map follows, with the largest difference, and why it does not."""
    within, anywhere = (
        value if value > EXACT * comparison.scale else 0.0 for value in (comparison.within, comparison.anywhere)
    )
    down, right, degrees = place
    text = _difference(within, comparison.scale)
    if anywhere != within:
        text += f" ({anywhere:.2f} beside the border)" if within else f" away from the border, {anywhere:.2f} beside it"
    if within and (down % stride or right % stride):
        text += f": stride {stride} follows only {stride}, {2 * stride}, … cells"
    elif within and degrees and kernel in SYMMETRIC:
        text += ": symmetric under quarter turns only" if degrees % 90 else ""
    elif within and degrees:
        text += ": the kernel did not turn"
    return {"text": text, "good": not within}


def _difference(value: float, scale: float) -> str:
    return f"differs by up to {value:.2f} (map: up to {scale:.2f})" if value else "difference 0"
