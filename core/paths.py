"""Where data sets and runs lie; `CONVLENS_DATA` and `CONVLENS_RUNS` override the defaults."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def data_root() -> Path:
    """Folder of the data sets, in torchvision's layout."""
    return Path(os.environ.get("CONVLENS_DATA") or Path.home() / ".convlens" / "data")


def runs_root() -> Path:
    """Folder that holds one folder for each run."""
    return Path(os.environ.get("CONVLENS_RUNS") or Path.home() / ".convlens" / "runs")
