"""Evaluate while a run trains: what is asked of the network, and when the page looks again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation.result import Result, Split
from core.runs import events, folder
from dashboard import boot, judging, state
from tests.dashboard.test_pages import make_run, open_app


def answers(run: folder.Run, split: Split) -> Result:
    labels = np.array([0, 1, 1])
    return Result(
        run_id=run.id,
        run_name=run.name,
        split=split,
        dataset="digits",
        seed=0,
        classes=("a", "b"),
        labels=labels,
        probabilities=np.eye(2, dtype=np.float32)[labels],
        index=np.arange(3),
        loss=None,
        weights="best",
        epoch=1,
    )


@pytest.fixture
def training() -> Iterator[folder.Run]:
    """A run that a worker holds, after its first epoch."""
    run = make_run("digits-small", "started", "epoch")
    run.write_summary(epochs_done=1, best_epoch=1)
    with run.hold():
        yield run


@pytest.fixture
def asked(training: folder.Run, monkeypatch: pytest.MonkeyPatch) -> list[judging.Stamp]:
    """The stamps under which the network was asked."""
    stamps: list[judging.Stamp] = []

    def measured(id: str, split: Split, stamp: judging.Stamp) -> Result:
        stamps.append(stamp)
        return answers(training, split)

    monkeypatch.setattr(judging, "measured", measured)
    return stamps


def keys(app: AppTest) -> set[Any]:
    return {button.key for button in app.button}


def test_an_epoch_more_is_offered_and_not_asked_of_itself(training: folder.Run, asked: list[judging.Stamp]) -> None:
    app = open_app("evaluate")
    assert asked == []
    app.button(key="evaluate_ask").click().run()
    assert not app.exception
    assert {stamp[2] for stamp in asked} == {1}
    assert "evaluate_again" not in keys(app)
    training.write_summary(epochs_done=2, best_epoch=2)
    app.run()
    assert {stamp[2] for stamp in asked} == {1}
    app.button(key="evaluate_again").click().run()
    assert asked[-1][1:] == (2, 2)
    assert "evaluate_again" not in keys(app)


def test_the_end_of_a_run_is_seen(training: folder.Run, asked: list[judging.Stamp]) -> None:
    app = open_app("evaluate")
    events.append(training.path, "stopped")
    training.write_summary(state="stopped")
    app.run()
    assert not app.exception
    assert any("stopped" in option for option in app.selectbox(key="evaluate_run").options)


def test_a_broken_pytorch_is_one_sentence(training: folder.Run) -> None:
    boot.start_once().fault = "PyTorch cannot be imported (x); run make again to install it."
    app = open_app("evaluate")
    app.button(key="evaluate_ask").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == ["PyTorch cannot be imported (x); run make again to install it."]


@pytest.mark.parametrize("page", ["evaluate", "runs"])
def test_the_first_network_can_be_started_more_than_once(page: str) -> None:
    app = open_app(page)
    for _ in range(2):
        app.button(key=f"{page}_first").click().run()
        assert not app.exception
        (only,) = folder.list_runs()
        assert app.session_state[state.WATCHED] == (only.id,)
        assert app.title[0].value == "Train"
        folder.delete(folder.open_run(only.id))
        app.switch_page(f"../pages/{page}.py").run()


def test_a_click_again_starts_another_run_while_the_first_has_no_epoch() -> None:
    app = open_app("evaluate")
    app.button(key="evaluate_first").click().run()
    app.switch_page("../pages/evaluate.py").run()
    app.button(key="evaluate_first").click().run()
    assert not app.exception
    newest, first = folder.list_runs()
    assert newest.id != first.id


def test_a_link_to_an_unknown_run_is_told(training: folder.Run, asked: list[judging.Stamp]) -> None:
    app = open_app("evaluate", run="nope")
    assert [box.value for box in app.warning] == ["There is no trained run nope here; this is the latest one."]


def test_a_link_opens_its_run(training: folder.Run, asked: list[judging.Stamp]) -> None:
    newer = make_run("digits-small", "finished")
    newer.write_summary(epochs_done=1, best_epoch=1)
    app = open_app("evaluate", run=training.id)
    assert not app.warning
    assert app.selectbox(key="evaluate_run").value == training.id
