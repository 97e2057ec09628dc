"""Imbalances to begin with. No torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

FACES, FACE_COUNTS = "fer2013", (4953, 547)
# Two classes that are taken for each other; the second is made rare.
PAIRS = {"mnist": (4, 9), "digits": (3, 9), "fashion-mnist": (0, 6), "cifar-10": (5, 3), FACES: (0, 1)}
TAIL = 10
COMMON, LEAST = 1000, 10


@dataclass(frozen=True)
class Setting:
    """counts: samples of each class; rare: the class that is looked for; note: how it differs from what was wanted."""

    counts: tuple[int, ...]
    rare: int
    note: str = ""


@dataclass(frozen=True)
class Scene:
    """title: on its button; story: what it stands for; only: the data set that it needs."""

    name: str
    title: str
    story: str
    make: Callable[[str, Sequence[int], str], Setting]
    only: str | None = None


def pair_of(dataset: str) -> tuple[int, int]:
    return PAIRS.get(dataset, (0, 1))


def _scaled(wanted: dict[int, int], rare: int, available: Sequence[int], title: str, note: str = "") -> Setting:
    """Brought down by one factor where a class has fewer samples than wanted."""
    factor = min(1.0, *(available[label] / count for label, count in wanted.items()))
    counts = [0] * len(available)
    for label, count in wanted.items():
        counts[label] = max(1, round(count * factor))
    if factor < 1:
        given = f"{max(counts):,} against {counts[rare]:,} instead of {max(wanted.values()):,} against {wanted[rare]:,}"
        scarce = min(wanted, key=lambda label: available[label] / wanted[label])
        note = f"{note} {title} has only {available[scarce]:,} of a class: {given}.".strip()
    return Setting(tuple(counts), rare, note)


def _two(common: int, rare: int) -> Callable[[str, Sequence[int], str], Setting]:
    def make(dataset: str, available: Sequence[int], title: str) -> Setting:
        first, second = pair_of(dataset)
        return _scaled({first: common, second: rare}, second, available, title)

    return make


def _one_per_cent(dataset: str, available: Sequence[int], title: str) -> Setting:
    """One class has 1 % of all samples, the others are alike."""
    rare = pair_of(dataset)[1]
    wanted = {label: COMMON for label, there in enumerate(available) if there}
    wanted[rare] = max(1, round(COMMON * (len(wanted) - 1) / 99))
    note = ""
    most = min(available[label] for label in wanted if label != rare)
    if most < COMMON:  # the common ones come down; the rare one stays at its share
        for label in wanted:
            wanted[label] = most
        wanted[rare] = max(1, round(most * (len(wanted) - 1) / 99))
        note = f"{title} has only {most:,} of a class: 1 % is {wanted[rare]:,} here."
    return Setting(tuple(wanted.get(label, 0) for label in range(len(available))), rare, note)


def _long_tail(dataset: str, available: Sequence[int], title: str) -> Setting:
    """From many to a hundredth of that, each class smaller than the one before by one factor."""
    labels = [label for label, there in enumerate(available) if there][:TAIL]
    last = max(1, len(labels) - 1)
    wanted = {label: max(LEAST, round(COMMON * (LEAST / COMMON) ** (at / last))) for at, label in enumerate(labels)}
    note = f"{title} has {len(labels)} classes." if len(labels) < TAIL else ""
    return _scaled(wanted, labels[-1], available, title, note)


_ALL = (
    Scene(
        "faces",
        "4,953 : 547",
        "Angry against disgusted faces of FER2013, all of its three parts pooled and split anew.",
        _two(*FACE_COUNTS),
        FACES,
    ),
    Scene("lecture", "1,000 : 100", "Two classes that look alike, one ten times rarer.", _two(1000, 100)),
    Scene("percent", "1 %", "All classes; one has a hundredth of all samples, as a rare disease.", _one_per_cent),
    Scene("tail", "Long tail", "Ten classes, from the first to a hundred times fewer of the last.", _long_tail),
)
SCENES: dict[str, Scene] = {scene.name: scene for scene in _ALL}


def setting(name: str, dataset: str, available: Sequence[int], title: str) -> Setting:
    """The scene's numbers for a data set with `available` samples of each class, scaled down where it must be."""
    scene = SCENES[name]
    made = scene.make(dataset, available, title)
    if scene.only and scene.only != dataset:
        instead = " ".join(
            part for part in ("FER2013 is not here: the same proportion of other data.", made.note) if part
        )
        return Setting(made.counts, made.rare, instead)
    return made
