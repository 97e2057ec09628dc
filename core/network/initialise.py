"""How the weights of a network start."""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from core.network.kind import InitialisationName

NORMAL_DEVIATION = 0.05


@torch.no_grad()
def initialise(module: nn.Module, name: InitialisationName, generator: torch.Generator) -> None:
    """Draw the weights of a convolution or dense module anew; the bias becomes zero.

    glorot: uniform within sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010); he: normal with variance 2 / fan in
    (He et al. 2015), fan in being the input's side also of a transposed convolution; normal: deviation 0.05; zeros.
    """
    weight, bias = module.weight, module.bias
    assert isinstance(weight, torch.Tensor)
    if name == "glorot":
        nn.init.xavier_uniform_(weight, generator=generator)
    elif name == "he":
        mode: Literal["fan_in", "fan_out"] = "fan_out" if isinstance(module, nn.ConvTranspose2d) else "fan_in"
        nn.init.kaiming_normal_(weight, mode=mode, nonlinearity="relu", generator=generator)
    elif name == "normal":
        nn.init.normal_(weight, std=NORMAL_DEVIATION, generator=generator)
    else:
        nn.init.zeros_(weight)
    if isinstance(bias, torch.Tensor):
        nn.init.zeros_(bias)
