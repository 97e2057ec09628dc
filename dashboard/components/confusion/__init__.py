"""The confusion matrix, drawn in the browser: values show under the pointer and under the arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import state
from dashboard.charts.confusion import picture
from dashboard.components import component

if TYPE_CHECKING:
    from core.evaluation.confusion import Confusion


def confusion_matrix(result: Confusion, samples: str, key: str) -> None:
    """Show the matrix; `samples` says of what: "test images"."""
    component("confusion")(key=key, data={**picture(result, samples), "projector": state.projector()})
