"""Downloads, with the network replaced: whole files or none, and a sentence for everything that goes wrong."""

from __future__ import annotations

import errno
import hashlib
import io
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest
from torchvision import datasets

from core import cli
from core.data import catalogue, download
from core.data.sources import load
from core.errors import DataError
from tests.core.data.files import CIFAR_NAMES, write_cifar, write_mnist

Answer = Callable[[str], bytes]


class Network:
    """What answers instead of the network, and what was asked of it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.fault: Callable[[str], Exception | None] = lambda url: None

    def urlopen(self, request: urllib.request.Request, timeout: float) -> io.BytesIO:
        assert timeout > 0
        self.asked.append(request.full_url)
        fault = self.fault(request.full_url)
        if fault:
            raise fault
        return io.BytesIO(self.files[request.full_url.rsplit("/", 1)[1]])


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(urllib.request, "urlopen", network.urlopen)
    return network


@pytest.fixture
def mnist(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Network:
    """A network that has a small MNIST, and torchvision's checksums to match."""
    raw = write_mnist(tmp_path / "origin")
    network.files = {path.name: path.read_bytes() for path in raw.iterdir()}
    sums = [(name, hashlib.md5(network.files[name]).hexdigest()) for name, _ in datasets.MNIST.resources]
    monkeypatch.setattr(datasets.MNIST, "resources", sums)
    return network


@pytest.fixture
def cifar(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Network:
    folder = write_cifar(tmp_path / "origin")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(folder, "cifar-10-batches-py")
    network.files = {"cifar-10-python.tar.gz": packed.getvalue()}
    sums = [[name, hashlib.md5((folder / name).read_bytes()).hexdigest()] for name in CIFAR_NAMES]
    monkeypatch.setattr(datasets.CIFAR10, "tgz_md5", hashlib.md5(packed.getvalue()).hexdigest())
    monkeypatch.setattr(datasets.CIFAR10, "train_list", sums[:-1])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", sums[-1:])
    return network


def quiet(share: float, text: str) -> None:
    assert 0 <= share <= 1
    assert text


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_catalogue_knows_torchvisions_folders() -> None:
    for name, source in (("mnist", datasets.MNIST), ("fashion-mnist", datasets.FashionMNIST)):
        assert catalogue.IDX_FOLDERS[name] == source.__name__
        assert [f"{file}.gz" for file in catalogue.idx.FILES] == [file for file, _ in source.resources]
    cifar = datasets.CIFAR10
    assert (cifar.base_folder, cifar.filename) == (catalogue.CIFAR_FOLDER, catalogue.CIFAR_ARCHIVE)
    assert list(catalogue.CIFAR_BATCHES) == [name for name, _ in (*cifar.train_list, *cifar.test_list)]


def test_mnist_arrives_with_progress(mnist: Network, data_root: Path) -> None:
    told: list[tuple[float, str]] = []
    download.download("mnist", lambda share, text: told.append((share, text)))
    assert files_in(data_root) == sorted(f"MNIST/raw/{name}" for name in mnist.files)
    assert load("mnist").train_count == 30
    assert told[0][1].startswith("Downloading MNIST, 0.0 of 11.6 MB")
    assert told[-1] == (1.0, "MNIST is there")
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert all(url.startswith(datasets.MNIST.mirrors[0]) for url in mnist.asked)


def test_what_is_there_is_not_fetched_again(mnist: Network, data_root: Path) -> None:
    download.download("mnist", quiet)
    (data_root / "MNIST/raw/t10k-labels-idx1-ubyte.gz").unlink()
    mnist.asked.clear()
    download.download("mnist", quiet)
    assert [url.rsplit("/", 1)[1] for url in mnist.asked] == ["t10k-labels-idx1-ubyte.gz"]


def test_damaged_files_are_replaced(mnist: Network, data_root: Path) -> None:
    raw = write_mnist(data_root, zipped=False)
    good, damaged = raw / "train-images-idx3-ubyte", raw / "train-labels-idx1-ubyte"
    damaged.write_bytes(b"damaged")
    (raw / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged too")
    download.download("mnist", quiet)
    assert load("mnist").train_count == 30
    assert good.exists()
    assert not damaged.exists()
    assert len(mnist.asked) == 2


def test_the_next_mirror_is_tried(mnist: Network, data_root: Path) -> None:
    first = datasets.MNIST.mirrors[0]
    mnist.fault = lambda url: (
        urllib.error.HTTPError(url, 503, "busy", Message(), None) if url.startswith(first) else None
    )
    download.download("mnist", quiet)
    assert load("mnist").train_count == 30


FAULTS: dict[str, tuple[Exception, str]] = {
    "offline": (urllib.error.URLError(OSError(-2, "Name or service not known")), r"\(no connection\)"),
    "slow": (urllib.error.URLError(TimeoutError()), r"\(no answer within 20 s\)"),
    "refused": (urllib.error.HTTPError("http://x", 403, "no", Message(), None), r"\(the server answers 403\)"),
    "reset": (ConnectionResetError(104, "reset"), r"\(no connection\)"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar-10"])
def test_no_network_says_what_to_do(network: Network, data_root: Path, name: str, fault: str) -> None:
    network.fault = lambda url: FAULTS[fault][0]
    with pytest.raises(DataError, match=FAULTS[fault][1]) as caught:
        download.download(name, quiet)
    sentence = str(caught.value)
    assert "try again with a connection, or copy" in sentence
    assert str(data_root) in sentence
    assert ("cifar-10-python.tar.gz" if name == "cifar-10" else "t10k-labels-idx1-ubyte.gz") in sentence
    assert "\n" not in sentence
    assert files_in(data_root) == []


class _Breaking(io.BytesIO):
    def __init__(self, data: bytes, fault: Exception) -> None:
        super().__init__(data)
        self.fault = fault

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(1000)
        if not block:
            raise self.fault
        return block


def test_a_broken_connection_leaves_nothing(network: Network, data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        urllib.request, "urlopen", lambda *a, **k: _Breaking(b"x" * 5000, ConnectionResetError(104, "reset"))
    )
    with pytest.raises(DataError, match="no connection"):
        download.download("mnist", lambda share, text: None)
    assert files_in(data_root) == []


@pytest.mark.parametrize("change", [lambda data: data[:100], lambda data: data + b"x", lambda data: b"<html>"])
def test_another_file_than_expected_is_refused(
    mnist: Network, data_root: Path, change: Callable[[bytes], bytes]
) -> None:
    mnist.files["train-images-idx3-ubyte.gz"] = change(mnist.files["train-images-idx3-ubyte.gz"])
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz came cut off or changed"):
        download.download("mnist", quiet)
    assert files_in(data_root) == []


def test_a_full_disk_says_so(mnist: Network, data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def full(path: Path, *args: object, **options: object) -> object:
        file = opened(path, *args, **options)  # type: ignore[call-overload]
        if path.name.startswith(".download-"):

            def write(block: bytes) -> int:
                raise OSError(errno.ENOSPC, "No space left on device")

            file.write = write
        return file

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(DataError, match="has no space left: free some, or set CONVLENS_DATA elsewhere"):
        download.download("mnist", quiet)
    assert files_in(data_root) == []


def test_a_folder_that_cannot_be_made_says_so(mnist: Network, data_root: Path) -> None:
    (data_root / "MNIST").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"MNIST/raw cannot be written .*set CONVLENS_DATA elsewhere"):
        download.download("mnist", quiet)


def test_an_interruption_leaves_nothing(mnist: Network, data_root: Path) -> None:
    def stop(share: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.download("mnist", stop)
    assert files_in(data_root) == []


def test_cifar_is_kept_as_its_archive(cifar: Network, data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tarfile, "data_filter")  # Python 3.11 before 3.11.4 has none
    monkeypatch.delattr(tarfile.TarFile, "extractall")
    assert download.download("cifar-10", quiet)
    assert files_in(data_root) == ["cifar-10-python.tar.gz"]
    assert load("cifar-10").train_count == 100
    assert not download.download("cifar-10", quiet)
    assert len(cifar.asked) == 1


def test_a_damaged_archive_is_replaced(cifar: Network, data_root: Path) -> None:
    (data_root / "cifar-10-python.tar.gz").write_bytes(b"damaged")
    assert download.download("cifar-10", quiet)
    assert load("cifar-10").train_count == 100


def test_damaged_batches_give_way_to_the_archive(cifar: Network, data_root: Path) -> None:
    folder = write_cifar(data_root)
    assert not download.download("cifar-10", quiet)
    (folder / "data_batch_2").write_bytes(b"damaged")
    with pytest.raises(DataError, match="data_batch_2"):
        load("cifar-10")
    assert download.download("cifar-10", quiet)
    assert load("cifar-10").train_count == 100
    assert not (folder / "data_batch_2").exists()
    assert (folder / "data_batch_1").exists()


@pytest.mark.parametrize("name", ["mnist", "cifar-10"])
def test_a_disk_that_fails_says_so(
    mnist: Network, cifar: Network, data_root: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_mnist(data_root)
    write_cifar(data_root)

    def fail(*arguments: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(hashlib, "file_digest", fail)
    with pytest.raises(DataError, match=r"cannot be read \(Input/output error\)"):
        download.download(name, quiet)


def test_a_temporary_file_that_cannot_be_opened_says_so(
    mnist: Network, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def refuse(path: Path, *args: object, **options: object) -> object:
        if path.name.startswith(".download-"):
            raise OSError(errno.EROFS, "Read-only file system")
        return opened(path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"MNIST/raw cannot be written \(Read-only file system\)"):
        download.download("mnist", quiet)
    assert files_in(data_root) == []


def test_the_command_repairs_what_is_damaged(
    mnist: Network, data_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.execute(["download", "mnist"]) == 0
    capsys.readouterr()
    path = data_root / "MNIST/raw/train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:100])
    assert cli.execute(["download", "mnist"]) == 0
    assert capsys.readouterr().err == "MNIST was damaged and is whole again.\n"
    assert load("mnist").train_count == 30
    assert cli.execute(["download", "mnist"]) == 0
    assert capsys.readouterr().err == f"MNIST is in {data_root} already and whole.\n"
    assert cli.execute(["download", "digits"]) == 0
    assert "Digits is in" in capsys.readouterr().err
    assert len(mnist.asked) == 5


def test_an_archive_that_is_there_is_used(cifar: Network, data_root: Path) -> None:
    archive = data_root / "cifar-10-python.tar.gz"
    archive.write_bytes(cifar.files[archive.name])
    assert not download.download("cifar-10", quiet)
    assert cifar.asked == []
    assert archive.exists()
    assert load("cifar-10").train_count == 100


@pytest.mark.parametrize("name", ["digits", "fer2013", "moons"])
def test_what_has_no_download_says_so(network: Network, name: str) -> None:
    with pytest.raises(DataError, match=r"cannot be downloaded: (it needs no files|put fer2013.csv)"):
        download.download(name, quiet)
    assert network.asked == []
