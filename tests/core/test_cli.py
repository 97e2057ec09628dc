"""The command line: what it prints where, and with which status it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from core import cli
from core.cli.plan import plan
from core.data.catalogue import DATASETS
from core.evaluation.result import result_of
from core.network.files import parse, to_json, to_yaml
from core.network.presets import PRESETS
from core.network.shapes import trace
from core.runs import commands
from core.runs.folder import list_runs, open_run
from core.runs.recipes import recipe
from core.runs.spec import Optimizer
from core.training.rates import SOUND_RATES

PROJECT = Path(__file__).resolve().parents[2]


class Done:
    """What a command wrote, and its status."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str) -> Done:
        status = cli.execute(arguments)
        captured = capsys.readouterr()
        return Done(status, captured.out, captured.err)

    return call


def test_presets(run) -> None:
    listed = run("presets", "--json").json
    assert [entry["name"] for entry in listed] == list(PRESETS)
    assert {entry["name"]: entry["total_parameters"] for entry in listed}["lenet-5"] == 61_706
    told = run("presets")
    assert told.status == 0
    assert all(name in told.out for name in PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_shapes_of_every_preset(run, name: str) -> None:
    shown = run("shapes", name, "--json").json
    assert shown["total_parameters"] == sum(row["parameters"] for row in shown["rows"])
    assert shown["total_macs"] == sum(row["macs"] for row in shown["rows"])
    assert len(shown["rows"]) == len(PRESETS[name].network.layers)
    assert shown["output_shape"] == list(trace(PRESETS[name].network).output_shape)


def test_shapes_as_a_table(run) -> None:
    told = run("shapes", "lenet-5")
    assert "61,706" in told.out
    assert "16x10x10" in told.out


@pytest.mark.parametrize("write", [to_json, to_yaml])
def test_a_file_is_as_good_as_a_preset(run, tmp_path: Path, write) -> None:
    file = tmp_path / "net.txt"
    file.write_text(write(PRESETS["lenet-5"].network))
    assert run("shapes", str(file), "--json").json["total_parameters"] == 61_706


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_export_gives_the_file_back(run, form: str) -> None:
    text = run("export", "sakr-cifar-deep", "--to", form).out
    assert (json.loads if form == "json" else yaml.safe_load)(text)["name"] == "sakr-cifar-deep"
    assert parse(text) == PRESETS["sakr-cifar-deep"].network


@pytest.mark.parametrize("form", ["pytorch", "keras"])
def test_export_gives_source(run, form: str) -> None:
    text = run("export", "lenet-5", "--to", form).out
    compile(text, "exported", "exec")
    assert ("from torch import nn" if form == "pytorch" else "import keras") in text


def test_training_leaves_a_run_and_its_figures(run) -> None:
    done = run("train", "digits-small", "--dataset", "digits", "--epochs", "2", "--seed", "3", "--json")
    assert done.status == 0
    report = done.json
    assert report["state"] == "finished"
    assert report["test_accuracy"] > 0.8
    assert 0.8 < report["validation_accuracy"] <= 1
    assert report["best_epoch"] in (1, 2)
    assert report["train_seconds"] > 0
    assert report["images_per_second"] == pytest.approx(2 * 1150 / report["train_seconds"])
    kept = open_run(report["run"])
    assert (kept.spec.train.seed, kept.spec.train.epochs) == (3, 2)
    assert kept.spec.train.learning_rate == recipe("digits-small").learning_rate
    assert kept.summary().test_accuracy == report["test_accuracy"]
    result = result_of(kept)
    assert (result.accuracy, result.loss) == (report["test_accuracy"], report["test_loss"])
    assert (result.total, result.epoch, result.weights) == (360, report["best_epoch"], "best")
    assert result_of(kept, "validation").epoch == 2
    assert [line["id"] for line in run("runs", "--json").json] == [report["run"]]
    assert report["run"] in run("runs").out


def test_the_same_seed_gives_the_same_accuracy(run) -> None:
    arguments = ("train", "digits-small", "--dataset", "digits", "--epochs", "1", "--device", "cpu", "--json")
    first, second, other = (run(*arguments, "--seed", seed).json for seed in "115")
    assert first["test_loss"] == second["test_loss"] != other["test_loss"]


def test_an_optimizer_alone_brings_a_rate_that_suits_it() -> None:
    changed = plan("huttunen-2016", "mnist", {"optimizer": "sgd", "learning_rate": None})
    assert changed.spec.train.learning_rate == 0.05
    assert changed.notes == ("The learning rate is 0.05, as is usual with sgd; 1 was meant for adadelta.",)
    given = plan("huttunen-2016", "mnist", {"optimizer": "sgd", "learning_rate": 0.7})
    assert (given.spec.train.learning_rate, given.notes) == (0.7, ())
    same = plan("huttunen-2016", "mnist", {"optimizer": "adadelta"})
    assert (same.spec.train, same.notes) == (recipe("huttunen-2016"), ())
    assert set(SOUND_RATES) == set(get_args(Optimizer))


def test_images_of_another_size_and_other_classes_are_made_to_fit(run) -> None:
    done = run("train", "lenet-5", "--dataset", "shapes", "--epochs", "1", "--json")
    assert done.status == 0
    notes = " ".join(done.json["notes"])
    assert "resized from 3x32x32 to 1x28x28" in notes
    assert "5 units instead of 10" in notes
    assert "resized from 3x32x32 to 1x28x28" in done.err
    spec = open_run(done.json["run"]).spec
    assert spec.train.resize
    assert spec.network.input_shape == (1, 28, 28)
    assert trace(spec.network).classes == 5


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_any_network_is_planned_for_any_data(name: str, dataset: str) -> None:
    planned = plan(name, dataset, {"epochs": 3, "seed": None})
    entry, network, train = DATASETS[dataset], planned.spec.network, planned.spec.train
    assert trace(network).faults == ()
    assert trace(network).classes == len(entry.classes)
    assert train.resize or network.input_shape == entry.input_shape
    assert (train.epochs, train.dataset) == (3, dataset)
    if not planned.notes:
        assert network == PRESETS[name].network
        assert train.optimizer == recipe(name).optimizer


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "lenet-6", "--dataset", "digits"), "did you mean 'lenet-5'"),
        (("train", "lenet-5", "--dataset", "digts"), "did you mean digits"),
        (("train", "lenet-5"), "--dataset"),
        (("train", "lenet-5", "--dataset", "digits", "--optimizer", "adan"), "did you mean 'adam'"),
        (("train", "lenet-5", "--dataset", "digits", "--epochs", "0"), "epochs"),
        (("train", "lenet-5", "--dataset", "digits", "--epochs", "many"), "--epochs"),
        (("train", "lenet-5", "--dataset", "digits", "--learning-rate", "-1"), "learning_rate"),
        (("train", "lenet-5", "--dataset", "folder:/no/such/folder"), "folder"),
        (("shapes", "nothing-like-it"), "the presets are"),
        (("shapes", "."), "no preset and no file"),
        (("export", "lenet-5", "--to", "tensorflow"), "--to"),
        (("resume", "no-such-run"), "no run"),
        (("download", "digits-of-mine"), "no data set"),
        (("download", "fer2013"), "fer2013.csv"),
        (("tran",), "tran"),
        (("shapes", "lenet-5", "--jason"), "--jason"),
    ],
)
def test_a_wrong_argument_ends_with_a_sentence_and_status_2(run, arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith("Error: ")
    assert told in done.err
    assert "Traceback" not in done.err
    assert list_runs() == []


def test_a_device_that_is_not_there_makes_no_run(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    done = run("train", "lenet-5", "--dataset", "digits", "--device", "cuda")
    assert (done.status, done.out) == (2, "")
    assert "device automatic" in done.err
    assert list_runs() == []


def test_every_fault_of_a_file_is_told_with_its_place(run, tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text('{"input_shape": [1, 8, 8], "layers": [{"kind": "convolution", "kernle": 3}, {"kind": "dens"}]}')
    done = run("shapes", str(file))
    assert done.status == 2
    assert "layers.0.kernle" in done.err
    assert "layers.1.kind" in done.err
    file.write_text('{"input_shape": [1, 8, 8], "layers": [{"kind": "convolution", "kernel": 9}]}')
    done = run("train", str(file), "--dataset", "digits")
    assert done.status == 2
    assert "layers.0.kernel" in done.err


def test_a_file_that_is_no_text(run, tmp_path: Path) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(bytes([0xFF, 0xFE, 0x80]))
    assert "not a text file" in run("shapes", str(file)).err


def test_data_that_is_not_there_makes_no_run(run) -> None:
    done = run("train", "lenet-5", "--dataset", "fer2013")
    assert (done.status, done.out) == (1, "")
    assert "fer2013.csv" in done.err
    assert list_runs() == []


def test_a_training_that_diverges_says_so_and_ends_with_status_1(run) -> None:
    done = run(
        *("train", "digits-small", "--dataset", "digits", "--optimizer", "sgd", "--learning-rate", "10"),
        *("--normalisation", "0..255", "--json"),
    )
    assert done.status == 1
    assert done.json["state"] == "diverged"
    assert done.json["test_accuracy"] is None
    assert done.json["sentence"] in done.err
    assert "learning rate" in done.json["advice"]


def test_what_keeps_a_run_from_training_is_its_failure(run, data_root: Path) -> None:
    raw = data_root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for kind in ("train", "t10k"):
        for part in ("images-idx3", "labels-idx1"):
            (raw / f"{kind}-{part}-ubyte.gz").write_bytes(b"not gzip")
    done = run("train", "lenet-5", "--dataset", "mnist", "--json")
    assert done.status == 1
    assert done.json["state"] == "failed"
    assert "ubyte.gz" in done.err
    assert "Traceback" not in done.err


def test_a_stopped_run_is_resumed(run) -> None:
    def stop() -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for line in list_runs():
                if line.epochs_done >= 1:
                    commands.send(open_run(line.id).path, "stop")
                    return
            time.sleep(0.02)

    stopper = threading.Thread(target=stop)
    stopper.start()
    first = run("train", "digits-small", "--dataset", "digits", "--epochs", "200", "--json").json
    stopper.join()
    assert first["state"] == "stopped"
    assert first["test_accuracy"] is not None
    kept = open_run(first["run"])
    done = first["epochs_done"]
    assert 1 <= done < 200
    commands.send(kept.path, "stop")  # to nobody: what comes later must not be stopped by it
    stopper = threading.Thread(target=lambda: _stop_after(kept.path, done + 2))
    stopper.start()
    second = run("resume", kept.id, "--json").json
    stopper.join()
    assert second["epochs_done"] >= done + 2
    assert [line["id"] for line in run("runs", "--json").json] == [kept.id]


def _stop_after(path: Path, epochs: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and open_run(path.name).summary().epochs_done < epochs:
        time.sleep(0.02)
    commands.send(path, "stop")


def test_a_finished_run_is_not_resumed(run) -> None:
    report = run("train", "digits-small", "--dataset", "digits", "--epochs", "1", "--json").json
    done = run("resume", report["run"])
    assert done.status == 2
    assert "finished, so there is nothing to resume" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_leaves_a_stopped_run_that_can_go_on(runs_root: Path) -> None:
    arguments = ["train", "digits-small", "--dataset", "digits", "--epochs", "5000", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "core", *arguments],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(line.epochs_done for line in list_runs()):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    report = json.loads(out)
    assert report["state"] == "stopped"
    assert f"resume {report['run']}" in err
    assert "Traceback" not in err
    assert open_run(report["run"]).status().resumable


def test_without_arguments_it_says_what_there_is(run) -> None:
    told = run()
    assert told.status == 0
    assert all(name in told.out for name in ("presets", "shapes", "export", "train", "runs"))


def test_as_a_program_it_is_quick_to_start_and_prints_nothing_but_json() -> None:
    code = "import sys, core.cli; core.cli.execute(['presets', '--json']); assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)) == len(PRESETS)
    assert done.stderr == ""
    status = subprocess.run([sys.executable, "-m", "core", "shapes", "lenet-6"], cwd=PROJECT, capture_output=True)
    assert (status.returncode, status.stdout) == (2, b"")


def test_real_digits_are_learnt(run, shared_data: Path) -> None:
    done = run("train", "logistic-regression", "--dataset", "mnist", "--epochs", "1", "--json")
    assert done.status == 0
    assert done.json["test_accuracy"] > 0.85
