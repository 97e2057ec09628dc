"""How a network is shown a picture: its size and channels, its normaliser, and drawings as its training's were made.

MNIST's digits were brought to a box of 20x20 keeping their aspect ratio, then put into 28x28 with their centre of mass
in the middle (Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist). scikit-learn's are the shares of ink
in the 4x4 blocks of 32x32 bitmaps (E. Alpaydin, C. Kaynak, UCI, Optical Recognition of Handwritten Digits).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from core.data.normalise import Normaliser
from core.data.resize import resize_images
from core.errors import ConvLensError
from core.network.kind import Shape, words

Picture = NDArray[np.uint8]
Like = Literal["mnist", "digits"]

MNIST_SIDE, MNIST_BOX = 28, 20
DIGITS_SIDE, DIGITS_BLOCK, DIGITS_WIDTH = 8, 4, 6  # measured: digits are 8 cells high and about 6 wide
BACKGROUND = 0.25  # of the way from a photograph's paper to its ink: shades up to there are paper
INK = 16  # of 255: fainter cells are no ink when the drawing's box is looked for


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture as the network sees it.

    picture: uint8 (C, H, W), read-only; x: float32 (1, C, H, W), what the network is given.
    """

    picture: Picture
    x: torch.Tensor


@dataclass(frozen=True)
class Eye:
    """How one network is shown pictures. input_shape: (C, H, W); classes: names of what it tells apart."""

    normaliser: Normaliser
    input_shape: Shape
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.input_shape) != 3:
            raise ConvLensError(
                f"The network reads {words(self.input_shape)}, not images: feature maps are there for networks that "
                "read images."
            )

    def see(self, picture: NDArray[Any], whole: bool = True) -> Seen:
        """A uint8 picture (C, H, W) with C 1 or 3, of any size, as the network sees it.

        whole: stretched to the network's size, as training's images are; else its middle is cut out first, so that
        nothing is stretched. Raises DataError where the network has channels other than 1 or 3.
        """
        cut = np.asarray(picture, np.uint8) if whole else _middle(picture, *self.input_shape[1:])
        seen = np.ascontiguousarray(resize_images(cut[None], self.input_shape))
        x = self.normaliser(torch.from_numpy(seen))
        seen.flags.writeable = False
        return Seen(seen[0], x)


def _middle(picture: NDArray[Any], height: int, width: int) -> Picture:
    """The largest part of the picture that has the aspect ratio of `height` x `width`, from its middle."""
    rows, columns = picture.shape[1:]
    high = min(rows, max(1, round(columns * height / width)))
    wide = min(columns, max(1, round(rows * width / height)))
    top, left = (rows - high) // 2, (columns - wide) // 2
    return np.asarray(picture[:, top : top + high, left : left + wide], np.uint8)


def inverted(picture: NDArray[Any]) -> Picture:
    """Dark becomes light."""
    turned: Picture = 255 - np.asarray(picture, np.uint8)
    return turned


def light_border(picture: NDArray[Any]) -> bool:
    """Whether what surrounds the picture (C, H, W) is light: ink on paper, not light on dark."""
    grey = np.asarray(picture, np.float64).mean(axis=0)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return bool(np.median(border) > 127)


def ink_of(picture: NDArray[Any]) -> Picture:
    """A picture (C, H, W), light on dark, as ink (H, W): the background taken away, the brightest brought to 255."""
    grey = np.asarray(picture, np.float64).mean(axis=0)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    if paper == 0 and grey.max() in (0, 255):
        return np.asarray(grey.round(), np.uint8)
    floor = paper + BACKGROUND * max(0.0, grey.max() - paper)
    stretched = (grey - floor) / max(1.0, grey.max() - floor)
    return np.asarray((stretched.clip(0, 1) * 255).round(), np.uint8)


def like(dataset: str, input_shape: Shape) -> Like | None:
    """How drawings are centred for a network that learned from this data; None where nothing is known of it."""
    if dataset == "mnist" and input_shape[0] == 1:
        return "mnist"
    return "digits" if dataset == "digits" and input_shape[0] == 1 else None


def centred(drawing: NDArray[Any], kind: Like) -> Picture:
    """A drawing, uint8 (H, W) with 255 ink on 0, as the digits of a data set are made: uint8 (1, 28, 28) or (1, 8, 8).

    An empty drawing stays empty.
    """
    box = inked(drawing)
    if box is None:
        side = MNIST_SIDE if kind == "mnist" else DIGITS_SIDE
        return np.zeros((1, side, side), np.uint8)
    top, left, bottom, right = box
    ink = torch.from_numpy(np.ascontiguousarray(drawing[top:bottom, left:right]).astype(np.float32))
    return _mnist(ink) if kind == "mnist" else _digits(ink)


def inked(drawing: NDArray[Any]) -> tuple[int, int, int, int] | None:
    """Top, left, bottom and right (the last two beyond it) of what has ink; None of an empty drawing."""
    there = np.asarray(drawing) >= INK
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _to(ink: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    resized = functional.interpolate(
        ink[None, None], (rows, columns), mode="bilinear", antialias=True, align_corners=False
    )
    return resized[0, 0].clamp(0, 255)


def _mnist(ink: torch.Tensor) -> Picture:
    rows, columns = (max(1, round(size * MNIST_BOX / max(ink.shape))) for size in ink.shape)
    small = _to(ink, rows, columns).round().numpy()
    mass = small.sum()
    middle = MNIST_SIDE / 2  # measured: the mean of MNIST's own centres of mass is (14.0, 14.0)
    shift = [
        middle - float((small.sum(axis=1 - axis) * np.arange(small.shape[axis])).sum() / mass) for axis in range(2)
    ]
    top, left = (
        min(max(0, round(start)), MNIST_SIDE - size) for start, size in zip(shift, (rows, columns), strict=True)
    )
    whole = np.zeros((1, MNIST_SIDE, MNIST_SIDE), np.uint8)
    whole[0, top : top + rows, left : left + columns] = small
    return whole


def _digits(ink: torch.Tensor) -> Picture:
    """As high as the bitmap, like all of that data, and as wide as the aspect ratio says, up to the usual width."""
    side = DIGITS_SIDE * DIGITS_BLOCK
    width = min(DIGITS_WIDTH * DIGITS_BLOCK, max(1, round(ink.shape[1] * side / ink.shape[0])))
    left = (side - width) // 2
    bitmap = torch.zeros((side, side))
    bitmap[:, left : left + width] = (_to(ink, side, width) >= 255 / 2).float()
    counts = bitmap.reshape(DIGITS_SIDE, DIGITS_BLOCK, DIGITS_SIDE, DIGITS_BLOCK).sum(dim=(1, 3))
    return (counts * 255 / DIGITS_BLOCK**2).round().to(torch.uint8).numpy()[None]
