"""Small data files of every layout, written by hand from the formats' descriptions."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

CIFAR_NAMES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")


def idx_bytes(values: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def write_mnist(root: Path, folder: str = "MNIST", zipped: bool = True, train: int = 30, test: int = 20) -> Path:
    """A small MNIST of random pixels, labels 0 to 9 in turn; returns its `raw` folder."""
    raw = root / folder / "raw"
    raw.mkdir(parents=True)
    random = np.random.default_rng(0)
    for prefix, count in (("train", train), ("t10k", test)):
        images = random.integers(0, 256, (count, 28, 28))
        for name, values in (
            (f"{prefix}-images-idx3-ubyte", images),
            (f"{prefix}-labels-idx1-ubyte", np.arange(count) % 10),
        ):
            data = idx_bytes(values)
            if zipped:
                (raw / f"{name}.gz").write_bytes(gzip.compress(data, 1))
            else:
                (raw / name).write_bytes(data)
    return raw


def python2_batch(pixels: np.ndarray, labels: Iterable[int]) -> bytes:
    """A batch as Python 2's cPickle wrote the real ones (protocol 2, byte strings everywhere)."""
    rows, columns = pixels.shape
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01"
        + b"J" + struct.pack("<i", rows) + b"J" + struct.pack("<i", columns) + b"\x86"
        + b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        + b"\x89T" + struct.pack("<i", pixels.size) + pixels.tobytes() + b"tb"
    )  # fmt: skip
    numbers = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(U\x0bbatch_labelU\x05smallU\x06labels" + numbers + b"U\x04data" + array + b"u."


def write_cifar(root: Path, rows: int = 20) -> Path:
    folder = root / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in CIFAR_NAMES:
        pixels = random.integers(0, 256, (rows, 3072), dtype=np.uint8)
        (folder / name).write_bytes(python2_batch(pixels, np.arange(rows) % 10))
    return folder


def fer_row(label: int, pixels: np.ndarray, usage: str) -> str:
    return f"{label},{' '.join(map(str, pixels.ravel()))},{usage}\n"


def fer_table(rows: Iterable[str]) -> bytes:
    return ("emotion,pixels,Usage\n" + "".join(rows)).encode()


def write_image(path: Path, pixels: np.ndarray, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def write_folder(root: Path, classes: dict[str, int], test: dict[str, int] | None = None, grey: bool = False) -> Path:
    """Random PNG images of 6x4 pixels (width, height) by class."""
    random = np.random.default_rng(0)
    for part, counts in (("train", classes), ("test", test or {})):
        for name, count in counts.items():
            (root / part / name).mkdir(parents=True)
            for number in range(count):
                pixels = random.integers(0, 256, (4, 6) if grey else (4, 6, 3), dtype=np.uint8)
                write_image(root / part / name / f"{number:03}.png", pixels)
    return root
