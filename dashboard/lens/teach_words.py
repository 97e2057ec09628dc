"""What is said of a gradient step: sentences that only the numbers make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.training.lesson import Moment


def verdict(start: Moment, now: Moment, after: Moment, taken: int, labels: Sequence[int], names: Sequence[str]) -> str:
    """The loss, and what became of the checked pictures. start: before the first step; labels: classes' indices."""
    return " ".join(part for part in (_loss(start, now, after, taken), _check(now, after, labels, names)) if part)


def worse(now: Moment, after: Moment) -> list[int]:
    """Indices of the checked pictures that were right and are not after the step."""
    if now.right is None or after.right is None:
        return []
    return [int(index) for index in np.flatnonzero(now.right & ~after.right)]


def _loss(start: Moment, now: Moment, after: Moment, taken: int) -> str:
    first = "" if not taken else f" (before the {counted(taken)}: {number(start.loss)})"
    if not np.isfinite(after.loss):
        return f"A step this large leaves no numbers at all: the loss was {number(now.loss)}{first}."
    change = after.loss - now.loss
    if abs(change) < 0.005 * max(now.loss, 1e-9):
        return f"The loss stays at {number(now.loss)}{first}: the step is too small to be seen."
    if change > 0:
        return f"The loss rises from {number(now.loss)}{first} to {number(after.loss)}: the step is too large."
    return f"The loss falls from {number(now.loss)}{first} to {number(after.loss)}."


def _check(now: Moment, after: Moment, labels: Sequence[int], names: Sequence[str]) -> str:
    if now.hits is None or after.hits is None:
        return ""
    lost = Counter(names[labels[index]] for index in worse(now, after))
    count = f"Of {len(labels)} validation pictures {after.hits} are right"
    if not lost:
        return f"{count}{'' if after.hits == now.hits else f', {now.hits} before'}."
    classes = [name for name, _ in lost.most_common(4)]
    told = f"{', '.join(classes)} and others" if len(lost) > 4 else _listed(classes)
    return f"{count}, {now.hits} before: it pays with {told}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def counted(steps: int) -> str:
    """`1 step`, `3 steps`."""
    return f"{steps} step{'' if steps == 1 else 's'}"


def number(value: float) -> str:
    """Three digits, as a loss is written."""
    return f"{value:.3g}" if 1e-4 <= abs(value) < 1e4 or value == 0 else f"{value:.1e}"
