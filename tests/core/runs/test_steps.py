"""Steps against NumPy over the whole table: no extreme may be lost, whatever the window."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RunError
from core.runs import steps
from core.runs.steps import COLUMNS, STEP, StepWriter, curve, level_path, read_steps

LEVELS = range(1, steps.MOST_LEVELS + 1)


def table(count: int, seed: int = 0, first: int = 0) -> np.ndarray[Any, np.dtype[np.void]]:
    """Random records of consecutive steps with a few that are not finite."""
    random = np.random.default_rng(seed)
    records = np.zeros(count, STEP)
    records["step"] = np.arange(first, first + count)
    records["epoch"] = records["step"] / 100
    records["seconds"] = records["step"] * 0.01
    for name in COLUMNS:
        records[name] = random.lognormal(0, 2, count)
    for value in (np.nan, np.inf, -np.inf):
        records["loss"][random.random(count) < 0.02] = value
    return records


def write(folder: Path, records: np.ndarray[Any, np.dtype[np.void]], resume_step: int = 0, flush: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    with StepWriter(folder, resume_step) as writer:
        for index, record in enumerate(records):
            writer.append(*record.item())
            if flush and index % flush == 0:
                writer.flush()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("steps.*")) if path.stat().st_size}


def same(left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> bool:
    return left.tobytes() == right.tobytes()


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    records = table(700)
    write(tmp_path, records)
    assert same(read_steps(tmp_path), records)
    assert same(read_steps(tmp_path, 650), records[650:])
    assert steps.count_steps(tmp_path) == 700
    assert len(read_steps(tmp_path, 9999)) == 0


def test_a_run_without_steps_is_empty(tmp_path: Path) -> None:
    assert len(read_steps(tmp_path)) == 0
    assert len(curve(tmp_path)) == 0
    write(tmp_path, table(0))
    assert len(curve(tmp_path, 3, 9)) == 0


def test_numbers_beyond_float32_become_infinite(tmp_path: Path) -> None:
    with StepWriter(tmp_path) as writer:
        writer.append(0, 0, 0, 1e300, 0.5, 0.1)
    assert np.isinf(read_steps(tmp_path)["loss"][0])
    assert np.isnan(curve(tmp_path).mean["loss"][0])


@given(
    count=st.integers(1, 9000),
    window=st.tuples(st.integers(-5, 9100), st.integers(-5, 9100)),
    points=st.sampled_from([16, 40, 100, 1000]),
    first=st.sampled_from([0, 1, 37]),
)
def test_no_extreme_is_lost_in_any_window(
    tmp_path_factory: pytest.TempPathFactory, count: int, window: tuple[int, int], points: int, first: int
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    records = table(count, seed=count, first=first)
    write(folder, records, flush=count // 7 + 1)
    low, high = sorted(window)
    inside = records[(records["step"] >= low) & (records["step"] <= high)]
    drawn = curve(folder, low, high, points)
    assert len(drawn) <= points
    assert drawn.records == len(inside)
    assert (np.diff(drawn.step.astype(int)) > 0).all()
    if len(inside):
        assert drawn.step[-1] == inside["step"][-1]  # the newest point appears at once
    for name in COLUMNS:
        finite = inside[name][np.isfinite(inside[name])]
        if len(finite):
            assert np.nanmin(drawn.low[name]) == finite.min()
            assert np.nanmax(drawn.high[name]) == finite.max()
        else:
            assert np.isnan(drawn.mean[name]).all()


@pytest.mark.parametrize(("count", "group"), [(1000, 1), (1001, 2), (5000, 8), (9000, 16), (33_333, 64)])
def test_every_point_sums_up_its_own_steps(tmp_path: Path, count: int, group: int) -> None:
    records = table(count)
    write(tmp_path, records)
    drawn = curve(tmp_path)
    starts = np.arange(0, count, group)
    assert len(drawn) == len(starts)
    for index in range(0, len(starts), max(1, len(starts) // 50)):
        chunk = records[starts[index] : starts[index] + group]
        assert drawn.step[index] == chunk["step"][-1]
        assert drawn.epoch[index] == chunk["epoch"][-1]
        finite = chunk["loss"][np.isfinite(chunk["loss"])]
        if len(finite):
            assert drawn.low["loss"][index] == finite.min()
            assert drawn.high["loss"][index] == finite.max()
            assert drawn.mean["loss"][index] == pytest.approx(finite.mean(dtype=np.float64), rel=1e-5)


def test_points_stay_where_they_were_while_the_run_grows(tmp_path: Path) -> None:
    records = table(3900)
    write(tmp_path / "short", records[:3500])
    write(tmp_path / "long", records)
    short, long = curve(tmp_path / "short"), curve(tmp_path / "long")
    assert np.array_equal(short.mean["accuracy"][:-1], long.mean["accuracy"][: len(short) - 1])


def test_a_long_run_reads_little_and_sends_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    raw = steps._Levels.raw

    def counting(self: steps._Levels, level: int, first: int, count: int) -> Any:
        found = raw(self, level, first, count)
        read.append(found.nbytes)
        return found

    monkeypatch.setattr(steps._Levels, "raw", counting)
    write(tmp_path, table(100_000))
    for window in ((None, None), (13_333, 77_777)):
        read.clear()
        drawn = curve(tmp_path, *window)
        assert sum(read) < 400_000
        sent = [drawn.step, drawn.epoch, drawn.seconds]
        sent += [values for part in (drawn.low, drawn.high, drawn.mean) for values in part.values()]
        assert sum(values.nbytes for values in sent) <= 100_000


@given(count=st.integers(0, 1500), resume=st.integers(0, 1600), more=st.integers(0, 300))
def test_resuming_leaves_what_an_uninterrupted_run_leaves(
    tmp_path_factory: pytest.TempPathFactory, count: int, resume: int, more: int
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    write(folder / "a", table(count, seed=1))
    kept = table(count, seed=1)[:resume]
    rest = table(more, seed=2, first=len(kept))
    write(folder / "a", rest, resume_step=resume)
    write(folder / "b", np.concatenate([kept, rest]))
    assert contents(folder / "a") == contents(folder / "b")


@given(lost=st.lists(st.tuples(st.sampled_from([0, 1, 2, 3]), st.integers(1, 400)), min_size=1, max_size=3))
def test_files_that_a_crash_cut_are_mended(
    tmp_path_factory: pytest.TempPathFactory, lost: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    records = table(900)
    write(folder / "a", records)
    for level, bytes_lost in lost:
        path = level_path(folder / "a", level)
        path.write_bytes(path.read_bytes()[:-bytes_lost])
    whole = read_steps(folder / "a")
    assert same(whole, records[: len(whole)])
    finite = whole["loss"][np.isfinite(whole["loss"])]
    assert np.nanmax(curve(folder / "a", points=50).high["loss"]) == finite.max()
    write(folder / "a", table(0), resume_step=2**32 - 1)
    write(folder / "b", whole)
    assert contents(folder / "a") == contents(folder / "b")


@pytest.mark.parametrize("level", LEVELS[:4])
def test_a_missing_level_is_made_up_for(tmp_path: Path, level: int) -> None:
    records = table(5000)
    write(tmp_path, records)
    before = contents(tmp_path)
    level_path(tmp_path, level).unlink()
    finite = records["loss"][np.isfinite(records["loss"])]
    drawn = curve(tmp_path, points=20)
    assert np.nanmin(drawn.low["loss"]) == finite.min()
    assert len(drawn) > 5
    write(tmp_path, table(0), resume_step=5000)
    assert contents(tmp_path) == before


def test_the_first_record_and_every_64_reach_the_file_without_a_flush(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(steps.time, "monotonic", lambda: now)
    writer = StepWriter(tmp_path)
    counts = []
    for record in table(130):
        writer.append(*record.item())
        counts.append(steps.count_steps(tmp_path))
    assert counts[0] == 1
    assert counts[63] == 1
    assert counts[64] == 65
    assert counts[-1] == 129
    now += 0.3
    writer.append(130, 0, 0, 0, 0, 0)
    assert steps.count_steps(tmp_path) == 131
    writer.close()


class FullDisk:
    """A file that takes half of what it is given, as a full disk does."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, content: bytes) -> int:
        return int(self.file.write(content[: len(content) // 2]))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def test_a_full_disk_is_one_sentence_and_leaves_whole_records(tmp_path: Path) -> None:
    records = table(3)
    write(tmp_path, records)
    writer = StepWriter(tmp_path, 3)
    writer.append(3, 0, 0, 0, 0, 0)
    writer._files[0] = FullDisk(writer._files[0])  # type: ignore[assignment]
    writer.append(4, 0, 0, 0, 0, 0)
    with pytest.raises(RunError, match="the disk is full"):
        writer.flush()
    assert read_steps(tmp_path)["step"].tolist() == [0, 1, 2, 3]
    writer._buffer.clear()
    writer.close()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RunError, match=r"Could not record the steps in .*: you may not do that there"):
        StepWriter(tmp_path)


def test_steps_that_are_cut_while_they_are_looked_for_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that goes on cuts the file between a reader's count and its look."""
    with StepWriter(tmp_path) as writer:
        for step in range(1, 1001):
            writer.append(step, step / 100, 0.0, 1.0, 0.5, 0.1)
    real = steps._Levels.count

    def cut_after_the_count(self: Any, level: int) -> int:
        count = real(self, level)
        os.truncate(level_path(tmp_path, 0), 300 * STEP.itemsize)
        return count

    monkeypatch.setattr(steps._Levels, "count", cut_after_the_count)
    found = curve(tmp_path, first=200, last=900)
    assert found.step.tolist() == list(range(200, 301))
