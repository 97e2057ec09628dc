"""A training and a run as values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.data.settings import Augmentation, Normalisation
from core.network.spec import NetworkSpec
from core.values import Value

Loss = Literal["cross-entropy", "mean-squared-error"]
Optimizer = Literal["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "adadelta"]
Schedule = Literal["constant", "step", "cosine", "one-cycle"]
Precision = Literal["automatic", "float32", "bfloat16"]
Device = Literal["automatic", "cpu", "cuda", "mps"]


class TrainSpec(Value):
    """Everything that decides how a network learns; with the network, it decides the result."""

    dataset: Annotated[str, Field(min_length=1, max_length=400)] = "digits"
    resize: bool = False  # bring the images to the network's input size and channels
    class_counts: tuple[Annotated[int, Field(ge=0)] | None, ...] | None = (
        None  # training samples kept per class; None: all
    )
    validation: Annotated[float, Field(ge=0, le=0.5, title="Validation share")] = (
        0.2  # of training; 0: the test set validates
    )
    normalisation: Normalisation = "0..1"
    augmentation: Augmentation = Augmentation()
    loss: Loss = "cross-entropy"
    optimizer: Optimizer = "adam"
    momentum: Annotated[float, Field(ge=0, lt=1, title="Momentum")] = 0.9  # for momentum and nesterov
    # For adadelta, whose default in Keras it was (torch's is 0.9), and as alpha for rmsprop (torch 0.99, Keras 0.9).
    rho: Annotated[float, Field(gt=0, lt=1, title="Decay of the averages")] = 0.95
    epsilon: Annotated[float, Field(gt=0, le=1)] | None = None  # None: torch's default for that optimizer
    learning_rate: Annotated[float, Field(gt=0, le=10, title="Learning rate")] = 1e-3
    schedule: Schedule = "constant"
    step_epochs: Annotated[int, Field(ge=1, le=1000, title="Epochs between steps")] = 5
    step_factor: Annotated[float, Field(gt=0, le=1, title="Factor at each step")] = 0.1
    l1: Annotated[float, Field(ge=0, le=1, title="L1")] = 0.0  # l1 |w|, weights without biases
    l2: Annotated[float, Field(ge=0, le=1, title="L2")] = (
        0.0  # (l2 / 2) |w|^2, weights without biases; with adamw decoupled
    )
    batch_size: Annotated[int, Field(ge=1, le=8192, title="Batch size")] = 64
    epochs: Annotated[int, Field(ge=1, le=10_000, title="Epochs")] = 10
    precision: Precision = "automatic"
    device: Device = "automatic"
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, title="Seed")] = 0


class RunSpec(Value):
    """A network and how it is trained: what a run's `spec.json` holds."""

    version: Literal[1] = 1
    network: NetworkSpec
    train: TrainSpec
