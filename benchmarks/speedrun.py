"""`speedrun`: MNIST to 99 % within seconds, started from the page, its curve on the screen."""

from __future__ import annotations

import os
import time

from benchmarks.chromium import browser_page, idle
from benchmarks.claims import Claim, median
from benchmarks.places import NO_MNIST, has_mnist
from benchmarks.server import Server, serving
from core.network.presets import PRESETS
from core.runs import queue
from core.runs.events import Event
from core.runs.folder import Run, create
from core.runs.recipes import recipe
from core.runs.spec import RunSpec

RUNS = 5
LONGEST = 180.0  # seconds to wait for a run


def claims() -> list[Claim]:
    if not has_mnist():
        return [Claim("speedrun on MNIST", float("nan"), "%", None, note=NO_MNIST)]
    with serving() as server, browser_page() as page:
        server.settle()
        ends, points = [], []
        for seed in range(RUNS):
            run = made(server, seed)
            page.goto(f"{server.url}/train?run={run.id}")  # before it starts, as for a user who clicks Train there
            idle(page)
            server.settle()
            queue.submit(run)
            ends.append(end_of(run))
            page.get_by_text("finished").first.wait_for()
            points.append(page.evaluate("window.lastPoint()"))
    seconds = tuple(float(e["train_seconds"]) for e in ends)
    accuracies = tuple(100 * float(e["test_accuracy"]) for e in ends)
    note = f"seeds 0 to {RUNS - 1}, each watched in a browser; median {median(accuracies):.2f} %"
    return [
        Claim("speedrun: test accuracy, the worst run", min(accuracies), "%", 99.0, accuracies, True, note),
        Claim("speedrun: seconds of training, the slowest run", max(seconds), "s", 12.0, seconds),
        Claim("speedrun: the curve's end on the screen", min(points), "epochs", None, tuple(points)),
    ]


def made(server: Server, seed: int) -> Run:
    os.environ["CONVLENS_RUNS"] = str(server.runs)
    train = recipe("speedrun").model_copy(update={"seed": seed})
    return create(RunSpec(network=PRESETS["speedrun"].network, train=train))


def end_of(run: Run) -> Event:
    """The event that ended the run."""
    limit = time.perf_counter() + LONGEST
    while time.perf_counter() < limit:
        last = run.events()[0][-1]
        if last["type"] in ("finished", "failed", "diverged"):
            return last
        time.sleep(0.1)
    raise RuntimeError(f"the run {run.id} did not end within {LONGEST:g} s: {run.status().sentence}")
