"""The views of Evaluate: one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.views import Chooser, View

if TYPE_CHECKING:
    from core.evaluation.result import Result

PREFIX = "evaluate"
COMPARING = ("curves", "threshold")  # the views that draw `Judged.others`


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


VIEWS: tuple[View, ...] = (
    View(
        "matrix",
        "Matrix",
        "Which class is taken for which.",
        "dashboard.judge.matrix_view",
        (
            "Which two classes are taken for each other most often, and do they look alike?",
            "Compare validation with test: is the difference larger than the interval?",
        ),
    ),
    View(
        "classes",
        "Per class",
        "Every class against the rest.",
        "dashboard.judge.classes_view",
        (
            "Sort by recall: is the class that is found least also the rarest?",
            "Ask a network of few samples: how wide do the intervals become?",
        ),
    ),
    View(
        "curves",
        "Curves",
        "Found against false alarms, and against being right.",
        "dashboard.judge.curves_view",
        (
            "Compare training with test: how far apart are they, and is that more than the interval?",
            "Choose the rarest class: its ROC looks fine. Does its precision, too?",
        ),
    ),
    View(
        "threshold",
        "Threshold",
        "One class against the rest: move the threshold, and everything follows.",
        "dashboard.judge.threshold_view",
        (
            "Make a miss cost 10 times as much as a false alarm: where is the cost lowest now?",
            "Choose a class and ask for 99 % sensitivity: how much precision is left?",
        ),
    ),
    View(
        "calibration",
        "Calibration",
        "Is what it calls 80 % sure right in 80 of 100?",
        "dashboard.judge.calibration_view",
        (
            "Move from epoch to epoch: does the network get too sure once its accuracy has stopped growing?",
            "Set the temperature: the accuracy stays, to the last answer. Why?",
        ),
    ),
    View(
        "mistakes",
        "Mistakes",
        "What it gets wrong.",
        "dashboard.judge.mistakes_view",
        (
            "Would you have known? Look at the most confident mistakes: is the label right?",
            "Move to an early epoch: which mistakes does training mend, and which stay?",
        ),
    ),
)
CHOOSER = Chooser(PREFIX, VIEWS)
