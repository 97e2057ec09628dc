"""Exact resuming: left at any step and read by a fresh session, the weights end the same to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.training import checkpoints
from core.training.happenings import StepDone
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
