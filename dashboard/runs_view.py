"""What the pages say of runs: rows of the list, and the short list of Home."""

from __future__ import annotations

import html
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dashboard.parts import percent, span, state_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.runs.folder import Summary


def row(summary: Summary) -> dict[str, Any]:
    """One run as the list shows it: words for the cells, and under `sort` what each column is ordered by."""
    words = words_of(summary)
    return {
        "id": summary.id,
        "name": summary.name,
        "state": summary.state,
        "words": words,
        "sentence": summary.sentence,
        "dataset": summary.dataset or "–",
        "network": summary.network or "–",
        "best": percent(summary.best_accuracy),
        "test": percent(summary.test_accuracy),
        "seconds": span(summary.seconds),
        "created": when(summary.created),
        "sort": {
            "name": summary.name,
            "words": words,
            "dataset": summary.dataset,
            "network": summary.network,
            "best": summary.best_accuracy,
            "test": summary.test_accuracy,
            "seconds": summary.seconds,
            "created": summary.created,
        },
    }


def words_of(summary: Summary) -> str:
    """The state in words, with the epoch of a run that is on its way: `running, epoch 3 of 10`."""
    words = state_words(summary.state, summary.place)
    on_its_way = summary.state in ("running", "paused") and summary.epochs
    return f"{words}, {summary.epochs_done} of {summary.epochs} epochs" if on_its_way else words


def has_weights(summary: Summary) -> bool:
    """Whether there is something to judge or to hand out: an epoch is done, or the weights were loaded from a file."""
    return summary.state != "damaged" and (summary.epochs_done > 0 or summary.state == "finished")


def when(seconds: float) -> str:
    """A moment as `21 Nov, 14:35`, in this machine's time."""
    moment = datetime.fromtimestamp(seconds)
    return f"{moment.day} {moment:%b, %H:%M}"


def short_list(summaries: Sequence[Summary]) -> str:
    """The runs as a small HTML table: name, state, what it learns, how good it is."""
    lines = []
    for summary in summaries:
        accuracy = summary.test_accuracy if summary.test_accuracy is not None else summary.best_accuracy
        kind = "" if accuracy is None else "test" if summary.test_accuracy is not None else "validation"
        what = f"{summary.network} on {summary.dataset}" if summary.dataset else ""
        cells = (
            f"<td><b>{html.escape(summary.name)}</b></td>",
            f'<td><span class="convlens-chip {summary.state}">{html.escape(words_of(summary))}</span></td>',
            f"<td>{html.escape(what)}</td>",
            f'<td class="number">{percent(accuracy)} <span class="quiet">{kind}</span></td>',
            f'<td class="number quiet">{when(summary.created)}</td>',
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table class="convlens-runs" aria-label="Latest runs">{"".join(lines)}</table>'
