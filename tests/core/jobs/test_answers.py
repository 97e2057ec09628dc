"""Answers after any epoch: as recorded by the training, and as asked of the epoch's weights by a task."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.evaluation.result import Split, result_of
from core.jobs.tasks import Work
from core.runs import folder, tasks
from core.training import epoch_answers, history
from core.training.measure import Questions, measure
from tests.trained import trained


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs with digits-small, two epochs in float32."""
    root = tmp_path_factory.mktemp("answers")
    trained(root, epochs=2, precision="float32")
    return root


@pytest.fixture
def run(once: Path, runs_root: Path) -> folder.Run:
    """A copy of it in this test's folder of runs."""
    (made,) = (path for path in once.iterdir() if (path / "spec.json").exists())
    shutil.copytree(made, runs_root / made.name)
    return folder.open_run(made.name)


def ask(run: folder.Run, split: Split, epochs: list[int]) -> tasks.TaskStatus:
    place = run.path / tasks.FOLDER / f"answers-{split}"
    return tasks.start("answers", {"split": split, "epochs": epochs}, place).status()


def test_validation_answers_of_an_epoch_are_those_of_its_weights(run: folder.Run) -> None:
    recorded = epoch_answers.result_at(run, "validation", 1)
    asked = Questions(run, "validation").put(history.network_at(run, 1), "epoch", 1)
    assert asked is not None
    np.testing.assert_array_equal(recorded.labels, asked.labels)
    np.testing.assert_array_equal(recorded.index, asked.index)
    np.testing.assert_allclose(recorded.probabilities, asked.probabilities, atol=1e-3)  # float16
    told = next(event for event in run.events()[0] if event["type"] == "epoch" and event["epoch"] == 1)
    assert recorded.loss == told["validation_loss"] == pytest.approx(asked.loss, abs=1e-4)
    assert recorded.accuracy == pytest.approx(told["validation_accuracy"])
    assert (recorded.weights, recorded.epoch, recorded.part) == ("epoch", 1, "train")


def test_the_task_keeps_what_the_weights_answer(run: folder.Run, tasks_here: None) -> None:
    assert not epoch_answers.answered(run, "test", 1)
    with pytest.raises(RunError, match=r"The test answers of epoch 1 .* are not recorded"):
        epoch_answers.result_at(run, "test", 1)
    assert ask(run, "test", [1, 0, 2]).state == "finished"
    last, before = epoch_answers.result_at(run, "test", 2), epoch_answers.result_at(run, "test", 0)
    own, best = result_of(run), measure(run)
    np.testing.assert_array_equal(last.labels, own.labels)
    if best.epoch == 2:
        np.testing.assert_allclose(last.probabilities, own.probabilities, atol=1e-5)
        assert last.loss == pytest.approx(own.loss, abs=1e-5)
    assert before.accuracy is not None
    assert last.accuracy is not None
    assert before.accuracy < 0.4 < last.accuracy
    assert before.source.startswith("360 test samples of digits, the weights before the first step")
    assert (last.classes, last.part) == (own.classes, "test")


def test_training_samples_can_be_asked_about(run: folder.Run, tasks_here: None) -> None:
    assert ask(run, "training", [2]).state == "finished"
    found, held = epoch_answers.result_at(run, "training", 2), result_of(run, "validation")
    assert found.part == "train"
    assert not np.intersect1d(found.index, held.index).size
    assert found.total + held.total == 1437


def test_a_stopped_task_goes_on_where_it_was(run: folder.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    place = run.path / tasks.FOLDER / "answers-test"
    task = tasks.start("answers", {"split": "test", "epochs": [1, 2]}, place)
    work = Work(task)
    told: list[str] = []
    monkeypatch.setattr(work, "progress", lambda share, sentence="": told.append(sentence))
    monkeypatch.setattr(Work, "stopped", property(lambda self: any("epoch 2" in said for said in told)))
    from core.jobs import answers

    answers.work(work)
    assert [epoch_answers.answered(run, "test", epoch) for epoch in (1, 2)] == [True, False]
    written = epoch_answers.answers_path(run, "test", 1).stat().st_mtime_ns
    monkeypatch.setattr(Work, "stopped", property(lambda self: False))
    answers.work(work)
    assert epoch_answers.answered(run, "test", 2)
    assert epoch_answers.answers_path(run, "test", 1).stat().st_mtime_ns == written


def test_an_epoch_that_was_trained_again_is_asked_again(run: folder.Run, tasks_here: None) -> None:
    ask(run, "test", [1])
    assert epoch_answers.answered(run, "test", 1)
    snapshot = history.snapshot_path(run.path, 1)
    snapshot.write_bytes(snapshot.read_bytes())
    assert not epoch_answers.answered(run, "test", 1)


def test_answers_to_other_samples_are_refused(run: folder.Run) -> None:
    path = history.snapshot_path(run.path, 1)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["validation_probabilities"] = np.roll(arrays["validation_probabilities"], 7, axis=0)
    np.savez(path, **arrays)
    with pytest.raises(RunError, match="to other samples than the last ones: choose another epoch"):
        epoch_answers.result_at(run, "validation", 1)


def test_damaged_answers_are_one_sentence(run: folder.Run, tasks_here: None) -> None:
    ask(run, "test", [1])
    path = epoch_answers.answers_path(run, "test", 1)
    np.savez(path, probabilities=np.zeros((3, 10), np.float32), loss=np.array(0.1))
    with pytest.raises(RunError, match=r"The test answers of epoch 1 .* are damaged: ask the network again"):
        epoch_answers.result_at(run, "test", 1)


def test_parameters_that_make_no_sense_fail_in_one_sentence(run: folder.Run, tasks_here: None) -> None:
    place = run.path / tasks.FOLDER / "answers-test"
    status = tasks.start("answers", {"split": "nonsense", "epochs": [1]}, place).status()
    assert (status.state, status.sentence) == (
        "failed",
        "The answers of answers-test cannot be asked: its parameters are damaged.",
    )
