"""Starting a run from a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.network.presets import PRESETS
from core.runs import folder, queue, workers
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from dashboard import listing, state

if TYPE_CHECKING:
    from core.runs.folder import Run

FIRST = "digits-small"


def start(spec: RunSpec, token: str) -> Run:
    """Create a run, queue it, and make it the one that Train and Evaluate show.

    The same token twice gives the same run, so that two clicks start one. Raises ConvLensError.
    """
    run = folder.create(spec, token=token)
    queue.submit(run)
    listing.forget()
    state.watch(run.id)
    state.choose_run(run.id)
    workers.ensure_workers()  # last: it waits in the queue, and is shown, where none can be started
    return run


def first_run() -> RunSpec:
    """The small network on the embedded digits: seconds on any machine."""
    return RunSpec(network=PRESETS[FIRST].network, train=recipe(FIRST))
