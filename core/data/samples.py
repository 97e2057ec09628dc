"""Pictures of a data set for a page. No torch."""

from __future__ import annotations

import numpy as np

from core.data.raw import Array, RawData
from core.errors import DataError


def thumbnails(raw: RawData, per_class: int = 5) -> tuple[Array, ...]:
    """The first training images of each class: for each class uint8 (n, C, H, W) with n at most `per_class`.

    Raises DataError for points.
    """
    if not raw.is_image:
        raise DataError(f"{raw.title} has points, not images: draw them as points.")
    return tuple(
        np.array(raw.train_x[np.flatnonzero(raw.train_y == label)[:per_class]]) for label in range(len(raw.classes))
    )
