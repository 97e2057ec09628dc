"""How many samples of each class train, validate and test. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.studies.spec import TestKind

TRAINS = 0.6  # of what there is in the wanted proportions; the rest validates and tests, half each
MOST_VALIDATION, MOST_TEST = 2_000, 4_000
FEWEST = 3  # samples that can be dealt out to three parts


@dataclass(frozen=True)
class Parts:
    """Samples of each class in each part, in the order of the data set's classes."""

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    notes: tuple[str, ...]


def parts_of(counts: Sequence[int], available: Sequence[int], test: TestKind, classes: Sequence[str]) -> Parts:
    """Deal the wanted samples out.

    The parts share the proportions of `counts`. Where the data set has more in these proportions than was wanted, the
    wanted samples all train, and others validate and test; where it has no more, 60 % of them train.
    counts, available: samples of each class, wanted and there. `natural` gives the test the data set's own proportions.
    """
    wanted = [count for count in counts if count]
    if not wanted:
        return Parts((), (), (), ("No class has samples.",))
    folds = min(there / count for count, there in zip(counts, available, strict=True) if count)
    train = min(1.0, TRAINS * folds)
    validation = min((folds - train) / 2, train / 2, MOST_VALIDATION / sum(wanted))
    tested = min(folds - train - validation, MOST_TEST / sum(wanted))
    dealt = [_deal(count, there, (train, validation, tested)) for count, there in zip(counts, available, strict=True)]
    trains, validates, tests = zip(*dealt, strict=True)
    if test == "natural":
        tests = _natural(counts, available, [a + b for a, b in zip(trains, validates, strict=True)])
    return Parts(trains, validates, tests, _notes(classes, counts, trains, validates, tests, train))


def _deal(count: int, there: int, shares: tuple[float, float, float]) -> tuple[int, int, int]:
    """Rounded so that the parts' sum is the rounded sum; each part gets one where there are enough."""
    if not count:
        return 0, 0, 0
    ends = [round(count * sum(shares[: at + 1])) for at in range(3)]
    train = max(1, ends[0])
    if there >= FEWEST:
        train = min(train, there - 2)
    test = min(there - train, max(1, ends[2] - ends[1]))
    return train, min(there - train - test, max(1, ends[1] - ends[0])), test


def _natural(counts: Sequence[int], available: Sequence[int], used: Sequence[int]) -> tuple[int, ...]:
    kept = [label for label, count in enumerate(counts) if count]
    share = min((available[label] - used[label]) / available[label] for label in kept)
    share = min(share, MOST_TEST / sum(available[label] for label in kept))
    left = [there - taken for there, taken in zip(available, used, strict=True)]
    return tuple(
        min(left[label], max(1, round(share * available[label]))) if label in kept else 0
        for label in range(len(counts))
    )


def _notes(
    classes: Sequence[str],
    counts: Sequence[int],
    train: Sequence[int],
    validation: Sequence[int],
    test: Sequence[int],
    share: float,
) -> tuple[str, ...]:
    notes = []
    if share < 1:
        notes.append(
            f"The data have no more in these proportions: {100 * share:.0f} % of the samples train, others judge."
        )
    out = [name for name, count in zip(classes, counts, strict=True) if not count]
    if out and len(out) < len(classes) / 2:
        notes.append(f"Left out: {', '.join(out)}.")
    wanted = [count for count in counts if count]
    if len(set(wanted)) == 1 and len(wanted) > 1:
        notes.append("All classes have the same number of samples: there is nothing to treat.")
    for name, count, *dealt in zip(classes, counts, train, validation, test, strict=True):
        if count and 0 in dealt:
            what = " and ".join(part for part, got in zip(("train", "validate", "test"), dealt, strict=True) if not got)
            notes.append(f"{name} has too few samples to be split: none is left to {what}.")
    return tuple(notes)
