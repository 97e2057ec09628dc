"""Small networks, data and trainings for the tests."""

from __future__ import annotations

import numpy as np
import torch

from core.data.normalise import Normaliser
from core.data.prepare import Part, Prepared
from core.network.build import build
from core.network.layers import (
    Activation,
    AnyLayer,
    BatchNormalisation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    MaxPooling,
)
from core.network.spec import NetworkSpec
from core.runs.spec import TrainSpec
from core.training.happenings import EpochDone, Happening, StepDone
from core.training.loop import Session

CLASSES = ("a", "b", "c")

SMALL = NetworkSpec(
    name="small",
    input_shape=(1, 8, 8),
    layers=(
        Convolution(filters=4, kernel=3, bias=False, activation="identity"),
        BatchNormalisation(),
        Activation(function="relu"),
        MaxPooling(size=2),
        Flatten(),
        Dropout(rate=0.3),
        Dense(units=8),
        Dense(units=3, activation="softmax"),
    ),
)


def dense(
    *units: int, activation: str = "sigmoid", last: str = "softmax", inputs: int = 2, start: str = "glorot"
) -> NetworkSpec:
    """Dense layers on vectors; the last one has `last` for its activation."""
    kinds = [*[activation] * (len(units) - 1), last]
    layers: list[AnyLayer] = [
        Dense.model_validate({"units": count, "activation": kind, "initialisation": start})
        for count, kind in zip(units, kinds, strict=True)
    ]
    return NetworkSpec(name="dense", input_shape=(inputs,), layers=tuple(layers))


def images(samples: int = 90, seed: int = 0, noise: int = 60) -> Prepared:
    """Three classes of 8x8 images: a bright upper, middle or lower third under noise."""
    random = np.random.default_rng(seed)

    def part(count: int) -> Part:
        y = np.arange(count) % 3
        x = random.integers(0, noise, (count, 1, 8, 8))
        for index, label in enumerate(y):
            x[index, 0, 3 * label : 3 * label + 2] += 255 - noise
        return Part(torch.from_numpy(x.astype(np.uint8)), torch.from_numpy(y), np.arange(count))

    return Prepared(part(samples), part(30), part(30), CLASSES, Normaliser(1.0, (0.0,), (1.0,)), ())


def points(samples: int = 60, validation: int = 30, classes: int = 2, noise: float = 0.3, seed: int = 0) -> Prepared:
    """Clouds of points around a circle."""
    random = np.random.default_rng(seed)

    def part(count: int) -> Part:
        y = np.arange(count) % classes
        angle = 2 * np.pi * y / classes
        x = np.stack([np.cos(angle), np.sin(angle)], axis=1) + noise * random.standard_normal((count, 2))
        return Part(torch.from_numpy(x.astype(np.float32)), torch.from_numpy(y), np.arange(count))

    names = tuple("abcdefghij"[:classes])
    return Prepared(part(samples), part(validation), part(30), names, Normaliser(1.0, (0.0, 0.0), (1.0, 1.0)), ())


def settings(**changes: object) -> TrainSpec:
    """One-threaded float32 on the processor, with changes."""
    return TrainSpec.model_validate({"precision": "float32", "device": "cpu", "batch_size": 16, "epochs": 3} | changes)


def session(network: NetworkSpec, prepared: Prepared, **changes: object) -> Session:
    train = settings(**changes)
    return Session(build(network, seed=train.seed), prepared, train)


def finish(running: Session) -> list[Happening]:
    """All that happens until the end."""
    return list(running)


def weights(running: Session) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in running.network.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    """Equal to the last bit."""
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def steps(happenings: list[Happening]) -> list[StepDone]:
    return [happening for happening in happenings if isinstance(happening, StepDone)]


def epochs(happenings: list[Happening]) -> list[EpochDone]:
    return [happening for happening in happenings if isinstance(happening, EpochDone)]
