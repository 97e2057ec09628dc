"""A study's results for the screen: read once for all sessions, and the views that show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.studies import folder
from core.studies.outcome import file_of
from core.studies.summary import Summary, summarise
from core.studies.treatments import TREATMENTS, TreatmentName
from dashboard import theme
from dashboard.judge.lab_state import PREFIX
from dashboard.views import Chooser, View

if TYPE_CHECKING:
    from core.studies.folder import Facts
    from core.studies.spec import StudySpec

VIEWS: tuple[View, ...] = (
    View("scores", "Scores", "What helps when one class is rare, seed by seed.", "dashboard.judge.lab_scores"),
    View("curves", "Curves", "How well the rare class is told apart at all thresholds.", "dashboard.judge.lab_curves"),
    View(
        "matrices", "Matrices", "Which class is taken for which, under each treatment.", "dashboard.judge.lab_matrices"
    ),
    View("losses", "Loss", "What the mean cross-entropy does not show.", "dashboard.judge.lab_losses"),
    View("claims", "Claims", "What the lecture says, put to the test.", "dashboard.judge.lab_claims"),
)
CHOOSER = Chooser(PREFIX, VIEWS)


@dataclass(frozen=True)
class Studied:
    """What a view shows: a study, what its job found out, and its results so far (None before the first)."""

    id: str
    spec: StudySpec
    facts: Facts
    summary: Summary | None


def studied(id: str) -> Studied | None:
    """None until the job has read the data. Raises RunError for what is missing or damaged."""
    task = folder.task_of(id)
    spec = folder.spec_of(task.parameters)
    facts = folder.facts(task)
    if facts is None:
        return None
    stamps = tuple(task.stamp(file_of(name, seed)) for seed, name in spec.trainings)
    return Studied(id, spec, facts, _summary(id, str(task.path), stamps))


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def _summary(id: str, path: str, stamps: tuple[int, ...]) -> Summary | None:
    """stamps: change with every training that is done; path: with the folder of runs."""
    task = folder.task_of(id)
    spec, facts = folder.spec_of(task.parameters), folder.facts(task)
    if facts is None:
        return None
    return summarise(folder.outcomes(task, spec), spec.chosen, facts.classes, facts.rare)


def colour(name: TreatmentName) -> str | None:
    """A treatment's colour, the same in all pictures; None (the text's own) for none."""
    return None if name == "none" else theme.class_colour(list(TREATMENTS).index(name) - 1)


def source(about: Studied) -> str:
    """What the results came from, in a sentence."""
    spec, facts = about.spec, about.facts
    test = "the bars" if spec.test == "chosen" else "the data set"
    against = " : ".join(
        f"{count:,}" for count in sorted((spec.counts[label] for label in facts.labels), reverse=True)[:3]
    )
    more = " …" if len(facts.labels) > 3 else ""
    return (
        f"From {facts.title}, {len(facts.labels)} classes ({against}{more}), rare: {facts.classes[facts.rare]}; "
        f"{facts.network}, {spec.steps} steps of {spec.batch_size}, the same for all; {sum(facts.test):,} test samples "
        f"in the proportions of {test}, never repeated; {_seeds(about)}."
    )


def seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def _seeds(about: Studied) -> str:
    done = about.summary.done if about.summary else 0
    return seeds(done) if done == about.spec.seeds else f"{done} of {seeds(about.spec.seeds)}"
