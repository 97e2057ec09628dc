"""A picture's disturbance: the answer and every layer's similarity at 41 positions of the slider, at once."""

from __future__ import annotations

import time
from typing import get_args

import torch

from benchmarks.claims import Claim, median
from core.lens.capture import Lens
from core.lens.disturb import disturb
from core.lens.disturbances import Kind
from core.network.build import build
from core.network.presets import PRESETS
from core.signal.pictures import digit, to_size

BOUND_MS = 500
ROUNDS = 5


def claims() -> list[Claim]:
    """All kinds for `huttunen-2016` on a digit of 28x28; compared is the slowest kind's median."""
    lens = Lens(build(PRESETS["huttunen-2016"].network, seed=0))
    picture = torch.as_tensor(to_size(digit(3), 28, 28), dtype=torch.float32)
    found: dict[Kind, list[float]] = {}
    for kind in get_args(Kind):
        disturb(lens, lambda x: x, picture, kind)
        found[kind] = [_milliseconds(lens, picture, kind) for _ in range(ROUNDS)]
    slowest = max(found, key=lambda kind: median(found[kind]))
    samples = tuple(found[slowest])
    note = f"the slowest of {len(found)} kinds: {slowest}"
    return [Claim("Disturbance curves, 41 positions", median(samples), "ms", BOUND_MS, samples, note=note)]


def _milliseconds(lens: Lens, picture: torch.Tensor, kind: Kind) -> float:
    start = time.perf_counter()
    disturb(lens, lambda x: x, picture, kind)
    return 1000 * (time.perf_counter() - start)
