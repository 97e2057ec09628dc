"""Three dimensions: a kernel in space and time that finds what moves in one direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.signal import clip
from dashboard import parts
from dashboard.components.lesson import lesson, sent
from dashboard.learn import lesson_state as page
from dashboard.learn.lesson_state import KEPT

VIEW = "clip"
ANSWERS = clip.FRAMES - clip.SPAN + 1
ARROWS = {"right": "→ right", "left": "← left", "up": "↑ up", "down": "↓ down"}


@st.fragment
def show() -> None:
    """Controls, the component, and what is to be tried."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="convolution_clip_row"):
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
    parts.try_this(
        "Look for motion to the left: which spot answers?",
        "“Two speeds” with 1, then 2 cells a frame",
        "No ReLU: what does the still spot give?",
    )


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
        "height": "calc(100vh - 14.6rem)",
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
        "titles": {
            "input": "Clip",
            "kernel": f"Patch · kernel {clip.SPAN}×{side}×{side}, slice by slice",
            "answer": "Answer",
            "cell": "conv" if strict else "y",
        },
    }
    return head, {"clip": frames, "kernel": kernel, "answer": answer}
