"""A picture file that somebody gives, decoded within bounds: what is kept is small, whatever came."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import ConvLensError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
ENDINGS = ("png", "jpg", "jpeg", "webp", "gif", "bmp")
MOST_MEGABYTES = 20
MOST_PIXELS = 40_000_000
MOST_SIDE = 20_000
KEPT_SIDE = 1024  # the longer side of what is kept
# What Pillow raises for damaged files, by format.
BROKEN = (
    *(OSError, ValueError, SyntaxError, EOFError, RuntimeError, LookupError, TypeError, ArithmeticError),
    *(struct.error, zlib.error, MemoryError),
)


def decode(content: bytes, name: str) -> NDArray[np.uint8]:
    """The picture upright as (3, H, W) in 0..255, transparent parts on white, the longer side at most `KEPT_SIDE`.

    Of an animation the first picture. Raises ConvLensError: not a picture, cut off, or too large.
    """
    name = name[:60] or "the picture"
    if len(content) > MOST_MEGABYTES * 2**20:
        raise ConvLensError(
            f"{name} has {len(content) / 2**20:,.0f} MB; at most {MOST_MEGABYTES} MB are read: save it smaller."
        )
    if not content:
        raise ConvLensError(f"{name} is empty: choose another file.")
    try:
        return _pixels(_opened(content, name))
    except BROKEN:
        raise ConvLensError(f"{name} is cut off or damaged: save it again, or choose another file.") from None


def _opened(content: bytes, name: str) -> Image.Image:
    """The picture of which only the header was read."""
    try:
        file = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):  # Pillow's own limits are higher
        raise _too_large(name) from None
    except UnidentifiedImageError:
        raise ConvLensError(
            f"{name} is not a picture that can be read: PNG, JPEG, WebP, GIF and BMP are, whatever the name ends in."
        ) from None
    if file.width * file.height > MOST_PIXELS or max(file.size) > MOST_SIDE:
        raise _too_large(name, f"{file.width:,}×{file.height:,} pixels, ")
    return file


def _too_large(name: str, size: str = "") -> ConvLensError:
    return ConvLensError(
        f"{name} has {size}more than the {MOST_PIXELS // 10**6} million pixels, or {MOST_SIDE:,} a side, that are "
        "read: make it smaller."
    )


def _pixels(file: Image.Image) -> NDArray[np.uint8]:
    file.draft(None, (KEPT_SIDE, KEPT_SIDE))  # a JPEG is decoded smaller, which bounds time and memory
    file.load()
    with suppress(*BROKEN):  # what is written about a picture may be damaged where the picture is not
        ImageOps.exif_transpose(file, in_place=True)
    picture = _eight_bits(file)
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if max(picture.size) > KEPT_SIDE:
        scale = KEPT_SIDE / max(picture.size)
        sides = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(sides, Image.Resampling.BOX, reducing_gap=2.0)
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return np.ascontiguousarray(np.asarray(picture, dtype=np.uint8).transpose(2, 0, 1))


def _eight_bits(picture: Image.Image) -> Image.Image:
    """16-bit grey brought to 8 bits: Pillow alone would clip it."""
    if picture.mode.startswith("I") or picture.mode == "F":
        levels = np.asarray(picture).astype(np.float64)
        return Image.fromarray(np.clip(levels / 257, 0, 255).round().astype(np.uint8))
    return picture
