"""Bringing images to a network's size and channels."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from core.data.raw import Array
from core.errors import DataError


def _colour(images: Array, channels: int) -> Array:
    """Grey by ITU-R 601 (0.299 R + 0.587 G + 0.114 B, rounded as Pillow does), colour by repeating grey."""
    if images.shape[1] == channels:
        return images
    if images.shape[1] == 1:
        return np.repeat(images, channels, axis=1)
    red, green, blue = (images[:, i : i + 1].astype(np.uint32) for i in range(3))
    return ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16).astype(np.uint8)


def resize_images(images: Array, shape: tuple[int, ...]) -> Array:
    """uint8 (N, C, H, W) to uint8 (N, *shape); bilinear, and averaged over what falls together when smaller.

    Raises DataError for channels other than 1 or 3.
    """
    channels, height, width = shape
    if channels not in (1, 3):
        raise DataError(
            f"Images can be brought to 1 or 3 channels, but the network takes {channels}: fit it to the data."
        )
    result = np.empty((len(images), *shape), dtype=np.uint8)
    for start in range(0, len(images), 512):
        some = _colour(images[start : start + 512], channels)
        if some.shape[2:] != (height, width):
            x = torch.from_numpy(np.ascontiguousarray(some)).float()
            x = functional.interpolate(x, (height, width), mode="bilinear", antialias=True, align_corners=False)
            some = x.round_().clamp_(0, 255).to(torch.uint8).numpy()
        result[start : start + 512] = some
    return result
