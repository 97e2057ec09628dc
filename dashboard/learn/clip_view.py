"""Three dimensions: a kernel in space and time that finds what moves in one direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.signal import clip
from dashboard.components.lesson import lesson, sent
from dashboard.learn import lesson_state as page
from dashboard.learn import tries
from dashboard.learn.lesson_state import KEPT
from dashboard.learn.tries import Try

VIEW = "clip"
ANSWERS = clip.FRAMES - clip.SPAN + 1
ARROWS = {"right": "→ right", "left": "← left", "up": "↑ up", "down": "↓ down"}
TRIES = (
    Try(
        "Look for motion to the left",
        "Only the spot that moves to the left answers: to all others the kernel gives less than 0.6.",
        {"scene": "four directions", "to": "left", "speed": "1", "relu": True},
        (6, -1, -1),
    ),
    Try(
        "Two speeds, kernel for 2",
        "Both spots move right: the kernel for 2 cells a frame answers to the fast one only.",
        {"scene": "two speeds", "to": "right", "speed": "2", "relu": True},
        (2, -1, -1),
    ),
    Try(
        "A spot that stands still, no ReLU",
        "It gives 0: the kernel has no share of what stays the same over time.",
        {"scene": "one moves", "to": "right", "speed": "1", "relu": False},
        (6, 5, 8),
    ),
)


@st.fragment
def show() -> None:
    """Controls, the component, and what is to be tried."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="convolution_clip_controls"):
        scene = st.selectbox("Clip", list(clip.SCENES), key=page.key(VIEW, "scene"), width=170, **KEPT)
        direction = st.segmented_control(
            "Kernel looks for motion",
            list(ARROWS),
            format_func=ARROWS.__getitem__,
            default="right",
            required=True,
            key=page.key(VIEW, "to"),
            **KEPT,
        )
        speed = st.segmented_control(
            "Cells a frame",
            [str(each) for each in clip.SPEEDS],
            default="1",
            required=True,
            key=page.key(VIEW, "speed"),
            **KEPT,
        )
        strict = st.toggle(
            f"Bias −{clip.SHARE} and ReLU",
            value=True,
            key=page.key(VIEW, "relu"),
            help="Answers below 0.6 become 0; what fits the kernel perfectly gives 1 before",
            **KEPT,
        )
    lesson("clip", *made(scene, direction, int(speed), strict), page.stage(VIEW), _moved)
    if sent(page.stage(VIEW)).get("done"):
        page.link(VIEW)
    tries.show(VIEW, TRIES)


def _moved() -> None:
    page.keep(VIEW, ("frame", "row", "column"))


def made(
    scene: str, direction: str, speed: int, strict: bool
) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """What the browser draws: the clip, the kernel and all frames of answers."""
    frames, kernel = clip.clip(scene), clip.detector(direction, speed)
    answer = clip.respond(frames, kernel, clip.SHARE if strict else None).numpy()
    last = clip.SIDE - 1
    frame, row, column = page.place(VIEW, (6, -1, -1), (0, -1, -1), (ANSWERS - 1, last, last))
    side = kernel.shape[1]
    head = {
        "height": "var(--convlens-lesson)",
        "frames": clip.FRAMES,
        "answers": ANSWERS,
        "side": clip.SIDE,
        "span": clip.SPAN,
        "kernel": side,
        "limit": 1 - clip.SHARE if strict else 1,
        "threshold": clip.SHARE if strict else None,
        "frame": frame,
        "held": {"row": row, "column": column} if min(row, column) >= 0 else None,
        "answered": page.answered(VIEW),
        "tried": tries.count(VIEW),
        "titles": {
            "input": "Clip",
            "kernel": f"Patch · kernel {clip.SPAN}×{side}×{side}, slice by slice",
            "answer": "Answer",
            "cell": "conv" if strict else "y",
        },
    }
    return head, {"clip": frames, "kernel": kernel, "answer": answer}
