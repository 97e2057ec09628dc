"""Where data sets and runs lie; `CONVLENS_DATA` and `CONVLENS_RUNS` override the defaults."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def data_root() -> Path:
    """Folder of the data sets, in torchvision's layout."""
    return _folder("CONVLENS_DATA", "data")


def runs_root() -> Path:
    """Folder that holds one folder for each run."""
    return _folder("CONVLENS_RUNS", "runs")


def _folder(variable: str, name: str) -> Path:
    """`~` in the variable is the home folder, also where no shell has replaced it."""
    given = os.environ.get(variable)
    if not given:
        return Path.home() / ".convlens" / name
    try:
        return Path(given).expanduser()
    except RuntimeError:  # `~someone` whom this machine does not know: a folder of that name
        return Path(given)
