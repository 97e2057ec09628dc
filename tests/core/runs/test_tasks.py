"""Tasks as real processes, with small jobs; and what a folder says when its process is gone."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.jobs import tasks as job
from core.jobs.tasks import Work
from core.paths import PROJECT
from core.runs import disk, events, task_places, tasks, workers
from core.runs.disk import is_held
from core.runs.tasks import Task

# It counts to the number that its parameters name, and writes what it has counted.
COUNTING = """
import sys, time, types
import numpy as np
from core.jobs import tasks

def work(work):
    for number in range(work.parameters["to"]):
        if work.stopped:
            break
        work.progress(number / work.parameters["to"], f"counted to {number}")
        time.sleep(0.02)
    work.write("counted.npz", number=np.array(number))

module = types.ModuleType("counting")
module.work = work
sys.modules["counting"] = module
tasks.KINDS["count"] = "counting:work"
tasks.LOOK_AROUND_SECONDS = 0.05
tasks.PATIENCE_SECONDS = PATIENCE
tasks._warm_up = tasks._be_modest = lambda: None
sys.exit(tasks.main(sys.argv[1:]))
"""


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Tasks of the kind `count` are done by real processes, which this list holds."""
    started: list[subprocess.Popen[bytes]] = []

    def spawn(arguments: list[str], log: int, module: str = "") -> subprocess.Popen[bytes]:
        assert module == "core.jobs.tasks"
        program = COUNTING.replace("= PATIENCE", "= 60.0")
        started.append(
            subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=PROJECT, stdout=log, stderr=log)
        )
        return started[-1]

    monkeypatch.setattr(workers, "spawn", spawn)
    monkeypatch.setattr(task_places, "_children", workers.Children())
    return started


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def in_state(task: Task, state: str) -> Callable[[], bool]:
    return lambda: task.status().state == state


def shares(task: Task) -> list[float]:
    return [event["share"] for event in events.read(task.path)[0] if event["type"] == "message"]


def test_a_task_tells_its_progress_and_keeps_its_result(
    counting: list[subprocess.Popen[bytes]], runs_root: Path
) -> None:
    task = tasks.start("count", {"to": 40}, runs_root / "run" / "tasks" / "count-1")
    until(lambda: (task.status().share or 0) > 0)
    assert task.status().sentence.startswith("counted to")
    until(in_state(task, "finished"))
    assert task.read("counted.npz")["number"] == 39
    assert shares(task) == sorted(shares(task))
    assert len(shares(task)) > 2
    assert Task(task.path).parameters == {"to": 40}
    until(lambda: not is_held(task.path / tasks.LOCK))

    again = tasks.start("count", {"to": 40}, task.path)  # finished: it is simply there
    assert again.status().state == "finished"
    assert len(counting) == 1

    other = tasks.start("count", {"to": 3}, runs_root / "run" / "tasks" / "count-2")
    until(in_state(other, "finished"))
    assert len(counting) == 1  # the process was still warm


def test_two_who_start_the_same_task_start_one(counting: list[subprocess.Popen[bytes]], runs_root: Path) -> None:
    folder = runs_root / "run" / "tasks" / "count-1"
    starters = [threading.Thread(target=tasks.start, args=("count", {"to": 5}, folder)) for _ in range(6)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    task = Task(folder)
    until(in_state(task, "finished"))
    types = [event["type"] for event in events.read(folder)[0] if event["type"] != "message"]
    assert types == ["queued", "started", "finished"]
    assert len(counting) == 1


def test_stop_ends_it_soon_and_restart_begins_it_again(
    counting: list[subprocess.Popen[bytes]], runs_root: Path
) -> None:
    task = tasks.start("count", {"to": 2000}, runs_root / "run" / "tasks" / "count-1")
    until(lambda: (task.status().share or 0) > 0)
    with pytest.raises(RunError, match="at work with other settings"):
        tasks.start("count", {"to": 1}, task.path)
    task.stop()
    until(in_state(task, "stopped"))
    assert 0 < task.read("counted.npz")["number"] < 1999
    assert 0 < (task.status().share or 0) < 1
    until(lambda: not is_held(task.path / tasks.LOCK))

    task.restart()
    until(in_state(task, "running"))
    task.stop()
    until(in_state(task, "stopped"))

    tasks.start("count", {"to": 2}, task.path)  # other parameters clear the folder
    until(in_state(task, "finished"))
    assert task.read("counted.npz")["number"] == 1


def test_a_killed_task_is_crashed_and_begins_again(counting: list[subprocess.Popen[bytes]], runs_root: Path) -> None:
    task = tasks.start("count", {"to": 2000}, runs_root / "run" / "tasks" / "count-1")
    until(lambda: (task.status().share or 0) > 0)
    counting[0].kill()
    os.waitid(os.P_PID, counting[0].pid, os.WEXITED | os.WNOWAIT)  # a zombie from here on
    status = task.status()
    assert status.state == "crashed"
    assert "started again" in status.sentence
    (task.path / tasks.DESCRIPTION).write_text(json.dumps({"kind": "count", "parameters": {"to": 3}}))
    task.restart()
    until(in_state(task, "finished"))
    assert len(counting) == 2
    assert counting[0].returncode == -signal.SIGKILL  # reaped


def test_the_process_outlives_the_server_and_leaves_when_idle(runs_root: Path) -> None:
    """As the server starts it: another process, which ends before the task has."""
    program = f"""
import subprocess, sys
from pathlib import Path
from core.runs import tasks, workers
workers.spawn = lambda arguments, log, module: subprocess.Popen(
    [sys.executable, "-c", {COUNTING.replace("= PATIENCE", "= 0.1")!r}, *arguments],
    stdout=log, stderr=log, start_new_session=True)
tasks.start("count", {{"to": 30}}, Path({str(runs_root)!r}) / "run" / "tasks" / "count-1")
"""
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True, timeout=60)
    task = Task(runs_root / "run" / "tasks" / "count-1")
    pid = runs_root / ".tasks" / "quick" / "place-0.pid"
    try:
        assert task.status().live
        until(in_state(task, "finished"))
        until(lambda: not is_held(task_places.place_path("quick", 0)))
    finally:
        with contextlib.suppress(OSError):
            os.kill(int(pid.read_text()), signal.SIGKILL)
    assert (runs_root / ".tasks" / "quick" / "place-0.log").read_text() == ""


def test_one_process_is_kept_warm_at_most(counting: list[subprocess.Popen[bytes]], runs_root: Path) -> None:
    task_places.warm()
    task_places.warm()
    assert len(counting) == 1
    until(lambda: is_held(task_places.place_path("quick", 0)))
    task_places.warm()
    assert task_places.tend() == 0
    assert len(counting) == 1


def test_a_study_does_not_keep_the_others_waiting(counting: list[subprocess.Popen[bytes]], runs_root: Path) -> None:
    assert task_places.lane_of("study") != task_places.lane_of("dream")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task_places, "LONG", frozenset({"count"}))
        long = [tasks.start("count", {"to": 2000}, runs_root / ".studies" / str(number)) for number in range(2)]
        until(in_state(long[0], "running"))
        assert long[1].status().state == "queued"
        long[1].stop()
        assert long[1].status().state == "stopped"
        assert "before it began" in long[1].status().sentence
    quick = tasks.start("count", {"to": 2}, runs_root / "run" / "tasks" / "count-1")
    until(in_state(quick, "finished"))


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch, tasks_here: None) -> Callable[[Callable[[Work], None]], None]:
    """Sets what a task of the kind `mine` does, in this process."""

    def become(work: Callable[[Work], None]) -> None:
        monkeypatch.setattr(sys.modules[__name__], "mine", work, raising=False)
        monkeypatch.setitem(job.KINDS, "mine", f"{__name__}:mine")

    return become


def test_what_a_job_raises_is_one_sentence(kinds: Callable[..., None], runs_root: Path) -> None:
    def told(error: Exception) -> str:
        def work(work: Work) -> None:
            raise error

        kinds(work)
        task = tasks.start("mine", {}, runs_root / "run" / "tasks" / "mine")
        assert task.status().state == "failed"
        return task.status().sentence

    assert told(RunError("The weights are gone.")) == "The weights are gone."
    assert "ValueError: no" in told(ValueError("no"))
    assert "memory was not enough" in told(MemoryError())
    log = (runs_root / "run" / "tasks" / "mine" / tasks.LOG).read_text()
    assert "Traceback" in log
    assert log.count("ValueError: no") == 1


def test_a_full_disk_is_told(kinds: Callable[..., None], runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def work(work: Work) -> None:
        monkeypatch.setattr(disk, "_replace", no_room)
        work.write("a.npz", a=np.zeros(3))

    kinds(work)
    task = tasks.start("mine", {}, runs_root / "run" / "tasks" / "mine")
    assert task.status().state == "failed"
    assert "the disk is full" in task.status().sentence
    assert not list(task.path.glob(".*"))


def test_damaged_files_are_told_and_mended(kinds: Callable[..., None], runs_root: Path) -> None:
    kinds(lambda work: work.write("a.npz", a=np.arange(3)))
    task = tasks.start("mine", {"n": 1}, runs_root / "run" / "tasks" / "mine")
    assert task.status().state == "finished"
    (task.path / "a.npz").write_bytes((task.path / "a.npz").read_bytes()[:-30])
    with pytest.raises(RunError, match="damaged"):
        task.read("a.npz")
    task.restart()
    assert task.read("a.npz")["a"].tolist() == [0, 1, 2]
    with pytest.raises(RunError, match="not there"):
        task.read("b.npz")

    (task.path / tasks.DESCRIPTION).write_text("{")
    with pytest.raises(RunError, match="damaged"):
        task.restart()
    assert tasks.start("mine", {"n": 1}, task.path).parameters == {"n": 1}
    (task.path / events.FILE).write_bytes(b"\xff\xfe garbage")
    assert task.status().state == "crashed"
    task.restart()
    assert task.status().state == "finished"


def test_a_task_that_was_never_started(runs_root: Path) -> None:
    task = Task(runs_root / "run" / "tasks" / "mine")
    assert task.status().state == "absent"
    assert task.stamp("a.npz") == 0
    with pytest.raises(RunError, match="must lie in"):
        tasks.start("mine", {}, Path("/elsewhere"))


def test_progress_far_too_often_writes_little(kinds: Callable[..., None], runs_root: Path) -> None:
    def work(work: Work) -> None:
        for number in range(2000):
            work.progress(number / 2000)
        work.progress(1.0, "all")

    kinds(work)
    task = tasks.start("mine", {}, runs_root / "run" / "tasks" / "mine")
    assert shares(task)[-1] == 1.0
    assert len(shares(task)) < 200


def test_the_same_parameters_in_any_order_are_the_same_task(runs_root: Path) -> None:
    one = tasks.folder_of(runs_root / "run", "dream", {"a": 1, "b": [2, 3]})
    assert one == tasks.folder_of(runs_root / "run", "dream", {"b": [2, 3], "a": 1})
    assert one != tasks.folder_of(runs_root / "run", "dream", {"a": 1, "b": [3, 2]})
    assert one.parent == runs_root / "run" / "tasks"


def test_a_page_does_not_fail_where_no_process_can_be_kept_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no processes left")

    monkeypatch.setattr(task_places.workers, "spawn", refuse)
    with pytest.raises(RunError):
        task_places._tend("quick", 1)
    task_places.warm()
