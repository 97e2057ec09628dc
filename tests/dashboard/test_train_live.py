"""What a run shows of itself while it goes: the shared reader, the curves' data, the answers and troubles, the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import RunError
from core.network.presets import PRESETS
from core.paths import PROJECT
from core.runs import commands, events, folder, queue, steps
from core.runs.folder import Run
from core.runs.spec import RunSpec, TrainSpec
from core.training import troubles
from dashboard import state
from dashboard.charts.reported import REPORTED, reported_for
from dashboard.components.packed import pack, unpack
from dashboard.live import answers
from dashboard.live.answers import answers_block
from dashboard.live.curves import Overlay, curves_block
from dashboard.live.reader import Reader
from dashboard.watching import LIVE_RATES, ending, nearest

PER_EPOCH = 10


def epoch_event(run: Run, number: int, validation: float) -> None:
    events.append(
        run.path,
        "epoch",
        epoch=number,
        step=number * PER_EPOCH,
        train_loss=1 / number,
        train_accuracy=0.5,
        validation_loss=2 / number,
        validation_accuracy=validation,
        learning_rate=0.1,
        images_per_second=100.0,
        seconds=float(number),
    )


def record(run: Run, first: int, last: int) -> None:
    with steps.StepWriter(run.path, resume_step=first) as writer:
        for step in range(first, last + 1):
            writer.append(step, step / PER_EPOCH, step / 10, 100 / step, 0.5, 0.1, 640.0, 1.0)


@pytest.fixture
def made() -> Run:
    train = TrainSpec(dataset="digits", epochs=4)
    run = folder.create(RunSpec(network=PRESETS["digits-small"].network, train=train))
    events.append(
        run.path, "started", steps_per_epoch=PER_EPOCH, device="cpu", precision="float32", notes=["Trains on the CPU."]
    )
    return run


@pytest.fixture
def running(made: Run) -> Iterator[Run]:
    lock = made.hold()
    record(made, 1, 25)
    epoch_event(made, 1, 0.8)
    epoch_event(made, 2, 0.9)
    yield made
    lock.release(force=True)


def test_packed_data_come_back_as_they_were() -> None:
    arrays = {"a": np.array([1.5, np.nan], np.float32), "b": np.arange(5, dtype=np.uint8), "c": np.zeros(0, np.float32)}
    head, found = unpack(pack({"name": "é", "n": 3}, arrays))
    assert head == {"name": "é", "n": 3}
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype


def test_a_look_tells_place_best_and_time_left(running: Run) -> None:
    look = Reader().look(running.id)
    assert look.status.state == "running"
    assert (look.place.step, look.place.steps, look.place.current_epoch) == (25, 40, 3)
    assert look.place.images_per_second == pytest.approx(640)
    assert look.place.seconds_left == pytest.approx((4 - 2.5) * PER_EPOCH / 10, rel=0.01)
    assert look.best is not None
    assert look.best["epoch"] == 2


def test_what_did_not_change_is_not_read_again(running: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader()
    first = curves_block(reader, reader.look(running.id))
    monkeypatch.setattr(steps, "curve", lambda *_: pytest.fail("read again"))
    monkeypatch.setattr(events, "read", lambda *_: pytest.fail("read again"))
    assert curves_block(reader, reader.look(running.id)) is first


def test_fifty_readers_read_once(running: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader()
    calls = []
    real = steps.curve
    monkeypatch.setattr(steps, "curve", lambda *args: calls.append(args) or real(*args))
    look = reader.look(running.id)
    threads = [threading.Thread(target=curves_block, args=(reader, look)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_a_new_step_and_a_new_epoch_are_seen_at_once(running: Run) -> None:
    reader = Reader()
    before = reader.look(running.id)
    record(running, 26, 30)
    assert reader.look(running.id).place.step == 30
    epoch_event(running, 3, 0.7)
    after = reader.look(running.id)
    assert len(after.epochs) == len(before.epochs) + 1
    assert after.best is not None
    assert after.best["epoch"] == 2


def test_an_epoch_done_twice_counts_once_as_it_was_last(running: Run) -> None:
    epoch_event(running, 2, 0.95)
    look = Reader().look(running.id)
    assert [event["epoch"] for event in look.epochs] == [1, 2]
    assert look.epochs[-1]["validation_accuracy"] == 0.95


def test_a_shorter_events_file_is_read_anew(running: Run) -> None:
    reader = Reader()
    assert len(reader.look(running.id).epochs) == 2
    lines = (running.path / events.FILE).read_bytes().splitlines(keepends=True)
    (running.path / events.FILE).write_bytes(b"".join(lines[:-1]))
    assert len(reader.look(running.id).epochs) == 1


def test_curves_hold_the_steps_the_epochs_and_the_best(running: Run) -> None:
    reader = Reader()
    head, arrays = unpack(curves_block(reader, reader.look(running.id)))
    np.testing.assert_allclose(arrays["0/loss"], 100 / np.arange(1, 26), rtol=1e-6)
    np.testing.assert_array_equal(arrays["0/step"], np.arange(1, 26))
    np.testing.assert_allclose(arrays["0/e-validation-accuracy"], [0.8, 0.9], rtol=1e-6)
    assert head["best"] == {"epoch": 2, "step": 20, "accuracy": 0.9}
    assert "90.00%" in head["alt"]


def test_a_long_run_stays_below_a_hundred_kilobytes_and_keeps_its_spike(made: Run) -> None:
    lock = made.hold()
    try:
        with steps.StepWriter(made.path) as writer:
            for step in range(1, 30_001):
                writer.append(step, step / 100, step / 10, 99.0 if step == 17_321 else 1.0, 0.5, 0.1, 640.0, 1.0)
        others = [Overlay(Reader().look(made.id), at) for at in range(8)]
        reader = Reader()
        block = curves_block(reader, reader.look(made.id), others, window=(17_000, 18_000))
    finally:
        lock.release(force=True)
    assert len(block) <= 100_000
    _, arrays = unpack(block)
    assert arrays["0/loss-high"].max() == 99
    assert arrays["d/loss-high"].max() == 99
    assert len(arrays["d/step"]) > len(arrays["0/step"]) / 30_000 * 1000
    assert arrays["d/step"].min() >= 17_000
    assert arrays["d/step"].max() <= 18_000


def test_missing_numbers_are_gaps_and_not_errors(running: Run) -> None:
    epoch_event(running, 3, float("nan"))
    reader = Reader()
    _, arrays = unpack(curves_block(reader, reader.look(running.id)))
    assert np.isnan(arrays["0/e-validation-accuracy"][-1])


def test_the_lecture_is_told_for_its_own_network_and_data_only() -> None:
    for name, (dataset, accuracy, text) in REPORTED.items():
        network = PRESETS[name].network
        told = reported_for(RunSpec(network=network, train=TrainSpec(dataset=dataset)))
        assert told == {"accuracy": accuracy, "text": text}
        assert reported_for(RunSpec(network=network, train=TrainSpec(dataset="digits"))) is None
    other = PRESETS["lenet-5"].network.model_copy(update={"name": "huttunen-2016"})
    assert reported_for(RunSpec(network=other, train=TrainSpec(dataset="mnist"))) is None


def pinned(run: Run, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], classes: tuple[str, ...]) -> None:
    np.savez(run.path / "pinned.npz", x=x, y=y, index=np.arange(len(y)), classes=np.array(classes))


def test_pinned_images_come_with_the_answers(running: Run) -> None:
    x = np.arange(2 * 64, dtype=np.uint8).reshape(2, 1, 8, 8)
    pinned(running, x, np.array([1, 0]), ("no", "yes"))
    np.save(running.path / "answers.npy", np.array([[0.2, 0.8], [0.4, 0.6]], np.float32))
    reader = Reader()
    head, arrays = unpack(answers_block(reader, reader.look(running.id)))
    assert (head["kind"], head["labels"], head["classes"]) == ("images", [1, 0], ["no", "yes"])
    np.testing.assert_array_equal(arrays["images"], x.reshape(-1))
    np.testing.assert_allclose(arrays["answers"], [0.2, 0.8, 0.4, 0.6], rtol=1e-6)


def test_large_pinned_images_are_made_small(running: Run) -> None:
    x = np.random.default_rng(0).integers(0, 256, (16, 3, 200, 150), dtype=np.uint8)
    pinned(running, x, np.arange(16) % 2, ("no", "yes"))
    np.save(running.path / "answers.npy", np.full((16, 2), 0.5, np.float32))
    reader = Reader()
    block = answers_block(reader, reader.look(running.id))
    head, arrays = unpack(block)
    assert len(block) < 60_000
    assert head["shape"] == [3, 50, 38]
    shown = len(head["labels"])
    np.testing.assert_array_equal(arrays["images"].reshape(shown, 3, 50, 38), x[:shown, :, ::4, ::4])
    assert len(arrays["answers"]) == 2 * shown


def test_points_come_with_the_decision_surface(running: Run) -> None:
    pinned(running, np.array([[0, 1], [2, 3]], np.float32), np.array([0, 1]), ("a", "b"))
    grid = np.random.default_rng(0).random((2, 4, 4)).astype(np.float32)
    np.savez(running.path / "surface.npz", probabilities=grid, extent=np.array([-1, 3, 0, 4], np.float32))
    reader = Reader()
    head, arrays = unpack(answers_block(reader, reader.look(running.id)))
    assert (head["kind"], head["side"], head["extent"]) == ("surface", 4, [-1, 3, 0, 4])
    np.testing.assert_array_equal(arrays["surface"], grid.reshape(-1))


def test_a_damaged_picture_is_left_out(running: Run) -> None:
    (running.path / "pinned.npz").write_bytes(b"PK\x03\x04 not a zip")
    reader = Reader()
    head, _ = unpack(answers_block(reader, reader.look(running.id)))
    assert head["kind"] == "none"


def trouble(run: Run, kind: str, sentence: str, severity: str = "warning") -> None:
    events.append(run.path, "trouble", kind=kind, sentence=sentence, advice="Try.", epoch=1, step=3, severity=severity)


def test_troubles_are_told_latest_first_while_they_last(running: Run) -> None:
    trouble(running, "dead-relus", "old")
    trouble(running, "overfitting", "by heart")
    trouble(running, "never-moved", "still")
    trouble(running, "dead-relus", "new")
    trouble(running, "never-moved", "it moves", "over")
    reader = Reader()
    head, _ = unpack(answers_block(reader, reader.look(running.id)))
    assert [note["sentence"] for note in head["notes"]] == ["new", "by heart"]


def test_there_is_no_such_run() -> None:
    with pytest.raises(RunError):
        Reader().look("20260101-000000-no-run")


def open_watch(run: Run) -> AppTest:
    page = AppTest.from_file(str(PROJECT / "pages/train.py"), default_timeout=60)
    page.query_params["run"] = run.id
    page.run()
    assert not page.exception
    return page


def text(page: AppTest) -> str:
    return " ".join(node.proto.body for node in page.get("html"))


def test_the_page_of_a_running_run_steers_it(running: Run) -> None:
    page = open_watch(running)
    assert "epoch 3 of 4" in text(page)
    for key, command in (("toggle", "pause"), ("step", "step"), ("epoch", "epoch"), ("stop", "stop")):
        page.button(key=f"train_{key}").click()
        page.run()
        assert commands.read(running.path)[-1]["command"] == command
    page.select_slider(key="train_live_rate").set_value(0.005)
    page.run()
    assert commands.read(running.path)[-1]["learning_rate"] == 0.005
    assert "sent" in page.select_slider(key="train_live_rate").label
    events.append(running.path, "changed", ack=5, learning_rate=0.005, step=25, epoch=2.5)
    page.run()
    assert "sent" not in page.select_slider(key="train_live_rate").label


def test_a_learning_rate_that_cannot_be_sent_is_not_called_sent(running: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise RunError("Could not send learning-rate: the disk is full.")

    page = open_watch(running)
    before = page.select_slider(key="train_live_rate").value
    monkeypatch.setattr(queue, "control", full)
    page.select_slider(key="train_live_rate").set_value(0.5)
    page.run()
    assert not page.exception
    assert [error.value for error in page.error] == ["Could not send learning-rate\\: the disk is full."]
    slider = page.select_slider(key="train_live_rate")
    assert "sent" not in slider.label
    assert slider.value == before


def test_a_browser_that_missed_the_slider_changes_no_learning_rate(running: Run) -> None:
    page = open_watch(running)
    slider = page.select_slider(key="train_live_rate")
    before = slider.value
    slider.set_value(LIVE_RATES[0])  # what a slider without a value says
    page.run()
    assert not page.exception
    assert not [sent for sent in commands.read(running.path, 0) if sent["command"] == "learning-rate"]
    assert page.select_slider(key="train_live_rate").value == before


def test_a_run_that_ends_takes_the_sent_learning_rate_with_it(running: Run) -> None:
    page = open_watch(running)
    page.select_slider(key="train_live_rate").set_value(0.5)
    page.run()
    assert "train_live_rate_sent" in page.session_state
    events.append(running.path, "finished", test_loss=0.1, test_accuracy=0.9, train_seconds=1.0, best_epoch=1)
    page.run()
    assert "train_live_rate_sent" not in page.session_state


def test_compared_runs_stay_at_a_full_rerun(running: Run) -> None:
    other = folder.create(running.spec)
    page = open_watch(running)
    page.session_state["train_compare"] = True
    page.run()
    page.multiselect(key="train_others").set_value([other.id])
    page.run()
    page.run()
    assert not page.exception
    assert page.session_state[state.WATCHED] == (running.id, other.id)
    assert f"{running.id},{other.id}" in page.query_params["run"]


def test_a_run_deleted_while_it_is_watched_shows_a_sentence(made: Run) -> None:
    page = open_watch(made)
    folder.delete(made)
    page.run()
    assert not page.exception
    assert len(page.error) == 1
    assert "There is no run" in page.error[0].value
    page.button(key="train_gone").click()
    page.run()
    assert page.button(key="train_start")


def test_a_paused_run_offers_to_resume(running: Run) -> None:
    events.append(running.path, "paused", step=25)
    page = open_watch(running)
    assert page.button(key="train_toggle").label == "Resume"


def test_a_queued_run_shows_its_place(made: Run) -> None:
    first = folder.create(made.spec)
    second = folder.create(made.spec)
    for run in (first, second):
        queue.submit(run)
    assert "queued, place 2" in text(open_watch(second))


def test_a_crashed_run_can_be_resumed(made: Run) -> None:
    record(made, 1, 5)
    page = open_watch(made)
    assert "crashed" in text(page)
    page.button(key="train_toggle").click()
    page.run()
    assert made.status().state == "queued"


def test_a_diverged_run_says_why_and_what_to_try(made: Run) -> None:
    events.append(
        made.path, "diverged", sentence="The loss is not a number.", advice="Lower the rate.", step=3, epoch=1
    )
    page = open_watch(made)
    assert "The loss is not a number. Lower the rate." in text(page)
    assert any(button.key == "train_again" for button in page.button)


def test_a_finished_run_says_how_good_it_is(running: Run) -> None:
    events.append(running.path, "finished", test_loss=0.1234, test_accuracy=0.9876, train_seconds=12.0, best_epoch=2)
    look = Reader().look(running.id)
    assert "Test accuracy 98.76 %" in ending(look)
    assert "best validation accuracy 90.00 % at epoch 2" in ending(look)
    assert "98.76 %" in text(open_watch(running))


def test_a_run_that_is_gone_leaves_a_way_out(running: Run, tmp_path: Path) -> None:
    page = AppTest.from_file(str(PROJECT / "pages/train.py"), default_timeout=60)
    page.query_params["run"] = "20260101-000000-no-run"
    page.run()
    assert not page.exception
    assert page.error
    page.button(key="train_gone").click()
    page.run()
    assert page.button(key="train_start")


def test_change_and_train_again_starts_from_the_same_settings(made: Run) -> None:
    events.append(made.path, "finished", test_loss=0.1, test_accuracy=0.9, train_seconds=1.0, best_epoch=1)
    page = open_watch(made)
    page.button(key="train_again").click()
    page.run()
    page.run()
    assert page.session_state["train"] == made.spec.train
    assert page.button(key="train_start")


def test_the_slider_takes_the_nearest_rate() -> None:
    assert nearest(0.0011) == 0.001
    assert nearest(9.0) == 10
    assert nearest(1e-9) == 1e-6


def test_every_trouble_has_a_title_of_its_own() -> None:
    assert set(answers.TITLES) == set(get_args(troubles.Kind))
