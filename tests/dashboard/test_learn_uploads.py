"""Pictures that somebody gives: what they become, and what is refused in one sentence."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import ConvLensError
from dashboard.learn import uploads

Bytes = np.ndarray[Any, Any]


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def random_rgb(height: int = 6, width: int = 9) -> Bytes:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def said(content: bytes, name: str = "mine.png") -> str:
    with pytest.raises(ConvLensError) as error:
        uploads.decode(content, name)
    text = str(error.value)
    assert name in text
    assert text.endswith(".")
    assert "\n" not in text
    return text


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("BMP", {}), ("WEBP", {"lossless": True})])
def test_pixels_come_as_they_are(kind: str, options: dict[str, Any]) -> None:
    pixels = random_rgb()
    found = uploads.decode(saved(Image.fromarray(pixels), kind, **options), "mine")
    assert found.dtype == np.uint8
    assert np.array_equal(found, pixels.transpose(2, 0, 1))


def test_grey_black_and_white_and_the_first_of_a_gif() -> None:
    grey = random_rgb()[..., 0]
    assert np.array_equal(uploads.decode(saved(Image.fromarray(grey)), "a"), np.stack([grey] * 3))
    bits = Image.fromarray(grey).convert("1", dither=Image.Dither.NONE)
    assert np.array_equal(uploads.decode(saved(bits), "a")[0], np.where(grey > 127, 255, 0))
    frames = [Image.new("RGB", (5, 4), colour) for colour in ("red", "blue")]
    gif = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert uploads.decode(gif, "a")[:, 2, 2].tolist() == [255, 0, 0]


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    levels = np.array([[0, 257, 32768, 65535]], dtype=np.uint16)
    assert uploads.decode(saved(Image.fromarray(levels)), "a")[0].tolist() == [[0, 1, 128, 255]]


def test_transparent_parts_are_white() -> None:
    clear = Image.new("RGBA", (3, 3), (10, 20, 30, 0))
    clear.putpixel((1, 1), (10, 20, 30, 255))
    found = uploads.decode(saved(clear), "a")
    assert found[:, 0, 0].tolist() == [255, 255, 255]
    assert found[:, 1, 1].tolist() == [10, 20, 30]
    palette = Image.new("P", (3, 3), 1)
    palette.putpalette([200, 0, 0, 0, 0, 100])
    palette.putpixel((0, 0), 0)
    found = uploads.decode(saved(palette, transparency=0), "a")
    assert found[:, 0, 0].tolist() == [255, 255, 255]
    assert found[:, 2, 2].tolist() == [0, 0, 100]


def test_cmyk_becomes_rgb() -> None:
    found = uploads.decode(saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95), "a")
    assert found[0].min() > 200
    assert found[1:].max() < 60


def test_a_photograph_stands_upright() -> None:
    turned = Image.new("L", (8, 4), 255)
    turned.paste(0, (0, 0, 8, 1))  # the top row as it is stored
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter clockwise to see it
    found = uploads.decode(saved(turned, "PNG", exif=exif), "a")
    assert found.shape == (3, 8, 4)
    assert found[0, :, 3].tolist() == [0] * 8
    assert found[0, :, 0].tolist() == [255] * 8


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_is_kept_is_small(kind: str) -> None:
    found = uploads.decode(saved(Image.new("RGB", (5000, 2500), (9, 90, 200)), kind), "a")
    assert found.shape == (3, 512, 1024)
    assert np.abs(found[:, 100, 100].astype(int) - [9, 90, 200]).max() <= 3


def declared(width: int, height: int) -> bytes:
    """The head of a PNG of that size, and hardly a pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("sides", [(100_000, 100_000), (8000, 8000), (30_000, 10)])
def test_enormous_sides_are_refused_before_a_pixel_is_decoded(sides: tuple[int, int]) -> None:
    text = said(declared(*sides))
    assert "40 million pixels" in text
    assert "20,000 a side" in text


def test_a_file_over_the_limit_is_refused() -> None:
    assert "at most 20 MB" in said(bytes(21 * 2**20))


def test_what_is_no_picture_is_told() -> None:
    for content in (b"not a picture at all", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x00" * 500):
        assert "PNG, JPEG, WebP, GIF and BMP" in said(content)
    assert "PNG, JPEG, WebP, GIF and BMP" in said(saved(Image.new("L", (9, 9)), "TIFF"))
    assert "empty" in said(b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_cut_file_is_told(kind: str) -> None:
    whole = saved(Image.fromarray(random_rgb(200, 200)), kind)
    assert "cut off or damaged" in said(whole[: len(whole) // 2])


@given(st.data())
def test_damaged_files_never_raise_anything_else(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP"]))
    content = bytearray(saved(Image.fromarray(random_rgb(12, 10)), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = uploads.decode(bytes(content), "mine")
    except ConvLensError:
        return
    assert found.dtype == np.uint8
    assert found.shape[0] == 3
    assert max(found.shape) <= uploads.KEPT_SIDE
