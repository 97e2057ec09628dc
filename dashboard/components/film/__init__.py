"""The recorded epochs of a run as a film: a slider with play, pause and steps, which sends while the thumb moves.

    epoch = film("maps_film", epochs_of(run), value=linked)        # in a fragment a move reruns that alone

At most one move is on its way, the newest comes next; playing waits for the picture before. Space plays and pauses,
arrows step, Home and End go to the ends. Where a newer epoch is recorded it is shown at once, as long as the user has
not moved away from the newest. The place survives a change of page: it is kept under `KEY_at`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.components import component
from dashboard.components.packed import pack


def film(
    key: str,
    epochs: Sequence[int],
    value: int | None = None,
    *,
    newest_follows: bool = True,
    label: str = "Epoch",
    on_move: Callable[[], None] | None = None,
) -> int:
    """Show it; returns the recorded epoch that the thumb is at.

    epochs: those recorded, in order, at least one; 0 is before the first step.
    value: where it starts, before anyone has moved it; None: the newest one.
    on_move: called before the rerun that a move makes; `chosen(key, epochs)` is the epoch then.
    """
    if kept_at(key) is None:
        set_epoch(key, value)
    at = chosen(key, epochs)
    head = {
        "epochs": list(epochs),
        "at": at,
        "follows": newest_follows,
        "asked": int(st.session_state[f"{key}_at"]["asked"]),
        "answered": int(_sent(key).get("sequence", 0)),
        "label": label,
        "projector": state.projector(),
    }

    def moved() -> None:
        take(key)
        if on_move:
            on_move()

    component("film", styles="stage")(key=key, data=pack(head, {}), default={"moved": None}, on_moved_change=moved)
    return at


def chosen(key: str, epochs: Sequence[int]) -> int:
    """The recorded epoch that is shown: the nearest to the one that was chosen, the newest where it follows that."""
    kept = kept_at(key)
    wanted = kept["epoch"] if kept else None
    return epochs[-1] if wanted is None else min(epochs, key=lambda epoch: abs(epoch - wanted))


def set_epoch(key: str, epoch: int | None) -> None:
    """Go to this epoch (None: to the newest, and stay with it); the thumb goes there at the next rerun."""
    kept = kept_at(key)
    st.session_state[f"{key}_at"] = {"epoch": epoch, "asked": 1 + (kept["asked"] if kept else 0)}


def kept_at(key: str) -> dict[str, Any] | None:
    """`epoch` (None: the newest) and `asked`, how often it was set by the page; None before the first time."""
    found: dict[str, Any] | None = st.session_state.get(f"{key}_at")
    return found


def take(key: str) -> None:
    """Keep what the browser sent: an epoch, or that it follows the newest."""
    sent, kept = _sent(key), kept_at(key)
    epoch = sent.get("epoch")
    if isinstance(epoch, int) and not isinstance(epoch, bool):
        wanted = None if sent.get("following") is True else epoch
        st.session_state[f"{key}_at"] = {"epoch": wanted, "asked": kept["asked"] if kept else 0}


def _sent(key: str) -> dict[str, Any]:
    found = (st.session_state.get(key) or {}).get("moved")
    return found if isinstance(found, dict) else {}
