"""Every data set of the catalogue keeps what its entry promises; unknown names and missing files get a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.data import catalogue
from core.data.catalogue import DATASETS
from core.data.raw import RawData
from core.data.sources import LOADERS, load
from core.errors import DataError
from tests.conftest import PROJECT, SHARED_DATA
from tests.core.data.files import write_cifar, write_folder, write_mnist

GENERATED = ("digits", "shapes", "moons", "circles", "spirals")


def test_each_entry_has_a_loader() -> None:
    assert set(LOADERS) == set(DATASETS)
    assert all(name == entry.name for name, entry in DATASETS.items())


def prepared_for(name: str, data_root: Path, request: pytest.FixtureRequest) -> RawData:
    """The data set in full where it can be had, CIFAR-10 in a small copy of its layout."""
    if name == "cifar-10":
        write_cifar(data_root)
    elif name not in GENERATED:
        request.getfixturevalue("shared_data")
    return load(name)


@pytest.mark.parametrize("name", DATASETS)
def test_loads_what_the_entry_says(name: str, data_root: Path, request: pytest.FixtureRequest) -> None:
    entry, raw = DATASETS[name], prepared_for(name, data_root, request)
    assert raw.input_shape == entry.input_shape
    assert raw.classes == entry.classes
    assert raw.title == entry.title
    assert raw.is_image == entry.is_image
    for x, y in ((raw.train_x, raw.train_y), (raw.test_x, raw.test_y)):
        assert x.dtype == (np.uint8 if entry.is_image else np.float32)
        assert y.dtype == np.int64
        assert len(x) == len(y)
        assert set(np.unique(y)) == set(range(len(entry.classes)))
        assert raw.value_range[0] <= x.min() < x.max() <= raw.value_range[1]
    if name == "fer2013":  # copies move from test to training
        assert raw.train_count >= entry.train_count
        assert raw.train_count + raw.test_count == entry.train_count + entry.test_count
    elif name != "cifar-10":
        assert (raw.train_count, raw.test_count) == (entry.train_count, entry.test_count)


@pytest.mark.parametrize("name", GENERATED)
def test_generated_sets_are_the_same_every_time_and_balanced(name: str) -> None:
    once, again = load(name), load(name)
    for part in ("train_x", "train_y", "test_x", "test_y"):
        assert np.array_equal(getattr(once, part), getattr(again, part))
    counts = np.array(once.train_counts())
    assert counts.max() / counts.min() < 1.1
    seen = {sample.tobytes() for sample in once.train_x}
    assert not [sample for sample in once.test_x if sample.tobytes() in seen]


@pytest.mark.parametrize("name", GENERATED)
def test_generated_sets_are_always_ready(name: str) -> None:
    assert catalogue.available(name).ready


@pytest.mark.parametrize("name", [name for name in DATASETS if name not in GENERATED])
def test_a_missing_set_says_what_to_do_offline(name: str, data_root: Path) -> None:
    here = catalogue.available(name)
    assert not here.ready
    assert here.downloadable == (name != "fer2013")
    assert (here.bytes > 10e6) == here.downloadable
    assert str(data_root) in here.sentence
    assert here.sentence.count(".") >= 1
    file = {"cifar-10": "cifar-10-python.tar.gz", "fer2013": "fer2013.csv.gz"}.get(name, "train-images-idx3-ubyte.gz")
    assert file in here.sentence
    with pytest.raises(DataError) as caught:
        load(name)
    assert str(caught.value) == here.sentence


def test_one_missing_file_is_named_alone(data_root: Path) -> None:
    raw = write_mnist(data_root)
    assert catalogue.available("mnist").ready
    (raw / "t10k-labels-idx1-ubyte.gz").unlink()
    sentence = catalogue.available("mnist").sentence
    assert "copy t10k-labels-idx1-ubyte.gz into" in sentence
    assert "train-images" not in sentence


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(DataError, match="no data set 'mnits': did you mean mnist\\?"):
        catalogue.describe("mnits")
    with pytest.raises(DataError, match="did you mean cifar-10"):
        load("CIFAR10")
    with pytest.raises(DataError, match="there are digits, mnist"):
        catalogue.describe("qqqqqqq")


def test_names_list_the_folders_of_images(data_root: Path) -> None:
    assert catalogue.names() == list(DATASETS)
    write_folder(data_root / "flowers", {"rose": 1, "tulip": 1})
    (data_root / ".hidden" / "train").mkdir(parents=True)
    (data_root / "other").mkdir()
    assert catalogue.names() == [*DATASETS, "folder:flowers"]


def test_no_data_folder_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONVLENS_DATA", str(tmp_path / "nowhere"))
    assert catalogue.names() == list(DATASETS)
    assert not catalogue.available("mnist").ready


@pytest.mark.parametrize("name", ["mnist", "cifar-10", "fer2013", "folder:flowers"])
def test_a_folder_without_permission_gets_a_sentence(
    name: str, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(data_root / "flowers", {"a": 2, "b": 2})

    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    monkeypatch.setattr(Path, "is_dir", refuse)
    sentence = catalogue.available(name).sentence
    assert sentence.startswith(f"{name} cannot be read {data_root}")
    assert sentence.endswith("(Permission denied): check its permissions.")
    with pytest.raises(DataError, match="Permission denied"):
        load(name)
    assert catalogue.names() == list(DATASETS)


def test_too_little_memory_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> RawData:
        raise MemoryError

    monkeypatch.setitem(LOADERS, "digits", fail)
    with pytest.raises(DataError, match="digits does not fit into the memory"):
        load("digits")


def test_reading_needs_no_torch() -> None:
    code = (
        "import sys; from core.data import catalogue, fit, samples, sources; sources.load('digits');"
        "print('torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="no real data beside the project")
@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST"])
def test_real_images_are_torchvisions(name: str, shared_data: Path) -> None:
    from torchvision import datasets

    raw = load({"MNIST": "mnist", "FashionMNIST": "fashion-mnist"}[name])
    for train, x, y in ((True, raw.train_x, raw.train_y), (False, raw.test_x, raw.test_y)):
        theirs = getattr(datasets, name)(str(shared_data), train=train, download=True)  # unpacks, fetches nothing
        assert np.array_equal(theirs.data.numpy(), x[:, 0])
        assert np.array_equal(theirs.targets.numpy(), y)
    again = load({"MNIST": "mnist", "FashionMNIST": "fashion-mnist"}[name])  # now from the unpacked files
    assert np.array_equal(again.train_x, raw.train_x)
