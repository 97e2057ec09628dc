"""Every data set that ConvLens knows, without reading one. A new one is an entry here and a line in `sources`."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from core import paths
from core.data import folders, idx
from core.data.raw import reading
from core.errors import DataError

TEN = tuple("0123456789")


@dataclass(frozen=True)
class DataSetEntry:
    """What is known of a data set before it is read.

    input_shape: (C, H, W) of an image, (2,) of a point. classes: their names, in the order of the labels.
    train_count, test_count: samples. download_bytes: what a download fetches; 0 where there is no download.
    """

    name: str
    title: str
    input_shape: tuple[int, ...]
    classes: tuple[str, ...]
    train_count: int
    test_count: int
    source: str
    story: str
    licence: str
    download_bytes: int = 0

    @property
    def is_image(self) -> bool:
        return len(self.input_shape) == 3


@dataclass(frozen=True)
class Availability:
    """Whether a data set can be loaded now; `sentence` says so, and what to do where it cannot; `bytes` to download."""

    ready: bool
    sentence: str
    downloadable: bool
    bytes: int


_ENTRIES = (
    DataSetEntry(
        name="digits",
        title="Digits",
        input_shape=(1, 8, 8),
        classes=TEN,
        train_count=1437,
        test_count=360,
        source="scikit-learn, load_digits",
        story="Handwritten digits of 8x8 pixels: they come with scikit-learn, and are learned in seconds.",
        licence="CC BY 4.0 (E. Alpaydin and C. Kaynak, UCI Machine Learning Repository)",
    ),
    DataSetEntry(
        name="mnist",
        title="MNIST",
        input_shape=(1, 28, 28),
        classes=TEN,
        train_count=60_000,
        test_count=10_000,
        source="Y. LeCun, C. Cortes and C. Burges, through torchvision",
        story="Handwritten digits of 28x28 pixels, centred: the data that convolutional networks grew up on.",
        licence="not stated by the authors",
        download_bytes=11_594_722,
    ),
    DataSetEntry(
        name="fashion-mnist",
        title="Fashion-MNIST",
        input_shape=(1, 28, 28),
        classes=(
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
        train_count=60_000,
        test_count=10_000,
        source="Zalando Research, through torchvision",
        story="Clothes in the format of MNIST, and harder: shirts, coats and pullovers look alike.",
        licence="MIT",
        download_bytes=30_878_645,
    ),
    DataSetEntry(
        name="cifar-10",
        title="CIFAR-10",
        input_shape=(3, 32, 32),
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        train_count=50_000,
        test_count=10_000,
        source="A. Krizhevsky, V. Nair and G. Hinton, through torchvision",
        story="Colour photographs of animals and vehicles, 32x32 pixels.",
        licence="not stated by the authors",
        download_bytes=170_498_071,
    ),
    DataSetEntry(
        name="fer2013",
        title="FER2013",
        input_shape=(1, 48, 48),
        classes=("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"),
        train_count=28_709,
        test_count=7_178,
        source="P.-L. Carrier and A. Courville, Kaggle 2013: the file fer2013.csv",
        story="Faces of 48x48 pixels in seven expressions; few are disgusted. Copies of one picture stay on one side "
        "of the split, which moves some test pictures to the training side.",
        licence="not stated; photographs of real people",
    ),
    DataSetEntry(
        name="shapes",
        title="Coloured shapes",
        input_shape=(3, 32, 32),
        classes=("circle", "square", "triangle", "star", "cross"),
        train_count=2000,
        test_count=500,
        source="drawn here, from a fixed seed",
        story="Shapes of any colour, size, place and turn: only the outline tells the class.",
        licence="none needed",
    ),
    DataSetEntry(
        name="moons",
        title="Two moons",
        input_shape=(2,),
        classes=("upper", "lower"),
        train_count=2000,
        test_count=500,
        source="scikit-learn, make_moons",
        story="Points of two half circles that reach into each other: no straight line parts them.",
        licence="none needed",
    ),
    DataSetEntry(
        name="circles",
        title="Two circles",
        input_shape=(2,),
        classes=("outer", "inner"),
        train_count=2000,
        test_count=500,
        source="scikit-learn, make_circles",
        story="Points of a circle inside another: the boundary must close on itself.",
        licence="none needed",
    ),
    DataSetEntry(
        name="spirals",
        title="Two spirals",
        input_shape=(2,),
        classes=("first arm", "second arm"),
        train_count=2000,
        test_count=500,
        source="drawn here, from fixed seeds",
        story="Points of two arms wound around each other: hard for a small network.",
        licence="none needed",
    ),
)
DATASETS: dict[str, DataSetEntry] = {entry.name: entry for entry in _ENTRIES}
CIFAR_FOLDER = "cifar-10-batches-py"
CIFAR_ARCHIVE = "cifar-10-python.tar.gz"
CIFAR_BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
IDX_FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}


def names() -> list[str]:
    """Names of all data sets: the known ones, then `folder:NAME` for each folder of images in the data folder.

    Where that folder cannot be read, the known ones alone.
    """
    try:
        with reading("The data folder"):
            return [*DATASETS, *folders.found(paths.data_root())]
    except DataError:
        return list(DATASETS)


def describe(name: str) -> DataSetEntry:
    """What is known of a data set; of a folder, by looking at its files' names and some of its images.

    Raises DataError for an unknown name, and for a folder that is not there or holds no images by class.
    """
    if name in DATASETS:
        return DATASETS[name]
    if name.startswith(folders.PREFIX):
        return _describe_folder(name)
    known = names()
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}, and folder:NAME."
    raise DataError(f"There is no data set {name!r}: {hint}")


def _describe_folder(name: str) -> DataSetEntry:
    with reading(name):
        folder = folders.locate(name, paths.data_root())
        survey = folders.survey(folder)
    return DataSetEntry(
        name=name,
        title=folder.name,
        input_shape=survey.input_shape,
        classes=survey.listing.classes,
        train_count=len(survey.listing.train),
        test_count=len(survey.listing.test),
        source=str(folder),
        story="Images from a folder on this machine, one subfolder for each class.",
        licence="your own",
    )


def available(name: str) -> Availability:
    """Whether the data set's files lie where they are looked for, told by their names alone.

    Raises DataError for an unknown name.
    """
    entry = None if name.startswith(folders.PREFIX) else describe(name)
    try:
        with reading(name):
            if entry is None:
                folders.list_images(folders.locate(name, paths.data_root()))
            missing = missing_files(name)
    except DataError as error:
        return Availability(False, str(error), False, 0)
    if entry is None or not missing:
        return Availability(True, "Ready.", False, 0)
    if entry.download_bytes:
        size = f"{entry.download_bytes / 1e6:.0f} MB"
        sentence = f"{entry.title} is not in {paths.data_root()} yet: download it ({size}), or {offline_advice(name)}."
        return Availability(False, sentence, True, entry.download_bytes)
    return Availability(False, f"{entry.title} has no download: {offline_advice(name)}.", False, 0)


def fer_file() -> Path | None:
    """The FER2013 table, plain or gzipped, in the data folder or in its folder FER2013; None where there is none."""
    for folder in (paths.data_root(), paths.data_root() / "FER2013"):
        for name in ("fer2013.csv", "fer2013.csv.gz"):
            if (folder / name).is_file():
                return folder / name
    return None


def idx_folder(name: str) -> Path:
    """torchvision's folder of the files of `mnist` or `fashion-mnist`."""
    return paths.data_root() / IDX_FOLDERS[name] / "raw"


def missing_files(name: str) -> list[str]:
    """Files that a known data set lacks, by name; empty where it is complete or needs none."""
    root = paths.data_root()
    if name in IDX_FOLDERS:
        return [f"{file}.gz" for file in idx.FILES if idx.find(idx_folder(name), file) is None]
    if name == "cifar-10":
        lacking = [file for file in CIFAR_BATCHES if not (root / CIFAR_FOLDER / file).is_file()]
        return [] if (root / CIFAR_ARCHIVE).is_file() else lacking
    if name == "fer2013":
        return [] if fer_file() else ["fer2013.csv"]
    return []


def offline_advice(name: str) -> str:
    """Which files to put where when nothing can be downloaded, as the end of a sentence."""
    root = paths.data_root()
    if name in IDX_FOLDERS:
        files = missing_files(name) or [f"{file}.gz" for file in idx.FILES]
        return f"copy {', '.join(files)} into {idx_folder(name)}"
    if name == "cifar-10":
        return f"copy {CIFAR_ARCHIVE} into {root}"
    if name == "fer2013":
        return f"put fer2013.csv or fer2013.csv.gz into {root}"
    return "it needs no files"
