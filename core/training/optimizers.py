"""The optimizers, and the penalties on the weights."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from core.network.build import ConvNet
from core.runs.spec import TrainSpec
from core.training.probe import weighted


def make_optimizer(network: ConvNet, train: TrainSpec) -> torch.optim.Optimizer:
    """The optimizer that `train` names, with two groups of parameters: the weights of convolutions and
    dense layers, with L2, and all others (biases, batch normalisation) without.

    L2 adds (l2 / 2) |w|^2 to the loss, that is l2 w to its gradient; AdamW takes learning_rate l2 w off the weights
    instead (Loshchilov and Hutter 2019). `epsilon` None: torch's own default for that optimizer.
    """
    weights = list(weighted(network).values())
    chosen = set(map(id, weights))
    others = [parameter for parameter in network.parameters() if id(parameter) not in chosen]
    groups: list[dict[str, Any]] = [
        {"params": weights, "weight_decay": train.l2},
        {"params": others, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    rate = train.learning_rate
    epsilon: dict[str, Any] = {} if train.epsilon is None else {"eps": train.epsilon}
    on_mps = any(parameter.device.type == "mps" for parameter in weights + others)
    fused: dict[str, Any] = {} if on_mps else {"fused": True}
    optim = torch.optim
    match train.optimizer:
        case "sgd":
            return optim.SGD(groups, lr=rate, **fused)
        case "momentum":
            return optim.SGD(groups, lr=rate, momentum=train.momentum, **fused)
        case "nesterov":
            return optim.SGD(groups, lr=rate, momentum=train.momentum, nesterov=train.momentum > 0, **fused)
        case "adam":
            return optim.Adam(groups, lr=rate, **epsilon, **fused)
        case "adamw":
            return optim.AdamW(groups, lr=rate, **epsilon, **fused)
        case "rmsprop":
            return optim.RMSprop(groups, lr=rate, alpha=train.rho, **epsilon)
        case "adadelta":
            return optim.Adadelta(groups, lr=rate, rho=train.rho, **epsilon)


@torch.no_grad()
def add_l1(weights: list[Tensor], l1: float) -> None:
    """Add the gradient of l1 |w| to the weights' gradients; at zero that is zero."""
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    signs = [weight.sign() for weight in weights if weight.grad is not None]
    torch._foreach_add_(gradients, signs, alpha=l1)
