"""Runs that train in this process, under command, and in a worker that is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from sklearn.metrics import accuracy_score, log_loss

from core.errors import ConvLensError, DataError, RunError
from core.jobs import train as job
from core.jobs.worker import train_one
from core.network.layers import AnyLayer, Convolution, Dense, Dropout, Flatten, MaxPooling
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.paths import PROJECT
from core.runs import queue
from core.runs.events import epochs as told_epochs
from core.runs.folder import Run, create
from core.runs.spec import RunSpec
from core.runs.steps import read_steps
from core.training import checkpoints, history
from core.training.loop import Session
from tests.core.training.tools import settings

PATIENCE = 60.0
LAYERS: tuple[AnyLayer, ...] = (
    Convolution(filters=4, kernel=3),
    MaxPooling(size=2),
    Flatten(),
    Dropout(rate=0.2),
    Dense(units=10, activation="softmax"),
)
TINY = NetworkSpec(name="tiny", input_shape=(1, 8, 8), layers=LAYERS)


def make(network: NetworkSpec = TINY, **changes: object) -> Run:
    fields: dict[str, object] = {"class_counts": (20,) * 10, "epochs": 3, "batch_size": 20, "learning_rate": 0.01}
    return create(RunSpec(network=network, train=settings(**(fields | changes))))


def events(run: Run, *kinds: str) -> list[dict[str, Any]]:
    return [event for event in run.events()[0] if not kinds or event["type"] in kinds]


def weights(run: Run) -> dict[str, Any]:
    return load_file(run.path / "checkpoint" / "weights.safetensors")


def same(one: Run, other: Run) -> bool:
    """Weights equal to the last bit."""
    left, right = weights(one), weights(other)
    return left.keys() == right.keys() and all(np.array_equal(left[name], right[name]) for name in left)


def wait(until: Callable[[], Any]) -> Any:
    """What `until` gives once it is true; fails after a minute."""
    end = time.monotonic() + PATIENCE
    while not (found := until()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return found


@contextmanager
def training(run: Run) -> Iterator[None]:
    """The run trains in a thread; it is stopped at the end where it has not ended."""
    failures: list[BaseException] = []

    def train() -> None:
        lock = run.hold()
        try:
            job.run(run)
        except BaseException as error:
            failures.append(error)
        finally:
            lock.release()

    thread = threading.Thread(target=train)
    thread.start()
    try:
        wait(lambda: failures or events(run, "started", "resumed"))
        yield
    finally:
        if thread.is_alive():
            queue.commands.send(run.path, "stop")
        thread.join(PATIENCE)
    assert not failures


def acknowledged(run: Run, number: int, kind: str) -> dict[str, Any]:
    """The event of that kind which acknowledges the command."""
    found: dict[str, Any] = wait(lambda: [event for event in events(run, kind) if event.get("ack") == number])[0]
    return found


class TestWhole:
    def test_a_run_leaves_everything_that_its_readers_need(self) -> None:
        run = make()
        job.run(run)
        assert [event["type"] for event in events(run)] == ["created", "started", *["epoch"] * 3, "finished"]
        started, finished = events(run, "started")[0], events(run, "finished")[0]
        assert (started["steps"], started["steps_per_epoch"]) == (30, 10)
        assert started["samples"] == {"train": 200, "validation": 287, "test": 360}
        assert read_steps(run.path)["step"].tolist() == list(range(1, 31))
        summary = run.summary()
        assert (summary.state, summary.epochs_done) == ("finished", 3)
        accuracies = [event["validation_accuracy"] for event in events(run, "epoch")]
        assert summary.best_accuracy == max(accuracies)
        assert summary.best_epoch == finished["best_epoch"] == 1 + int(np.argmax(accuracies))
        assert finished["weights"] == "best"
        assert summary.test_accuracy == finished["test_accuracy"]
        assert finished["images_per_second"] == pytest.approx(600 / finished["train_seconds"])
        assert history.snapshot_epochs(run.path) == [0, 1, 2, 3]

    def test_the_test_figures_are_those_of_the_stored_answers_and_of_the_best_weights(self) -> None:
        run = make(epochs=2)
        job.run(run)
        finished = events(run, "finished")[0]
        with np.load(run.path / "predictions-test.npz") as found:
            labels, probabilities = found["labels"], found["probabilities"]
        assert finished["test_accuracy"] == accuracy_score(labels, probabilities.argmax(axis=1))
        expected = log_loss(labels, probabilities.astype(float) / probabilities.sum(axis=1, keepdims=True, dtype=float))
        assert finished["test_loss"] == pytest.approx(expected, rel=1e-4)

        from core.data.prepare import prepare
        from core.data.sources import load

        data = prepare(load("digits"), run.spec.train, (1, 8, 8))
        network = checkpoints.load_weights(run.path, "best")
        answers = network.probabilities(data.normaliser(data.test.x)).detach().numpy()
        np.testing.assert_allclose(answers, probabilities, atol=1e-5)

    def test_where_the_test_part_validates_the_last_weights_are_tested(self) -> None:
        run = make(validation=0.0, epochs=1)
        job.run(run)
        assert events(run, "finished")[0]["weights"] == "last"

    def test_validation_answers_and_pinned_samples_follow_the_last_epoch(self) -> None:
        run = make(epochs=2)
        job.run(run)
        with np.load(run.path / "predictions-validation.npz") as found:
            accuracy = accuracy_score(found["labels"], found["probabilities"].argmax(axis=1))
            by_index = dict(zip(found["index"].tolist(), found["probabilities"], strict=True))
        assert accuracy == events(run, "epoch")[-1]["validation_accuracy"]
        with np.load(run.path / "pinned.npz") as pinned:
            expected = [by_index[index] for index in pinned["index"].tolist()]
        np.testing.assert_allclose(np.load(run.path / "answers.npy"), expected, atol=1e-5)

    def test_a_second_run_in_the_process_is_not_touched_by_the_first(self) -> None:
        alone, other, again = make(seed=3), make(seed=4, optimizer="adadelta"), make(seed=3)
        for run in (alone, other, again):
            job.run(run)
        assert same(alone, again)
        assert not same(alone, other)

    def test_a_small_network_trains_on_one_thread_and_the_process_gets_the_others_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, seen = torch.get_num_threads(), []
        real = Session.state
        monkeypatch.setattr(Session, "state", lambda running: seen.append(torch.get_num_threads()) or real(running))
        torch.set_num_threads(2)
        try:
            job.run(make(epochs=1))
            assert set(seen) == {1}
            assert torch.get_num_threads() == 2
            seen.clear()
            monkeypatch.setattr("core.training.devices.MANY_MACS", 1)
            job.run(make(epochs=1))
            assert set(seen) == {2}
        finally:
            torch.set_num_threads(before)

    def test_epochs_beyond_the_allowance_have_no_pictures_but_the_best_and_the_last_do(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.training.recorder.Allowance.left", False)
        run = make(epochs=12)
        job.run(run)
        told = events(run, "epoch")
        expected = sorted({0, 12, *(event["epoch"] for event in told if event["best"])})
        assert history.snapshot_epochs(run.path) == expected
        assert len(expected) < 13
        with np.load(run.path / "predictions-validation.npz") as found:
            assert (int(found["epoch"]), int(found["step"])) == (12, 120)
            assert accuracy_score(found["labels"], found["probabilities"].argmax(axis=1)) == pytest.approx(
                told[-1]["validation_accuracy"]
            )

    def test_who_rests_or_stops_has_the_answers_of_the_last_epoch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.training.recorder.Allowance.left", False)
        run = make(epochs=500, learning_rate=1e-6)
        with training(run):
            for _ in range(3):
                number = queue.commands.send(run.path, "epoch")
                until = acknowledged(run, number, "resumed")["until_epoch"]
                paused = wait(lambda until=until: [e for e in events(run, "paused") if e["step"] == 10 * until])[0]
                with np.load(run.path / "predictions-validation.npz") as found:
                    assert int(found["step"]) == paused["step"]
                assert until in history.snapshot_epochs(run.path)

    def test_points_have_a_surface(self) -> None:
        run = make(
            PRESETS["two-layer-sigmoid"].network,
            dataset="moons",
            class_counts=None,
            epochs=1,
            loss="mean-squared-error",
        )
        job.run(run)
        with np.load(run.path / "surface.npz") as found:
            assert found["probabilities"].shape == (2, 64, 64)

    def test_a_batch_larger_than_the_data_is_noted(self) -> None:
        run = make(batch_size=4096, epochs=1)
        job.run(run)
        assert any("4,096" in note for note in events(run, "started")[0]["notes"])

    def test_what_does_not_fit_is_raised_as_a_sentence(self) -> None:
        with pytest.raises(DataError, match="28x28"):
            job.run(make(PRESETS["logistic-regression"].network))
        with pytest.raises(ConvLensError, match="class_counts has 2 entries"):
            job.run(make(class_counts=(5, 5)))

    def test_a_gpu_that_is_not_there_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)
        with pytest.raises(ConvLensError, match="no CUDA GPU"):
            job.run(make(device="cuda"))


class TestCommands:
    def test_pause_step_epoch_resume_and_stop(self) -> None:
        run = make(epochs=500)
        with training(run):
            paused = acknowledged(run, queue.commands.send(run.path, "pause"), "paused")
            assert run.status().state == "paused"
            rest = len(read_steps(run.path))
            assert rest == paused["step"]

            stepped = acknowledged(run, queue.commands.send(run.path, "step"), "paused")
            assert stepped["step"] == paused["step"] + 1 == len(read_steps(run.path))

            number = queue.commands.send(run.path, "epoch")
            going = acknowledged(run, number, "resumed")
            ended = wait(lambda: [e for e in events(run, "paused") if e["step"] > stepped["step"]])[0]
            assert ended["step"] == 10 * going["until_epoch"]
            assert events(run, "epoch")[-1]["step"] == ended["step"]

            acknowledged(run, queue.commands.send(run.path, "resume"), "resumed")
            wait(lambda: len(read_steps(run.path)) > ended["step"] + 5)
            acknowledged(run, queue.commands.send(run.path, "stop"), "message")
            stopped = wait(lambda: events(run, "stopped"))[0]
        assert run.status().state == "stopped"
        assert 0 <= stopped["test_accuracy"] <= 1
        assert len(read_steps(run.path)) == stopped["step"]

    def test_commands_before_the_first_step_are_obeyed(self) -> None:
        run = make(epochs=500)
        for command in ("step", "step", "step"):
            queue.commands.send(run.path, command)
        with training(run):
            paused = acknowledged(run, 3, "paused")
            assert paused["step"] == 3

    def test_a_learning_rate_is_obeyed_told_and_kept(self) -> None:
        run = make(epochs=500)
        queue.commands.send(run.path, "pause")
        with training(run):
            acknowledged(run, 1, "paused")
            changed = acknowledged(run, queue.commands.send(run.path, "learning-rate", learning_rate=0.002), "changed")
            assert changed["learning_rate"] == 0.002
            acknowledged(run, queue.commands.send(run.path, "step"), "paused")
            assert read_steps(run.path)["learning_rate"][-1] == np.float32(0.002)

    def test_a_learning_rate_set_while_the_loss_is_high_survives_a_kill(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.training.troubles.Explosion.healthy", False)
        run = make(epochs=500)
        queue.commands.send(run.path, "step")
        with training(run):
            acknowledged(run, 1, "paused")
            acknowledged(run, queue.commands.send(run.path, "learning-rate", learning_rate=0.002), "changed")
            shutil.copytree(run.path / "checkpoint", run.path / "at-the-kill")
        shutil.rmtree(run.path / "checkpoint")
        (run.path / "at-the-kill").rename(run.path / "checkpoint")
        queue.commands.send(run.path, "pause")
        with training(run):
            wait(lambda: events(run, "resumed"))
            wait(lambda: len(events(run, "paused")) > 1)
            acknowledged(run, queue.commands.send(run.path, "step"), "paused")
        assert events(run, "resumed")[0]["step"] == 1
        assert read_steps(run.path)["learning_rate"][-1] == np.float32(0.002)

    def test_answers_change_with_a_single_step(self) -> None:
        run = make(epochs=500)
        queue.commands.send(run.path, "pause")
        with training(run):
            acknowledged(run, 1, "paused")
            before = np.load(run.path / "answers.npy")
            acknowledged(run, queue.commands.send(run.path, "step"), "paused")
            assert not np.array_equal(before, np.load(run.path / "answers.npy"))

    def test_a_stopped_run_goes_on_as_if_it_never_had(self) -> None:
        through, stopped = make(epochs=4), make(epochs=4)
        job.run(through)
        for command in ("step",) * 13:
            queue.commands.send(stopped.path, command)
        with training(stopped):
            acknowledged(stopped, 13, "paused")
        assert stopped.status().state == "stopped"
        queue.resume(stopped)
        with training(stopped):
            wait(lambda: events(stopped, "finished"))
        assert same(through, stopped)
        assert events(stopped, "resumed")[-1]["step"] == 13
        np.testing.assert_array_equal(read_steps(through.path)["loss"], read_steps(stopped.path)["loss"])

    def test_a_paused_run_gives_its_place_to_who_waits(self) -> None:
        run, other = make(epochs=500), make()
        queue.commands.send(run.path, "pause")
        with training(run):
            acknowledged(run, 1, "paused")
            queue.submit(other)
            wait(lambda: events(run, "parked"))
            wait(lambda: not run.is_held())
        assert run.status().resumable
        queue.resume(run)
        assert run.status().state == "queued"


class TestTrouble:
    def test_divergence_keeps_the_weights_from_before(self) -> None:
        """Least squares by gradient descent: twelve good steps, then a rate that no such training survives."""
        linear = NetworkSpec(input_shape=(1, 8, 8), layers=(Flatten(), Dense(units=10, activation="identity")))
        run = make(linear, epochs=50, optimizer="sgd", loss="mean-squared-error", learning_rate=0.01)
        for command in ("step",) * 12:
            queue.commands.send(run.path, command)
        with training(run):
            acknowledged(run, 12, "paused")
            good = weights(run)
            queue.commands.send(run.path, "learning-rate", learning_rate=10.0)
            queue.commands.send(run.path, "resume")
            diverged = wait(lambda: events(run, "diverged"))[0]
        assert 12 < diverged["step"] < 100
        assert "learning rate of 1 or less" in diverged["advice"]
        assert run.status().state == "diverged"
        kept = weights(run)
        assert all(np.array_equal(kept[name], good[name]) for name in good)
        answers = checkpoints.load_weights(run.path, "last").probabilities(torch.rand(2, 1, 8, 8))
        assert answers.isfinite().all()

    def test_a_divergence_at_once_keeps_the_first_weights(self) -> None:
        run = make(epochs=50, optimizer="sgd", learning_rate=10.0, l2=1.0, normalisation="0..255")
        job.run(run)
        assert events(run, "diverged")
        kept = weights(run)
        with np.load(run.path / "snapshots" / "epoch-00000.npz") as first:
            assert all(np.array_equal(kept[name], first[name]) for name in kept)

    def test_a_full_disk_is_a_sentence_and_leaves_the_checkpoint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        run = make(epochs=50)
        real = Path.write_bytes
        left = [12]

        def filling(path: Path, content: bytes) -> int:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
            return real(path, content)

        monkeypatch.setattr(Path, "write_bytes", filling)
        with pytest.raises(RunError, match="disk is full"):
            job.run(run)
        monkeypatch.undo()
        with training(run):
            wait(lambda: events(run, "epoch"))
        assert run.status().state == "stopped"

    def test_a_damaged_checkpoint_is_a_sentence(self) -> None:
        run = make(epochs=1)
        job.run(run)
        for path in (run.path / "checkpoint").glob("*.bin"):
            path.write_bytes(b"broken")
        with pytest.raises(RunError, match="damaged"):
            job.run(run)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("changes", [{"optimizer": "adam", "schedule": "one-cycle", "augmentation": {"noise": 0.1}}])
def test_a_killed_worker_resumes_to_the_same_weights(changes: dict[str, object]) -> None:
    """kill -9 at whatever step it is in, somewhere after a checkpoint; this process goes on."""
    run = make(epochs=25, **changes)
    command = [sys.executable, "-m", "core.jobs.worker", str(run.path)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    queue.submit(run)
    worker = subprocess.Popen(command, cwd=PROJECT, env=environment)
    try:
        wait(lambda: worker.poll() is not None or len(events(run, "epoch")) > 1)
        os.kill(worker.pid, signal.SIGKILL)
    finally:
        worker.kill()
        worker.wait()
    assert run.status().state == "crashed"
    done = len(events(run, "epoch"))
    assert 2 <= done < 25
    queue.resume(run)
    assert train_one(run.path)
    assert run.status().state == "finished"
    assert events(run, "resumed")

    through = make(epochs=25, **changes)
    job.run(through)
    assert same(through, run)
    assert [event["epoch"] for event in told_epochs(run.events()[0])] == list(range(1, 26))
    np.testing.assert_array_equal(read_steps(through.path)["loss"], read_steps(run.path)["loss"])
