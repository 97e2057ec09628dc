"""What was read from a run's folder, held to the form in which it is written; whatever is not is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs.events import is_number

Arrays = Mapping[str, NDArray[Any]]
Pinned = tuple[NDArray[Any], NDArray[Any], list[str]]

MOST = 1e30  # no number of a training is larger; float32, in which the browser gets it, ends at 3e38
MOST_CLASSES = 10_000
NUMBERS = frozenset(
    {
        "epoch",
        "step",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
        "learning_rate",
        "images_per_second",
        "seconds",
        "steps_per_epoch",
        "test_loss",
        "test_accuracy",
        "train_seconds",
    }
)
NOT_NEGATIVE = frozenset({"epoch", "step", "learning_rate", "seconds", "steps_per_epoch", "train_seconds"})
WORDS = frozenset({"sentence", "advice", "kind", "severity", "device", "precision"})


def checked_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event without those fields that the screen uses and whose value is of another type, or out of range."""
    found = {}
    for name, value in event.items():
        if name in NUMBERS:
            if is_number(value) and abs(value) < MOST and not (name in NOT_NEGATIVE and value < 0):
                found[name] = value
        elif name in WORDS:
            if isinstance(value, str):
                found[name] = sendable(value)
        elif name == "notes":
            if isinstance(value, list):
                found[name] = [sendable(note) for note in value if isinstance(note, str)]
        else:
            found[name] = value
    return found


def sendable(text: str) -> str:
    """JSON may hold halves of characters, which nothing can be sent with."""
    return text.encode("utf-8", "replace").decode("utf-8")


def checked_steps(tail: NDArray[np.void]) -> NDArray[np.void]:
    """The step records (dtype STEP) whose place is one."""
    kept = np.ones(len(tail), bool)
    for name in ("epoch", "seconds"):
        kept &= (tail[name] >= 0) & (tail[name] < 1e9)  # false for NaN, too
    return tail[kept]


def checked_pinned(found: Arrays) -> Pinned | None:
    """x: uint8 (n, 1 or 3, H, W) or points (n, 2); y: (n,) labels; the classes' names, empty where they are missing.

    None where there is nothing that could be shown.
    """
    x, y, named = found.get("x"), found.get("y"), found.get("classes")
    if x is None or y is None or not _fit_together(x, y):
        return None
    images = x.ndim == 4 and x.dtype == np.uint8 and x.shape[1] in (1, 3) and x.size > 0
    points = x.ndim == 2 and x.shape[1] == 2 and _is_finite(x)
    if not (images or points):
        return None
    classes = [str(name) for name in named] if named is not None and named.ndim == 1 and named.dtype.kind == "U" else []
    return x, y, classes if len(classes) > y.max() else []


def _fit_together(x: NDArray[Any], y: NDArray[Any]) -> bool:
    if y.ndim != 1 or y.dtype.kind not in "iu" or not y.size or x.ndim not in (2, 4) or len(x) != len(y):
        return False
    return bool(y.min() >= 0 and y.max() < MOST_CLASSES)


def checked_answers(found: NDArray[Any] | None, samples: int, classes: int) -> NDArray[Any] | None:
    """(samples, classes) of floats, which may be NaN; None for any other array."""
    if found is None or found.dtype.kind != "f" or found.shape != (samples, classes):
        return None
    return found


def checked_surface(found: Arrays, classes: int) -> tuple[NDArray[Any], list[float]] | None:
    """probabilities (classes, side, side), and the extent: left, right, bottom, top; None where they are not that."""
    grid, extent = found.get("probabilities"), found.get("extent")
    if grid is None or extent is None or extent.shape != (4,) or not _is_finite(extent):
        return None
    if grid.ndim != 3 or grid.shape[0] < classes or not 0 < grid.shape[1] == grid.shape[2] <= 512:
        return None
    return (grid, [float(value) for value in extent]) if grid.dtype.kind == "f" else None


def _is_finite(values: NDArray[Any]) -> bool:
    return values.dtype.kind in "iuf" and bool(np.all(np.abs(values.astype(np.float64)) < MOST))
