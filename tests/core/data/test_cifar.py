"""CIFAR-10: read from the folder or the archive; a pickle that asks for anything but arrays is refused unrun."""

from __future__ import annotations

import os
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from core.data import cifar
from core.data.cifar import read_batch
from core.data.sources import load
from core.errors import DataError
from tests.core.data.files import CIFAR_NAMES, python2_batch, write_cifar


def test_reads_the_pickles_of_python_2_as_torchvision_does(data_root: Path) -> None:
    folder = write_cifar(data_root)
    raw = load("cifar-10")
    theirs = [pickle.loads((folder / name).read_bytes(), encoding="latin1") for name in CIFAR_NAMES]
    assert raw.train_x.shape == (100, 3, 32, 32)
    assert np.array_equal(raw.train_x.reshape(100, -1), np.vstack([entry["data"] for entry in theirs[:-1]]))
    assert np.array_equal(raw.test_x.reshape(20, -1), theirs[-1]["data"])
    assert raw.test_y.tolist() == theirs[-1]["labels"]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("key", [str, str.encode])
def test_reads_pickles_of_python_3(protocol: int, key: type[str]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 3072), dtype=np.uint8)
    data = pickle.dumps({key("data"): pixels, key("labels"): [0, 1, 2, 9]}, protocol)
    images, labels = read_batch(data, "batch")
    assert np.array_equal(images.reshape(4, -1), pixels)
    assert labels.tolist() == [0, 1, 2, 9]


def test_reads_straight_from_the_archive(data_root: Path) -> None:
    folder = write_cifar(data_root)
    expected = load("cifar-10")
    with tarfile.open(data_root / "cifar-10-python.tar.gz", "w:gz") as tar:
        tar.add(folder, "cifar-10-batches-py")
    for path in folder.iterdir():
        path.unlink()
    assert np.array_equal(load("cifar-10").train_x, expected.train_x)
    assert not list(folder.iterdir())
    archive = data_root / "cifar-10-python.tar.gz"
    archive.write_bytes(archive.read_bytes()[:5000])
    with pytest.raises(DataError, match=r"cifar-10-python.tar.gz is cut off or damaged: delete it"):
        load("cifar-10")


@pytest.mark.parametrize("packed", [True, False])
def test_no_more_is_read_than_there_should_be(data_root: Path, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    folder = write_cifar(data_root)
    size = (folder / "data_batch_3").stat().st_size
    if packed:
        with tarfile.open(data_root / "cifar-10-python.tar.gz", "w:gz") as tar:
            tar.add(folder, "cifar-10-batches-py")
        (folder / "test_batch").unlink()
    monkeypatch.setattr(cifar, "MOST_BYTES", size)
    assert load("cifar-10").train_count == 100
    monkeypatch.setattr(cifar, "MOST_BYTES", size - 1)
    with pytest.raises(DataError, match=r"batch(_\d)? is larger than it should be, [\d,]+ bytes at most: delete it"):
        load("cifar-10")


class _Attack:
    def __init__(self, target: str) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self.target,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_malicious_pickle_does_nothing(data_root: Path, tmp_path: Path, protocol: int) -> None:
    target = tmp_path / "was-here"
    path = write_cifar(data_root) / "data_batch_3"
    path.write_bytes(pickle.dumps({b"data": _Attack(str(target))}, protocol))
    with pytest.raises(DataError, match=r"data_batch_3 is not a CIFAR-10 batch \(it asks for .*mkdir\)"):
        load("cifar-10")
    assert not target.exists()


@pytest.mark.parametrize(
    "name", [b"cbuiltins\neval\n", b"cbuiltins\ngetattr\n", b"cnumpy\nload\n", b"c_codecs\nlookup\n"]
)
def test_no_other_name_is_let_in(name: bytes) -> None:
    with pytest.raises(DataError, match="it asks for"):
        read_batch(b"\x80\x02" + name + b"U\x011\x85R.", "batch")


def test_the_codec_cannot_be_chosen() -> None:
    with pytest.raises(DataError, match="asks for the codec rot13"):
        read_batch(b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x05\x00\x00\x00rot13\x86R.", "batch")


GOOD = python2_batch(np.zeros((3, 3072), np.uint8), [0, 1, 2])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (GOOD[:4000], "batch"),
        (GOOD[:20], "batch"),
        (b"", "cut off or damaged"),
        (b"not a pickle", "batch"),
        (pickle.dumps([1, 2]), "no rows of 3,072 bytes"),
        (pickle.dumps({"data": np.zeros((3, 10), np.uint8), "labels": [0, 0, 0]}), "no rows of 3,072 bytes"),
        (pickle.dumps({"data": np.zeros((3, 3072)), "labels": [0, 0, 0]}), "no rows of 3,072 bytes"),
        (python2_batch(np.zeros((3, 3072), np.uint8), [0, 1]), "no label 0 to 9 for each of its 3 images"),
        (python2_batch(np.zeros((3, 3072), np.uint8), [0, 1, 10]), "no label 0 to 9"),
    ],
)
def test_a_damaged_batch_gets_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read_batch(data, "the batch")
    assert "delete it and download CIFAR-10 again" in str(caught.value)
    assert "\n" not in str(caught.value)
