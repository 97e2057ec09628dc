"""What every training step measured: fixed-width records, and coarser levels of them so that a long run draws fast.

`steps.bin` holds one `STEP` record a step. Level k (`steps.1`, `steps.2`, ...) holds one bucket for 8^k records: the
last record's place and, for each measured column, the smallest, the largest, the sum and the number of finite values.
"""

from __future__ import annotations

import os
import struct
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from core.runs.disk import telling

STEP = np.dtype(
    [
        ("step", "<u4"),
        ("epoch", "<f4"),
        ("seconds", "<f4"),
        ("loss", "<f4"),
        ("accuracy", "<f4"),
        ("learning_rate", "<f4"),
        ("images_per_second", "<f4"),
        ("gradient_norm", "<f4"),
    ]
)
COLUMNS = ("loss", "accuracy", "learning_rate", "images_per_second", "gradient_norm")
COARSER = 8
MOST_LEVELS = 8

_PLACE = 3  # step, epoch, seconds
_MEASURED = len(COLUMNS)
_BUCKET = _PLACE + 4 * _MEASURED  # then low, high, and the sum and the count of the finite values
_LOW, _HIGH, _SUM, _COUNT = (slice(_PLACE + i * _MEASURED, _PLACE + (i + 1) * _MEASURED) for i in range(4))
_TOTALS = slice(_SUM.start, _COUNT.stop)
_PACK = struct.Struct("<I7f")
_FLUSH_RECORDS = 64
_FLUSH_SECONDS = 0.25
_NO_STEP = 2**32  # after every step
_LAG = 1024  # records that a level may be behind while its writer is between two writes

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Curve:
    """The drawn curve: `points` arrays of one length; where a point stands for several steps, it stands at their last.

    step, epoch, seconds: the place of each point. low, high, mean: by column of `COLUMNS`, the smallest, the largest
    and the mean of the finite values that the point stands for, NaN where there is none. records: steps in the window.
    """

    step: npt.NDArray[np.uint32]
    epoch: Floats
    seconds: Floats
    low: dict[str, Floats]
    high: dict[str, Floats]
    mean: dict[str, Floats]
    records: int = 0

    def __len__(self) -> int:
        return len(self.step)


def level_path(folder: Path, level: int) -> Path:
    """The file of a level; level 0 is the records themselves."""
    return folder / (f"steps.{level}" if level else "steps.bin")


def _width(level: int) -> int:
    return 4 * _BUCKET if level else STEP.itemsize


def _as_buckets(records: Floats) -> Floats:
    """Records (8, n), one number a row -> buckets of one record each (23, n)."""
    values = records[_PLACE:]
    finite = np.isfinite(values)
    buckets = np.empty((_BUCKET, records.shape[1]), np.float32)
    buckets[:_PLACE] = records[:_PLACE]
    buckets[_LOW] = buckets[_HIGH] = np.where(finite, values, np.float32(np.nan))
    buckets[_SUM] = np.where(finite, values, np.float32(0))
    buckets[_COUNT] = finite
    return buckets


def _reduce(buckets: Floats, size: int) -> Floats:
    """Every `size` buckets to one: (23, n * size) -> (23, n)."""
    if size == 1:
        return buckets
    merged = buckets[:, size - 1 :: size].copy()
    for other in range(size - 1):
        part = buckets[:, other::size]
        np.fmin(merged[_LOW], part[_LOW], out=merged[_LOW])
        np.fmax(merged[_HIGH], part[_HIGH], out=merged[_HIGH])
        merged[_TOTALS] += part[_TOTALS]
    return merged


def _together(buckets: Floats) -> Floats:
    """All buckets as one: (23, n) -> (23, 1)."""
    merged = buckets[:, -1:].copy()
    merged[_LOW, 0] = np.fmin.reduce(buckets[_LOW], axis=1)
    merged[_HIGH, 0] = np.fmax.reduce(buckets[_HIGH], axis=1)
    merged[_TOTALS, 0] = buckets[_TOTALS].sum(axis=1)
    return merged


class StepWriter:
    """Appends records and their levels. Opening it drops the records of steps from `resume_step` on.

    Records reach the file at the first append, then every 64 or every 0.25 s, and at `flush()`: call that before
    waiting. Raises RunError where the disk refuses.
    """

    def __init__(self, folder: Path, resume_step: int = 0) -> None:
        self._folder = folder
        self._buffer = bytearray()
        self._flushed = float("-inf")
        self._files: list[BinaryIO] = []
        self._pending: list[Floats] = []  # by level: its rows that the next level has not taken yet
        with telling(f"record the steps in {folder.name}"):
            self._open_at(resume_step)

    def append(
        self,
        step: int,
        epoch: float,
        seconds: float,
        loss: float,
        accuracy: float,
        learning_rate: float,
        images_per_second: float = float("nan"),
        gradient_norm: float = float("nan"),
    ) -> None:
        """Records one step; seconds are those of training, accuracy is 0..1, NaN stands for not measured."""
        values = (epoch, seconds, loss, accuracy, learning_rate, images_per_second, gradient_norm)
        try:
            self._buffer += _PACK.pack(step, *values)
        except OverflowError:  # a number beyond float32
            with np.errstate(over="ignore"):
                self._buffer += _PACK.pack(step, *(float(np.float32(value)) for value in values))
        now = time.monotonic()
        if len(self._buffer) >= _FLUSH_RECORDS * STEP.itemsize or now - self._flushed >= _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Writes what is buffered, and the buckets that it completes."""
        self._flushed = time.monotonic()
        if not self._buffer:
            return
        rows = np.frombuffer(bytes(self._buffer), "<f4").reshape(-1, STEP.itemsize // 4).T
        with telling(f"record the steps in {self._folder.name}"):
            self._write(0, bytes(self._buffer))
            self._buffer.clear()
            self._rise(0, _as_buckets(rows))

    def close(self) -> None:
        """Flushes and closes; the writer is of no use afterwards."""
        try:
            self.flush()
        finally:
            for file in self._files:
                file.close()
            self._files = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_at(self, resume_step: int) -> None:
        with _reading(self._folder) as levels:
            kept = levels.index_of(resume_step)
        for path in sorted(self._folder.glob("steps.[1-9]"), reverse=True):
            level = int(path.suffix[1:])
            with path.open("r+b") as file:  # coarse levels first: what is cut off must never outlive its records
                file.truncate(min(path.stat().st_size // _width(level), kept // COARSER**level) * _width(level))
        steps = level_path(self._folder, 0)
        with steps.open("ab") as file:
            file.truncate(kept * STEP.itemsize)
        self._pending = [np.empty((_BUCKET, 0), np.float32)]
        for level in range(MOST_LEVELS + 1):
            self._catch_up(level, kept // COARSER**level)

    def _catch_up(self, level: int, available: int) -> None:
        """Builds what the next level lacks of this one's rows, a stretch at a time, and keeps the rest pending."""
        if level == MOST_LEVELS or not available:
            return
        with _reading(self._folder) as levels:
            taken = levels.count(level + 1) * COARSER
            while available - taken > 8192:
                self._rise(level, levels.rows(level, taken, 8192), further=False)
                taken += 8192
            self._rise(level, levels.rows(level, taken, available - taken), further=False)

    def _rise(self, level: int, rows: Floats, further: bool = True) -> None:
        """Gives new rows of a level to the next one, which takes eight at a time, and so on upwards."""
        while len(self._pending) <= level:
            self._pending.append(np.empty((_BUCKET, 0), np.float32))
        waiting = np.concatenate([self._pending[level], rows], axis=1)
        whole = waiting.shape[1] // COARSER * COARSER
        self._pending[level] = waiting[:, whole:].copy()
        if whole and level < MOST_LEVELS:
            merged = _reduce(waiting[:, :whole], COARSER)
            self._write(level + 1, merged.T.tobytes())
            if further:
                self._rise(level + 1, merged)

    def _write(self, level: int, content: bytes) -> None:
        while len(self._files) <= level:
            self._files.append(level_path(self._folder, len(self._files)).open("ab", buffering=0))
        file = self._files[level]
        size = os.fstat(file.fileno()).st_size
        try:
            written = file.write(content)
            if written != len(content):
                raise OSError(28, os.strerror(28))
        except OSError:
            file.truncate(size)  # no part of a record may stay: it would shift all that follow
            raise


class _Levels:
    """The files of a run's steps, open for reading; each read takes only what is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[int, int] = {}  # descriptors: opening a file object costs several times as much
        self._counts: dict[int, int] = {}

    def close(self) -> None:
        for descriptor in self._files.values():
            os.close(descriptor)

    def count(self, level: int) -> int:
        """Whole rows that the level had when it was first asked, or when a read found that it was cut since."""
        if level not in self._counts:
            try:
                descriptor = os.open(level_path(self._folder, level), os.O_RDONLY | getattr(os, "O_BINARY", 0))
            except FileNotFoundError:
                return self._counts.setdefault(level, 0)
            self._files[level] = descriptor
            self._counts[level] = os.fstat(descriptor).st_size // _width(level)
        return self._counts[level]

    def raw(self, level: int, first: int, count: int) -> Floats:
        """Rows as they lie on the disk, (n, numbers of a row); fewer where the file was cut meanwhile."""
        count = max(0, min(count, self.count(level) - first))
        width = _width(level)
        content = b""
        if count:
            os.lseek(self._files[level], first * width, os.SEEK_SET)
            content = os.read(self._files[level], count * width)
        return np.frombuffer(content[: len(content) // width * width], "<f4").reshape(-1, width // 4)

    def rows(self, level: int, first: int, count: int) -> Floats:
        """Rows as buckets, (23, n)."""
        found = self.raw(level, first, count).T
        return np.ascontiguousarray(found) if level else _as_buckets(found)

    def index_of(self, step: int) -> int:
        """Index of the first record whose step is at least this one."""
        count = self.count(0)
        if not count or step <= 0:
            return 0

        def step_at(index: int) -> int:
            found = self.raw(0, index, 1).view("<u4")
            if not len(found):  # a worker that goes on has just cut the file: nothing is there any more
                self._counts[0] = os.fstat(self._files[0]).st_size // _width(0)
                return _NO_STEP
            return int(found[0, 0])

        return bisect_left(range(count), step, key=step_at)

    def covered(self, level: int) -> int:
        """Records that the level's buckets stand for."""
        return self.count(level) * int(COARSER**level)

    def stretch(self, first: int, last: int, top: int) -> Floats:
        """The records of [first, last) as one bucket (23, 1), or none: from the coarsest rows that fit exactly."""
        parts = []
        at = first
        while at < last:
            level = top
            while level and (at % COARSER**level or at + COARSER**level > min(last, self.covered(level))):
                level -= 1
            size = COARSER**level
            end = last if level == top else min(last, (at // (size * COARSER) + 1) * size * COARSER)
            if level:
                end = min(end, self.covered(level))
            found = self.rows(level, at // size, (end - at) // size)
            if not found.shape[1]:
                break
            parts.append(found)
            at += found.shape[1] * size
        return _together(np.concatenate(parts, axis=1)) if parts else np.empty((_BUCKET, 0), np.float32)


@contextmanager
def _reading(folder: Path) -> Iterator[_Levels]:
    levels = _Levels(folder)
    try:
        yield levels
    finally:
        levels.close()


def count_steps(folder: Path) -> int:
    """Whole records in the run's folder."""
    with telling(f"read the steps of {folder.name}"), _reading(folder) as levels:
        return levels.count(0)


def read_steps(folder: Path, start: int = 0) -> npt.NDArray[np.void]:
    """The records from index `start` on, (n,) of dtype `STEP`; a cut last one is left out. Raises RunError."""
    with telling(f"read the steps of {folder.name}"), _reading(folder) as levels:
        return levels.raw(0, start, levels.count(0)).view(STEP).reshape(-1)


def curve(folder: Path, first: int | None = None, last: int | None = None, points: int = 1000) -> Curve:
    """At most `points` points for the steps first..last (both included; None: to that end), newest step included.

    Points stand for 1, 2, 4, 8, ... steps in the same grid whatever the window, so that a curve does not shimmer while
    it grows or is moved. What is read and computed depends on `points`, not on the run's length. Raises RunError.
    """
    points = max(points, 16)
    with telling(f"read the steps of {folder.name}"), _reading(folder) as levels:
        begin = 0 if first is None else levels.index_of(first)
        end = levels.count(0) if last is None else levels.index_of(last + 1)
        group = 1
        while (end - begin) > (points - 2) * group and (group > 1 or end - begin > points):
            group *= 2
        if group == 1:
            return _curve_of_records(levels.raw(0, begin, end - begin).T)
        return _curve_of_buckets(_grouped(levels, begin, end, group), end - begin)


def _grouped(levels: _Levels, begin: int, end: int, group: int) -> Floats:
    """Buckets of `group` records, on the grid of its multiples; the first and the last one hold what sticks out."""
    level = 0
    while COARSER ** (level + 1) <= group and levels.covered(level + 1) + _LAG >= end - end % COARSER ** (level + 1):
        level += 1
    size = COARSER**level
    body = -(-begin // group)
    body_end = min(end, levels.covered(level)) // group
    rows = levels.rows(level, body * group // size, (body_end - body) * group // size)
    whole = rows.shape[1] * size // group
    rows = rows[:, : whole * group // size]
    head = levels.stretch(begin, body * group, level)
    tail = levels.stretch((body + whole) * group, end, level)
    return np.concatenate([head, _reduce(rows, group // size), tail], axis=1)


def _curve_of_records(records: Floats) -> Curve:
    epoch, seconds = records[1:_PLACE].copy()
    values = records[_PLACE:]
    values = np.where(np.isfinite(values), values, np.float32(np.nan))
    columns: dict[str, Floats] = dict(zip(COLUMNS, values, strict=True))
    return Curve(records[0].copy().view("<u4"), epoch, seconds, columns, columns, columns, records.shape[1])


def _curve_of_buckets(buckets: Floats, records: int) -> Curve:
    step, epoch, seconds = buckets[:_PLACE]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = buckets[_SUM] / buckets[_COUNT]

    def columns(rows: Floats) -> dict[str, Floats]:
        return dict(zip(COLUMNS, rows, strict=True))

    return Curve(
        step.view("<u4"), epoch, seconds, columns(buckets[_LOW]), columns(buckets[_HIGH]), columns(means), records
    )
