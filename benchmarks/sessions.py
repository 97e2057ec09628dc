"""Fifty sessions that watch one live run at 1 Hz: how long a refresh takes, and whether the training goes on."""

from __future__ import annotations

import asyncio
import time

from benchmarks.claims import Claim, median, p95
from benchmarks.live import submit_long_run, wait_for_steps
from benchmarks.server import serving
from benchmarks.viewer import Viewer
from core.runs.folder import Run

VIEWERS = 50
SECONDS = 30.0


def steps_done(run: Run) -> int:
    curve = run.curve(points=50)
    return int(curve.step[-1]) if len(curve.step) else 0


async def watch(url: str, run: Run) -> list[Viewer]:
    """All viewers come within a second, as a class does that opens a link."""
    viewers = [Viewer(url, "train", f"run={run.id}") for _ in range(VIEWERS)]

    async def one(viewer: Viewer, delay: float) -> None:
        await asyncio.sleep(delay)
        await viewer.watch(SECONDS)

    await asyncio.gather(*(one(v, i / VIEWERS) for i, v in enumerate(viewers)))
    return viewers


def claims() -> list[Claim]:
    with serving() as server:
        run = submit_long_run(server)
        wait_for_steps(run, 50)
        alone_begin, alone_from = time.perf_counter(), steps_done(run)
        time.sleep(10)
        alone = (steps_done(run) - alone_from) / (time.perf_counter() - alone_begin)
        begin, first = time.perf_counter(), steps_done(run)
        viewers = asyncio.run(watch(server.stream, run))
        watched = (steps_done(run) - first) / (time.perf_counter() - begin)
    # the first five seconds are the fifty arrivals
    refreshes = [1000 * s for v in viewers for s in v.refreshes[5:]]
    rate = sum(len(v.refreshes) for v in viewers) / SECONDS
    sent = sum(v.bytes_received for v in viewers) / max(1, sum(len(v.refreshes) for v in viewers)) / 1000
    note = f"{VIEWERS} sessions, median {median(refreshes):.0f} ms, {rate:.0f} refreshes a second, {sent:.1f} KB each"
    return [
        Claim("refresh of the live run, p95", p95(refreshes), "ms", 500, tuple(refreshes), note=note),
        Claim(
            "training while it is watched",
            watched / alone,
            "of its speed alone",
            None,
            note="steps a second, one run",
        ),
    ]
