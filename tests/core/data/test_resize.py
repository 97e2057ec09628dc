"""Sizes and colours are Pillow's, to within one grey level."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from core.data.resize import resize_images
from core.errors import DataError

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("size", [(28, 28), (32, 32), (8, 8), (40, 10), (5, 64), (1, 1)])
def test_sizes(size: tuple[int, int]) -> None:
    images = RANDOM.integers(0, 256, (600, 1, 28, 28)).astype(np.uint8)
    result = resize_images(images, (1, *size))
    assert result.shape == (600, 1, *size)
    for at in (0, 511, 512, 599):
        expected = Image.fromarray(images[at, 0]).resize((size[1], size[0]), Image.Resampling.BILINEAR)
        assert np.abs(result[at, 0].astype(int) - np.asarray(expected)).max() <= 1


def test_grey_is_pillows() -> None:
    images = RANDOM.integers(0, 256, (20, 3, 9, 7)).astype(np.uint8)
    expected = [np.asarray(Image.fromarray(image.transpose(1, 2, 0)).convert("L")) for image in images]
    assert np.array_equal(resize_images(images, (1, 9, 7))[:, 0], expected)


def test_colour_repeats_grey() -> None:
    images = RANDOM.integers(0, 256, (5, 1, 4, 4)).astype(np.uint8)
    result = resize_images(images, (3, 4, 4))
    assert all(np.array_equal(result[:, channel], images[:, 0]) for channel in range(3))


def test_other_channels_are_refused() -> None:
    with pytest.raises(DataError, match="1 or 3 channels, but the network takes 5"):
        resize_images(np.zeros((2, 1, 4, 4), np.uint8), (5, 4, 4))
