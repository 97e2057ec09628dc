"""Sample images of each class, as they are or changed at random; points as a scatter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.raw import Array
from dashboard import theme
from dashboard.components import component
from dashboard.components.packed import pack


def samples(block: bytes, key: str) -> None:
    """Show a block of `images_block` or `points_block`."""
    component("samples")(key=key, data=block)


def images_block(
    classes: Sequence[str], counts: Sequence[str], images: Sequence[Array], augmented: bool = False
) -> bytes:
    """images: for each class uint8 (n, C, H, W). counts: what is told beside each.

    augmented: the first of each class is as it is, the others were changed.
    """
    shape = next((list(group.shape[1:]) for group in images if len(group)), [1, 1, 1])
    head = {
        "kind": "images",
        "classes": list(classes),
        "counts": list(counts),
        "shown": [len(group) for group in images],
        "shape": shape,
        "colours": [theme.class_colour(label) for label in range(len(classes))],
        "augmented": augmented,
    }
    return pack(head, {"images": np.concatenate([group.reshape(-1) for group in images]).astype(np.uint8)})


def points_block(classes: Sequence[str], counts: Sequence[str], x: NDArray[np.float32], y: NDArray[np.int64]) -> bytes:
    """x: (N, 2), y: (N,) labels."""
    low, high = x.min(axis=0), x.max(axis=0)
    room = 0.05 * (high - low)
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    head = {
        "kind": "points",
        "classes": list(classes),
        "counts": list(counts),
        "extent": [left, right, bottom, top],
        "colours": [theme.class_colour(label) for label in range(len(classes))],
        "alt": f"{len(x)} points of {len(classes)} classes in the plane",
    }
    return pack(head, {"points": x, "labels": y.astype(np.uint8)})
