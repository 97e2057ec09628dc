"""Damaged MNIST files each get one sentence that names the file; a read-only folder of .gz is enough."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.data.sources import load
from core.errors import DataError
from tests.core.data.files import idx_bytes, write_mnist

IMAGES = "train-images-idx3-ubyte"


@pytest.mark.parametrize("zipped", [True, False])
def test_reads_both_forms(data_root: Path, zipped: bool) -> None:
    write_mnist(data_root, zipped=zipped)
    raw = load("mnist")
    expected = np.random.default_rng(0).integers(0, 256, (30, 28, 28))
    assert np.array_equal(raw.train_x[:, 0], expected)
    assert raw.test_y.tolist() == [*range(10), *range(10)]


def test_nothing_is_written_beside_the_files(data_root: Path) -> None:
    raw = write_mnist(data_root)
    before = sorted(raw.iterdir())
    load("mnist")
    assert sorted(raw.iterdir()) == before


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(byte ^ 0xFF for byte in data[middle : middle + 8]) + data[middle + 8 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": _cut,
    "flipped": _flip,
    "empty": lambda data: b"",
    "text": lambda data: b"<html>not found</html>",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", [IMAGES, "t10k-labels-idx1-ubyte"])
def test_a_damaged_gz_is_named(data_root: Path, damage: str, name: str) -> None:
    path = write_mnist(data_root) / f"{name}.gz"
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(DataError, match="delete it and download") as caught:
        load("mnist")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", ["cut", "empty", "text"])
def test_a_damaged_raw_file_is_named(data_root: Path, damage: str) -> None:
    path = write_mnist(data_root, zipped=False) / IMAGES
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(DataError, match="delete it and download") as caught:
        load("mnist")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("zipped", [True, False])
def test_no_more_is_read_than_there_should_be(data_root: Path, zipped: bool) -> None:
    raw = write_mnist(data_root, zipped=zipped)
    path = raw / (f"{IMAGES}.gz" if zipped else IMAGES)
    with gzip.open(path, "wb", 1) if zipped else path.open("wb") as file:
        for _ in range(400):
            file.write(bytes(2**20))
    tracemalloc.start()
    with pytest.raises(DataError, match=r"is larger than it should be, 47,040,016 bytes at most: delete it"):
        load("mnist")
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()


def test_counts_must_agree(data_root: Path) -> None:
    raw = write_mnist(data_root)
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.arange(29) % 10)))
    with pytest.raises(DataError, match=r"30 images but train-labels-idx1-ubyte.gz 29 labels"):
        load("mnist")


def test_other_sizes_and_labels_are_refused(data_root: Path) -> None:
    raw = write_mnist(data_root)
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.full(30, 11))))
    with pytest.raises(DataError, match="not 28x28 images in 10 classes"):
        load("mnist")
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.zeros(30))))
    (raw / f"{IMAGES}.gz").write_bytes(gzip.compress(idx_bytes(np.zeros((30, 8, 8)))))
    with pytest.raises(DataError, match="not 28x28 images in 10 classes"):
        load("mnist")
