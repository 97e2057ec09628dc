"""Runs that last long enough to be watched."""

from __future__ import annotations

import os
import time

from benchmarks.server import Server
from core.network.presets import PRESETS
from core.runs import queue
from core.runs.folder import Run, create
from core.runs.recipes import recipe
from core.runs.spec import RunSpec


def submit_long_run(server: Server, preset: str = "digits-small", epochs: int = 2000) -> Run:
    """Queue a training in the server's folder of runs that goes on for minutes; its worker is the server's own."""
    os.environ["CONVLENS_RUNS"] = str(server.runs)
    train = recipe(preset).model_copy(update={"epochs": epochs})
    run = create(RunSpec(network=PRESETS[preset].network, train=train))
    queue.submit(run)
    return run


def wait_for_steps(run: Run, steps: int, seconds: float = 60) -> None:
    """Until the run has recorded so many steps."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        curve = run.curve(points=50)
        if len(curve.step) and curve.step[-1] >= steps:
            return
        time.sleep(0.05)
    raise RuntimeError(f"the run {run.id} did not reach step {steps} within {seconds:g} s: {run.status().sentence}")
