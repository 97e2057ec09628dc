"""From the arguments of `train` to the description of a run, with sentences on what had to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.cli.networks import network_of
from core.data.catalogue import DataSetEntry, describe
from core.data.fit import mismatch
from core.network.edits import fit_to
from core.network.files import validate
from core.network.kind import words
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.runs.recipes import recipe, recommended
from core.runs.spec import RunSpec, TrainSpec
from core.training.rates import SOUND_RATES


@dataclass(frozen=True)
class Plan:
    """What will be trained. notes: what was changed so that the network and the data go together."""

    spec: RunSpec
    notes: tuple[str, ...]


def plan(preset_or_file: str, dataset: str, changes: Mapping[str, Any]) -> Plan:
    """The run that the arguments mean.

    A preset on data that it fits learns by its own recipe, anything else as is recommended for the network and the
    data; `changes` (fields of TrainSpec that are not None) go on top. Raises ArgumentError, DataError, SpecError.
    """
    entry = describe(dataset)
    network = network_of(preset_or_file)
    own = preset_or_file in PRESETS and mismatch(entry, network) is None
    network, resize, notes = _fitted(network, entry)
    train = recipe(preset_or_file) if own else recommended(dataset, network)
    wanted = {name: value for name, value in changes.items() if value is not None}
    if "optimizer" in wanted and "learning_rate" not in wanted and wanted["optimizer"] != train.optimizer:
        rate = SOUND_RATES.get(wanted["optimizer"], train.learning_rate)
        wanted |= {"learning_rate": rate, "epsilon": None}
        notes = (
            *notes,
            f"The learning rate is {rate:g}, as is usual with {wanted['optimizer']}; "
            f"{train.learning_rate:g} was meant for {train.optimizer}.",
        )
    fields = {**train.model_dump(mode="json"), **wanted, "dataset": dataset, "resize": resize}
    return Plan(RunSpec(network=network, train=validate(TrainSpec, fields, "the training")), notes)


def _fitted(network: NetworkSpec, entry: DataSetEntry) -> tuple[NetworkSpec, bool, tuple[str, ...]]:
    """Images are brought to the network's size, the network's last layer to the data; else its input too."""
    wrong = mismatch(entry, network)
    if wrong is None:
        return network, False, ()
    notes: list[str] = []
    resize = wrong.image and entry.is_image and len(network.input_shape) == 3 and network.input_shape[0] in (1, 3)
    if resize:
        notes.append(
            f"The images of {entry.title} are resized from {words(entry.input_shape)} to {words(network.input_shape)}."
        )
    shape = network.input_shape if resize else entry.input_shape
    fitted, changed = fit_to(network, shape, len(entry.classes))
    return fitted, resize, (*notes, *changed)
