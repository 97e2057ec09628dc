"""The tasks that look into a network: patches and dreams of a run, in its folder; a known network's dream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.data.prepare import prepare
from core.data.sources import load
from core.jobs import dream, patches
from core.jobs.tasks import Work
from core.lens.capture import Lens
from core.lens.dream import Dream, DreamSettings
from core.network.build import build
from core.network.layers import AnyLayer, Convolution, Dense, Flatten, MaxPooling
from core.network.spec import NetworkSpec
from core.runs import tasks
from core.runs.folder import Run, create
from core.runs.spec import RunSpec
from core.runs.tasks import Task
from core.training import checkpoints, history
from tests.core.training.tools import settings

LAYERS: tuple[AnyLayer, ...] = (
    Convolution(filters=4, kernel=3),
    MaxPooling(size=2),
    Flatten(),
    Dense(units=10, activation="softmax"),
)


@pytest.fixture
def run() -> Run:
    """A run on the digits whose weights are those that it would start with."""
    spec = NetworkSpec(name="tiny", input_shape=(1, 8, 8), layers=LAYERS)
    made = create(RunSpec(network=spec, train=settings(normalisation="standardised", validation=0.2)))
    checkpoints.save_weights(made.path, "best", build(spec, seed=4), 1)
    return made


def start(run: Run, kind: str, **parameters: Any) -> Task:
    return tasks.start(kind, parameters, tasks.folder_of(run.path, kind, parameters))


@pytest.mark.parametrize(("part", "side"), [("training", "train"), ("validation", "train"), ("test", "test")])
def test_patches_are_those_of_a_search_through_the_runs_own_data(
    run: Run, part: str, side: str, tasks_here: None
) -> None:
    task = start(run, "patches", node="0_convolution", epoch=None, part=part, stamp=[])
    assert task.status().state == "finished", task.status().sentence
    found = task.read(patches.FILE)
    assert found["side"] == side
    raw = load("digits")
    data = prepare(raw, run.spec.train, (1, 8, 8))
    samples = {"training": data.train, "validation": data.validation, "test": data.test}[part]
    assert found["seen"] == found["of"] == len(samples)
    with torch.no_grad():
        net = history.network_at(run, None)
        values = net[0](data.normaliser(samples.x))
    strongest = values.flatten(2).amax(2)
    pictures, labels = (raw.train_x, raw.train_y) if side == "train" else (raw.test_x, raw.test_y)
    for channel in range(4):
        order = strongest[:, channel].argsort(descending=True)[: patches.MOST_KEPT]
        np.testing.assert_allclose(found["values"][channel], strongest[order, channel], rtol=1e-5)
        for rank in range(3):
            place = found["index"][channel, rank]
            assert labels[place] == found["labels"][channel, rank]
            top, left, bottom, right = found["boxes"][channel, rank]
            inside = pictures[place][:, top:bottom, left:right]
            patch = found["patches"][channel, rank]
            assert patch.shape == (1, 3, 3)
            if inside.shape == patch.shape:
                np.testing.assert_array_equal(patch, inside)
                x = data.normaliser(torch.from_numpy(inside[None].copy()))
                weight, bias = net[0].weight[channel], net[0].bias[channel]
                assert float(((x[0] * weight).sum() + bias).detach()) == pytest.approx(
                    found["values"][channel, rank], abs=1e-4
                )


def test_a_search_that_was_stopped_says_how_far_it_came(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "together", lambda graph: 10)
    monkeypatch.setattr(patches, "WRITE_SECONDS", 0.0)
    folder = tasks.folder_of(run.path, "patches", {})
    task = Task(folder)
    looked: list[float] = []

    class Stops(Work):
        def progress(self, share: float, sentence: str = "") -> None:
            looked.append(share)
            if len(looked) > 5:
                (folder / tasks.STOP).touch()

    folder.mkdir(parents=True)
    described = {"node": "0_convolution", "epoch": None, "part": "training", "stamp": []}
    (folder / tasks.DESCRIPTION).write_text(json.dumps({"kind": "patches", "parameters": described}))
    patches.work(Stops(task))
    found = task.read(patches.FILE)
    assert 10 <= found["seen"] < 100
    assert looked[-1] == pytest.approx(found["seen"] / found["of"])
    assert found["of"] > 1000


def test_a_dream_that_was_stopped_keeps_what_has_formed_and_says_how_far_it_came(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []

    class Stops(Work):
        def progress(self, share: float, sentence: str = "") -> None:
            told.append(share)
            if share >= 0.1:
                (folder / tasks.STOP).touch()

    monkeypatch.setattr(dream, "WRITE_SECONDS", 0.0)
    folder = tasks.folder_of(run.path, "dream", {})
    folder.mkdir(parents=True)
    tasks.describe(folder, "dream", {"node": "0_convolution", "channel": 2, "epoch": None, "stamp": [], "steps": 50})
    dream.work(Stops(Task(folder)))
    found = Task(folder).read(dream.FILE)
    assert found["steps"][-1] == 5
    assert len(found["values"]) == 6
    assert told[-1] == 0.1


def test_a_dream_is_kept_as_a_film(run: Run, tasks_here: None) -> None:
    given = {"node": "0_convolution", "channel": 2, "epoch": None, "stamp": [], "steps": 90, "seed": 3, "blur": 0.5}
    task = start(run, "dream", **given)
    assert task.status().state == "finished", task.status().sentence
    found = task.read(dream.FILE)
    assert len(found["values"]) == 91
    assert found["steps"][0] == 0
    assert found["steps"][-1] == 90
    assert len(found["frames"]) == len(found["steps"]) <= dream.MOST_FRAMES + 1
    data = prepare(load("digits"), run.spec.train, (1, 8, 8))
    by_hand = Dream(
        Lens(history.network_at(run, None)), data.normaliser, "0_convolution", 2,
        DreamSettings(steps=90, seed=3, blur=0.5),
    )  # fmt: skip
    for _ in range(90):
        by_hand.step()
    np.testing.assert_array_equal(found["frames"][-1], by_hand.pixels())
    np.testing.assert_allclose(found["values"][:-1], by_hand.values, rtol=1e-5)
    assert found["values"][-1] == pytest.approx(float(by_hand.excited(by_hand.picture).detach()), rel=1e-5)


def test_what_cannot_be_dreamed_is_one_sentence(run: Run, tasks_here: None) -> None:
    given = {"channel": 0, "epoch": None, "stamp": []}
    assert "no layer 'conv9'" in start(run, "dream", node="conv9", **given).status().sentence
    assert "dream's steps" in start(run, "dream", node="0_convolution", steps=9999, **given).status().sentence
    (run.path / history.BEST).write_bytes(b"nothing")
    told = start(run, "dream", node="0_convolution", seed=9, **given).status()
    assert told.state == "failed"
    assert "weights in best" in told.sentence


def test_a_known_network_dreams_too(tasks_here: None, runs_root: Path) -> None:
    given = {"known": "resnet18", "pretrained": False, "node": "conv1", "channel": 5, "steps": 2, "reach": "cell"}
    folder = tasks.folder_of(runs_root / ".known" / "resnet18", "dream", given)
    task = tasks.start("dream", given, folder)
    assert task.status().state == "finished", task.status().sentence
    assert task.read(dream.FILE)["frames"].shape[1:] == (3, 224, 224)
    missing = {**given, "pretrained": True}
    told = tasks.start("dream", missing, tasks.folder_of(runs_root / ".known" / "x", "dream", missing)).status()
    assert told.state in ("failed", "finished")  # finished where this machine has the weights


def test_only_the_newest_are_kept(run: Run, tasks_here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "TASKS_KEPT", 3)
    given = {"node": "0_convolution", "channel": 0, "epoch": None, "stamp": [], "steps": 1}
    made = [start(run, "dream", seed=seed, **given) for seed in range(5)]
    assert [task.path.exists() for task in made] == [False, False, True, True, True]


def test_a_film_keeps_first_and_last_and_fits() -> None:
    film = dream.Film()
    for step in range(1000):
        film.add(step, np.full((1, 2, 2), step % 256, np.uint8))
    steps, frames = film.frames()
    assert steps[0] == 0
    assert steps[-1] == 999
    assert len(steps) <= dream.MOST_FRAMES + 1
    assert len(set(np.diff(steps[:-1]))) == 1
    assert frames[-1].max() == 999 % 256
