"""A few samples of a data set, read once for all sessions; the data itself is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core import paths
from core.data import catalogue, folders, sources
from core.data.raw import Array, reading
from core.data.samples import thumbnails
from core.data.settings import Augmentation
from core.errors import DataError
from dashboard.live.thumbnails import small

PER_CLASS = 12
POINTS = 600


@dataclass(frozen=True)
class Preview:
    """counts: training samples of each class; totals: those and the test samples.

    images: for each class uint8 (n, C, H, W), none for points.
    points, labels: (N, 2) and (N,), None for images.
    """

    classes: tuple[str, ...]
    counts: tuple[int, ...]
    images: tuple[Array, ...]
    points: NDArray[np.float32] | None
    labels: NDArray[np.int64] | None
    notes: tuple[str, ...]
    totals: tuple[int, ...]


Stamp = tuple[str, int, int, int]


def preview(name: str) -> Preview:
    """Samples of the training part, read once while the files stay as they are. Raises DataError."""
    with reading(name):
        found = _read_or_fault(name, stamp(name))
    if isinstance(found, str):
        raise DataError(found)
    return found


@st.cache_resource(max_entries=12, show_spinner="Reading the data", ttl=3600)
def _read_or_fault(name: str, stamp: Stamp) -> Preview | str:
    """The sentence where it cannot be read: the cache keeps values, but no exceptions."""
    try:
        return _read(name)
    except DataError as error:
        return str(error)


def stamp(name: str) -> Stamp:
    """The data folder, and of the data set's files their number, bytes and times of change, summed."""
    root = paths.data_root()
    count = size = times = 0
    for path in _files(name, root):
        with suppress(OSError):
            stat = path.stat()
            count, size, times = count + 1, size + stat.st_size, times + stat.st_mtime_ns + stat.st_ctime_ns
    return str(root), count, size, times


def _files(name: str, root: Path) -> Iterator[Path]:
    if name.startswith(folders.PREFIX):
        place = folders.locate(name, root)
        yield from (path for part in ("train", "test") for path in (place / part).glob("*/*"))
    elif name in catalogue.IDX_FOLDERS:
        yield from catalogue.idx_folder(name).glob("*")
    elif name == "cifar-10":
        yield root / catalogue.CIFAR_ARCHIVE
        yield from (root / catalogue.CIFAR_FOLDER).glob("*")
    elif name == "fer2013":
        yield from filter(None, [catalogue.fer_file()])


def _read(name: str) -> Preview:
    raw = sources.load(name)
    counts = tuple(np.bincount(raw.train_y, minlength=len(raw.classes)).tolist())
    totals = tuple((np.bincount(raw.test_y, minlength=len(raw.classes)) + counts).tolist())
    if raw.is_image:
        images = tuple(map(small, thumbnails(raw, PER_CLASS)))
        return Preview(raw.classes, counts, images, None, None, raw.notes, totals)
    points, labels = raw.train_x[:POINTS].copy(), raw.train_y[:POINTS].copy()
    return Preview(raw.classes, counts, (), points, labels, raw.notes, totals)


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
