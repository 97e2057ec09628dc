"""torchvision's networks, with random weights."""

from __future__ import annotations

import pytest
import torchvision
from torch import nn

SIDES = {"alexnet": 96, "vgg16": 64, "resnet18": 64, "googlenet": 64, "inception_v3": 96}
every_known = pytest.mark.parametrize("name", SIDES)


def known(name: str) -> nn.Module:
    """In eval mode, where auxiliary answers play no part; its initialisation is the quick one."""
    quick = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    network: nn.Module = getattr(torchvision.models, name)(weights=None, **quick)
    return network.eval()
