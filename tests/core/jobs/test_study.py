"""A study as a task: finished, stopped and gone on with, damaged, impossible."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import RunError
from core.jobs import study as job
from core.jobs.tasks import do_one
from core.network.presets import PRESETS
from core.runs import events, task_places
from core.runs.tasks import Task
from core.studies import folder
from core.studies.outcome import Outcome
from core.studies.spec import StudySpec
from core.studies.summary import summarise
from core.studies.training import Course
from core.studies.treatments import TreatmentName

SPEC = StudySpec(
    counts=(0, 0, 0, 60, 0, 0, 0, 0, 0, 8),
    treatments=("repeat", "threshold"),
    network=PRESETS["digits-small"].network,
    steps=4,
    batch_size=16,
    seeds=2,
)


@pytest.fixture(autouse=True)
def _no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test does the tasks itself."""
    monkeypatch.setattr(task_places, "tend", lambda: 0)


def done(spec: StudySpec) -> Task:
    task = folder.start(spec)
    do_one(task.path)
    return task


def test_a_study_from_start_to_summary() -> None:
    task = done(SPEC)
    assert task.status().state == "finished"
    facts = folder.facts(task)
    assert facts is not None
    assert facts.classes == ("3", "9")
    assert facts.rare == 1
    assert facts.train == (60, 8)
    assert any("digits-small was fitted" in note for note in facts.notes)
    found = folder.outcomes(task, SPEC)
    assert [(outcome.seed, outcome.treatment) for outcome in found] == list(SPEC.trainings)
    summary = summarise(found, SPEC.chosen, facts.classes, facts.rare)
    assert summary is not None
    assert [line.treatment for line in summary.lines] == ["none", "repeat", "threshold"]
    assert all(len(line.known) == 2 for line in summary.lines)
    assert folder.known() == (task.path,)


def test_the_same_study_is_not_made_twice() -> None:
    task = done(SPEC)
    before = task.stamp("none-000.npz")
    assert folder.start(SPEC).path == task.path
    assert task.status().state == "finished"
    assert task.stamp("none-000.npz") == before


def test_what_is_done_is_kept_when_it_is_stopped_and_it_goes_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[tuple[int, str]] = []
    real = job.train

    def train(course: object, name: str, goes_on: object) -> Outcome | None:
        if len(trained) == 3:
            (task.path / "stop").touch()
        trained.append((course.seed, name))  # type: ignore[attr-defined]
        return real(course, name, goes_on)  # type: ignore[arg-type]

    monkeypatch.setattr(job, "train", train)
    task = folder.start(SPEC)
    do_one(task.path)
    assert task.status().state == "stopped"
    assert len(folder.outcomes(task, SPEC)) == 3
    trained.clear()
    task.restart()
    do_one(task.path)
    assert task.status().state == "finished"
    assert trained == [(1, "repeat")]
    begun = [each["share"] for each in events.read(task.path)[0] if each.get("sentence") == "Reading the data"]
    assert begun == [0.0, 0.75]
    assert len(folder.outcomes(task, SPEC)) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_killed_study_keeps_what_is_done_and_goes_on_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = SPEC.model_copy(update={"steps": 60, "seeds": 30})
    task = folder.start(spec)
    process = subprocess.Popen([sys.executable, "-m", "core.jobs.tasks", str(task.path)])
    try:
        while len(list(task.path.glob("*.npz"))) < 2:
            assert process.poll() is None
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()
    assert task.status().state == "crashed"
    kept = {(outcome.seed, outcome.treatment) for outcome in folder.outcomes(task, spec)}
    before = task.stamp("none-000.npz")
    assert {(0, "none"), (0, "repeat")} <= kept < set(spec.trainings)
    trained: list[tuple[int, str]] = []

    def train(course: Course, name: TreatmentName, goes_on: Callable[[float], bool]) -> Outcome | None:
        trained.append((course.seed, name))
        (task.path / "stop").touch()
        return real(course, name, goes_on)

    real = job.train
    monkeypatch.setattr(job, "train", train)
    assert folder.start(spec).path == task.path
    do_one(task.path)
    assert trained == [next(each for each in spec.trainings if each not in kept)]
    assert task.stamp("none-000.npz") == before


def test_points_leave_out_what_cannot_move() -> None:
    spec = SPEC.model_copy(
        update={"dataset": "moons", "counts": (50, 10), "treatments": ("noise", "moves"), "seeds": 1, "steps": 2}
    )
    task = done(spec)
    assert task.status().state == "finished"
    facts = folder.facts(task)
    assert facts is not None
    assert any("neither shifted nor turned" in note for note in facts.notes)
    assert [outcome.treatment for outcome in folder.outcomes(task, spec)] == ["none", "noise"]


def test_data_that_are_not_there_fail_with_a_sentence() -> None:
    task = done(SPEC.model_copy(update={"dataset": "mnist"}))
    status = task.status()
    assert status.state == "failed"
    assert "MNIST is not in" in status.sentence


def test_damage_is_told_in_a_sentence(tmp_path: Path) -> None:
    task = done(SPEC)
    (task.path / "none-000.npz").write_bytes(b"torn")
    with pytest.raises(RunError, match="damaged"):
        folder.outcomes(task, SPEC)
    (task.path / folder.FACTS).write_text(json.dumps({"classes": 3}))
    with pytest.raises(RunError, match="damaged"):
        folder.facts(task)
    folder.start(SPEC)
    do_one(task.path)
    assert task.status().state == "finished"
    assert folder.facts(task) is not None
    assert len(folder.outcomes(task, SPEC)) == 4
    with pytest.raises(RunError, match="another version"):
        folder.spec_of({"spec": {"version": 9}})
    with pytest.raises(RunError, match="is no study"):
        folder.task_of("../../etc")
