"""One picture, taught by hand: gradient steps of plain SGD, w <- w - eta dE/dw, on a copy of a network.

The copy stays in evaluation mode (no dropout, batch normalisation by its averages), so that every number of a step can
be followed, and the same steps always lead to the same weights: a lesson is remembered by its steps alone.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.errors import ConvLensError
from core.network.build import ConvNet
from core.runs.spec import Loss
from core.training import losses
from core.training.pinned import gradients
from core.training.probe import weighted

Floats = npt.NDArray[np.float32]

LOWEST, HIGHEST = 1e-4, 10.0  # learning rates of the slider
RATES = 41
MOST_STEPS = 50


@dataclass(frozen=True)
class Step:
    """What was taught: the label's index, and the learning rate."""

    label: int
    rate: float


@dataclass(frozen=True)
class Checked:
    """Pictures that the lesson is not about, to see what else changes: x float32 (n, ...) normalised, y int64 (n,)."""

    x: Tensor
    y: Tensor


@dataclass(frozen=True)
class Moment:
    """The network at one moment of a lesson.

    loss: of the picture with the label. probabilities: float32 (classes,). right: bool (n,) of the checked pictures,
    None where nothing is checked.
    """

    loss: float
    probabilities: Floats
    right: npt.NDArray[np.bool_] | None

    @property
    def hits(self) -> int | None:
        return None if self.right is None else int(self.right.sum())


def rates(count: int = RATES) -> npt.NDArray[np.float64]:
    """The slider's learning rates: evenly spaced in their logarithm, rounded to three digits."""
    return np.array([float(f"{rate:.3g}") for rate in np.geomspace(LOWEST, HIGHEST, count)])


class Lesson:
    """A copy of a network that is taught one picture; the network that was given never changes.

    x: float32 (1, ...), normalised. loss: what the network is trained to make small. Raises ConvLensError where the
    network does not answer with one number for each class.
    """

    def __init__(self, network: ConvNet, loss: Loss, x: Tensor, checked: Checked | None = None) -> None:
        self._network = copy.deepcopy(network).eval()
        self._network.requires_grad_(True)
        self._loss: Loss = loss
        self._x, self._checked = x.detach(), checked
        with torch.no_grad():
            self._classes = self._network.probabilities(self._x).shape[1]

    def learn(self, steps: Iterable[Step]) -> list[Moment]:
        """Take these steps one after the other; the moment before each of them."""
        moments = []
        for step in steps:
            moments.append(self.now(step.label))
            self._take(self.gradients(step.label), step.rate)
        return moments

    def gradients(self, label: int) -> dict[str, Tensor]:
        """dE/dw of every parameter, by its name; zeros where the loss does not depend on it. Raises ConvLensError."""
        names = [name for name, _ in self._network.named_parameters()]
        return gradients(self._network, self._loss, self._x, self._label(label), names)

    def weights(self) -> dict[str, Tensor]:
        """The weights of convolutions and dense layers now, by their parameters' names."""
        return {name: weight.detach().clone() for name, weight in weighted(self._network).items()}

    def now(self, label: int) -> Moment:
        """How it answers at this moment."""
        with torch.no_grad():
            answers = losses.answers_for(self._loss)(self._network, self._x)
            loss = float(losses.loss_of(self._loss, self._network, answers, self._label(label)))
            probabilities = losses.probabilities_of(self._loss, self._network, answers)[0].numpy()
            return Moment(loss, probabilities, self._right())

    def ahead(self, label: int, rates: Sequence[float]) -> list[Moment]:
        """What one step would lead to, for each of the learning rates; the network stays as it is."""
        before = [parameter.detach().clone() for parameter in self._network.parameters()]
        gradients = self.gradients(label)
        moments = []
        try:
            for rate in rates:
                self._take(gradients, rate)
                moments.append(self.now(label))
                self._put_back(before)
        finally:
            self._put_back(before)
        return moments

    def _label(self, label: int) -> Tensor:
        if not 0 <= label < self._classes:
            raise ConvLensError(f"The network knows {self._classes} classes: number {label} cannot be taught.")
        return torch.tensor([label])

    def _right(self) -> npt.NDArray[np.bool_] | None:
        if self._checked is None:
            return None
        answers = losses.answers_for(self._loss)(self._network, self._checked.x)
        told = losses.probabilities_of(self._loss, self._network, answers)
        return np.asarray((told.argmax(dim=1) == self._checked.y).numpy())

    def _take(self, gradients: dict[str, Tensor], rate: float) -> None:
        with torch.no_grad():
            for name, parameter in self._network.named_parameters():
                parameter.sub_(gradients[name], alpha=rate)

    def _put_back(self, before: Sequence[Tensor]) -> None:
        with torch.no_grad():
            for parameter, values in zip(self._network.parameters(), before, strict=True):
                parameter.copy_(values)
