"""What is read of a run's folder, whole, half there and damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.evaluation.result import available, result_of
from core.network.presets import PRESETS
from core.runs import events
from core.runs.folder import Run, create
from core.runs.spec import RunSpec, TrainSpec

LABELS = np.array([0, 1, 2, 2])
PROBABILITIES = np.zeros((4, 10), dtype=np.float32)
PROBABILITIES[np.arange(4), [0, 1, 2, 3]] = 1


@pytest.fixture
def run() -> Run:
    spec = RunSpec(network=PRESETS["digits-small"].network, train=TrainSpec(dataset="digits", seed=7))
    return create(spec, "my run")


def write(
    run: Run, split: str, probabilities: np.ndarray = PROBABILITIES, labels: np.ndarray = LABELS, **place: int
) -> Path:
    path = run.path / f"predictions-{split}.npz"
    np.savez(path, labels=labels, probabilities=probabilities, index=np.arange(len(labels)), **place)
    return path


def tell_epoch(run: Run, epoch: int, accuracy: float) -> None:
    events.append(run.path, "epoch", epoch=epoch, validation_accuracy=accuracy, validation_loss=1 / epoch)


def test_the_test_result_says_what_it_came_from(run: Run) -> None:
    write(run, "test")
    tell_epoch(run, 1, 0.5)
    tell_epoch(run, 2, 0.25)
    events.append(run.path, "finished", test_loss=0.4, test_accuracy=0.75, weights="best", best_epoch=1)
    result = result_of(run)
    assert (result.loss, result.accuracy, result.weights, result.epoch) == (0.4, 0.75, "best", 1)
    assert result.answers.tolist() == [0, 1, 2, 3]
    assert result.confusion.counts[2, :4].tolist() == [0, 0, 1, 1]
    assert result.classes == tuple("0123456789")
    assert result.roc.curves[0].auc == 1
    assert result.interval is not None
    assert result.interval.low < 0.75 < result.interval.high
    assert result.source == (
        "4 test samples of digits, the best weights of epoch 1 by validation accuracy, run my run, seed 7."
    )
    assert available(run) == ("test",)


def test_last_weights_are_of_the_last_epoch_before_the_end(run: Run) -> None:
    write(run, "test")
    tell_epoch(run, 1, 0.5)
    events.append(run.path, "stopped", test_loss=0.4, test_accuracy=0.75, weights="last", best_epoch=1)
    events.append(run.path, "resumed")
    tell_epoch(run, 2, 0.5)
    result = result_of(run)
    assert (result.weights, result.epoch) == ("last", 1)
    assert "the weights of epoch 1," in result.source


def test_a_running_training_is_judged_on_the_epoch_that_its_answers_are_of(run: Run) -> None:
    write(run, "validation", epoch=2, step=20)
    for epoch, accuracy in ((1, 0.1), (2, 0.75), (3, 0.75)):
        tell_epoch(run, epoch, accuracy)
    result = result_of(run, "validation")
    assert (result.epoch, result.loss, result.accuracy) == (2, 0.5, 0.75)
    with pytest.raises(RunError, match="my run has no test answers yet: they come when it finishes"):
        result_of(run)


def test_answers_that_are_newer_than_the_last_told_epoch(run: Run) -> None:
    write(run, "validation", epoch=2, step=20)
    tell_epoch(run, 1, 0.75)
    result = result_of(run, "validation")
    assert (result.epoch, result.loss) == (2, None)


def test_answers_that_do_not_say_after_which_epoch(run: Run) -> None:
    write(run, "validation")
    tell_epoch(run, 1, 0.75)
    result = result_of(run, "validation")
    assert (result.epoch, result.loss) == (None, None)


def test_names_of_classes_as_the_training_told_them(run: Run) -> None:
    write(run, "test", PROBABILITIES[:, :3], np.array([0, 1, 2, 2]))
    assert result_of(run).classes == ("0", "1", "2")
    events.append(run.path, "started", classes=["ant", "bee", "cat"])
    assert result_of(run).classes == ("ant", "bee", "cat")


def test_a_sample_without_an_answer_is_not_right(run: Run) -> None:
    broken = PROBABILITIES.copy()
    broken[0] = np.nan
    write(run, "test", broken)
    result = result_of(run)
    assert result.accuracy == 0.5
    assert result.answers[0] == -1
    assert result.confusion.total == 3
    assert result.per_class.unanswered == 1
    assert all(curve.positives + curve.negatives == 3 for curve in result.roc.curves)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        {"labels": LABELS},
        {"labels": LABELS, "probabilities": PROBABILITIES[:3], "index": LABELS},
        {"labels": LABELS + 20, "probabilities": PROBABILITIES, "index": LABELS},
        {"labels": LABELS - 1, "probabilities": PROBABILITIES, "index": LABELS},
        {"labels": LABELS.astype(str), "probabilities": PROBABILITIES, "index": LABELS},
        {"labels": LABELS, "probabilities": PROBABILITIES.ravel(), "index": LABELS},
    ],
)
def test_damaged_answers_are_one_sentence(run: Run, content: bytes | dict[str, np.ndarray]) -> None:
    path = run.path / "predictions-test.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.savez(path, **content)
    with pytest.raises(RunError, match=r"predictions-test.npz of the run my run is damaged"):
        result_of(run)


def test_a_cut_file_is_one_sentence(run: Run) -> None:
    path = write(run, "test")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RunError, match="damaged"):
        result_of(run)


@pytest.mark.filterwarnings("ignore")  # NumPy's and zipfile's own, on damaged headers
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_flipped_bytes_are_one_sentence_or_no_harm(run: Run, save: Callable[..., None]) -> None:
    path = write(run, "test")
    save(path, labels=LABELS, probabilities=PROBABILITIES, index=np.arange(4))
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    damaged = 0
    for at in range(0, len(whole), 2):
        changed = bytearray(whole)
        changed[at] ^= int(random.integers(1, 256))
        path.write_bytes(changed)
        try:
            result = result_of(run)
        except RunError as error:
            damaged += 1
            told = str(error)
        else:
            told = "damaged" if np.array_equal(result.labels, LABELS) else "other answers"
        assert "damaged" in told
    assert damaged > len(whole) / 8


@pytest.mark.parametrize("method", [99, 14, 12])
def test_another_compression_is_one_sentence(run: Run, method: int) -> None:
    path = write(run, "test")
    content = path.read_bytes()
    for start, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        parts = content.split(start)
        content = start.join([parts[0], *(p[: at - 4] + method.to_bytes(2, "little") + p[at - 2 :] for p in parts[1:])])
    path.write_bytes(content)
    with pytest.raises(RunError, match="damaged"):
        result_of(run)


def test_an_encrypted_member_is_one_sentence(run: Run) -> None:
    path = write(run, "test")
    parts = path.read_bytes().split(b"PK\x01\x02")
    path.write_bytes(b"PK\x01\x02".join([parts[0], *(p[:4] + b"\x01" + p[5:] for p in parts[1:])]))
    with pytest.raises(RunError, match="damaged"):
        result_of(run)


def test_a_bare_array_is_one_sentence(run: Run) -> None:
    with (run.path / "predictions-test.npz").open("wb") as file:
        np.save(file, PROBABILITIES)
    with pytest.raises(RunError, match="damaged"):
        result_of(run)


def test_pickles_are_not_opened(run: Run) -> None:
    np.savez(run.path / "predictions-test.npz", labels=np.array([{}]), probabilities=PROBABILITIES, index=LABELS)
    with pytest.raises(RunError, match="damaged"):
        result_of(run)
