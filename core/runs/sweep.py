"""Removing what dead processes left behind in the folder of runs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

DAY = 86_400.0  # seconds: whoever made something may still be at work on it for that long


def sweep(root: Path) -> int:
    """Removes half-made and half-deleted runs, files beside those that they should replace, and the marks of clicks,
    where they are older than a day; returns how many. What cannot be removed stays."""
    count = 0
    for path in _leftovers(root):
        with suppress(OSError):
            if path.is_symlink() or time.time() - path.stat().st_mtime < DAY:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            count += 1
    return count


def _leftovers(root: Path) -> Iterator[Path]:
    with suppress(OSError):
        for pattern in (".new-*", ".gone-*", ".tokens/*", ".*.tmp", "*/.*.tmp", "*/*/.*.tmp"):
            yield from list(root.glob(pattern))
