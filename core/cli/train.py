"""The commands that train: the same run folder as in the app, in this process."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli.arguments import ArgumentError, arguments
from core.cli.carry_out import carry_out
from core.cli.networks import Json, NetworkArgument
from core.cli.output import say
from core.cli.plan import plan
from core.cli.runs import fetch
from core.data.catalogue import available
from core.errors import DataError
from core.runs import folder
from core.runs.spec import TrainSpec


def train(
    preset_or_file: NetworkArgument,
    dataset: Annotated[str, typer.Option("--dataset", help="A data set's name, or folder:PATH.")],
    epochs: Annotated[int | None, typer.Option(help="Passes over the training data.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same training.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples in one step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="How far a step goes.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="sgd, momentum, nesterov, adam, adamw, ...")] = None,
    schedule: Annotated[str | None, typer.Option(help="constant, step, cosine or one-cycle.")] = None,
    loss: Annotated[str | None, typer.Option(help="cross-entropy or mean-squared-error.")] = None,
    normalisation: Annotated[str | None, typer.Option(help="0..255, 0..1 or standardised.")] = None,
    validation: Annotated[float | None, typer.Option(help="Share of the training data held back.")] = None,
    precision: Annotated[str | None, typer.Option(help="automatic, float32 or bfloat16.")] = None,
    device: Annotated[str | None, typer.Option(help="automatic, cpu, cuda or mps.")] = None,
    name: Annotated[str | None, typer.Option(help="What the run is called in the list.")] = None,
    as_json: Json = False,
) -> int:
    """Train a network; the run shows in the dashboard too."""
    changes = {
        "epochs": epochs,
        "seed": seed,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "optimizer": optimizer,
        "schedule": schedule,
        "loss": loss,
        "normalisation": normalisation,
        "validation": validation,
        "precision": precision,
        "device": device,
    }
    with arguments():
        planned = plan(preset_or_file, dataset, changes)
        _check_place(planned.spec.train)
    for note in planned.notes:
        say(note)
    _make_ready(dataset)
    return carry_out(folder.create(planned.spec, name), planned.notes, as_json)


def resume(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, as `runs` lists it.")], as_json: Json = False
) -> int:
    """Go on with a stopped or crashed run, from its checkpoint."""
    with arguments():
        run = folder.open_run(run_id)
        status = run.status()
        if status.live or not (status.resumable or status.state == "queued"):
            raise ArgumentError(f"{run.name} is {status.state}, so there is nothing to resume.")
    return carry_out(run, (), as_json)


def _check_place(train: TrainSpec) -> None:
    """Raises DeviceError before a run is made for a device that is not there."""
    from core.training.devices import resolve

    resolve(train.device, train.precision)


def _make_ready(dataset: str) -> None:
    """Downloads the data set where that is possible and needed; raises DataError where it is not there."""
    state = available(dataset)
    if state.ready:
        return
    if not state.downloadable:
        raise DataError(state.sentence)
    say(f"Downloading {dataset}, {state.bytes / 1e6:.0f} MB.")
    fetch(dataset)
