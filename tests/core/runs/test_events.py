"""Events: what is appended comes back, whatever a crash left in the file."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RunError
from core.runs import events


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


def test_the_last_state_is_found_behind_thousands_of_epochs(tmp_path: Path) -> None:
    events.append(tmp_path, "queued")
    events.append(tmp_path, "started", ack=3)
    for epoch in range(300):
        events.append(tmp_path, "epoch", epoch=epoch)
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
