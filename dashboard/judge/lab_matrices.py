"""Confusion matrices in a row, whose cells lead to their samples, and the way to a run of these classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.network.edits import fit_to
from core.runs.spec import RunSpec, TrainSpec
from core.studies.data import small_shape
from dashboard import launch, navigation, parts, state
from dashboard.components.study import study
from dashboard.judge import lab_cells
from dashboard.judge.lab_results import colour, seeds

if TYPE_CHECKING:
    from dashboard.judge.lab_results import Studied

EPOCHS = 5


def show(about: Studied) -> None:
    """All seeds of a treatment added; a cell that was clicked shows its samples instead."""
    summary = about.summary
    if summary is None:
        return
    cell = lab_cells.chosen(about)
    if cell is not None:
        lab_cells.show(about, *cell)
        return
    lines = [line for line in summary.lines if line.known]
    added = f"{seeds(summary.seeds)} added" if summary.seeds > 1 else "one seed"
    head = {
        "classes": list(summary.classes),
        "lines": [
            {"title": line.title, "colour": colour(line.treatment), "treatment": line.treatment} for line in lines
        ],
        "hint": f"Rows are true classes, columns answers, {added}; colour: share of the row. "
        "A click shows a cell's samples.",
        "alt": f"Confusion matrices of {len(lines)} treatments",
    }
    arrays = {f"counts-{at}": line.counts for at, line in enumerate(lines)}
    study("matrices", head, arrays, lab_cells.MATRICES, lambda: lab_cells.clicked(about.id))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="imbalance_run_row"):
        if st.button("Train as a run", key="imbalance_run", icon=":material/show_chart:"):
            _as_run(about)
        st.caption("Untreated, with these training samples: Evaluate then shows its images.")


def _as_run(about: Studied) -> None:
    try:
        launch.start(run_of(about), state.train_token("imbalance"))
    except ConvLensError as error:
        parts.show_error(error)
        return
    state.renew_token("imbalance")
    navigation.go("train")


def run_of(about: Studied) -> RunSpec:
    """An ordinary training with the study's training samples of each class. Raises ConvLensError."""
    from core.data.catalogue import describe

    spec, entry = about.spec, describe(about.spec.dataset)
    counts = [0] * len(spec.counts)
    for label, count in zip(about.facts.labels, about.facts.train, strict=True):
        counts[label] = count
    shape = small_shape(entry.input_shape)
    network, _ = fit_to(spec.network, shape, len(entry.classes))
    train = TrainSpec(
        dataset=spec.dataset,
        resize=shape != entry.input_shape,
        class_counts=tuple(counts),
        normalisation="standardised",
        learning_rate=spec.learning_rate,
        schedule="one-cycle",
        batch_size=spec.batch_size,
        epochs=max(EPOCHS, round(spec.steps * spec.batch_size / max(1, sum(counts)))),
    )
    return RunSpec(network=network, train=train)
