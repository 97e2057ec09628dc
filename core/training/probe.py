"""What is measured inside a network now and then: which ReLUs never answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.network.build import ConvNet
from core.network.spec import NetworkSpec


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Dropout off, batch normalisation by its averages, no gradients; the mode is put back afterwards."""
    training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        network.train(training)


def dead_units(network: ConvNet, inputs: Tensor) -> dict[str, float]:
    """Share of each ReLU's units that are zero for every input and place, by the module's name.

    inputs: a normalised batch. A unit is a map of a convolution or a number of a dense layer.
    """
    shares: dict[str, float] = {}
    hooks = []

    def keep(name: str) -> None:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            alive = (output > 0).transpose(0, 1).flatten(1).any(dim=1)
            shares[name] = 1 - float(alive.float().mean())

        hooks.append(network.get_submodule(name).register_forward_hook(hook))

    try:
        for name, module in network.named_children():
            if isinstance(module, nn.ReLU):
                keep(name)
        if hooks:
            with evaluating(network):
                network(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return shares


def weighted(network: ConvNet) -> dict[str, Tensor]:
    """The weights of convolutions and dense layers by their parameters' names, from the first layer on."""
    kinds = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    return {f"{name}.weight": module.weight for name, module in network.named_children() if isinstance(module, kinds)}


def layer_words(spec: NetworkSpec, name: str) -> str:
    """The layer that a module or parameter belongs to, counted from 1 as on the screen: `layer 3 (dense 128, relu)`."""
    index = int(name.split("_", 1)[0])
    return f"layer {index + 1} ({spec.layers[index].label})"


def gradient_of(parameter: Tensor) -> Tensor:
    """Its gradient, zeros where the loss does not depend on it."""
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def commonest(classes: npt.NDArray[np.int64]) -> float:
    """Share of the most frequent class index among `classes` (N,)."""
    return float(np.bincount(classes).max() / len(classes))
