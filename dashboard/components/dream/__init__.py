"""A picture that grows by gradient ascent: its frames with a player, and the curve of what it excited."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.components import component
from dashboard.components.packed import pack

LIVE_BYTES = 300_000  # of frames, while it grows: of larger ones only the newest is sent


def dream(key: str, name: str, found: dict[str, NDArray[Any]], total: int, words: str, live: bool, height: str) -> None:
    """Show it. name: equal for the frames of one dream. found: the arrays that the task writes. total: steps it takes.

    words: what it excites. live: whether more is to come; the newest frame is then shown. height: CSS length.
    """
    frames, steps = found["frames"], found["steps"]
    if live and frames.nbytes > LIVE_BYTES:
        frames, steps = frames[-1:], steps[-1:]
    head = {
        "name": name,
        "shape": list(frames.shape[1:]),
        "steps": steps.tolist(),
        "total": total,
        "words": words,
        "live": live,
        "height": height,
    }
    values = found["values"].astype(np.float32)
    component("dream", styles="stage")(key=key, data=pack(head, {"frames": frames, "values": values}))
