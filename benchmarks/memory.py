"""Private memory of the server after twenty sessions on every page, and of a worker on MNIST."""

from __future__ import annotations

import asyncio
import time

from benchmarks.claims import Claim
from benchmarks.live import submit_long_run, wait_for_steps
from benchmarks.places import NO_MNIST, has_mnist
from benchmarks.server import Server, serving
from benchmarks.viewer import Viewer

SESSIONS = 20
PAGES = ("", "convolution", "pooling", "build", "train", "runs", "evaluate")


async def visit(server: Server) -> None:
    """Twenty sessions open, side by side, and go through all pages."""
    await asyncio.gather(*(Viewer(server.stream).watch(2.0, PAGES[1:]) for _ in range(SESSIONS)))


def claims() -> list[Claim]:
    return [*server_memory(), worker_memory()]


def server_memory() -> list[Claim]:
    with serving() as server:
        wait_for_steps(submit_long_run(server, epochs=30), 50)
        time.sleep(5)  # the imports are done
        samples = []
        for _ in range(4):
            asyncio.run(visit(server))
            time.sleep(1)
            samples.append(server.private_mb())
    return [
        Claim(f"server after {SESSIONS} sessions on all pages", samples[0], "MB private", 900, tuple(samples)),
        Claim("growth by 60 sessions more", samples[-1] - samples[0], "MB", 30, note="flat: under 0.5 MB a session"),
    ]


def worker_memory() -> Claim:
    name = "worker that trains huttunen-2016 on MNIST"
    if not has_mnist():
        return Claim(name, float("nan"), "MB", None, note=NO_MNIST)
    with serving() as server:
        wait_for_steps(submit_long_run(server, "huttunen-2016", epochs=1), 100, seconds=120)
        samples = []
        for _ in range(10):
            samples.append(max(float(p.memory_info().rss) for p in server.workers()) / 1e6)
            time.sleep(0.5)
    return Claim(name, max(samples), "MB resident", 1500, tuple(samples))
