"""The task that fetches a known network's trained weights. Parameters: `name`."""

from __future__ import annotations

from core.jobs.tasks import Work
from core.lens import known


class _Stopped(Exception):
    """Somebody has had enough."""


def work(work: Work) -> None:
    """Does the task; one that was stopped leaves nothing behind. Raises DataError."""
    name = str(work.parameters["name"])

    def tell(share: float, words: str) -> None:
        work.progress(share, words)
        if work.stopped:
            raise _Stopped

    try:
        known.download(name, tell)
    except _Stopped:
        return
    work.progress(1.0, f"{known.known(name).title}'s weights are there")
