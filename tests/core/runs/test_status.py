"""States told from locks and events, with real processes that are killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import RunError
from core.runs import events, queue
from core.runs.folder import Run
from core.runs.spec import RunSpec

Hold = Callable[..., Any]


def keep_checkpoint(run: Run) -> None:
    (run.path / "checkpoint").mkdir()
    (run.path / "checkpoint" / "weights.safetensors").touch()


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ((), "starting"),
        (("queued",), "starting"),
        (("queued", "started"), "running"),
        (("started", "epoch", "trouble", "changed"), "running"),
        (("started", "paused"), "paused"),
        (("started", "paused", "resumed"), "running"),
    ],
)
def test_states_while_a_worker_lives(run: Run, hold: Hold, kinds: tuple[str, ...], state: str) -> None:
    hold(run, *kinds)
    status = run.status()
    assert (status.state, status.live, status.resumable) == (state, True, False)
    assert run.is_held()


def test_a_killed_worker_means_crashed_even_while_it_is_a_zombie(run: Run, hold_elsewhere: Hold) -> None:
    child = hold_elsewhere(run, "started")
    assert run.status().state == "running"
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it is dead now, and a zombie: nobody has reaped it
    os.kill(child.pid, 0)
    status = run.status()
    assert (status.state, status.resumable, status.live, status.ended) == ("crashed", True, False, True)


@pytest.mark.parametrize("kind", ["queued", "started", "paused", "resumed"])
def test_without_a_lock_and_a_last_event_a_run_has_crashed(run: Run, kind: str) -> None:
    events.append(run.path, kind)
    assert (run.status().state, run.status().resumable) == ("crashed", True)


def test_the_sentence_says_where_it_crashed_and_what_resuming_does(run: Run) -> None:
    assert "never started" in run.status().sentence
    events.append(run.path, "started")
    events.append(run.path, "epoch", epoch=1)
    events.append(run.path, "epoch", epoch=2)
    assert run.status().sentence == "stopped unexpectedly in epoch 3; it can start afresh"
    keep_checkpoint(run)
    assert run.status().sentence == "stopped unexpectedly in epoch 3; it can go on from its checkpoint"


@pytest.mark.parametrize(
    ("kind", "resumable"), [("finished", False), ("stopped", True), ("diverged", False), ("failed", True)]
)
def test_final_states(run: Run, kind: str, resumable: bool) -> None:
    events.append(run.path, kind, sentence="Because of this.")
    status = run.status()
    assert (status.state, status.resumable, status.ended) == (kind, resumable, True)
    assert status.sentence.startswith("Because of this")
    assert run.summary().state == kind


def test_an_event_during_the_look_is_seen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    events.append(run.path, "started")

    def released_just_now(path: object) -> bool:
        events.append(run.path, "finished")
        return False

    monkeypatch.setattr("core.runs.status.is_held", released_just_now)
    assert run.status().state == "finished"


def test_a_run_that_lost_its_events_can_go_on(run: Run) -> None:
    events.append(run.path, "started")
    (run.path / "steps.bin").write_bytes(bytes(64))
    (run.path / "events.jsonl").unlink()
    keep_checkpoint(run)
    assert run.status().sentence == "its events file is missing; it can go on from its checkpoint"
    queue.resume(run)
    assert run.status().state == "queued"


def test_a_held_run_is_refused_to_others(run: Run, hold_elsewhere: Hold) -> None:
    hold_elsewhere(run)
    with pytest.raises(RunError, match="by another process already"):
        run.hold(timeout=0.05)


def test_looking_never_disturbs_the_one_that_takes(spec: RunSpec, run: Run) -> None:
    for _ in range(50):
        assert not run.is_held()
        lock = run.hold(timeout=0)
        assert run.is_held()
        lock.release()
