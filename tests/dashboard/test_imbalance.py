"""The imbalance lab's page: what its controls describe, what its link restores, and what its pictures are given."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data.sources import load
from core.network.presets import PRESETS
from core.runs import events, folder, queue
from core.runs.tasks import Task
from core.studies import folder as studies
from core.studies.outcome import Outcome, file_of
from core.studies.spec import StudySpec
from dashboard.components.bars import counts_in
from dashboard.components.packed import unpack
from dashboard.judge import lab_cells
from tests.core.studies.cases import outcome
from tests.dashboard.test_pages import open_app

COUNTS = (0, 0, 0, 183, 0, 0, 0, 0, 0, 18)


def spec(**changes: Any) -> StudySpec:
    given = {"counts": COUNTS, "rare": 9, "network": PRESETS["digits-small"].network, "seeds": 2, **changes}
    return StudySpec(**given)


def finished(spec: StudySpec, *outcomes: Outcome) -> Task:
    """A study with these results, as its job would have left it."""
    from core.runs.arrays import write_arrays

    task = studies.start(spec)
    facts = {
        "classes": ["3", "9"],
        "labels": [3, 9],
        "rare": 1,
        "title": "Digits",
        "network": "digits-small",
        "parts": {"train": [110, 11], "validation": [36, 4], "test": [180, 20]},
        "notes": [],
    }
    (task.path / studies.FACTS).write_text(json.dumps(facts))
    for each in outcomes:
        write_arrays(task.path / file_of(each.treatment, each.seed), **each.arrays())
    events.append(task.path, "finished")
    return task


def block(app: AppTest, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the study's picture was given."""
    for component in app.get("bidi_component"):
        content = component.proto.bytes
        if content:
            head, arrays = unpack(content)
            if head.get("kind") == kind:
                return head, arrays
    raise AssertionError(f"no picture {kind} on the page")


def said(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


def results() -> list[Outcome]:
    found = {"none": (0.2, 0.3), "fewest": (0.7, 0.8), "repeat": (0.6, 0.65)}
    return [outcome(name, seed, share) for name, shares in found.items() for seed, share in enumerate(shares)]  # type: ignore[arg-type]


def test_a_click_queues_the_study_that_the_controls_describe() -> None:
    app = open_app("imbalance")
    app.button(key="imbalance_start").click().run()
    assert not app.exception
    (path,) = studies.known()
    described = studies.spec_of(Task(path).parameters)
    assert described.dataset == "digits"
    assert described.counts == COUNTS
    assert described.treatments == ("none", "fewest", "repeat", "weights")
    assert described.id in app.query_params["study"]


def test_a_scene_sets_the_bars_and_says_what_the_data_cannot_give() -> None:
    app = open_app("imbalance")
    app.button(key="imbalance_scene_percent").click().run()
    assert app.session_state["imbalance_held"][1] == (174,) * 9 + (16,)
    assert "1 % is 16 here" in said(app)
    app.button(key="imbalance_scene_faces").click().run()
    assert "FER2013 is not here" in said(app)
    assert not app.exception


def test_the_link_restores_controls_and_results() -> None:
    study = spec(steps=77, gamma=3.0, test="natural", treatments=("fewest", "repeat"))
    finished(study, *results())
    app = open_app("imbalance", study=study.id)
    assert app.session_state["imbalance_steps"] == 77
    assert app.session_state["imbalance_gamma"] == 3.0
    assert app.session_state["imbalance_test"] == "natural"
    assert app.session_state["imbalance_treated"] == ["fewest", "repeat"]
    assert app.session_state["imbalance_network"] == "fitting"
    assert "25 % of class 9 is found" in said(app)
    assert "in the proportions of the data set, never repeated; 2 seeds." in said(app)


def test_scores_of_every_treatment_beside_blind_answers() -> None:
    study = spec(treatments=("fewest", "repeat", "threshold"))
    finished(study, *results())
    head, _ = block(open_app("imbalance", study=study.id), "scores")
    assert [row["title"] for row in head["rows"]] == [
        "Nothing",
        "Throw away",
        "Repeat",
        "Moved threshold",
        "Always 3",
        "Guessing, 1/2",
    ]
    recall = [row["cells"][2] for row in head["rows"]]
    assert recall[0]["values"] == pytest.approx([0.2, 0.3])
    assert recall[1]["text"] == "75 %"
    assert recall[4]["text"] == "0 %"
    assert recall[5]["text"] == "50 %"
    assert "Against nothing: +50 points" in recall[1]["told"]


@pytest.mark.parametrize("view", ["curves", "matrices", "losses", "claims"])
def test_every_view_shows_the_study(view: str) -> None:
    study = spec()
    finished(study, *results(), outcome("weights", 0, diverged=5))
    app = open_app("imbalance", study=study.id, imbalance_view=view)
    assert not app.exception
    if view == "claims":
        assert len([button for button in app.button if str(button.key).startswith("imbalance_try_")]) == 3
        return
    head, arrays = block(app, view)
    assert [line["title"] for line in head["lines"]] == ["Nothing", "Throw away", "Repeat"]
    if view == "matrices":
        assert arrays["counts-0"].reshape(2, 2).sum(axis=1).tolist() == [360, 40]
    if view == "curves":
        assert arrays["roc-0"].shape == arrays["pr-2"].shape == (201,)


def in_digits(found: Outcome) -> Outcome:
    """The same answers, to samples that the digits have."""
    raw = load("digits")
    every = np.concatenate([raw.train_y, raw.test_y])
    known = [
        np.resize(np.flatnonzero(every == digit), (found.labels == label).sum()) for label, digit in ((0, 3), (1, 9))
    ]
    return replace(found, tested=np.concatenate(known))


def pictures(app: AppTest) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the gallery was given."""
    unpacked = [unpack(each.proto.bytes) for each in app.get("bidi_component") if each.proto.bytes]
    return next((head, arrays) for head, arrays in unpacked if "cards" in head)


def test_a_cell_of_a_matrix_leads_to_its_samples() -> None:
    study = spec()
    finished(study, *map(in_digits, results()))
    app = open_app("imbalance", study=study.id, imbalance_view="matrices")
    app.session_state[lab_cells.CELL] = (study.id, "none", 1, 0)
    app.run()
    assert not app.exception
    head, arrays = pictures(app)
    assert head["total"] == 16 + 14  # of 20 a seed, 20 % and 30 % are found
    assert head["shape"] == [1, 8, 8]
    assert arrays["images"].size == 24 * 64
    assert all(card[1] == "9 → 3" and "called 3" in card[3] for card in head["cards"])
    app.button(key="imbalance_cell_close").click().run()
    block(app, "matrices")


@pytest.mark.parametrize("cell", [("x", "none", 1, 0), ("", "none", 5, 0), ("", "focal", 1, 0), ("", None, None, None)])
def test_a_cell_that_is_not_there_shows_the_matrices(cell: tuple[Any, ...]) -> None:
    study = spec()
    finished(study, *results())
    app = open_app("imbalance", study=study.id, imbalance_view="matrices")
    app.session_state[lab_cells.CELL] = (cell[0] or study.id, *cell[1:])
    app.run()
    block(app, "matrices")


def test_samples_of_other_data_than_the_study_s_are_not_shown() -> None:
    study = spec()
    finished(study, *results())
    app = open_app("imbalance", study=study.id, imbalance_view="matrices")
    app.session_state[lab_cells.CELL] = (study.id, "none", 1, 0)
    app.run()
    assert any("has other samples now" in error.value for error in app.error)


def test_a_claim_s_experiment_starts_what_it_needs() -> None:
    app = open_app("imbalance", imbalance_view="claims")
    app.button(key="imbalance_try_repeat").click().run()
    (path,) = studies.known()
    described = studies.spec_of(Task(path).parameters)
    assert described.treatments == ("none", "fewest", "repeat")
    assert described.seeds == 10


def test_a_run_of_the_same_samples() -> None:
    study = spec()
    finished(study, *results())
    app = open_app("imbalance", study=study.id, imbalance_view="matrices")
    app.button(key="imbalance_run").click().run()
    (summary,) = folder.list_runs()
    made = folder.open_run(summary.id)
    assert made.spec.train.class_counts == (0, 0, 0, 110, 0, 0, 0, 0, 0, 11)
    assert queue.place(made) == 1


def test_damage_is_a_sentence_and_the_controls_stay() -> None:
    study = spec()
    task = finished(study, *results())
    (task.path / "none-000.npz").write_bytes(b"torn")
    app = open_app("imbalance", study=study.id)
    assert not app.exception
    assert any("damaged" in error.value for error in app.error)
    assert app.button(key="imbalance_start")


@pytest.mark.parametrize("id", ["0123456789abcdef", "../../x", "no"])
def test_an_unknown_study_is_told(id: str) -> None:
    app = open_app("imbalance", study=id)
    assert any("no study" in warning.value for warning in app.warning)
    assert not app.exception


@pytest.mark.parametrize(
    "message", [{}, {"counts": [1]}, {"counts": "12"}, {"counts": [1, True]}, {"counts": [1, 2.5]}, {"counts": None}]
)
def test_what_is_no_count_is_not_taken(message: dict[str, Any]) -> None:
    assert counts_in(message, (5, 5)) is None


def test_counts_stay_within_what_there_is() -> None:
    assert counts_in({"counts": [-3, 99]}, (5, 7)) == (0, 7)
