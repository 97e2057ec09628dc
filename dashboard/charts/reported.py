"""What the lectures reported, as a line to compare a run with."""

from __future__ import annotations

from typing import Any

from core.network.presets import PRESETS
from core.runs.spec import RunSpec

REPORTED: dict[str, tuple[str, float, str]] = {  # preset: data set, accuracy 0..1, how it is told
    "huttunen-2016": ("mnist", 0.9916, "99.16 % after 10"),
    "huttunen-2019": ("mnist", 0.9916, "99.16 % (of 2016)"),
    "lenet-5": ("mnist", 0.9905, "99.05 % (of 1998)"),
    "logistic-regression": ("mnist", 0.90, "over 90 %"),
    "kulyukin-shallow": ("mnist", 0.98, "98.00 %"),
    "kulyukin-1": ("mnist", 0.9885, "98.85 %"),
    "kulyukin-2": ("mnist", 0.9899, "98.99 % after 100"),
    "kulyukin-3": ("mnist", 0.9914, "99.14 %"),
    "kulyukin-4": ("mnist", 0.9927, "99.27 % after 100"),
    "kulyukin-5": ("mnist", 0.9951, "99.51 % after 200"),
    "sakr-lenet": ("mnist", 0.9921, "99.21 % after 20"),
    "sakr-cifar-augmented": ("cifar-10", 0.783, "78.3 % after 50"),
}


def reported_for(spec: RunSpec) -> dict[str, Any] | None:
    """`accuracy` (0..1) and `text` of the lecture's result, where the run has the same network and data; else None."""
    found = REPORTED.get(spec.network.name)
    if (
        found is None
        or spec.train.dataset != found[0]
        or PRESETS[spec.network.name].network.layers != spec.network.layers
    ):
        return None
    return {"accuracy": found[1], "text": found[2]}
