"""Losses for classes that are rare: cross-entropy with weights of the classes, and the focal loss."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def log_shares(logits: Tensor) -> Tensor:
    """Logarithms of the classes' probabilities, float32 (N, classes).

    logits: (N, classes), or (N, 1) of a single unit that stands for the second of two classes.
    """
    values = logits.float()
    if values.shape[1] == 1:
        return functional.logsigmoid(torch.cat([-values, values], dim=1))
    return values.log_softmax(dim=1)


def weighted_cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """The mean of -w_y log p_y, weighted: divided by the sum of the samples' w_y, as torch's `weight` has it.

    logits: as for `log_shares`; labels: int64 (N,); weights: (classes,), not negative.
    """
    return functional.nll_loss(log_shares(logits), labels, weight=weights)


def focal(logits: Tensor, labels: Tensor, gamma: float) -> Tensor:
    """The mean of -(1 - p_y)^gamma log p_y; with gamma 0 it is cross-entropy.

    Lin, Goyal, Girshick, He, Dollár, Focal loss for dense object detection (2017), equation 4. gamma: 0 or more.
    """
    logs = log_shares(logits).gather(1, labels[:, None])[:, 0]
    missing = -torch.expm1(logs)  # 1 - p, exact where p is near 1
    # Below this the power's slope is not finite for gamma < 1, and the term counts for nothing.
    return (missing.clamp_min(1e-12) ** gamma * -logs).mean()


def balanced_weights(counts: Tensor) -> Tensor:
    """n / (K n_c) for each class c, so that all classes weigh alike; 0 for a class without samples.

    counts: (classes,); K: how many classes have samples. The mean weight of a sample is 1.
    """
    present = counts > 0
    weights = counts.sum() / (present.sum() * counts.clamp_min(1))
    return torch.where(present, weights, torch.zeros_like(weights)).float()
