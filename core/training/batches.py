"""How an epoch is cut into batches, and what must hold before the first one."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from core.errors import DataError
from core.network.layers import BatchNormalisation
from core.network.shapes import check
from core.network.spec import NetworkSpec


@dataclass(frozen=True)
class Plan:
    """The batches of every epoch. notes: sentences on what had to be changed, fit for the screen."""

    samples: int
    size: int
    steps: int
    notes: tuple[str, ...] = ()

    def bounds(self, position: int) -> tuple[int, int]:
        """The samples of batch `position` (from 0): first, and one after the last."""
        first = position * self.size
        return first, self.samples if position == self.steps - 1 else first + self.size

    @property
    def smallest(self) -> int:
        """Samples of the smallest batch."""
        first, last = self.bounds(self.steps - 1)
        return last - first if self.steps == 1 else min(self.size, last - first)


def plan(samples: int, batch_size: int) -> Plan:
    """The plan for `samples` training samples.

    A batch larger than the data becomes all of it; a last batch of a single sample joins the one before, since batch
    normalisation knows no variance of one.
    """
    notes = []
    size = min(batch_size, samples)
    if batch_size > samples:
        notes.append(
            f"The batch size {batch_size:,} is more than the {samples:,} training samples: a batch is all of them."
        )
    steps = -(-samples // size)
    if steps > 1 and size > 1 and samples % size == 1:
        steps -= 1
    return Plan(samples, size, steps, tuple(notes))


def check_outputs(spec: NetworkSpec, classes: int) -> int:
    """The number of the network's outputs, which must be the classes, or one for two classes.

    Raises `SpecError` for a network that cannot work, `DataError` where its outputs do not fit.
    """
    traced = check(spec)
    if traced.classes != classes:
        what = f"tells {traced.classes} classes apart" if traced.classes else "answers with maps"
        raise DataError(f"The data has {classes} classes and the network {what}: fit the network to the data.")
    return traced.output_shape[0]


def check_normalisation(spec: NetworkSpec, plan: Plan) -> None:
    """Raises `DataError` for batch normalisation of a single value: a batch of one sample without places."""
    if plan.smallest > 1:
        return
    for row in check(spec).rows:
        if isinstance(row.layer, BatchNormalisation) and prod(row.input_shape[1:]) == 1:
            raise DataError(
                f"The batch normalisation of layer {row.index + 1} needs at least two samples in each batch, and there "
                f"is one: raise the batch size or remove the layer."
            )
