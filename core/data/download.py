"""Fetching the data sets that torchvision knows, from its addresses, checked by its checksums, into its folders."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core import paths
from core.data import catalogue, idx
from core.data.raw import Progress, reading
from core.errors import DataError

BLOCK = 2**18
TIMEOUT = 20  # seconds without a byte


class Unreachable(Exception):
    """One address did not give the file; the text says why."""


@dataclass(frozen=True)
class Remote:
    """A file to fetch: where from (tried in order), where to, and how its checksum begins."""

    urls: tuple[str, ...]
    path: Path
    checksum: str
    algorithm: str = "md5"


def download(name: str, progress: Progress) -> bool:
    """Fetch what is missing or damaged of a data set, judged by checksums; files appear whole or not at all.

    progress: told the share done (0..1) and a short text. Returns whether anything had to be fetched.
    Raises DataError, in one sentence that says what to do instead, where there is no download, no network, no space or
    no permission, or what comes has another checksum.
    """
    entry = catalogue.describe(name)
    if not entry.download_bytes:
        raise DataError(f"{entry.title} cannot be downloaded: {catalogue.offline_advice(name)}.")
    total = entry.download_bytes / 1e6
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        progress(min(1.0, done / 1e6 / total), f"Downloading {entry.title}, {done / 1e6:.1f} of {total:.1f} MB")

    try:
        with reading(entry.title):
            fetched = _download_cifar(tell) if name == "cifar-10" else _download_idx(name, tell)
    except Unreachable as error:
        raise DataError(
            f"{entry.title} could not be downloaded ({error}): try again with a connection, or "
            f"{catalogue.offline_advice(name)}."
        ) from error
    progress(1.0, f"{entry.title} is there")
    return fetched


def _download_idx(name: str, tell: Callable[[int], None]) -> bool:
    from torchvision import datasets

    source = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}[name]
    folder = catalogue.idx_folder(name)
    fetched = False
    for file, md5 in source.resources:
        path = folder / file
        raw = path.with_suffix("")
        if _has(path, md5) or (not path.is_file() and _readable(raw)):
            continue
        with _fetched(Remote(tuple(mirror + file for mirror in source.mirrors), path, md5), tell) as temporary:
            temporary.replace(path)
            raw.unlink(missing_ok=True)
        fetched = True
    return fetched


def _download_cifar(tell: Callable[[int], None]) -> bool:
    """The archive is kept and read as it is; damaged batches beside it go, else they would be read instead."""
    from torchvision.datasets import CIFAR10

    root = paths.data_root()
    batches = [(root / CIFAR10.base_folder / file, md5) for file, md5 in (*CIFAR10.train_list, *CIFAR10.test_list)]
    damaged = [path for path, md5 in batches if not _has(path, md5)]
    if not damaged:
        return False
    archive = root / CIFAR10.filename
    fetched = not _has(archive, CIFAR10.tgz_md5)
    if fetched:
        with _fetched(Remote((CIFAR10.url,), archive, CIFAR10.tgz_md5), tell) as temporary:
            temporary.replace(archive)
    for path in damaged:
        with _writing(path.parent):
            path.unlink(missing_ok=True)
    return fetched


def _has(path: Path, md5: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest() == md5


def _readable(path: Path) -> bool:
    try:
        idx.read_idx(path, 3 if "images" in path.name else 1)
    except DataError:
        return False
    return True


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what a disk can do wrong into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataError(f"{folder} has no space left: free some, or set CONVLENS_DATA elsewhere.") from error
        reason = error.strerror or error
        raise DataError(f"{folder} cannot be written ({reason}): allow it, or set CONVLENS_DATA elsewhere.") from error


@contextmanager
def _fetched(remote: Remote, tell: Callable[[int], None]) -> Iterator[Path]:
    """A temporary file beside the target with the right content; it is gone afterwards if it was not renamed."""
    folder = remote.path.parent
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".download-", dir=folder)
        os.close(handle)
    temporary = Path(name)
    try:
        _fetch(remote, temporary, tell)
        with _writing(folder):
            temporary.chmod(0o644)
            yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def fetch(remote: Remote, tell: Callable[[int], None]) -> None:
    """Fetch one file, which appears whole or not at all; `tell` hears of every block and may raise to stop.

    Raises Unreachable where no address gives it, DataError where the disk does not take it.
    """
    with _fetched(remote, tell) as temporary:
        temporary.replace(remote.path)


def _fetch(remote: Remote, temporary: Path, tell: Callable[[int], None]) -> None:
    faults = []
    for url in remote.urls:
        got = 0

        def count(number: int) -> None:
            nonlocal got
            got += number
            tell(number)

        with _writing(temporary.parent), temporary.open("wb") as file:
            try:
                digest = _stream(url, file, remote.algorithm, count)
            except Unreachable as fault:
                faults.append(str(fault))
                tell(-got)
                continue
        if digest.startswith(remote.checksum):
            return
        tell(-got)
        faults.append(f"{remote.path.name} came cut off or changed")
    raise Unreachable(faults[0])


def _stream(url: str, file: IO[bytes], algorithm: str, tell: Callable[[int], None]) -> str:
    """Write what the address gives; returns its checksum. Raises Unreachable, and DataError for the disk."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    request = urllib.request.Request(url, headers={"User-Agent": "ConvLens"})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(_reason(error)) from error
    with response:
        while True:
            try:
                block = response.read(BLOCK)
            except (OSError, http.client.HTTPException) as error:
                raise Unreachable(_reason(error)) from error
            if not block:
                return digest.hexdigest()
            digest.update(block)
            with _writing(Path(file.name).parent):
                file.write(block)
                file.flush()
            tell(len(block))


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code}"
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return f"no answer within {TIMEOUT} s"
    return "no connection" if isinstance(inner, OSError) else "the connection broke off"
