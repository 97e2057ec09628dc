"""Exact resuming: left at any step and read by a fresh session, the weights end the same to the last bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.errors import RunError
from core.training import checkpoints
from core.training.happenings import EpochDone, StepDone
from core.training.loop import Session
from tests.core.training.tools import (
    SMALL,
    dense,
    epochs,
    finish,
    images,
    points,
    same,
    session,
    steps,
    weights,
)

AUGMENTED = {"rotation": 20.0, "shift": 0.1, "noise": 0.05, "flip_horizontal": True}
MATRIX: dict[str, dict[str, object]] = {
    "sgd": {"optimizer": "sgd", "learning_rate": 0.1},
    "nesterov, one-cycle": {"optimizer": "nesterov", "learning_rate": 0.1, "schedule": "one-cycle"},
    "adam, cosine": {"optimizer": "adam", "schedule": "cosine", "l2": 0.01},
    "adamw, step": {"optimizer": "adamw", "schedule": "step", "step_epochs": 1, "l2": 0.1},
    "rmsprop, l1": {"optimizer": "rmsprop", "l1": 0.001},
    "adadelta, one-cycle": {"optimizer": "adadelta", "learning_rate": 1.0, "schedule": "one-cycle"},
    "augmented": {"optimizer": "adam", "augmentation": AUGMENTED},
    "bfloat16": {"optimizer": "adam", "precision": "bfloat16"},
    "squared error": {"optimizer": "momentum", "loss": "mean-squared-error", "learning_rate": 0.1},
}


@pytest.mark.parametrize("stop_after", [0, 4, 6, 7, 12])
@pytest.mark.parametrize("kind", MATRIX)
def test_an_interrupted_training_ends_with_the_same_weights(tmp_path: Path, kind: str, stop_after: int) -> None:
    changes: dict[str, object] = {"epochs": 3, "seed": 5} | MATRIX[kind]
    through = session(SMALL, images(90), **changes)
    told = finish(through)

    first = session(SMALL, images(90), **changes)
    happenings = iter(first)
    before = []
    for _ in range(stop_after):  # the 7th is the first epoch's end
        before.append(next(happenings))
    if first.best_epoch:
        checkpoints.save_weights(tmp_path, "best", first.network, first.best_epoch)
    checkpoints.save(tmp_path, first)
    for _ in zip(range(2), happenings, strict=False):  # what a dead worker did after its last checkpoint
        pass

    torch.manual_seed(99)
    second = session(SMALL, images(90), **changes)
    assert checkpoints.load(tmp_path, second)
    after = finish(second)
    assert same(weights(through), weights(second))
    together = [*before, *after]
    assert [(s.step, s.loss, s.learning_rate) for s in steps(told)] == [
        (s.step, s.loss, s.learning_rate) for s in steps(together)
    ]
    assert [(e.epoch, e.train_loss, e.validation_loss, e.best) for e in epochs(told)] == [
        (e.epoch, e.train_loss, e.validation_loss, e.best) for e in epochs(together)
    ]
    assert (through.best_epoch, through.best_accuracy) == (second.best_epoch, second.best_accuracy)


def test_a_changed_learning_rate_survives(tmp_path: Path) -> None:
    first = session(SMALL, images(90), schedule="cosine", epochs=2)
    next(iter(first))
    first.set_learning_rate(0.5)
    checkpoints.save(tmp_path, first)
    second = session(SMALL, images(90), schedule="cosine", epochs=2)
    checkpoints.load(tmp_path, second)
    assert second.learning_rate == first.learning_rate > 0.4


def test_time_goes_on_counting(tmp_path: Path) -> None:
    first = session(SMALL, images(90), epochs=2)
    finish(first)
    checkpoints.save(tmp_path, first)
    second = session(SMALL, images(90), epochs=2)
    checkpoints.load(tmp_path, second)
    assert second.seconds == first.seconds > 0
    assert second.finished


@pytest.mark.parametrize("left_out", ["optimizer", "random"])
def test_what_is_kept_is_needed(left_out: str) -> None:
    """The test above would notice: without this part the weights differ."""
    through = session(SMALL, images(90), epochs=2)
    finish(through)
    first = session(SMALL, images(90), epochs=2)
    for happening in first:
        if isinstance(happening, StepDone) and happening.step == 4:
            break
    fresh = session(SMALL, images(90), epochs=2, seed=8)
    state = first.state() | {left_out: fresh.state()[left_out]}
    fresh.restore(weights(first), state)
    finish(fresh)
    assert not same(weights(through), weights(fresh))


def test_the_state_holds_the_moment_it_was_taken_in() -> None:
    first = session(SMALL, images(90), epochs=2)
    happenings = iter(first)
    next(happenings)
    kept, state = weights(first), first.state()
    rate = state["optimizer"]["param_groups"][0]["lr"]
    next(happenings)
    second = session(SMALL, images(90), epochs=2)
    second.restore(kept, state)
    assert second.step == 1
    assert rate == first.learning_rate


def test_points_resume_too(tmp_path: Path) -> None:
    changes: dict[str, object] = {"loss": "mean-squared-error", "optimizer": "sgd", "learning_rate": 0.5, "epochs": 4}
    spec = dense(6, 1, last="sigmoid")
    through, first = session(spec, points(), **changes), session(spec, points(), **changes)
    finish(through)
    for happening in first:
        if isinstance(happening, StepDone) and happening.step == 7:
            break
    checkpoints.save(tmp_path, first)
    second = session(spec, points(), **changes)
    checkpoints.load(tmp_path, second)
    finish(second)
    assert same(weights(through), weights(second))


def test_other_data_are_told_and_nothing_is_restored(tmp_path: Path) -> None:
    first = session(SMALL, images(90), epochs=2)
    next(iter(first))
    checkpoints.save(tmp_path, first)
    data = images(90)
    order = torch.arange(90).flip(0)
    shuffled = replace(data, train=replace(data.train, y=data.train.y[order]))
    moved = replace(data, train=replace(data.train, index=data.train.index[::-1].copy()))
    renamed = replace(data, classes=("a", "b", "d"))
    for other in (images(96), shuffled, moved, renamed):
        second = session(SMALL, other, epochs=2)
        with pytest.raises(RunError, match=r"The data has changed since .*; duplicate the run"):
            checkpoints.load(tmp_path, second)
        assert second.step == 0
    assert checkpoints.load(tmp_path, session(SMALL, images(90, seed=1), epochs=2))  # pixels are not read for this


def _best(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(checkpoints.weights_path(folder, "best"))


def _until_best(running: Session, number: int) -> None:
    """Until that many epochs were the best so far."""
    for happening in running:
        number -= isinstance(happening, EpochDone) and happening.best
        if not number:
            return


def test_best_weights_of_an_abandoned_timeline_are_not_taken(tmp_path: Path) -> None:
    """kill -9 after an epoch wrote its best weights and before its checkpoint."""
    changes: dict[str, object] = {"epochs": 30, "learning_rate": 0.001}
    first = session(SMALL, images(90), **changes)
    _until_best(first, 1)
    at_best = weights(first)
    checkpoints.save_weights(tmp_path, "best", first.network, first.best_epoch)
    checkpoints.save(tmp_path, first)
    _until_best(first, 1)
    checkpoints.save_weights(tmp_path, "best", first.network, first.best_epoch)
    assert not same(_best(tmp_path), at_best)

    second = session(SMALL, images(90), **changes)
    checkpoints.load(tmp_path, second)
    assert second.best_epoch is not None
    assert same(_best(tmp_path), at_best)  # the checkpoint is of that very epoch

    next(iter(second))
    checkpoints.save(tmp_path, second)
    third = session(SMALL, images(90), **changes)
    checkpoints.load(tmp_path, third)
    assert third.best_epoch == second.best_epoch
    assert same(_best(tmp_path), at_best)

    checkpoints.save_weights(tmp_path, "best", first.network, first.best_epoch)
    fourth = session(SMALL, images(90), **changes)
    checkpoints.load(tmp_path, fourth)
    assert fourth.best_epoch is None  # those weights are lost
    assert not checkpoints.weights_path(tmp_path, "best").exists()
    assert next(found for found in fourth if isinstance(found, EpochDone)).best
