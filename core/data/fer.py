"""Reading FER2013 from its table: columns emotion, pixels (48x48 numbers 0..255 with spaces between), Usage."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from core.data.raw import Array, Progress, RawData, no_progress
from core.errors import DataError

SIDE = 48
PIXELS = SIDE * SIDE
CHUNK = 1000  # rows parsed at a time
USAGES = {b"Training": 0, b"PublicTest": 1, b"PrivateTest": 1}
ROWS = 35_887  # of the original file
MOST_IN_ROW = 8 * PIXELS  # bytes; the longest real ones have half of it


def parse_numbers(text: bytes) -> Array:
    """Whole numbers of up to three digits, whatever stands between them, as int16; longer ones come out as -1."""
    padded = np.frombuffer(b"    " + text + b" ", dtype=np.uint8)
    digits = padded - np.uint8(48)  # wraps above 9 for anything else
    is_digit = digits < 10
    ends = np.flatnonzero(is_digit[:-1] & ~is_digit[1:])
    values = digits[ends].astype(np.int16)
    longer = is_digit[ends - 1]
    values += np.where(longer, digits[ends - 1], 0).astype(np.int16) * 10
    longer = longer & is_digit[ends - 2]
    values += np.where(longer, digits[ends - 2], 0).astype(np.int16) * 100
    values[longer & is_digit[ends - 3]] = -1
    return values


def copies(images: Array) -> Array:
    """A number for each image, the same for exact copies: int64 (N,)."""
    numbers: dict[bytes, int] = {}
    return np.array([numbers.setdefault(image.tobytes(), len(numbers)) for image in images], dtype=np.int64)


def _columns(path: Path, header: bytes) -> tuple[int, int, int]:
    names = [name.strip().strip(b'"').lower() for name in header.removeprefix(b"\xef\xbb\xbf").split(b",")]
    try:
        emotion, pixels, usage = (names.index(name) for name in (b"emotion", b"pixels", b"usage"))
    except ValueError:
        raise DataError(
            f"{path} does not start with the columns emotion, pixels and Usage: put the original fer2013.csv there."
        ) from None
    return emotion, pixels, usage


def _row(path: Path, number: int, line: bytes, columns: tuple[int, int, int]) -> tuple[int, bytes, int]:
    fields = line.rstrip().split(b",")
    if len(fields) > max(columns):
        emotion, pixels, usage = (fields[column].strip().strip(b'"') for column in columns)
        if emotion in (b"0", b"1", b"2", b"3", b"4", b"5", b"6") and usage in USAGES:
            return int(emotion), pixels, USAGES[usage]
    raise DataError(
        f"{path}, row {number} is not an emotion 0 to 6, pixels, and Training, PublicTest or PrivateTest: "
        "the file is cut off or damaged, so put the original there again."
    )


def _complete(pixels: bytes) -> bool:
    return pixels.count(b" ") == PIXELS - 1 or len(pixels.split()) == PIXELS


def _too_large(path: Path, what: str) -> DataError:
    return DataError(f"{path} is larger than it should be ({what}): put the original file there again.")


def _lines(path: Path, file: BinaryIO, start: int) -> list[bytes]:
    """The next lines of the table, the first of which is row `start`; empty at its end."""
    lines: list[bytes] = []
    while len(lines) < CHUNK and (line := file.readline(MOST_IN_ROW + 1)):
        if len(line) > MOST_IN_ROW:
            raise _too_large(path, f"row {start + len(lines)} has more than {MOST_IN_ROW:,} bytes")
        lines.append(line)
    return lines


def _chunks(path: Path, file: BinaryIO) -> Iterator[tuple[Array, list[int], list[int]]]:
    """Images uint8 (n, 1, 48, 48), labels and sides (0 training, 1 test) of some rows at a time."""
    columns = _columns(path, file.readline(MOST_IN_ROW))
    number = 1
    faces = 0
    while lines := _lines(path, file, number + 1):
        rows = []
        for line in lines:
            number += 1
            if line.strip():
                rows.append(_row(path, number, line, columns))
        if not rows:
            continue
        faces += len(rows)
        if faces > ROWS:
            raise _too_large(path, f"more than {ROWS:,} faces")
        values = parse_numbers(b" ".join(pixels for _, pixels, _ in rows))
        wrong = next((i for i, (_, pixels, _) in enumerate(rows) if not _complete(pixels)), None)
        if wrong is not None or len(values) != PIXELS * len(rows) or values.min() < 0 or values.max() > 255:
            at = f"row {number - len(lines) + 1 + wrong}" if wrong is not None else f"a row up to {number}"
            raise DataError(
                f"{path}, {at} does not have {PIXELS:,} pixels of 0 to 255: put the original file there again."
            )
        images = values.astype(np.uint8).reshape(-1, 1, SIDE, SIDE)
        yield images, [emotion for emotion, _, _ in rows], [side for _, _, side in rows]


def load_fer(path: Path, classes: tuple[str, ...], title: str, progress: Progress = no_progress) -> RawData:
    """The table's own split: Training to train, PublicTest and PrivateTest to test, but without leaks.

    Some pictures occur more than once, also across the table's split. Where any copy is in Training, all copies go to
    the training side, so the test part holds only pictures never trained on; `groups` numbers the pictures, so that a
    validation part is split off with all copies on one side too.
    """
    images: list[Array] = []
    labels: list[int] = []
    sides: list[int] = []
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for some, emotions, usages in _chunks(path, cast(BinaryIO, file)):
                images.append(some)
                labels += emotions
                sides += usages
                progress(min(1.0, len(labels) / ROWS), f"Reading FER2013, {len(labels):,} faces")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is cut off or damaged: put the original file there again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}): check its permissions.") from error
    if not images:
        raise DataError(f"{path} has no faces in it: put the original file there again.")
    return _divide(path, np.concatenate(images), np.array(labels, np.int64), np.array(sides), classes, title)


def _divide(path: Path, x: Array, y: Array, sides: Array, classes: tuple[str, ...], title: str) -> RawData:
    groups = copies(x)
    trained = np.zeros(int(groups.max()) + 1, dtype=bool)
    trained[groups[sides == 0]] = True
    train = trained[groups]
    moved = int((train & (sides == 1)).sum())
    if train.all() or not train.any():
        raise DataError(
            f"{path} has no faces left for {'testing' if train.all() else 'training'}: its column Usage must name both."
        )
    notes: tuple[str, ...] = ()
    if moved:
        notes = (f"{moved:,} test pictures are exact copies of training pictures and were moved to the training side.",)
    return RawData(x[train], y[train], x[~train], y[~train], classes, title=title, groups=groups[train], notes=notes)
