"""The samples that a run keeps to be watched, and the loss's gradient on them with the weights of any epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import RunError
from core.network.build import ConvNet
from core.runs.arrays import BROKEN
from core.runs.folder import Run
from core.runs.spec import Loss
from core.training import losses


@dataclass(frozen=True, eq=False)
class Pinned:
    """x: uint8 (n, C, H, W) or float32 points (n, 2), as stored; y (n,): class indices; classes: their names."""

    x: NDArray[np.generic]
    y: NDArray[np.int64]
    classes: tuple[str, ...]


def pinned(run: Run) -> Pinned:
    """Raises RunError where the run has none, or they are damaged."""
    path = run.path / "pinned.npz"
    if not path.is_file():
        raise RunError(f"The run {run.name} has no pinned samples: they are kept when its training starts.")
    try:
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            x, y, classes = file["x"], file["y"].astype(np.int64), tuple(map(str, file["classes"]))
    except BROKEN:
        raise RunError(f"The pinned samples of {run.name} are damaged.") from None
    if x.ndim not in (2, 4) or len(x) != len(y) or not len(x):
        raise RunError(f"The pinned samples of {run.name} are damaged.")
    return Pinned(x, y, classes)


def gradients(network: ConvNet, loss: Loss, x: Tensor, y: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
    """The gradient of the mean loss on normalised samples x with labels y, for the named parameters.

    In evaluation mode: no dropout, normalisation by its averages. The network stays as it is. A parameter that the
    loss does not depend on has a gradient of zeros.
    """
    mode = network.training
    parameters = dict(network.named_parameters())
    wanted = [parameters[name] for name in names]
    network.eval()
    try:
        with torch.enable_grad():
            answers = losses.answers_for(loss)(network, x)
            value = losses.loss_of(loss, network, answers, y)
            found = torch.autograd.grad(value, wanted, allow_unused=True)
    finally:
        network.train(mode)
    return {
        name: torch.zeros_like(parameter) if gradient is None else gradient
        for name, parameter, gradient in zip(names, wanted, found, strict=True)
    }
