"""Folders of their own for what the benchmarks write."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.paths import data_root


@contextmanager
def isolated_runs() -> Iterator[Path]:
    """An empty folder of runs, in force while the block lasts."""
    before = os.environ.get("CONVLENS_RUNS")
    with tempfile.TemporaryDirectory(prefix="convlens-bench-") as folder:
        os.environ["CONVLENS_RUNS"] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ["CONVLENS_RUNS"]
            else:
                os.environ["CONVLENS_RUNS"] = before


def has_mnist() -> bool:
    """Whether MNIST lies in the data folder."""
    return (data_root() / "MNIST" / "raw").is_dir()


NO_MNIST = "not measured: MNIST is not in the data folder; `python -m core download mnist` brings it"
