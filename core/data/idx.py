"""Reading MNIST and Fashion-MNIST: IDX files in torchvision's folders, unpacked or still gzipped.

Format: http://yann.lecun.com/exdb/mnist/ (big-endian magic 0x0000080N
for uint8 with N dimensions, N sizes, the values).
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

from core.data.raw import Array, RawData
from core.errors import DataError

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
MOST_BYTES = 16 + 60_000 * 28 * 28  # of the largest, unpacked
AGAIN = "delete it and download the data set again"


def find(folder: Path, name: str) -> Path | None:
    """The unpacked file if it is there, else the gzipped one, else None."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    return None


def read_idx(path: Path, dimensions: int) -> Array:
    """Values of one IDX file as uint8; raises DataError where it is not what its header says."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is cut off or damaged: {AGAIN}.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}): check its permissions.") from error
    if len(data) > MOST_BYTES:
        raise DataError(f"{path} is larger than it should be, {MOST_BYTES:,} bytes at most: {AGAIN}.")
    header = 4 * (dimensions + 1)
    if len(data) < header or data[:4] != bytes((0, 0, 8, dimensions)):
        raise DataError(f"{path} is not an IDX file of bytes in {dimensions} dimensions: {AGAIN}.")
    shape = tuple(int(side) for side in np.frombuffer(data, dtype=">u4", count=dimensions, offset=4))
    expected = header + int(np.prod(shape, dtype=np.int64))
    if len(data) != expected:
        raise DataError(f"{path} has {len(data):,} bytes where its header says {expected:,}: {AGAIN}.")
    return np.frombuffer(data, dtype=np.uint8, offset=header).reshape(shape)


def _read_part(folder: Path, images_name: str, labels_name: str) -> tuple[Array, Array]:
    paths = [find(folder, name) for name in (images_name, labels_name)]
    for path, name in zip(paths, (images_name, labels_name), strict=True):
        if path is None:
            raise DataError(f"{folder / name} is missing, and so is {name}.gz: download the data set, or put it there.")
    images_path, labels_path = paths
    assert images_path is not None
    assert labels_path is not None
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if len(images) != len(labels):
        raise DataError(
            f"{images_path} has {len(images):,} images but {labels_path.name} {len(labels):,} labels: {AGAIN}."
        )
    if images.shape[1:] != (28, 28) or len(labels) == 0 or labels.max() > 9:
        raise DataError(f"{images_path} and its labels are not 28x28 images in 10 classes: {AGAIN}.")
    return images[:, None], labels.astype(np.int64)


def load_idx(folder: Path, classes: tuple[str, ...], title: str) -> RawData:
    """Both parts of an MNIST-like data set from torchvision's `raw` folder, which may be read-only."""
    train_x, train_y = _read_part(folder, FILES[0], FILES[1])
    test_x, test_y = _read_part(folder, FILES[2], FILES[3])
    return RawData(train_x, train_y, test_x, test_y, classes, title=title)
