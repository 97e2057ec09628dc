"""Any folder of images by class: ROOT/train/CLASS/* and ROOT/test/CLASS/*; without `test` a fifth is split off."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from core.data.raw import Array, Progress, RawData, no_progress
from core.data.splits import stratified
from core.errors import DataError

PREFIX = "folder:"
LAYOUT = "ROOT/train/CLASS/image files"
TEST_SHARE = 0.2
LOOKED_AT = 100  # images that decide size and colour
MOST_BYTES = 2 * 2**30
ORIENTATION = 0x0112  # EXIF's tag; 5 to 8 are turned by a quarter
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "PPM")
MOST_PIXELS = 50_000_000
# What Pillow raises for damaged files, by format.
BROKEN = (
    *(OSError, ValueError, SyntaxError, EOFError, RuntimeError, LookupError, TypeError, ArithmeticError),
    *(struct.error, Image.DecompressionBombError),
)
Sample = tuple[Path, int]  # an image's file and its label


@dataclass(frozen=True)
class Listing:
    """The images of a folder by name alone, sorted; `split_off` says that the test part was taken from `train`."""

    folder: Path
    classes: tuple[str, ...]
    train: tuple[Sample, ...]
    test: tuple[Sample, ...]
    split_off: bool


@dataclass(frozen=True)
class Survey:
    """A listing and the shape (C, H, W) that its images are brought to."""

    listing: Listing
    input_shape: tuple[int, int, int]
    sizes_differ: bool
    too_large: bool


def found(root: Path) -> list[str]:
    """`folder:NAME` for each visible folder in `root` that has a `train` folder."""
    if not root.is_dir():
        return []
    return [f"{PREFIX}{path.name}" for path in _visible(root) if (path / "train").is_dir()]


def locate(name: str, root: Path) -> Path:
    """The folder of `folder:NAME` (inside `root`) or `folder:/abs/path`; raises DataError where it is not one."""
    text = name.removeprefix(PREFIX).strip()
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        user = Path(text).parts[0]
        raise DataError(f"{name!r} starts with {user}, which is no user's home here: give an absolute path.") from None
    if not text or (not path.is_absolute() and ".." in path.parts):
        raise DataError(
            f"{name!r} leaves the data folder {root}: give the name of a folder in it, or an absolute path."
        )
    folder = path if path.is_absolute() else root / path
    if not folder.is_dir():
        there = ", ".join(found(root)) or "none"
        raise DataError(f"There is no folder {folder}; folders of images in {root}: {there}.")
    return folder


def _visible(folder: Path) -> list[Path]:
    try:
        return sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=lambda path: path.name)
    except OSError as error:
        raise DataError(f"{folder} cannot be read ({error.strerror or error}): check its permissions.") from error


def _images(folder: Path, types: frozenset[str]) -> list[Path]:
    return [path for path in _visible(folder) if path.suffix.lower() in types and path.is_file()]


def list_images(folder: Path) -> Listing:
    """Find the classes and image files by their names; raises DataError where the layout is another one."""
    if not (folder / "train").is_dir():
        raise DataError(f"{folder} has no folder train: images must lie as {LAYOUT}.")
    types = frozenset(ending for ending, kind in Image.registered_extensions().items() if kind in FORMATS)
    parts: dict[str, dict[str, list[Path]]] = {}
    for part in ("train", "test"):
        inside = _visible(folder / part) if (folder / part).is_dir() else []
        parts[part] = {path.name: _images(path, types) for path in inside if path.is_dir()}
    classes = tuple(sorted({*parts["train"], *parts["test"]}))
    if len(classes) < 2:
        raise DataError(f"{folder / 'train'} has {len(classes)} class folders where two are needed: use {LAYOUT}.")
    train, test = (
        tuple((path, label) for label, name in enumerate(classes) for path in parts[part].get(name, []))
        for part in ("train", "test")
    )
    if not train:
        raise DataError(f"{folder / 'train'} has no image that can be read in its class folders: use {LAYOUT}.")
    if test:
        return Listing(folder, classes, train, test, split_off=False)
    keep, take = stratified(np.array([label for _, label in train]), TEST_SHARE, seed=0)
    if len(take) == 0:
        raise DataError(f"{folder / 'train'} has too few images to split a test part off: add more, or a folder test.")
    return Listing(folder, classes, tuple(train[i] for i in keep), tuple(train[i] for i in take), split_off=True)


@contextmanager
def _picture(path: Path) -> Iterator[Image.Image]:
    """A picture of which only the header was read; raises DataError where it has too many pixels to read on."""
    try:
        file = Image.open(path, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):  # Pillow's own limits are higher
        raise _too_large(path) from None
    with file:
        if file.width * file.height > MOST_PIXELS:
            raise _too_large(path, f" ({file.width}x{file.height})")
        yield file


def _too_large(path: Path, size: str = "") -> DataError:
    most = f"{MOST_PIXELS / 1e6:.0f} million pixels"
    return DataError(f"{path} has more than {most}{size}, the most that are read: make it smaller, or remove it.")


def _open(path: Path, sides: tuple[int, int] | None = None) -> Image.Image:
    """An image upright, 16-bit grey brought to 8 bits (Pillow alone would clip it).

    sides: a JPEG may be decoded smaller, but not below these (which saves most of the time for large photographs).
    """
    with _picture(path) as file:
        if sides:
            file.draft(None, (max(sides), max(sides)))
        picture = ImageOps.exif_transpose(file)
        picture.load()
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture).astype(np.uint32) >> 8).astype(np.uint8))
    return picture


def _size(path: Path) -> tuple[int, int]:
    """Width and height as seen, from the header alone."""
    with _picture(path) as file:
        width, height = file.size
        return (height, width) if file.getexif().get(ORIENTATION, 1) >= 5 else (width, height)


def _is_grey(picture: Image.Image) -> bool:
    if picture.mode in ("1", "L", "LA", "I", "F"):
        return True
    red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB")), 2, 0)
    return bool((red == green).all() and (green == blue).all())


def survey(folder: Path) -> Survey:
    """Decide size (the commonest) and colour (grey where all are) from up to 100 images spread evenly over the folder.

    Images that together would take more than 2 GiB are to be made smaller.
    """
    listing = list_images(folder)
    samples = listing.train + listing.test
    spread = np.unique(np.linspace(0, len(samples) - 1, min(LOOKED_AT, len(samples))).astype(int))
    looked = _look(tuple((samples[at][0], samples[at][0].stat().st_mtime_ns) for at in spread))
    if looked is None:
        raise DataError(f"{folder}: none of {len(spread)} images looked at can be read: replace the damaged ones.")
    channels, width, height, differ = looked
    shrink = min(1.0, (MOST_BYTES / (len(samples) * channels * width * height)) ** 0.5)
    side = max(1, int(height * shrink)), max(1, int(width * shrink))
    return Survey(listing, (channels, *side), differ, shrink < 1)


@lru_cache(maxsize=16)
def _look(files: tuple[tuple[Path, int], ...]) -> tuple[int, int, int, bool] | None:
    """Channels, width, height and whether sizes differ, of files with their times of change; None if all are broken."""
    sizes: Counter[tuple[int, int]] = Counter()
    grey = True
    for path, _ in files:
        try:
            size = _size(path)
            grey = grey and _is_grey(_open(path, (128, 128)))
        except BROKEN:
            continue  # told by name when all are read
        sizes[size] += 1
    if not sizes:
        return None
    width, height = max(sizes, key=lambda size: (sizes[size], size))
    return 1 if grey else 3, width, height, len(sizes) > 1


def _read(path: Path, shape: tuple[int, int, int]) -> Array | None:
    """One image as uint8 (C, H, W), resized where its size is another; None where it is broken."""
    channels, height, width = shape
    try:
        picture = _open(path, (width, height)).convert("L" if channels == 1 else "RGB")
    except BROKEN:
        return None
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    pixels = np.asarray(picture, dtype=np.uint8)
    return pixels[None] if channels == 1 else pixels.transpose(2, 0, 1)


def _read_all(samples: Sequence[Sample], shape: tuple[int, int, int], progress: Progress) -> tuple[Array, list[Path]]:
    images = np.empty((len(samples), *shape), dtype=np.uint8)
    broken = []
    with ThreadPoolExecutor(4) as pool:
        for at, pixels in enumerate(pool.map(lambda sample: _read(sample[0], shape), samples)):
            if pixels is None:
                broken.append(samples[at][0])
            else:
                images[at] = pixels
            if at % 200 == 0:
                progress(at / len(samples), f"Reading images, {at:,} of {len(samples):,}")
    return images, broken


def load_folder(folder: Path, progress: Progress = no_progress) -> RawData:
    """All images of a folder, in the order of classes and file names; raises DataError that names broken files."""
    looked = survey(folder)
    listing, shape = looked.listing, looked.input_shape
    samples = listing.train + listing.test
    images, broken = _read_all(samples, shape, progress)
    if broken:
        first = ", ".join(str(path.relative_to(folder)) for path in broken[:3])
        more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
        raise DataError(f"{folder} has {len(broken)} broken image files ({first}{more}): replace or delete them.")
    labels = np.array([label for _, label in samples], dtype=np.int64)
    files = tuple(str(path.relative_to(folder)) for path, _ in samples)
    notes = []
    if listing.split_off:
        notes.append(
            f"{folder.name} has no test folder: {len(listing.test):,} of its images were split off for testing."
        )
    if looked.too_large:
        notes.append(f"The images of {folder.name} were brought to {shape[2]}x{shape[1]} pixels to fit into memory.")
    elif looked.sizes_differ:
        notes.append(f"The images of {folder.name} differ in size: all were brought to {shape[2]}x{shape[1]} pixels.")
    cut = len(listing.train)
    return RawData(
        images[:cut],
        labels[:cut],
        images[cut:],
        labels[cut:],
        listing.classes,
        title=folder.name,
        train_files=files[:cut],
        test_files=files[cut:],
        notes=tuple(notes),
    )
