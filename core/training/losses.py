"""What a training makes small."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.network.build import ConvNet
from core.runs.spec import Loss

Answers = Callable[[ConvNet, Tensor], Tensor]


def answers_for(loss: Loss) -> Answers:
    """What of the network the loss looks at: logits for cross-entropy, outputs for the mean squared error."""
    return ConvNet.logits if loss == "cross-entropy" else ConvNet.__call__


def loss_of(loss: Loss, network: ConvNet, answers: Tensor, labels: Tensor) -> Tensor:
    """The mean over the batch, float32, without penalties on the weights.

    answers: (N, units) as `answers_for(loss)` gave them. Cross-entropy: of the softmax of the logits; of the sigmoid
    where there is one unit. Mean squared error: over samples and units, against one-hot labels; of a single unit
    against 0 or 1, with a sigmoid where the network has none.
    """
    values = answers.float()
    single = values.shape[1] == 1
    if loss == "cross-entropy":
        if single:
            return functional.binary_cross_entropy_with_logits(values[:, 0], labels.float())
        return functional.cross_entropy(values, labels)
    if single:
        return functional.mse_loss(network.probabilities_of(values)[:, 1], labels.float())
    return functional.mse_loss(values, functional.one_hot(labels, values.shape[1]).float())


def correct_of(loss: Loss, network: ConvNet, answers: Tensor, labels: Tensor) -> Tensor:
    """How many answers are right, int64 scalar."""
    if answers.shape[1] > 1:
        return (answers.argmax(dim=1) == labels).sum()
    if loss == "cross-entropy":
        return ((answers[:, 0] > 0) == labels.bool()).sum()
    return ((network.probabilities_of(answers)[:, 1] > 0.5) == labels.bool()).sum()


def probabilities_of(loss: Loss, network: ConvNet, answers: Tensor) -> Tensor:
    """Probabilities of the classes, float32 (N, classes), from the same answers."""
    values = answers.float()
    if loss == "cross-entropy" and values.shape[1] == 1:
        second = values.sigmoid()
        return torch.cat([1 - second, second], dim=1)
    if loss == "cross-entropy" and isinstance(network.final(), nn.Softmax):
        return values.softmax(dim=1)
    return network.probabilities_of(values)


def chance_loss(loss: Loss, label_counts: Tensor, units: int) -> float:
    """The loss of answering with the classes' shares, whatever comes in: what a network without input can reach.

    label_counts: (classes,).
    """
    shares = label_counts.double() / label_counts.sum()
    if loss == "cross-entropy":
        return float(-(torch.xlogy(shares, shares)).sum())
    return float((shares * (1 - shares)).sum() / shares.numel()) if units > 1 else float(shares.prod())
