"""Runs that are trained in the test's own process, in seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.jobs import train
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.runs import folder, queue
from core.runs.recipes import recipe
from core.runs.spec import RunSpec


def trained(root: Path, name: str | None = None, network: NetworkSpec | None = None, **changes: Any) -> folder.Run:
    """digits-small, or that network, trained on the digits into the folder of runs `root`.

    changes: of the recipe, such as epochs=2.
    """
    settings = recipe("digits-small").model_copy(update={"device": "cpu", **changes})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVLENS_RUNS", str(root))
        run = folder.create(RunSpec(network=network or PRESETS["digits-small"].network, train=settings), name)
        claim = queue.take(run)
        try:
            train.run(run)
        finally:
            claim.release()
    return run
