"""Training `huttunen-2016` on MNIST: the engine with live events against the usual DataLoader loop, in turns."""

from __future__ import annotations

import time
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

from benchmarks.claims import Claim, median
from benchmarks.places import NO_MNIST, has_mnist, isolated_runs
from core.data.prepare import prepare
from core.data.sources import load
from core.jobs import train as job
from core.network.build import build
from core.network.presets import PRESETS
from core.paths import data_root
from core.runs.folder import create
from core.runs.recipes import recipe
from core.runs.spec import RunSpec, TrainSpec
from core.training.devices import cpu_has_bfloat16
from core.training.loop import Session
from core.training.recorder import Recorder

IMAGES = 12_800  # 100 steps of 128
ROUNDS = 5
NETWORK = PRESETS["huttunen-2016"].network


def settings(precision: str) -> TrainSpec:
    """The lecture's training, one epoch over a tenth of each class."""
    fields = {"precision": precision, "epochs": 1, "batch_size": 128, "class_counts": (IMAGES // 10,) * 10}
    return TrainSpec.model_validate(dict(recipe("huttunen-2016")) | fields)


def dataloader_loop(root: Path) -> float:
    """Images a second of the loop that every tutorial has: ToTensor for each image, DataLoader, one item() a step."""
    data = Subset(datasets.MNIST(str(root), train=True, download=True, transform=transforms.ToTensor()), range(IMAGES))
    loader = DataLoader(data, batch_size=128, shuffle=True)
    model = build(NETWORK, seed=0)
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0, rho=0.95)
    loss_of = nn.CrossEntropyLoss()
    model.train()
    begin = time.perf_counter()
    for images, labels in loader:
        optimizer.zero_grad()
        outputs = model.logits(images)
        loss = loss_of(outputs, labels)
        loss.backward()
        optimizer.step()
        loss.item()
        (outputs.argmax(1) == labels).float().mean().item()
    return IMAGES / (time.perf_counter() - begin)


def engine(precision: str) -> float:
    """Images a second of a run with its folder, its events and its snapshots, as the run itself reports them."""
    with isolated_runs():
        run = create(RunSpec(network=NETWORK, train=settings(precision)))
        with run.hold():
            job.run(run)
        return float(next(e["images_per_second"] for e in run.events()[0] if e["type"] == "finished"))


def wall(recorded: bool) -> float:
    """Seconds for the steps of one epoch, with or without all that is written while they go."""
    raw, train = load("mnist"), settings("float32")
    session = Session(build(NETWORK, seed=0), prepare(raw, train, NETWORK.input_shape), train)
    with isolated_runs():
        recorder = Recorder(create(RunSpec(network=NETWORK, train=train)), session) if recorded else None
        steps = iter(session)
        begin = time.perf_counter()
        for _ in range(session.plan.steps):
            happening = next(steps)
            if recorder:
                recorder.record(happening)
        took = time.perf_counter() - begin
        if recorder:
            recorder.close()
    return took


def claims() -> list[Claim]:
    if not has_mnist():
        return [Claim("training against the DataLoader loop", float("nan"), "x", None, note=NO_MNIST)]
    bfloat16 = cpu_has_bfloat16()
    precisions = ("float32", "automatic") if bfloat16 else ("float32",)
    rounds = [(dataloader_loop(data_root()), *map(engine, precisions)) for _ in range(ROUNDS)]
    usual, single, *automatic = zip(*rounds, strict=True)
    costs = [wall(True) / wall(False) for _ in range(ROUNDS)]
    note = f"huttunen-2016, MNIST, batch 128, {IMAGES:,} images; usual loop {median(usual):,.0f} images/s"
    return [
        claim("float32 with live events against the DataLoader loop", usual, single, 1.10, note),
        claim("automatic precision against the DataLoader loop", usual, automatic[0], 2.0, "bfloat16")
        if bfloat16
        else Claim("automatic precision", float("nan"), "x", None, note="float32 here: no bfloat16 in this processor"),
        Claim("recording and snapshots", 100 * (median(costs) - 1), "% of the time", 3.0, percent(costs)),
    ]


def claim(name: str, usual: tuple[float, ...], ours: tuple[float, ...], bound: float | None, note: str) -> Claim:
    """The ratio of images a second, round by round."""
    ratios = tuple(a / b for a, b in zip(ours, usual, strict=True))
    return Claim(name, median(ratios), "x", bound, ratios, at_least=True, note=note)


def percent(ratios: list[float]) -> tuple[float, ...]:
    return tuple(100 * (ratio - 1) for ratio in ratios)
