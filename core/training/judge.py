"""What the network answers, and how good that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.normalise import Normaliser
from core.data.prepare import Part
from core.network.build import ConvNet
from core.network.shapes import trace
from core.network.spec import NetworkSpec
from core.runs.spec import Loss
from core.training import losses
from core.training.devices import Place
from core.training.probe import evaluating

EVALUATION_BATCH = 500
EVALUATION_BYTES = 256_000_000  # of activations that are alive at once

Probabilities = npt.NDArray[np.float32]


def evaluation_batch(spec: NetworkSpec) -> int:
    """How many samples to ask at once: without gradients a layer's input and output are all that is alive."""
    sizes = sorted([4 * prod(spec.input_shape), *(row.activation_bytes for row in trace(spec).rows)])
    return max(1, min(EVALUATION_BATCH, EVALUATION_BYTES // sum(sizes[-2:])))


@dataclass(frozen=True)
class Evaluation:
    """loss: mean over the samples; accuracy: 0..1; probabilities: float32 (N, classes)."""

    loss: float
    accuracy: float
    probabilities: Probabilities


@dataclass(frozen=True)
class Judge:
    """Puts samples as they are stored to a network, in evaluation mode; the network's mode is left as it was."""

    network: ConvNet
    normaliser: Normaliser
    loss: Loss
    place: Place

    @cached_property
    def batch(self) -> int:
        """Samples that are asked at once."""
        return evaluation_batch(self.network.spec)

    def evaluate(self, part: Part) -> Evaluation:
        """The present weights on a part of the data that has at least one sample."""
        loss, correct, rows = 0.0, 0, []
        batches = zip(torch.split(part.x, self.batch), torch.split(part.y, self.batch), strict=True)
        with evaluating(self.network):
            for samples, labels in batches:
                labels = labels.to(self.place.device)
                answers = self._ask(samples)
                loss += float(losses.loss_of(self.loss, self.network, answers, labels)) * len(labels)
                correct += int(losses.correct_of(self.loss, self.network, answers, labels))
                rows.append(losses.probabilities_of(self.loss, self.network, answers).cpu())
        return Evaluation(loss / len(part), correct / len(part), torch.cat(rows).numpy())

    def probabilities(self, samples: Tensor) -> Probabilities:
        """What it answers to samples as stored, float32 (N, classes)."""
        with evaluating(self.network):
            rows = [
                losses.probabilities_of(self.loss, self.network, self._ask(part)).cpu()
                for part in torch.split(samples, self.batch)
            ]
        return torch.cat(rows).numpy()

    def _ask(self, samples: Tensor) -> Tensor:
        inputs = self.place.arrange(self.normaliser(samples.to(self.place.device)))
        with self.place.autocast():
            return losses.answers_for(self.loss)(self.network, inputs)
