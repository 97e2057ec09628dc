"""The queue: first come, first served, each run once, and what a command means in each state."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import RunError
from core.paths import PROJECT
from core.runs import commands, events, queue, waiting
from core.runs.folder import Run, create, delete, list_runs
from core.runs.spec import RunSpec
from core.runs.steps import StepWriter

CLAIMER = """
from core.runs import queue
while claim := queue.claim():
    print(claim.run.id)
"""


def submit(spec: RunSpec, count: int) -> list[Run]:
    runs = [create(spec) for _ in range(count)]
    for run in runs:
        queue.submit(run)
    return runs


def kinds(run: Run) -> list[str]:
    return [event["type"] for event in run.events()[0]]


def test_runs_wait_in_the_order_they_came_and_show_their_place(spec: RunSpec) -> None:
    runs = submit(spec, 3)
    queue.submit(runs[0])  # a second click changes nothing
    assert [queue.place(run) for run in runs] == [1, 2, 3]
    assert [(line.place, line.state) for line in reversed(list_runs())] == [(n, "queued") for n in (1, 2, 3)]
    assert "place 2 of 3" in runs[1].status().sentence
    assert kinds(runs[0]) == ["created", "queued"]
    first = queue.claim()
    assert first is not None
    assert first.run == runs[0]
    assert [queue.place(run) for run in runs] == [None, 1, 2]
    assert runs[0].status().state == "starting"
    first.release()


def test_an_empty_queue_has_nothing_to_claim(runs_root: Path) -> None:
    assert queue.claim() is None
    assert not queue.others_wait()


def test_several_claimers_take_each_run_once(spec: RunSpec) -> None:
    runs = submit(spec, 12)
    claimers = [
        subprocess.Popen([sys.executable, "-c", CLAIMER], stdout=subprocess.PIPE, text=True, cwd=PROJECT)
        for _ in range(3)
    ]
    taken = [id for claimer in claimers for id in claimer.communicate()[0].split()]
    assert sorted(taken) == sorted(run.id for run in runs)


def test_deleted_and_ended_runs_are_passed_over(spec: RunSpec) -> None:
    gone, ended, held, last = submit(spec, 4)
    for file in gone.path.iterdir():
        file.unlink()
    gone.path.rmdir()
    events.append(ended.path, "finished")
    lock = held.hold()
    claim = queue.claim()
    assert claim is not None
    assert claim.run == last
    assert queue.place(held) == 1  # it keeps its place until its worker lets go
    claim.release()
    lock.release()
    claim = queue.claim()
    assert claim is not None
    assert claim.run == held
    claim.release()


def test_taking_a_run_past_the_queue(spec: RunSpec) -> None:
    first, second = submit(spec, 2)
    claim = queue.take(second)
    assert queue.place(second) is None
    with pytest.raises(RunError, match="by another process"):
        second.hold(timeout=0.05)
    claim.release()
    assert queue.place(first) == 1


def test_submitting_an_ended_or_running_run_again_changes_nothing(run: Run, hold: Callable[..., Any]) -> None:
    events.append(run.path, "finished")
    queue.submit(run)
    assert kinds(run) == ["created", "finished"]


def test_stop_takes_a_waiting_run_out(spec: RunSpec) -> None:
    first, second = submit(spec, 2)
    queue.control(first, "stop")
    assert first.status().state == "stopped"
    assert queue.place(second) == 1
    assert commands.read(first.path) == []


def test_pause_and_resume_move_a_waiting_run_to_the_end(spec: RunSpec) -> None:
    first, second = submit(spec, 2)
    queue.control(first, "pause")
    assert (first.status().state, first.status().resumable) == ("paused", True)
    queue.control(first, "resume")
    queue.control(first, "resume")
    assert (queue.place(second), queue.place(first)) == (1, 2)


@pytest.mark.parametrize("command", ["pause", "resume", "step", "epoch", "stop"])
def test_a_living_worker_is_told(run: Run, hold: Callable[..., Any], command: str) -> None:
    hold(run, "started")
    queue.control(run, command)
    assert [entry["command"] for entry in commands.read(run.path)] == [command]
    assert queue.place(run) is None


@pytest.mark.parametrize("last", ["started", "parked", "stopped", "failed"])
def test_resting_runs_queue_again_and_old_commands_are_void(run: Run, last: str) -> None:
    events.append(run.path, "started", ack=0)
    commands.send(run.path, "learning-rate", learning_rate=0.25)
    commands.send(run.path, "pause")
    if last != "started":
        events.append(run.path, last)
    queue.control(run, "resume")
    assert run.status().state == "queued"
    left = commands.read(run.path, run.acknowledged())
    assert [(entry["command"], entry["learning_rate"]) for entry in left] == [("learning-rate", 0.25)]


def test_one_step_of_a_parked_run_queues_it_and_waits_for_its_worker(run: Run) -> None:
    events.append(run.path, "parked")
    queue.control(run, "step")
    assert queue.place(run) == 1
    assert [entry["command"] for entry in commands.read(run.path, run.acknowledged())] == ["step"]


def test_a_parking_worker_that_still_holds_the_run_does_not_swallow_resume(run: Run, hold: Callable[..., Any]) -> None:
    hold(run, "started", "parked")
    queue.control(run, "resume")
    assert queue.place(run) == 1


@pytest.mark.parametrize("last", ["finished", "diverged"])
def test_what_has_ended_for_good_says_so(run: Run, last: str) -> None:
    events.append(run.path, last)
    for command in ("resume", "pause", "stop", "step"):
        with pytest.raises(RunError, match=f"is {last}"):
            queue.control(run, command)
    with pytest.raises(RunError, match="cannot go on; duplicate it"):
        queue.resume(run)


def test_stopping_a_crashed_run_ends_it(run: Run) -> None:
    events.append(run.path, "started")
    queue.control(run, "stop")
    assert run.status().state == "stopped"
    queue.control(run, "stop")
    assert kinds(run).count("stopped") == 1


def test_a_run_that_is_stopped_while_it_rests_tells_how_long_it_trained(run: Run) -> None:
    events.append(run.path, "started")
    with StepWriter(run.path) as writer:
        for step in (1, 2):
            writer.append(step, epoch=step / 10, seconds=7.5 * step, loss=1.0, accuracy=0.5, learning_rate=1e-3)
    events.append(run.path, "parked")
    queue.control(run, "stop")
    assert run.summary().state == "stopped"
    assert run.summary().seconds == 15.0


def test_impossible_commands_are_refused_in_every_state(run: Run) -> None:
    with pytest.raises(RunError, match="There is no command"):
        queue.control(run, "explode")
    with pytest.raises(RunError, match="learning rate must lie"):
        queue.control(run, "learning-rate", learning_rate=0)


def test_a_damaged_run_is_neither_queued_nor_deleted_from_the_list(run: Run) -> None:
    (run.path / "spec.json").write_text("{")
    with pytest.raises(RunError, match="is damaged"):
        queue.control(run, "resume")
    assert [line.state for line in list_runs()] == ["damaged"]
    delete(run)
    assert list_runs() == []


@pytest.mark.parametrize("command", ["step", "epoch"])
def test_who_takes_a_resting_run_finds_the_command(run: Run, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warm worker looks at every moment: once the run waits, the command must be there."""
    events.append(run.path, "parked")
    found: list[Any] = []
    real = waiting.add

    def add(root: Path, name: str) -> None:
        real(root, name)
        found.extend(entry["command"] for entry in commands.read(run.path, run.acknowledged()))

    monkeypatch.setattr(waiting, "add", add)
    queue.control(run, command)
    assert found == [command]


def test_a_stop_and_a_resume_at_once_leave_no_ended_run_in_the_queue(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another tab resumes at any moment that the stop's own tab lets it."""
    events.append(run.path, "parked")
    real, tabs = queue.events.append, []

    def append(folder: Path, kind: str, **fields: Any) -> None:
        if kind == "stopped" and not tabs:
            tabs.append(threading.Thread(target=queue.resume, args=(run,)))
            tabs[0].start()
            tabs[0].join(0.2)
        real(folder, kind, **fields)

    monkeypatch.setattr(queue.events, "append", append)
    queue.control(run, "stop")
    tabs[0].join()
    assert kinds(run)[-2:] == ["stopped", "queued"]
    assert run.status().state == "queued"
