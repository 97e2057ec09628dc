"""Loading a data set by its name. No torch is needed to load; every failure is a DataError of one sentence."""

from __future__ import annotations

from collections.abc import Callable

from core import paths
from core.data import catalogue, cifar, fer, folders, generated, idx
from core.data.catalogue import DataSetEntry
from core.data.download import download
from core.data.raw import Progress, RawData, no_progress, reading
from core.errors import DataError

__all__ = ["LOADERS", "RawData", "download", "load"]


def _load_idx(entry: DataSetEntry, progress: Progress) -> RawData:
    return idx.load_idx(catalogue.idx_folder(entry.name), entry.classes, entry.title)


def _load_cifar(entry: DataSetEntry, progress: Progress) -> RawData:
    return cifar.load_cifar(paths.data_root(), entry.classes, entry.title)


def _load_fer(entry: DataSetEntry, progress: Progress) -> RawData:
    path = catalogue.fer_file()
    if path is None:
        raise DataError(catalogue.available(entry.name).sentence)
    return fer.load_fer(path, entry.classes, entry.title, progress)


LOADERS: dict[str, Callable[[DataSetEntry, Progress], RawData]] = {
    "digits": lambda entry, progress: generated.load_digits(entry.classes, entry.title),
    "mnist": _load_idx,
    "fashion-mnist": _load_idx,
    "cifar-10": _load_cifar,
    "fer2013": _load_fer,
    "shapes": lambda entry, progress: generated.load_shapes(entry.classes, entry.title),
    "moons": lambda entry, progress: generated.load_points(generated.moons, entry.classes, entry.title),
    "circles": lambda entry, progress: generated.load_points(generated.circles, entry.classes, entry.title),
    "spirals": lambda entry, progress: generated.load_points(generated.spirals, entry.classes, entry.title),
}


def load(name: str, progress: Progress | None = None) -> RawData:
    """Read a data set, always in the same order.

    name: of the catalogue, or `folder:NAME`, `folder:/abs/path`. progress: told the share read and a short text.
    Raises DataError where it is unknown, not there (the sentence says how to get it), damaged, or too large.
    """
    tell = progress or no_progress
    with reading(name):
        if name.startswith(folders.PREFIX):
            return folders.load_folder(folders.locate(name, paths.data_root()), tell)
        entry = catalogue.describe(name)
        here = catalogue.available(name)
        if not here.ready:
            raise DataError(here.sentence)
        return LOADERS[name](entry, tell)
