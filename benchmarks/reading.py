"""A long run refreshes as fast as a short one, and a thousand runs list at once."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.claims import Claim, median
from benchmarks.places import isolated_runs
from core.network.presets import PRESETS
from core.runs import folder
from core.runs.folder import Run, create
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from core.runs.steps import StepWriter
from dashboard.live.curves import curves_block
from dashboard.live.reader import Reader

ROUNDS = 100
SHORT, LONG = 1_000, 1_000_000
SPIKE = 99.0
SPEC = RunSpec(network=PRESETS["digits-small"].network, train=recipe("digits-small"))


class Recorded:
    """A run of so many steps with one spike in it, that goes on."""

    def __init__(self, steps: int) -> None:
        self.run: Run = create(SPEC)
        self.reader = Reader()
        self.writer = StepWriter(self.run.path)
        self.steps = 0
        losses = np.random.default_rng(0).random(steps, dtype=np.float32)
        losses[steps // 3] = SPIKE
        for loss in losses.tolist():
            self.record(loss)
        self.writer.flush()

    def record(self, loss: float) -> None:
        self.steps += 1
        self.writer.append(self.steps, self.steps / 1000, self.steps / 50, loss, 0.5, 0.1, 100.0, 1.0)

    def block(self) -> bytes:
        """What a session is sent of the curves."""
        return curves_block(self.reader, self.reader.look(self.run.id))

    def refresh(self) -> float:
        """Seconds that a refresh costs the server after one step more."""
        self.record(0.5)
        self.writer.flush()
        return timed(self.block)


def claims() -> list[Claim]:
    with isolated_runs():
        short, long = Recorded(SHORT), Recorded(LONG)
        pairs = [(short.refresh(), long.refresh()) for _ in range(ROUNDS)]
        sent = len(long.block())
        drawn = long.run.curve(points=800)
        seen = float(np.nanmax(drawn.high["loss"]))
    with isolated_runs():
        for _ in range(1000):
            create(SPEC)
        listing = [1000 * timed(folder.list_runs) for _ in range(10)]
    a, b = zip(*pairs, strict=True)
    note = f"medians {1000 * median(a):.1f} and {1000 * median(b):.1f} ms, a step more each time"
    return [
        Claim("refresh of 1,000,000 steps against 1,000", median(b) / median(a), "x", 1.5, ratios(a, b), note=note),
        Claim("sent for it", sent / 1000, "KB", 100),
        Claim("the one spike, as drawn", seen, "", SPIKE, at_least=True, note=f"{len(drawn)} points"),
        Claim("1,000 runs listed", median(listing), "ms", 500, tuple(listing), note="every summary read anew"),
    ]


def ratios(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(long / short for short, long in zip(a, b, strict=True))


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
