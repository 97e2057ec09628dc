"""Learning rates to begin with; a rate means something else to each optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.runs.spec import Optimizer

SOUND_RATES: Mapping[Optimizer, float] = MappingProxyType(
    {
        "sgd": 0.05,
        "momentum": 0.01,
        "nesterov": 0.01,
        "adam": 1e-3,
        "adamw": 1e-3,
        "rmsprop": 1e-3,
        "adadelta": 1.0,
    }
)
