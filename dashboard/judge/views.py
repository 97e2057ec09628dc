"""The views of Evaluate: one line each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.evaluation.result import Result

PREFIX = "evaluate"
KEY = f"{PREFIX}_view"


@dataclass(frozen=True)
class Judged:
    """What a view shows.

    result: the answers of the chosen run to the chosen samples after the chosen epoch; `result.run_id`,
    `result.split` and `result.epoch` say which. others: further answers to compare with, of other runs or of the same
    run to its other samples, in the order they were picked; their classes may differ from those of `result`.
    stamp: changes with everything that `result` depends on, the epoch too: a key for what is computed from it and kept.
    """

    result: Result
    others: tuple[Result, ...] = ()
    stamp: tuple[object, ...] = ()


@dataclass(frozen=True)
class View:
    """A view: `show(judged)` of `module` draws all that is below the figures.

    name: its value in the link, `evaluate_view=name`.
    title: on the chooser.
    caption: the short sentence under the page's title.
    module: imported when the view is shown. prompts: what to try here.
    """

    name: str
    title: str
    caption: str
    module: str
    prompts: tuple[str, ...] = ()

    def show(self, judged: Judged) -> None:
        """Draw it; what it needs is imported now. Raises ConvLensError, whose sentence the page shows."""
        import_module(self.module).show(judged)


VIEWS: tuple[View, ...] = (
    View(
        "matrix",
        "Matrix",
        "Which class is taken for which: click a cell to see the images.",
        "dashboard.judge.matrix_view",
        (
            "Which two classes are taken for each other most often, and do they look alike?",
            "Compare validation with test: is the difference larger than the interval?",
        ),
    ),
)
