"""Commands about what is on the disk: runs and data sets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from core.cli.arguments import ArgumentError, arguments
from core.cli.networks import Json
from core.cli.output import bar, document, percent, say, table
from core.data import catalogue
from core.paths import data_root, runs_root
from core.runs import folder

DataSetArgument = Annotated[str, typer.Argument(metavar="NAME", help="A data set's name, such as mnist.")]


def list_runs(as_json: Json = False) -> None:
    """List the runs, newest first."""
    found = folder.list_runs()
    if as_json:
        document([line.to_dict() for line in found])
        return
    if not found:
        say(f"There are no runs in {runs_root()} yet: train one, for example `train digits-small --dataset digits`.")
        return
    table(
        ("run", "name", "state", "epochs", "validation", "test", "created"),
        [
            (
                line.id,
                line.name,
                line.state,
                f"{line.epochs_done}/{line.epochs}",
                percent(line.best_accuracy),
                percent(line.test_accuracy),
                f"{datetime.fromtimestamp(line.created):%Y-%m-%d %H:%M}",
            )
            for line in found
        ],
        right=(3, 4, 5),
    )


def download(name: DataSetArgument) -> None:
    """Fetch what is missing or damaged of a data set into the data folder."""
    with arguments():
        state = catalogue.available(name)
    if not state.ready and not state.downloadable:
        raise ArgumentError(state.sentence)
    entry = catalogue.describe(name)
    if state.ready and not (entry.download_bytes and fetch(name)):
        whole = " and whole" if entry.download_bytes else ""
        say(f"{entry.title} is in {data_root()} already{whole}.")
    elif state.ready:
        say(f"{entry.title} was damaged and is whole again.")
    else:
        fetch(name)


def fetch(name: str) -> bool:
    """Download what is missing or damaged, with a progress bar on stderr; whether there was any. Raises DataError."""
    from core.data import sources

    with bar(catalogue.describe(name).title) as tell:
        return sources.download(name, tell)
