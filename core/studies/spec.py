"""A study of a rare class as a value. No torch."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from core.errors import DataError
from core.network.spec import NetworkSpec
from core.studies.treatments import TRAINED, TREATMENTS, TreatmentName
from core.values import Value

TestKind = Literal["chosen", "natural"]


class StudySpec(Value):
    """Everything that decides a study's result.

    counts: samples of each class of the data set that the study has in all; a class with 0 is left out.
    rare: index of the class that is looked for, None: the rarest one.
    test: whether the classes of validation and test have the proportions of `counts`, or the test those of the data.
    network: as it was built; it is fitted to the data. Every training takes `steps` batches.
    seeds: how many; each draws samples, parts, first weights and the order anew.
    """

    version: Literal[1] = 1
    dataset: Annotated[str, Field(min_length=1, max_length=400)] = "digits"
    counts: tuple[Annotated[int, Field(ge=0)], ...]
    rare: Annotated[int, Field(ge=0)] | None = None
    treatments: tuple[TreatmentName, ...] = ("none", "fewest", "repeat")
    gamma: Annotated[float, Field(ge=0, le=10)] = 2.0
    test: TestKind = "chosen"
    network: NetworkSpec
    steps: Annotated[int, Field(ge=1, le=20_000)] = 150
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 64
    learning_rate: Annotated[float, Field(gt=0, le=10)] = 3e-3
    seeds: Annotated[int, Field(ge=1, le=30)] = 5

    @property
    def id(self) -> str:
        """Names the study by its content: the same settings are the same study."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @property
    def kept(self) -> tuple[int, ...]:
        """The classes that have samples."""
        return tuple(label for label, count in enumerate(self.counts) if count)

    @property
    def rarest(self) -> int:
        """The class that is looked for; of several that are as rare, the last."""
        if self.rare is not None and self.rare in self.kept:
            return self.rare
        return min(reversed(self.kept), key=lambda label: self.counts[label])

    @property
    def chosen(self) -> tuple[TreatmentName, ...]:
        """The treatments in their order, with `none`, which the others are compared with."""
        return tuple(name for name in TREATMENTS if name == "none" or name in self.treatments)

    @property
    def trainings(self) -> tuple[tuple[int, TreatmentName], ...]:
        """Seed and treatment of every training, in the order in which they are made."""
        names = [name for name in self.chosen if name in TRAINED]
        return tuple((seed, name) for seed in range(self.seeds) for name in names)


def check(spec: StudySpec, available: tuple[int, ...], classes: tuple[str, ...]) -> None:
    """Raises DataError where the study cannot be made of these data.

    available: samples of each class in all of the data set.
    """
    if len(spec.counts) != len(available):
        raise DataError(
            f"The study names {len(spec.counts)} classes, but {spec.dataset} has {len(available)}: choose a scene anew."
        )
    for label in spec.kept:
        if spec.counts[label] > available[label]:
            raise DataError(
                f"{spec.dataset} has {available[label]:,} samples of {classes[label]}, "
                f"not {spec.counts[label]:,}: take fewer."
            )
    if len(spec.kept) < 2:
        given = f"only {classes[spec.kept[0]]} has any" if spec.kept else "none has any"
        raise DataError(f"A study needs samples of at least two classes, but {given}: raise another bar.")
