"""Networks and pictures whose lineages are made ready for the browser."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from core.data.normalise import Normaliser
from core.lens.capture import Lens
from core.lens.inputs import Eye
from core.network.build import build
from core.network.spec import NetworkSpec
from dashboard.lens.views import Looked, Sample


def shaken(network: nn.Module, seed: int = 1) -> nn.Module:
    """With biases and running statistics that are no zeros and ones."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.modules():
            if getattr(module, "bias", None) is not None:
                module.bias.normal_(0, 0.3, generator=generator)
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.running_mean.normal_(generator=generator)
                module.running_var.uniform_(0.5, 2, generator=generator)
    return network


def looked(spec: NetworkSpec, seed: int = 0, classes: tuple[str, ...] = ()) -> Looked:
    """A network with random weights that looks at a random picture, half of it black."""
    lens = Lens(shaken(build(spec, seed)), classes)
    channels = spec.input_shape[0]
    eye = Eye(Normaliser(1.0, (0.2,) * channels, (0.4,) * channels), spec.input_shape, classes)
    picture = np.random.default_rng(seed).integers(0, 256, spec.input_shape, dtype=np.uint8)
    picture[:, : spec.input_shape[1] // 2] = 0
    seen = eye.see(picture)
    sample = Sample(seen.picture, seen.x, None, "a picture", stamp=str(seed))
    shares = np.full(max(1, len(classes)), 1 / max(1, len(classes)), np.float32)
    return Looked(f"run-{seed}", None, lens, eye, sample, shares, (spec.name, seed))
