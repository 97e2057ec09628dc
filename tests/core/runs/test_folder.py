"""Runs as folders: made once, listed whatever is in them, never half there."""

from __future__ import annotations

import errno
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import paths
from core.errors import RunError
from core.paths import PROJECT
from core.runs import disk, events, folder, queue, summary, waiting
from core.runs.folder import Run, create, delete, duplicate, list_runs, open_run
from core.runs.spec import RunSpec
from tests.core.runs.conftest import tree

CREATE_TWICE = """
import sys
from core.network.presets import PRESETS
from core.runs import queue
from core.runs.folder import create
from core.runs.spec import RunSpec, TrainSpec
run = create(RunSpec(network=PRESETS["digits-small"].network, train=TrainSpec()), token="one click")
queue.submit(run)
print(run.id)
"""


def test_a_run_comes_back_as_it_was_made(spec: RunSpec, runs_root: Path) -> None:
    run = create(spec, "My first")
    assert re.fullmatch(r"\d{8}-\d{6}-[a-z]+-[a-z]+", run.id)
    again = open_run(run.id)
    assert again.spec == spec
    assert again.name == "My first"
    line = again.summary()
    assert (line.dataset, line.network, line.epochs, line.epochs_done) == ("digits", "digits-small", 10, 0)
    assert line.parameters == 38_282  # torch's count, by hand: 160 + 4640 + 32832 + 650
    assert not [path for path in runs_root.iterdir() if path.name.startswith(".new")]


def test_the_same_token_twice_makes_one_run(spec: RunSpec) -> None:
    first = create(spec, token="a")
    assert create(spec, token="a") == first
    assert create(spec, token="b") != first
    assert create(spec) != create(spec)
    made = first.events()[0][0]["time"]
    delete(first)
    assert create(spec, token="a").events()[0][0]["time"] > made


def test_two_processes_with_one_token_make_one_run(runs_root: Path) -> None:
    makers = [
        subprocess.Popen([sys.executable, "-c", CREATE_TWICE], stdout=subprocess.PIPE, text=True, cwd=PROJECT)
        for _ in range(3)
    ]
    ids = {maker.communicate()[0] for maker in makers}
    assert len(ids) == 1
    assert [line.state for line in list_runs()] == ["queued"]
    found = [event["type"] for event in Run(runs_root / ids.pop().strip()).events()[0]]
    assert found == ["created", "queued"]


def test_renaming(run: Run) -> None:
    run.rename("  better \n name ")
    assert run.name == "better name"
    for bad in ("", "  ", "x" * 121):
        with pytest.raises(RunError, match="needs 1 to 120 characters"):
            run.rename(bad)


@pytest.mark.parametrize("id", ["", ".", "..", "../x", "/etc", ".queue", "a/b", "a" * 200, "x\0y"])
def test_no_id_leads_out_of_the_folder_of_runs(id: str, runs_root: Path) -> None:
    (runs_root / ".queue").mkdir()
    with pytest.raises(RunError, match="There is no run"):
        open_run(id)


def test_a_misspelt_id_gets_a_suggestion(run: Run) -> None:
    with pytest.raises(RunError, match=f"did you mean '{run.id}'"):
        open_run(run.id[:-1])


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no spec": (lambda path: (path / "spec.json").unlink(), "has no spec.json"),
    "cut spec": (lambda path: (path / "spec.json").write_text('{"version": 1, "netw'), "not whole JSON"),
    "a list": (lambda path: (path / "spec.json").write_text("[]"), "holds no object"),
    "binary": (lambda path: (path / "spec.json").write_bytes(b"\xff\xfe\x00"), "not whole JSON"),
    "version": (lambda path: (path / "spec.json").write_text('{"version": 7}'), "has version 7"),
    "spec is a folder": (
        lambda path: ((path / "spec.json").unlink(), (path / "spec.json").mkdir()),
        "Could not read spec.json",
    ),
    "events are a folder": (
        lambda path: ((path / "events.jsonl").unlink(), (path / "events.jsonl").mkdir()),
        "Could not read the events",
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_folder_is_a_line_with_a_sentence_and_hides_no_other(case: str, spec: RunSpec) -> None:
    good, bad = create(spec), create(spec, "Bad one")
    spoil, sentence = DAMAGE[case]
    spoil(bad.path)
    lines = {line.id: line for line in list_runs()}
    assert set(lines) == {good.id, bad.id}
    assert lines[bad.id].state == "damaged"
    assert lines[bad.id].name == "Bad one"
    assert sentence in lines[bad.id].sentence
    assert lines[good.id].state != "damaged"
    assert Run(bad.path).status().state == "damaged"


def test_a_faulty_spec_names_every_place(run: Run) -> None:
    found = json.loads((run.path / "spec.json").read_text())
    found["train"]["epochs"] = 0
    found["network"]["layers"][0]["kernel"] = "big"
    (run.path / "spec.json").write_text(json.dumps(found))
    with pytest.raises(RunError) as error:
        _ = Run(run.path).spec
    assert "train.epochs" in str(error.value)
    assert "network.layers.0.kernel" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_lost_summary_is_made_again_from_spec_and_events(run: Run) -> None:
    for epoch, accuracy in ((1, 0.5), (2, 0.9), (3, 0.8)):
        events.append(run.path, "epoch", epoch=epoch, validation_accuracy=accuracy, seconds=epoch * 2.0)
    events.append(run.path, "finished", test_accuracy=0.85, test_loss=0.4, train_seconds=7.0)
    for text in (None, "", "{", "[]", '{"created": "yesterday"}'):
        (run.path / "summary.json").unlink(missing_ok=True)
        if text is not None:
            (run.path / "summary.json").write_text(text)
        line = run.summary()
        assert (line.state, line.epochs_done, line.best_accuracy, line.best_epoch) == ("finished", 3, 0.9, 2)
        assert (line.test_accuracy, line.test_loss, line.seconds) == (0.85, 0.4, 7.0)
        assert (line.dataset, line.parameters) == ("digits", 38_282)


def test_writing_the_summary_changes_only_what_is_given(run: Run) -> None:
    run.write_summary(epochs_done=2, best_accuracy=0.75, best_epoch=1)
    run.write_summary(epochs_done=3, test_accuracy=float("nan"))
    line = run.summary()
    assert (line.epochs_done, line.best_accuracy, line.test_accuracy, line.epochs) == (3, 0.75, None, 10)
    with pytest.raises(ValueError, match="has no best"):
        run.write_summary(best=1)


def test_a_finished_run_without_its_events_is_still_finished(run: Run) -> None:
    run.write_summary(state="finished", test_accuracy=0.9, epochs_done=10)
    (run.path / "events.jsonl").unlink()
    line = run.summary()
    assert (line.state, line.test_accuracy) == ("finished", 0.9)
    assert "events file is missing" in line.sentence


def test_a_thousand_runs_are_listed_newest_first(run: Run, runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events.append(run.path, "finished")
    for number in range(999):
        copy = runs_root / f"20200101-{number:06d}-calm-finch"
        copy.mkdir()
        for name in ("spec.json", "name.txt", "events.jsonl", "lock"):
            (copy / name).hardlink_to(run.path / name)
        (copy / "summary.json").write_text(json.dumps({**summary.read_fields(run.path), "created": number}))  # type: ignore[dict-item]
    heavy: list[Path] = []
    monkeypatch.setattr(summary, "read_spec", heavy.append)
    lines = list_runs()
    assert len(lines) == 1000
    assert lines[0].id == run.id
    assert [line.created for line in lines[1:]] == list(range(998, -1, -1))
    assert {line.state for line in lines} == {"finished"}
    assert not heavy  # no description is validated for a list


def test_runs_made_within_a_millisecond_are_listed_newest_first(spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(1)
    monkeypatch.setattr("time.time", lambda: 1_700_000_000 + next(clock) / 100_000)
    made = [create(spec).id for _ in range(8)]
    assert [line.id for line in list_runs()] == made[::-1]


def test_what_is_no_run_is_not_listed(run: Run, runs_root: Path) -> None:
    (runs_root / "notes.txt").touch()
    (runs_root / ".hidden").mkdir()
    assert [line.id for line in list_runs()] == [run.id]


def test_no_folder_of_runs_is_an_empty_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONVLENS_RUNS", str(tmp_path / "nowhere"))
    assert list_runs() == []


def test_deleting_removes_everything_of_the_run_and_nothing_else(spec: RunSpec, runs_root: Path) -> None:
    run, other = create(spec), create(spec)
    queue.submit(run)
    queue.submit(other)
    before = {path for path in tree(runs_root) if run.id not in path}
    delete(run)
    assert tree(runs_root) == before
    assert queue.place(other) == 1
    delete(run)  # a second click


def test_a_run_that_trains_is_not_deleted(run: Run, hold: Callable[..., Any]) -> None:
    hold(run, "started")
    with pytest.raises(RunError, match="stop it first"):
        delete(run)
    assert run.path.is_dir()


def test_nothing_outside_the_folder_of_runs_is_deleted(run: Run, tmp_path: Path, runs_root: Path) -> None:
    outside = tmp_path / "precious"
    outside.mkdir()
    (runs_root / "link").symlink_to(outside)
    for path in (outside, runs_root, runs_root / "link", runs_root / ".queue", run.path / "best"):
        with pytest.raises(RunError, match="is not deleted"):
            delete(Run(path))
    assert outside.is_dir()


def test_duplicating_with_changes(run: Run) -> None:
    copy = duplicate(run, epochs=3, learning_rate=0.5)
    assert copy.spec.train == run.spec.train.model_copy(update={"epochs": 3, "learning_rate": 0.5})
    assert copy.spec.network == run.spec.network
    assert copy.name == "digits-small on digits (copy)"
    with pytest.raises(RunError, match=r"train\.epochs"):
        duplicate(run, epochs=-1)


def refuse(number: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    return fail


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.EACCES, "you may not do that there"), (errno.EROFS, "read-only"), (errno.ENOSPC, "the disk is full")],
)
def test_a_disk_that_refuses_is_one_sentence_and_leaves_nothing(
    spec: RunSpec, run: Run, runs_root: Path, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    before = tree(runs_root)
    monkeypatch.setattr(Path, "write_text", refuse(number))
    monkeypatch.setattr(Path, "write_bytes", refuse(number))
    for action in (lambda: create(spec), lambda: run.rename("x"), lambda: run.write_summary(epochs_done=1)):
        with pytest.raises(RunError, match=sentence):
            action()
    assert tree(runs_root) == before
    assert run.summary().state == "crashed"  # reading goes on


def test_a_read_only_folder_can_be_looked_at(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = disk.os.open

    def read_only(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & (disk.os.O_WRONLY | disk.os.O_RDWR):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(disk.os, "open", read_only)
    assert [line.state for line in list_runs()] == ["crashed"]
    assert run.events()[0][0]["type"] == "created"
    for action in (lambda: queue.submit(run), lambda: queue.resume(run), lambda: run.hold()):
        with pytest.raises(RunError, match="read-only"):
            action()


def test_replacing_a_file_shows_the_old_or_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    disk.write_atomic(path, b"old")
    monkeypatch.setattr(Path, "replace", refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="refused"):
        disk.write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert tree(tmp_path) == {"file", "runs", "data"}  # the two are every test's


def test_windows_may_refuse_to_replace_a_file_that_is_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real, refused = tmp_path / "file", Path.replace, []

    def busy(self: Path, target: Path) -> Path:
        if len(refused) < 3:
            refused.append(target)
            raise PermissionError(errno.EACCES, "refused")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(PermissionError):
        disk.write_atomic(path, b"here it means what it says")
    monkeypatch.setattr(disk, "_is_windows", lambda: True)
    disk.write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert len(refused) == 3
    refused.clear()
    monkeypatch.setattr(disk, "REPLACE_SECONDS", 0.0)
    with pytest.raises(PermissionError):
        disk.write_atomic(path, b"never")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("text", ["[" * 200_000, '{"state": ["finished"]}', "3", '{"created": 1' + "0" * 400 + "}"])
def test_a_summary_that_is_odd_json_is_told_anew(run: Run, text: str) -> None:
    (run.path / "summary.json").write_text(text)
    (run.path / "events.jsonl").unlink()
    line = list_runs()[0]
    assert (line.state, line.dataset, line.epochs) == ("crashed", "digits", 10)
    assert run.status().state == "crashed"


@pytest.mark.parametrize("state", ["started", "finished"])
def test_a_list_reads_little_of_long_events(run: Run, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    events.append(run.path, "started", step=0)
    for epoch in range(1, 2001):
        events.append(run.path, "epoch", epoch=epoch, step=epoch, text="x" * 500)
    if state == "finished":
        events.append(run.path, state)
    run.write_summary(epochs_done=2000)
    parsed: list[Any] = []
    real_loads, real_read = events.loads, os.read
    monkeypatch.setattr(events, "loads", lambda line: parsed.append(line) or real_loads(line))
    monkeypatch.setattr(os, "read", lambda file, most: real_read(file, most) if most < 10_000 else pytest.fail(most))
    line = list_runs()[0]
    assert line.epochs_done == 2000
    assert state != "started" or "in epoch 2001" in line.sentence
    assert len(parsed) < 10


def test_a_run_that_vanishes_while_it_is_listed_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (run.path / "summary.json").unlink()

    def gone(path: Path) -> Any:
        delete(Run(path))
        raise RunError("gone")

    monkeypatch.setattr(summary, "check_version", gone)
    assert (run.summary().state, run.summary().sentence) == ("damaged", "gone")
    monkeypatch.undo()
    monkeypatch.setattr(summary, "check_version", lambda path: {})
    assert run.summary().state == "damaged"
    monkeypatch.setattr(summary, "first_summary", lambda spec, created: {})
    monkeypatch.setattr(summary, "read_spec", lambda path: None)
    assert "not there any more" in run.summary().sentence


def test_a_run_that_is_taken_at_the_last_moment_is_not_deleted(spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it gets the lock of the queue, a worker takes the run."""
    run = create(spec)
    queue.submit(run)
    claims = []
    real = waiting.lock

    def after_a_claim(root: Path) -> Any:
        if not claims:
            claims.append(None)
            claims[0] = queue.claim()
        return real(root)

    monkeypatch.setattr(waiting, "lock", after_a_claim)
    with pytest.raises(RunError, match="stop it first"):
        delete(run)
    assert run.path.is_dir()
    claims[0].release()
    delete(run)
    assert not run.path.exists()


def test_making_a_run_leaves_the_mask_of_rights_alone(spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the whole process's: another thread's file would get other rights meanwhile."""

    def refuse_mask(mask: int) -> int:
        raise AssertionError(mask)

    before = os.umask(0o027)
    try:
        monkeypatch.setattr(os, "umask", refuse_mask)
        run = create(spec)
        monkeypatch.undo()
    finally:
        os.umask(before)
    assert sys.platform == "win32" or run.path.stat().st_mode & 0o777 == 0o750


def test_a_damaged_token_makes_a_new_run(spec: RunSpec, runs_root: Path) -> None:
    create(spec, token="a")
    (marker,) = (runs_root / ".tokens").iterdir()
    for content in (b"", b"..", b"\xff", b"."):
        marker.write_bytes(content)
        assert create(spec, token="a").path.parent == runs_root


@pytest.mark.parametrize("folder", ["runs", "data"])
def test_a_tilde_is_the_home_folder(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"CONVLENS_{folder.upper()}", "~/elsewhere")
    assert getattr(paths, f"{folder}_root")() == Path.home() / "elsewhere"
    monkeypatch.setenv(f"CONVLENS_{folder.upper()}", "~nobody-here/x")
    assert getattr(paths, f"{folder}_root")() == Path("~nobody-here/x")
    monkeypatch.delenv(f"CONVLENS_{folder.upper()}")
    assert getattr(paths, f"{folder}_root")() == Path.home() / ".convlens" / folder


def test_more_runs_in_one_second_than_names_are_told_apart(spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_new_id", lambda: "20261121-143501-brisk-otter")
    made = [create(spec).id for _ in range(3)]
    assert len(set(made)) == 3
    assert all(open_run(id).spec == spec for id in made)
