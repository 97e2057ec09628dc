"""Where the command line writes: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

INTERRUPTED = 130
Tell = Callable[[float, str], None]


def say(sentence: str) -> None:
    """One line for the person who waits; never on stdout."""
    print(sentence, file=sys.stderr, flush=True)


def document(value: Any) -> None:
    """The one JSON document of a command; what is not a number becomes null, as JSON knows no other."""
    print(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> None:
    """Columns under their heads; the columns in `right` are aligned to the right, numbers with thousands' commas."""
    cells = [list(heads), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    for at, row in enumerate(cells):
        padded = (
            cell.rjust(w) if c in right else cell.ljust(w) for c, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(padded).rstrip())
        if at == 0:
            print("  ".join("-" * width for width in widths))


def percent(share: float | None) -> str:
    return "-" if share is None or math.isnan(share) else f"{100 * share:.2f} %"


def times(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@contextmanager
def bar(title: str) -> Iterator[Tell]:
    """A progress bar on stderr, moved by calls with a share of 0..1 and a short text.

    Silent where stderr is no terminal.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=1.0)

        def tell(share: float, text: str) -> None:
            progress.update(task, completed=share, description=text or title)

        yield tell
