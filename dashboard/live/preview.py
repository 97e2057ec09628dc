"""A few samples of a data set, read once for all sessions; the data itself is not kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data import sources
from core.data.raw import Array
from core.data.samples import thumbnails
from core.data.settings import Augmentation
from dashboard.live.thumbnails import small

PER_CLASS = 12
POINTS = 600


@dataclass(frozen=True)
class Preview:
    """counts: training samples of each class. images: for each class uint8 (n, C, H, W), none for points.

    points, labels: (N, 2) and (N,), None for images.
    """

    classes: tuple[str, ...]
    counts: tuple[int, ...]
    images: tuple[Array, ...]
    points: NDArray[np.float32] | None
    labels: NDArray[np.int64] | None
    notes: tuple[str, ...]


@st.cache_resource(max_entries=12, show_spinner="Reading the data", ttl=3600)
def preview(name: str) -> Preview:
    """Samples of the training part. Raises DataError."""
    raw = sources.load(name)
    counts = tuple(np.bincount(raw.train_y, minlength=len(raw.classes)).tolist())
    if raw.is_image:
        return Preview(raw.classes, counts, tuple(map(small, thumbnails(raw, PER_CLASS))), None, None, raw.notes)
    return Preview(raw.classes, counts, (), raw.train_x[:POINTS].copy(), raw.train_y[:POINTS].copy(), raw.notes)


def augmented(images: tuple[Array, ...], settings: Augmentation, seed: int) -> tuple[Array, ...]:
    """Of each class: the first image as it is, then that image changed again and again (needs torch)."""
    import torch

    from core.data.augment import augment

    generator = torch.Generator().manual_seed(seed)
    found = []
    for group in images:
        if not len(group):
            found.append(group)
            continue
        batch = torch.from_numpy(np.repeat(group[:1], PER_CLASS - 1, axis=0))
        changed = (augment(batch, settings, generator) * 255).round().to(torch.uint8).numpy()
        found.append(np.concatenate([group[:1], changed]))
    return tuple(found)
