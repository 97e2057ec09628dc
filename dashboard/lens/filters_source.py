"""Where the Filters page takes weights from: a run through its epochs, or a known network as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import streamlit as st

from core.errors import ConvLensError, RunError
from core.runs import folder
from core.training import history
from dashboard.lens import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.lens.filters import Array, Bank
    from core.lens.graph import Graph

KEPT_SECONDS = 1800
AS_LOADED = -1  # stands for the epoch of weights that do not tell theirs


class Source(Protocol):
    """A network with weights to look at. stamp: changes with its weights; key: tells sources apart."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    def stamp(self) -> tuple[Any, ...]:
        """Raises RunError."""

    def graph(self) -> Graph:
        """Raises ConvLensError."""

    def epochs(self) -> list[int]:
        """Those recorded, in order; one that is `AS_LOADED` where no epoch is known."""

    def weights(self, epoch: int, names: Sequence[str]) -> dict[str, Any]:
        """Those of `names` that are known at that epoch. Raises RunError where it is damaged."""


@dataclass(frozen=True)
class RunSource:
    """A run, finished or training. id: of the run."""

    id: str

    @property
    def key(self) -> str:
        return self.id

    @property
    def name(self) -> str:
        return folder.open_run(self.id).name

    def stamp(self) -> tuple[Any, ...]:
        run = folder.open_run(self.id)
        return (*history.newest(run), history.stamp(run)[1] if not self._recorded() else None)

    def graph(self) -> Graph:
        return graph_of_run(self.id)

    def epochs(self) -> list[int]:
        run = folder.open_run(self.id)
        found = self._recorded()
        return found or ([AS_LOADED] if (run.path / history.BEST).is_file() else [])

    def weights(self, epoch: int, names: Sequence[str]) -> dict[str, Any]:
        run = folder.open_run(self.id)
        return history.best_weights(run, names) if epoch == AS_LOADED else history.weights_at(run, epoch, names)

    def _recorded(self) -> list[int]:
        return history.epochs_of(folder.open_run(self.id))


@dataclass(frozen=True)
class KnownSource:
    """A network from torchvision. id: as `known.id_of` makes it."""

    id: str

    @property
    def key(self) -> str:
        return self.id

    @property
    def name(self) -> str:
        return known.title_of(self.id)

    def stamp(self) -> tuple[Any, ...]:
        return (self.id,)

    def graph(self) -> Graph:
        return known.lens_of(self.id).graph

    def epochs(self) -> list[int]:
        return [AS_LOADED]

    def weights(self, epoch: int, names: Sequence[str]) -> dict[str, Any]:
        parameters = dict(known.lens_of(self.id).network.named_parameters())
        return {name: parameters[name].detach().numpy() for name in names if name in parameters}


def source_of(id: str) -> Source:
    """The run or the known network of that id."""
    return KnownSource(id) if known.is_known(id) else RunSource(id)


@st.cache_resource(max_entries=32, ttl=KEPT_SECONDS, show_spinner=False)
def graph_of_run(id: str) -> Graph:
    """A run's network never changes, its graph needs no trained weights. Raises ConvLensError."""
    from core.lens.graph import graph_of
    from core.network.build import build

    spec = folder.open_run(id).spec.network
    return graph_of(build(spec, seed=0), spec.input_shape)


def banks_of(source: Source) -> tuple[Bank, ...]:
    """The layers with weights, in order. Raises ConvLensError where there are none."""
    from core.lens.filters import banks

    found = banks(source.graph())
    if not found:
        raise ConvLensError(f"{source.name} has no layer with weights: there are no filters to look at.")
    return found


@dataclass(frozen=True, eq=False)
class Recorded:
    """One layer through the epochs that hold it.

    pictures: float32 (E, F, P, H, W); biases: (E, F), None where the layer has none; notes: what was left out, and why.
    """

    epochs: tuple[int, ...]
    pictures: Array
    biases: Array | None
    notes: tuple[str, ...]


def recorded(source: Source, bank: Bank, most: int) -> Recorded:
    """The layer at every epoch, thinned out so that there are about `most` numbers, the first and the last kept.

    Of one that is larger than that at a single epoch only the first filters are there.

    Raises RunError where no epoch holds it.
    """
    from core.lens.filters import pictures

    known, notes = source.epochs(), []
    if not known:
        raise RunError(f"Nothing of {source.name} is recorded yet: its first weights come when its training starts.")
    room = max(1, most // int(np.prod(bank.shape[1:])))
    if room < bank.shape[0]:
        notes.append(f"The first {room} of {bank.shape[0]} {bank.unit}s are shown: the layer is very large.")
    found: dict[int, tuple[Any, Any]] = {}
    lacking, damaged = [], []
    for epoch in thinned(known, max(2, most // int(np.prod(bank.shape)))):
        try:
            weights = source.weights(epoch, (bank.weight, bank.bias))
            found[epoch] = pictures(bank, weights)[:room], weights.get(bank.bias)
        except RunError:
            damaged.append(epoch)
        except ConvLensError:
            lacking.append(epoch)
    if damaged:
        notes.append(
            f"{listed(damaged).capitalize()} cannot be read and {'is' if len(damaged) == 1 else 'are'} left out."
        )
    if lacking:
        notes.append(f"{bank.title.capitalize()} is known at {listed(list(found))} only: the network is large.")
    if not found:
        raise RunError(_nowhere(source, bank, damaged))
    if len(found) + len(damaged) + len(lacking) < len(known):
        notes.append(f"{len(found)} of {len(known)} epochs are shown.")
    biases = [bias for _, bias in found.values() if bias is not None and bank.kind != "norm"]
    stacked = np.stack([np.asarray(bias, np.float32)[:room] for bias in biases]) if len(biases) == len(found) else None
    return Recorded(tuple(found), np.stack([values for values, _ in found.values()]), stacked, tuple(notes))


def thinned(epochs: Sequence[int], most: int) -> list[int]:
    """At most `most` (two or more) of them, evenly spaced, the first and the last among them."""
    if len(epochs) <= most:
        return list(epochs)
    places = np.linspace(0, len(epochs) - 1, most).round().astype(int)
    return [epochs[place] for place in dict.fromkeys(places.tolist())]


def listed(epochs: Sequence[int]) -> str:
    """`epoch 3`, `epochs 0, 3 and 4`."""
    told = [str(epoch) for epoch in epochs[:6]] + (["more"] if len(epochs) > 6 else [])
    words = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return f"epoch{'' if len(epochs) == 1 else 's'} {words}"


def _nowhere(source: Source, bank: Bank, damaged: list[int]) -> str:
    if damaged:
        return f"{listed(damaged).capitalize()} of {source.name} cannot be read: choose another run."
    return f"{bank.title.capitalize()} of {source.name} is not recorded: choose another layer."
