"""The data of the curves on the screen: one run, others beside it, and the part that is zoomed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.paths import runs_root
from core.runs import steps
from dashboard import theme
from dashboard.charts.reported import reported_for
from dashboard.components.packed import pack
from dashboard.live.look import Event, Look
from dashboard.live.reader import Reader

MAIN_POINTS = 520
WINDOW_POINTS = 600
OTHER_POINTS = 250
MOST_OTHERS = 8
OTHER_COLOURS = {  # apart from training's blue and validation's orange, in any eye
    "light": ("#8b929c", "#832db6", "#00785a", "#a96b59", "#b3152c", "#4a4e57", "#c9a400", "#d070a8"),
    "dark": ("#8f98a5", "#c58aee", "#2fc796", "#d19a86", "#ff7b86", "#c9ced6", "#e3cc4d", "#f0a0cf"),
}
EPOCH_COLUMNS = {
    "train-loss": "train_loss",
    "train-accuracy": "train_accuracy",
    "validation-loss": "validation_loss",
    "validation-accuracy": "validation_accuracy",
}

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Overlay:
    """A run beside the main one. colour: index into `OTHER_COLOURS`."""

    look: Look
    colour: int


def curves_block(
    reader: Reader,
    main: Look,
    others: Sequence[Overlay] = (),
    window: tuple[int, int] | None = None,
    projected: bool = False,
) -> bytes:
    """The block for `dashboard.components.curves`: at most 100 KB.

    Raises RunError where a run's steps cannot be read.
    """
    others = tuple(others)[:MOST_OTHERS]
    stamp = (main.stamp, tuple((other.look.id, other.look.name, other.look.stamp, other.colour) for other in others))
    block: bytes = reader.made(
        main.id, ("curves", window, projected), stamp, lambda: _block(main, others, window, projected)
    )
    return block


def _block(main: Look, others: Sequence[Overlay], window: tuple[int, int] | None, projected: bool) -> bytes:
    arrays = _steps(main.id, "0/", points=MAIN_POINTS, full=True) | _epochs(main.epochs, "0/e-")
    if window is not None:
        arrays |= _steps(main.id, "d/", *window, points=WINDOW_POINTS, full=True)
    for number, other in enumerate(others, start=1):
        arrays |= _steps(other.look.id, f"{number}/", points=OTHER_POINTS, full=False)
        arrays |= _epochs(other.look.epochs, f"{number}/e-")
    head = {
        "run": main.id,
        **_told(main),
        "going": main.going,
        "total_epochs": main.place.epochs,
        "steps_per_epoch": max(1, main.place.steps_per_epoch),
        "step": main.place.step,
        "best": _best(main),
        "reported": reported_for(main.spec),
        "others": [
            {
                "id": other.look.id,
                **_told(other.look),
                "colour": other.colour,
                "steps_per_epoch": max(1, other.look.place.steps_per_epoch),
            }
            for other in others
        ],
        "window": list(window) if window else None,
        "colours": {"light": _colours(False, projected), "dark": _colours(True, projected)},
        "alt": alternative_text(main),
    }
    return pack(head, arrays)


def _told(look: Look) -> dict[str, Any]:
    """What tells a run from others: its name, what its loss is, and how good it became."""
    best, end = look.best, look.end or {}
    return {
        "name": look.name,
        "loss": look.spec.train.loss.replace("-", " "),
        "validation": best and best["validation_accuracy"],
        "test": end.get("test_accuracy"),
    }


def _best(look: Look) -> dict[str, Any] | None:
    best = look.best
    return best and {"epoch": best["epoch"], "step": best.get("step"), "accuracy": best["validation_accuracy"]}


def _steps(
    run_id: str, prefix: str, first: int | None = None, last: int | None = None, *, points: int, full: bool
) -> dict[str, NDArray[Any]]:
    curve = steps.curve(runs_root() / run_id, first, last, points)
    arrays: dict[str, NDArray[Any]] = {
        "step": curve.step,
        "epoch": curve.epoch,
        "loss": curve.mean["loss"],
        "accuracy": curve.mean["accuracy"],
    }
    if full:
        arrays["rate"] = curve.mean["learning_rate"]
        for column in ("loss", "accuracy"):
            arrays[f"{column}-low"], arrays[f"{column}-high"] = curve.low[column], curve.high[column]
    return {f"{prefix}{name}": values for name, values in arrays.items()}


def _epochs(of: Sequence[Event], prefix: str) -> dict[str, Floats]:
    """By epoch: at most 500 of them, every k-th and the last beyond that."""
    every = -(-len(of) // 500) or 1
    of = [event for number, event in enumerate(of) if number % every == 0 or number == len(of) - 1]
    columns = {"epoch": "epoch", "step": "step", **EPOCH_COLUMNS}
    return {f"{prefix}{name}": _numbers([event.get(column) for event in of]) for name, column in columns.items()}


def _numbers(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float32)


def _colours(dark: bool, projected: bool) -> dict[str, Any]:
    palette = theme.DARK if dark else theme.LIGHT
    palette = theme.projected(palette) if projected else palette
    return {
        "training": palette.training,
        "validation": palette.validation,
        "raw": palette.training + ("50" if dark else "38"),
        "text": palette.text,
        "muted": palette.muted,
        "grid": palette.grid,
        "background": palette.paper,
        "others": OTHER_COLOURS["dark" if dark else "light"],
        "font": palette.font_size,
        "line": palette.line,
        "marker": palette.marker + 2,
    }


def alternative_text(look: Look) -> str:
    """What the curves show, in words."""
    done = f"{look.name}: step {look.place.step:,}, epoch {look.place.epoch:.2f} of {look.place.epochs}"
    loss = "" if look.place.loss is None else f", training loss {look.place.loss:.3g}"
    best = look.best
    reached = f", best validation accuracy {best['validation_accuracy']:.2%} at epoch {best['epoch']}" if best else ""
    return f"Loss and accuracy of {done}{loss}{reached}."
