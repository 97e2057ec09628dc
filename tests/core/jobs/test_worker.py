"""Workers as real processes, with a small job in place of a training."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import RunError
from core.jobs import worker
from core.network.presets import PRESETS
from core.paths import PROJECT
from core.runs import events, queue, waiting, workers
from core.runs.folder import Run, create
from core.runs.spec import RunSpec, TrainSpec

# It trains as long as the run's name says, and takes commands meanwhile.
SMALL_WORKER = """
import sys, time
from core.jobs import worker
from core.runs import events
from core.runs.commands import Inbox

def job(run):
    events.append(run.path, "started")
    inbox = Inbox(run.path, run.acknowledged())
    end = time.monotonic() + float(run.name)
    while time.monotonic() < end:
        time.sleep(0.01)
        if any(command["command"] == "stop" for command in inbox.new()):
            events.append(run.path, "stopped")
            return
    events.append(run.path, "finished")

worker.LOOK_AROUND_SECONDS = 0.1
worker.serve(int(sys.argv[-1]), job, warm=lambda: None, patience=0.5)
"""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`ensure_workers` starts processes of the small worker; all are ended after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def spawn(arguments: list[str], log: int) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", SMALL_WORKER, *arguments],
                cwd=PROJECT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        )
        return started[-1]

    monkeypatch.setattr(workers, "spawn", spawn)
    monkeypatch.setattr(workers, "_children", workers.Children())
    monkeypatch.setenv("CONVLENS_SLOTS", "1")
    yield started
    for child in started:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        child.wait()


@pytest.fixture(autouse=True)
def look_around_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOOK_AROUND_SECONDS", 0.01)


def make(seconds: float = 0.0) -> Run:
    run = create(RunSpec(network=PRESETS["digits-small"].network, train=TrainSpec()), str(seconds))
    queue.submit(run)
    return run


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_a_worker_trains_what_waits_and_leaves_when_nobody_is_there(
    small: list[subprocess.Popen[bytes]], runs_root: Path
) -> None:
    runs = [make(), make()]
    assert workers.ensure_workers() == 1
    assert workers.ensure_workers() == 0  # it is starting
    until(lambda: all(run.status().state == "finished" for run in runs))
    starts = [next(event["time"] for event in run.events()[0] if event["type"] == "started") for run in runs]
    assert starts == sorted(starts)
    until(lambda: not any(run.is_held() for run in runs))
    assert small[0].wait(20) == 0
    assert (runs_root / ".workers" / "slot-0.log").read_text() == ""
    assert workers.ensure_workers() == 1


def test_the_first_slot_stays_warm_while_a_server_beats(small: list[subprocess.Popen[bytes]]) -> None:
    workers.beat()
    workers.ensure_workers()
    until(lambda: workers.is_held(workers.slot_path(0)))
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        workers.beat()
        time.sleep(0.05)
    assert small[0].poll() is None
    run = make()
    until(lambda: run.status().state == "finished", 3)


def test_a_killed_worker_is_replaced_and_its_run_goes_on(small: list[subprocess.Popen[bytes]]) -> None:
    run = make(60)
    workers.ensure_workers()
    until(lambda: run.status().state == "running")
    pid = int(workers.pid_path(0).read_text())
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # a zombie from here on
    assert run.status().state == "crashed"
    run.rename("0")
    queue.control(run, "resume")
    assert workers.ensure_workers() == 1
    until(lambda: run.status().state == "finished")
    assert small[0].returncode == -signal.SIGKILL  # reaped


def test_a_running_job_is_stopped_by_a_command(small: list[subprocess.Popen[bytes]]) -> None:
    run = make(60)
    workers.ensure_workers()
    until(lambda: run.status().state == "running")
    queue.control(run, "stop")
    until(lambda: run.status().state == "stopped")


def test_as_many_train_at_once_as_there_are_slots(
    small: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLENS_SLOTS", "2")
    runs = [make(60), make(60), make(60)]
    assert workers.ensure_workers() == 2
    until(lambda: [run.status().state for run in runs] == ["running", "running", "queued"])
    assert queue.place(runs[2]) == 1
    assert workers.ensure_workers() == 0
    queue.control(runs[0], "stop")
    until(lambda: runs[2].status().state == "running")


def test_the_second_slot_is_started_only_while_runs_wait(
    small: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLENS_SLOTS", "2")
    assert workers.ensure_workers() == 1
    assert workers.ensure_workers() == 0


def test_one_process_a_slot(small: list[subprocess.Popen[bytes]], runs_root: Path) -> None:
    workers.slot_path(0).parent.mkdir()
    lock = workers.slot_lock(0)
    with lock:
        make()
        assert workers.ensure_workers() == 0
        worker.serve(0, job=pytest.fail, warm=pytest.fail)  # returns at once
        assert queue.others_wait()


def test_a_worker_of_an_older_program_leaves(runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers.beat()
    versions = iter([1, 1, 2])
    monkeypatch.setattr(worker, "code_version", lambda: next(versions))
    worker.serve(0, warm=lambda: None)
    assert list(versions) == []
    assert not workers.is_held(workers.slot_path(0))


@pytest.mark.parametrize("made_again", [False, True])
def test_a_worker_whose_folder_was_deleted_leaves(
    runs_root: Path, monkeypatch: pytest.MonkeyPatch, made_again: bool
) -> None:
    def warm() -> None:
        shutil.rmtree(runs_root)
        if made_again:
            workers.beat()
            workers.slot_path(0).touch()
            workers.pid_path(0).write_text("1")

    worker.serve(0, job=pytest.fail, warm=warm, patience=1e9)
    assert runs_root.exists() == made_again


def test_a_worker_does_not_leave_a_run_behind_that_came_at_the_last_moment(
    runs_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def job(run: Run) -> None:
        done.append(run.id)
        events.append(run.path, "finished")

    real = worker._leave
    late: list[Run] = []

    def leave(release: Callable[[], None]) -> bool:
        if not late:
            late.append(make())
        return real(release)

    monkeypatch.setattr(worker, "_leave", leave)
    worker.serve(0, job, warm=lambda: None, patience=0.05)
    assert done == [late[0].id]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RunError("The disk is full."), "The disk is full"),
        (ZeroDivisionError("by zero"), "failed unexpectedly (ZeroDivisionError: by zero); its worker.log"),
        (MemoryError(), "The memory was not enough"),
        (None, "the training ended without saying how"),
    ],
)
def test_whatever_a_job_raises_is_one_sentence_and_the_next_run_goes_on(
    runs_root: Path, capsys: pytest.CaptureFixture[str], error: Exception | None, sentence: str
) -> None:
    bad, good = make(), make()

    def job(run: Run) -> None:
        if run == good:
            events.append(run.path, "finished")
        elif error:
            raise error

    worker.serve(0, job, warm=lambda: None, patience=0)
    status = bad.status()
    assert (status.state, status.resumable) == ("failed", True)
    assert sentence in status.sentence
    assert "\n" not in status.sentence
    assert "Traceback" in (bad.path / "worker.log").read_text()
    assert "Traceback" in capsys.readouterr().err
    assert good.status().state == "finished"
    assert bad.summary().state == "failed"


def test_a_worker_that_cannot_warm_up_still_tells_each_run_why(
    runs_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make()

    def cold() -> None:
        raise ImportError("no torch")

    def job(_: Run) -> None:
        cold()

    worker.serve(0, job, warm=cold, patience=0)
    assert "no torch" in run.status().sentence
    assert "no torch" in capsys.readouterr().err


def test_every_job_finds_the_same_state_whatever_the_one_before_left(runs_root: Path) -> None:
    import random

    import numpy as np
    import torch

    found: list[Any] = []

    def job(run: Run) -> None:
        found.append(
            (
                random.random(),
                np.random.rand(),  # noqa: NPY002 - the global state is what this is about
                torch.rand(1).item(),
                torch.get_num_threads(),
                torch.get_default_dtype(),
                torch.is_grad_enabled(),
            )
        )
        torch.set_num_threads(2)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        events.append(run.path, "finished")

    for _ in range(3):
        make()
    worker.serve(0, job, warm=lambda: None, patience=0)
    assert len(found) == 3
    assert found[0] == found[1] == found[2]


def test_one_folder_in_this_process(runs_root: Path) -> None:
    run, other = make(), make()
    seen: list[Run] = []

    def job(run: Run) -> None:
        assert run.is_held()
        seen.append(run)
        events.append(run.path, "finished")

    assert worker.train_one(run.path, job)
    assert seen == [run]
    assert not run.is_held()
    assert queue.place(other) == 1


def test_a_folder_that_is_no_run_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    with pytest.raises(RunError, match=r"has no spec\.json"):
        worker.train_one(folder)
    assert not list(folder.iterdir())
    assert not (tmp_path / waiting.FOLDER).exists()


def test_the_command_line(runs_root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker.os, "nice", lambda _: 0)
    run = make()
    assert worker.main([str(run.path)], lambda run: events.append(run.path, "finished")) == 0
    assert worker.main([str(run.path)], lambda run: [][0]) == 1
    assert worker.main([str(runs_root / "missing")]) == 2
    assert "has no spec.json" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        worker.main([])
    with pytest.raises(SystemExit):
        worker.main([str(run.path), "--slot", "0"])


@pytest.mark.parametrize("given", ["0", "-1", "two", "65", "1.5"])
def test_slots_must_be_a_number(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("CONVLENS_SLOTS", given)
    with pytest.raises(RunError, match="CONVLENS_SLOTS must be a whole number from 1 to 64"):
        workers.slots()


def test_one_slot_for_every_four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVLENS_SLOTS", raising=False)
    for cores, expected in ((1, 1), (2, 1), (4, 1), (8, 2), (None, 1)):
        monkeypatch.setattr(workers.os, "cpu_count", lambda cores=cores: cores)
        assert workers.slots() == expected


def test_the_real_worker_is_a_session_of_its_own_with_low_priority(runs_root: Path, tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        child = workers.spawn(["--slot", "0"], log.fileno())
    try:
        until(lambda: workers.pid_path(0).exists())
        assert int(workers.pid_path(0).read_text()) == child.pid
        assert os.getsid(child.pid) == child.pid
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == 19
    finally:
        child.kill()
        child.wait()


def test_a_full_disk_has_room_for_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make()
    (run.path / "answers.npy").write_bytes(b"x" * 5000)
    unfinished = run.path / "snapshots" / ".epoch-00001.npz.1-2.tmp"
    unfinished.parent.mkdir()
    unfinished.write_bytes(b"x")
    real = events.append_line

    def full(path: Path, line: bytes) -> None:
        if (run.path / "answers.npy").exists() or unfinished.exists():
            raise OSError(28, "No space left on device")
        real(path, line)

    def job(_run: Run) -> None:
        raise RunError("Could not write the checkpoint: the disk is full.")

    monkeypatch.setattr(events, "append_line", full)
    assert not worker.obey(run, job, loud=False)
    status = run.status()
    assert status.state == "failed"
    assert "disk is full" in status.sentence


@pytest.mark.parametrize("given", [None, "5"])
def test_a_worker_does_not_hold_a_core_while_it_waits(monkeypatch: pytest.MonkeyPatch, given: str | None) -> None:
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    if given:
        monkeypatch.setenv("GOMP_SPINCOUNT", given)
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda *_, env, **__: seen.append(env))
    workers.spawn([], 1)
    assert seen[0]["GOMP_SPINCOUNT"] == (given or workers.SPINS)
    assert seen[0]["PATH"] == os.environ["PATH"]
