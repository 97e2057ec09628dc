"""The stage: input, kernel and output side by side, one window at a time; all motion is the browser's.

    def followed() -> None:                                      # runs before the script, as callbacks do
        edit = stage_event("convolution_stage")
        if edit.kernel is not None: ...                          # keep it as the page's kernel

    event = stage(view, "convolution_stage", on_edit=followed, on_place=...)

Put it into a fragment: an edit of the kernel then reruns that alone, and the canvas stays. What the browser moved
lately (position, pin, kernel) it keeps; the view's own values count when they differ from what the browser sent last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components import component
from dashboard.components.packed import pack
from dashboard.components.stage.view import Footer, StageView, arrays_of, head_of

__all__ = ["Footer", "StageEvent", "StageView", "deck", "stage", "stage_event"]

LARGE = 16_384  # cells of an input that is not sent again while the kernel is edited


@dataclass(frozen=True)
class StageEvent:
    """What the browser sent last.

    kernel: float64 in the shape of the view's kernel while the user edits it, None before the first edit.
    done: the hand has let go of the kernel. at: index of the output that was stopped at, None before the first move.
    pinned: whether it is held there. whole: whether all outputs are drawn, or those up to `at` only.
    rests: the picture of the last edit is on the screen and nothing moves: time for what takes long. A view whose
    footer's `checked` is None makes the browser tell so, by a rerun.
    sequences: how many edits and places were sent so far.
    """

    kernel: NDArray[np.float64] | None = None
    done: bool = True
    at: int | None = None
    pinned: bool = False
    whole: bool = True
    rests: bool = False
    sequences: tuple[int, int] = (0, 0)


def stage(
    view: StageView, key: str, on_edit: Callable[[], None] | None = None, on_place: Callable[[], None] | None = None
) -> StageEvent:
    """Show one stage; returns what the browser sent last.

    on_edit: called before the rerun that a change of the kernel makes. on_place: the same of position, pin and whole,
    which come when the user clicks, pauses, lets go of the scrubber or has stopped stepping.
    """
    event = stage_event(key)
    arrays = arrays_of(view)
    name = _name(arrays["input"])
    if name and _holds(key) == name:
        del arrays["input"]
    head = {**head_of(view), **_answer(event), "inputName": name}
    _mount(pack(head, arrays), key, on_edit, on_place)
    return event


def deck(
    views: Sequence[StageView],
    key: str,
    columns: int = 3,
    height: str = "calc(100vh - 19rem)",
    on_place: Callable[[], None] | None = None,
) -> StageEvent:
    """Small stages side by side with one scrubber: all stand at the same relative place of their outputs.

    The place that the browser sends is that of the first view. height: CSS length of the whole deck.
    """
    event = stage_event(key)
    arrays = {
        f"{number}.{name}": values for number, view in enumerate(views) for name, values in arrays_of(view).items()
    }
    head = {"deck": [head_of(view) for view in views], "columns": columns, "height": height, **_answer(event)}
    _mount(pack(head, arrays), key, None, on_place)
    return event


def stage_event(key: str) -> StageEvent:
    """What the browser sent last of the stage or deck `key`; what makes no sense counts as not sent."""
    sent = st.session_state.get(key) or {}
    kernel, edits, done = _kernel(sent.get("kernel"))
    rests = done and sent.get("rests") == edits
    place = sent.get("place")
    if not isinstance(place, dict) or not isinstance(place.get("at"), int):
        return StageEvent(kernel=kernel, done=done, rests=rests, sequences=(edits, 0))
    return StageEvent(
        kernel=kernel,
        done=done,
        rests=rests,
        at=max(0, place["at"]),
        pinned=bool(place.get("pinned")),
        whole=bool(place.get("whole", True)),
        sequences=(edits, int(place.get("sequence", 0))),
    )


def _kernel(sent: object) -> tuple[NDArray[np.float64] | None, int, bool]:
    """Values, sequence and whether the hand has let go."""
    if not isinstance(sent, dict):
        return None, 0, True
    sequence, done = int(sent.get("sequence", 0)), bool(sent.get("done", True))
    try:
        values = np.asarray(sent["values"], dtype=np.float64).reshape(sent["shape"])
    except (KeyError, TypeError, ValueError):
        return None, sequence, done
    return (values if np.isfinite(values).all() else None), sequence, done


def _answer(event: StageEvent) -> dict[str, Any]:
    """Tells the browser how much of what it sent is in this picture."""
    return {"answered": event.sequences[0], "placed": event.sequences[1]}


def _name(pixels: NDArray[Any]) -> str | None:
    """Names a large input, so that the browser can say that it has it already; None for a small one."""
    if pixels.size < LARGE:
        return None
    return hashlib.blake2b(pixels.tobytes(), digest_size=8).hexdigest()


def _holds(key: str) -> str | None:
    """Name of the input that the browser had when it edited the kernel last; None where it asked for it since."""
    sent = st.session_state.get(key) or {}
    kernel = sent.get("kernel")
    name: str | None = kernel.get("holds") if isinstance(kernel, dict) else None
    return None if sent.get("asks") == name else name


def _mount(block: bytes, key: str, on_edit: Callable[[], None] | None, on_place: Callable[[], None] | None) -> None:
    component("stage")(
        key=key,
        data=block,
        default={"kernel": None, "place": None, "asks": None, "rests": None},
        on_kernel_change=on_edit or _nothing,
        on_place_change=on_place or _nothing,
        on_asks_change=_nothing,
        on_rests_change=_nothing,
    )


def _nothing() -> None:
    """The component reruns its fragment; there is nothing else to do."""
