"""What a training hands out while it goes: plain values, no tensors."""

from __future__ import annotations

from dataclasses import dataclass

from core.training.troubles import Divergence, Trouble


@dataclass(frozen=True, slots=True)
class StepDone:
    """One step of the optimizer.

    step: how many are done. epoch: the same in epochs (1.5 is halfway through the second). seconds: of training so far.
    loss, accuracy (0..1): of the batch before its step. gradient_norm: of the loss alone, without penalties.
    """

    step: int
    epoch: float
    seconds: float
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    gradient_norm: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    """One epoch.

    epoch: how many are done. train_*: means over the epoch's batches, measured while the weights changed, dropout and
    augmentation on. validation_*: of the weights at its end, NaN without validation data. best: whether no earlier
    epoch had a validation accuracy as high. seconds, images_per_second: of training alone. troubles: what is new since
    the epoch before.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float
    learning_rate: float
    images_per_second: float
    best: bool
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Diverged:
    """The training is over: its numbers are of no use any more. The step that showed it changed no weight."""

    divergence: Divergence
    epoch: int
    step: int


Happening = StepDone | EpochDone | Diverged
