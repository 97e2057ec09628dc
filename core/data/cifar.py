"""Reading CIFAR-10 as torchvision lays it out. Its batches are pickles, so only plain arrays are let out of them."""

from __future__ import annotations

import io
import pickle
import tarfile
import zlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.data.catalogue import CIFAR_ARCHIVE, CIFAR_BATCHES, CIFAR_FOLDER
from core.data.raw import Array, RawData
from core.errors import DataError

AGAIN = "delete it and download CIFAR-10 again"
MOST_BYTES = 40_000_000  # of a batch; the real ones have 31 million
MOST_MEMBERS = 100  # of an archive; the real one has 9


def _latin1(text: str, encoding: str) -> bytes:
    """What Python 3 writes for bytes in old pickles."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it asks for the codec {encoding}")
    return text.encode("latin1")


_reconstruct = np.ndarray(0).__reduce__()[0]
_from_buffer = np.ndarray(0).__reduce_ex__(5)[0]
_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _latin1,
}


class ArrayUnpickler(pickle.Unpickler):
    """Loads built-in containers and numeric arrays; any other name in the pickle is refused before it is imported."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None


def read_batch(data: bytes, where: str) -> tuple[Array, Array]:
    """Images uint8 (N, 3, 32, 32) and labels int64 (N,) of one batch file; raises DataError where it is not one."""
    try:
        content = ArrayUnpickler(io.BytesIO(data), encoding="bytes").load()
    except pickle.UnpicklingError as error:
        raise DataError(f"{where} is not a CIFAR-10 batch ({error}): {AGAIN}.") from error
    except Exception as error:  # a damaged pickle fails in any way there is
        raise DataError(f"{where} is cut off or damaged: {AGAIN}.") from error
    fields = content if isinstance(content, dict) else {}
    pixels, labels = (fields.get(key.encode(), fields.get(key)) for key in ("data", "labels"))
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 2 or pixels.shape[1] != 3072:
        raise DataError(f"{where} holds no rows of 3,072 bytes under 'data': {AGAIN}.")
    if (
        not isinstance(labels, list)
        or len(labels) != len(pixels)
        or not all(type(label) is int and 0 <= label < 10 for label in labels)
    ):
        raise DataError(f"{where} holds no label 0 to 9 for each of its {len(pixels):,} images: {AGAIN}.")
    return pixels.reshape(-1, 3, 32, 32), np.array(labels, dtype=np.int64)


def _bounded(file: IO[bytes], where: Path) -> bytes:
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise DataError(f"{where} is larger than it should be, {MOST_BYTES:,} bytes at most: {AGAIN}.")
    return data


def _from_folder(folder: Path) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        try:
            with (folder / name).open("rb") as file:
                return _bounded(file, folder / name)
        except OSError as error:
            reason = error.strerror or error
            raise DataError(f"{folder / name} cannot be read ({reason}): download CIFAR-10 again.") from error

    return read


def _from_archive(archive: Path) -> Callable[[str], bytes]:
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(archive) as tar:
            for member in islice(tar, MOST_MEMBERS):
                folder, _, name = member.name.rpartition("/")
                if folder.endswith(CIFAR_FOLDER) and name in CIFAR_BATCHES and (file := tar.extractfile(member)):
                    contents[name] = _bounded(file, archive / name)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DataError(f"{archive} is cut off or damaged: {AGAIN}.") from error

    def read(name: str) -> bytes:
        if name not in contents:
            raise DataError(f"{archive} has no {name} in it: {AGAIN}.")
        return contents[name]

    return read


def load_cifar(root: Path, classes: tuple[str, ...], title: str) -> RawData:
    """Both parts, from the unpacked folder or else straight from the archive beside it."""
    folder, archive = root / CIFAR_FOLDER, root / CIFAR_ARCHIVE
    use_archive = archive.is_file() and not all((folder / name).is_file() for name in CIFAR_BATCHES)
    read = _from_archive(archive) if use_archive else _from_folder(folder)
    parts = [read_batch(read(name), str((archive if use_archive else folder) / name)) for name in CIFAR_BATCHES]
    images = [part[0] for part in parts]
    labels = [part[1] for part in parts]
    return RawData(
        np.concatenate(images[:-1]), np.concatenate(labels[:-1]), images[-1], labels[-1], classes, title=title
    )
