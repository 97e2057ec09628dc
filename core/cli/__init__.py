"""`python -m core`: the engine without a browser.

Results go to stdout; sentences, progress and errors to stderr. Status 0: done; 1: it could not be done, or the training
diverged; 2: an argument is wrong; 130: interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from core.cli import networks, runs, train
from core.cli.arguments import ArgumentError
from core.cli.output import INTERRUPTED, say
from core.errors import ConvLensError, SpecError

app = typer.Typer(
    name="python -m core",
    help="Build, look at and train convolutional networks.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("presets")(networks.list_presets)
app.command("shapes")(networks.shapes)
app.command("export")(networks.export)
app.command("train")(train.train)
app.command("resume")(train.resume)
app.command("runs")(runs.list_runs)
app.command("download")(runs.download)


def execute(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    try:
        status = app(list(arguments) or ["--help"], standalone_mode=False)
    except typer.TyperException as error:
        say(f"Error: {error.format_message()}")
        return error.exit_code
    except ConvLensError as error:
        say(f"Error: {error}")
        return 2 if isinstance(error, ArgumentError | SpecError) else 1
    except (KeyboardInterrupt, typer.Abort):
        say("Interrupted.")
        return INTERRUPTED
    return status if isinstance(status, int) else 0


def main() -> None:
    sys.exit(execute(sys.argv[1:]))
