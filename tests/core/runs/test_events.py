"""Events: what is appended comes back, whatever a crash left in the file."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RunError
from core.runs import commands, events
from core.runs.folder import Run, list_runs


def types(found: list[events.Event]) -> list[str]:
    return [event["type"] for event in found]


def test_events_come_back_in_order_from_an_offset(tmp_path: Path) -> None:
    events.append(tmp_path, "created")
    events.append(tmp_path, "epoch", epoch=1, train_loss=0.5)
    found, offset = events.read(tmp_path)
    assert types(found) == ["created", "epoch"]
    assert found[1]["train_loss"] == 0.5
    assert events.read(tmp_path, offset) == ([], offset)
    events.append(tmp_path, "paused")
    assert types(events.read(tmp_path, offset)[0]) == ["paused"]


def test_numbers_that_are_not_finite_become_null(tmp_path: Path) -> None:
    events.append(tmp_path, "epoch", train_loss=math.nan, more=[np.float32(1.5), np.float64(np.inf)], n=np.int64(3))
    event = events.read(tmp_path)[0][0]
    assert event["train_loss"] is None
    assert event["more"] == [1.5, None]
    assert event["n"] == 3


def test_an_unknown_type_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no event"):
        events.append(tmp_path, "exploded")


def test_a_missing_file_has_no_events(tmp_path: Path) -> None:
    assert events.read(tmp_path) == ([], 0)
    assert events.read(tmp_path, 500) == ([], 0)
    assert events.last_state(tmp_path) is None


@given(cut=st.integers(1, 60))
def test_a_cut_line_is_left_out_and_the_next_event_stands_alone(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("events")
    events.append(folder, "created")
    events.append(folder, "message", text="x" * 40)
    path = folder / events.FILE
    path.write_bytes(path.read_bytes()[:-cut])
    assert types(events.read(folder)[0]) == ["created"]
    events.append(folder, "started")
    found = types(events.read(folder)[0])
    assert found == ["created", "started"] or (cut == 1 and found == ["created", "message", "started"])


@pytest.mark.parametrize("damage", [b"\x00\xff\n", b"[1, 2]\n", b'{"type": "nonsense"}\n', b"\n", b'{"type": 3}\n'])
def test_damaged_lines_are_skipped(tmp_path: Path, damage: bytes) -> None:
    events.append(tmp_path, "created")
    with (tmp_path / events.FILE).open("ab") as file:
        file.write(damage)
    events.append(tmp_path, "started")
    assert types(events.read(tmp_path)[0]) == ["created", "started"]
    last = events.last_state(tmp_path)
    assert last is not None
    assert last["type"] == "started"


def test_a_file_that_became_shorter_is_read_anew(tmp_path: Path) -> None:
    for _ in range(5):
        events.append(tmp_path, "message", text="long")
    offset = events.read(tmp_path)[1]
    (tmp_path / events.FILE).unlink()
    events.append(tmp_path, "created")
    assert types(events.read(tmp_path, offset)[0]) == ["created"]


def test_the_last_state_is_found_behind_hundreds_of_troubles(tmp_path: Path) -> None:
    events.append(tmp_path, "queued")
    events.append(tmp_path, "started", ack=3)
    for _ in range(600):
        events.append(tmp_path, "trouble", kind="dead-relus")
    last = events.last_state(tmp_path)
    assert last is not None
    assert (last["type"], last["ack"]) == ("started", 3)


def test_a_disk_that_refuses_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"^Could not write to the run gone: it is not there any more\.$"):
        events.append(tmp_path / "gone", "created")
    (tmp_path / events.FILE).mkdir()
    with pytest.raises(RunError, match="Could not read the events"):
        events.read(tmp_path)


ODD_LINES = {
    "deep": b"[" * 200_000,
    "type is a list": b'{"type":["a"]}',
    "type is an object": b'{"type":{"type":"started"}}',
    "no type": b"{}",
    "a huge number": b'{"type":"epoch","epoch":1' + b"0" * 400 + b"}",
}


@pytest.mark.parametrize("case", ODD_LINES)
def test_odd_lines_are_passed_over(run: Run, case: str) -> None:
    events.append(run.path, "epoch", epoch=3, step=30)
    with (run.path / events.FILE).open("ab") as file:
        file.write(ODD_LINES[case] + b"\n")
    (run.path / "summary.json").unlink()
    assert run.status().state == "crashed"
    assert run.summary().epochs_done == 3
    assert list_runs()[0].state == "crashed"
    assert commands_after(run) == []


def commands_after(run: Run) -> list[events.Event]:
    (run.path / commands.FILE).write_bytes(b"[" * 200_000 + b"\n")
    return commands.read(run.path)


@given(lengths=st.lists(st.integers(0, 9000), max_size=8), whole=st.booleans())
def test_the_last_event_of_a_type_is_that_of_a_reading_from_the_start(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], whole: bool
) -> None:
    folder = tmp_path_factory.mktemp("events")
    for number, length in enumerate(lengths):
        events.append(folder, ("started", "epoch", "paused")[number % 3], number=number, text="x" * length)
    if lengths and not whole:
        path = folder / events.FILE
        path.write_bytes(path.read_bytes()[:-1])
    for kind in ("started", "epoch", "paused", "failed"):
        wanted = [event for event in events.read(folder)[0] if event["type"] == kind]
        assert events.last(folder, (kind,)) == (wanted[-1] if wanted else None)


def told(*entries: tuple[str, int, int]) -> list[events.Event]:
    return [{"type": kind, "step": step, **({"epoch": epoch} if epoch else {})} for kind, step, epoch in entries]


def test_epochs_beyond_the_step_that_a_worker_went_on_from_no_longer_count() -> None:
    first = told(("started", 0, 0), ("epoch", 10, 1), ("epoch", 20, 2), ("epoch", 30, 3))
    assert [event["epoch"] for event in events.epochs(first)] == [1, 2, 3]
    assert [event["epoch"] for event in events.epochs([*first, *told(("resumed", 12, 0))])] == [1]
    again = [*first, *told(("resumed", 20, 0), ("epoch", 30, 3))]
    assert events.epochs(again) == [first[1], first[2], again[-1]]
    assert events.epochs([*first, *told(("started", 0, 0))]) == []
    assert events.epochs([{"type": "epoch"}, {"type": "epoch", "epoch": [1]}]) == []


def test_a_rebuilt_summary_forgets_abandoned_epochs(run: Run) -> None:
    for event in told(("started", 0, 0), ("epoch", 10, 1), ("epoch", 20, 2)):
        events.append(run.path, event.pop("type"), validation_accuracy=event["step"] / 100, **event)
    events.append(run.path, "resumed", step=15)
    (run.path / "summary.json").unlink()
    line = run.summary()
    assert (line.epochs_done, line.best_epoch, line.best_accuracy) == (1, 1, 0.1)
