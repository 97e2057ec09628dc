"""How each preset was trained in its lecture, and a sound training for anything else."""

from __future__ import annotations

from core.data.settings import Augmentation
from core.errors import RunError
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.runs.spec import TrainSpec

POINTS = frozenset({"moons", "circles", "spirals"})

# Keras's Adadelta of 2016 (torch's own has rho 0.9, epsilon 1e-6). 60,000 images train, and the 10,000 of the test set
# validate. The batch of 128 is that of Keras's own MNIST example; the slides show none.
_HUTTUNEN = TrainSpec(
    dataset="mnist",
    validation=0.0,
    optimizer="adadelta",
    learning_rate=1.0,
    rho=0.95,
    epsilon=1e-8,
    batch_size=128,
    epochs=10,
)
# Nielsen's split 50,000 / 10,000 / 10,000; where the slides name no rate or number of epochs, they are his (chapter 6).
_KULYUKIN = TrainSpec(dataset="mnist", validation=1 / 6, optimizer="sgd", learning_rate=0.1, batch_size=10, epochs=60)
# The slides divide lambda = 0.1 by the 5,000 batches of an epoch before it reaches a step.
_KULYUKIN_RELU = {"learning_rate": 0.01, "l2": 0.1 / 5000}
# 48,000 train, 12,000 validate. The slides name neither optimizer nor batch: these are the usual ones.
_SAKR = TrainSpec(dataset="mnist", validation=0.2, optimizer="adam", learning_rate=1e-3, batch_size=128, epochs=20)
_SAKR_CIFAR = {"dataset": "cifar-10"}
_SAKR_AUGMENTATION = Augmentation(rotation=15.0, scale=0.1, zoom=0.1, flip_horizontal=True, channel_shift=0.1)
# The bees' images are not among the data sets, and no other images have two classes: the coloured shapes, which are
# small and drawn at once, stand in for them. They have five: the network is fitted to the data before it trains, as
# the page Train offers. A folder of bees' images needs no more than resizing.
_BEES = TrainSpec(
    dataset="shapes", resize=True, optimizer="sgd", learning_rate=0.1, batch_size=64, epochs=2, validation=0.2
)


def _with(base: TrainSpec, **changes: object) -> TrainSpec:
    return TrainSpec.model_validate({**dict(base), **changes})


_RECIPES: dict[str, TrainSpec] = {
    "digits-small": TrainSpec(dataset="digits", learning_rate=3e-3, batch_size=32, epochs=20),
    "speedrun": TrainSpec(
        dataset="mnist",
        validation=0.0,
        optimizer="adam",
        learning_rate=0.015,
        schedule="one-cycle",
        batch_size=100,
        epochs=1,
    ),
    "lenet-5": TrainSpec(dataset="mnist", validation=1 / 6, learning_rate=1e-3, batch_size=128, epochs=10),
    "logistic-regression": TrainSpec(
        dataset="mnist", validation=1 / 6, optimizer="sgd", learning_rate=0.1, batch_size=128, epochs=10
    ),
    "huttunen-2016": _HUTTUNEN,
    "huttunen-2019": _HUTTUNEN,
    "two-layer-sigmoid": TrainSpec(
        dataset="moons",
        normalisation="standardised",
        loss="mean-squared-error",
        optimizer="sgd",
        learning_rate=0.3,  # the slides name none; with 0.01, Keras's default for SGD, 20 epochs barely move it
        batch_size=16,
        epochs=20,
    ),
    "kulyukin-shallow": _KULYUKIN,
    "kulyukin-1": _KULYUKIN,
    "kulyukin-2": _with(_KULYUKIN, epochs=100),
    "kulyukin-3": _with(_KULYUKIN, **_KULYUKIN_RELU),
    "kulyukin-4": _with(_KULYUKIN, **_KULYUKIN_RELU, epochs=100),
    "kulyukin-5": _with(_KULYUKIN, learning_rate=0.03, epochs=200),
    "sakr-lenet": _SAKR,
    "sakr-cifar-simple": _with(_SAKR, **_SAKR_CIFAR),
    "sakr-cifar-deep": _with(_SAKR, **_SAKR_CIFAR),
    "sakr-cifar-augmented": _with(_SAKR, **_SAKR_CIFAR, epochs=50, augmentation=_SAKR_AUGMENTATION),
    "bee-ann": _BEES,
    "bee-convnet": _with(_BEES, optimizer="adam", learning_rate=1e-3, epochs=10),
}


def recipe(preset_name: str) -> TrainSpec:
    """The lecture's training of that preset; where the lecture is silent, what is usual. Raises RunError."""
    if preset_name in _RECIPES:
        return _RECIPES[preset_name]
    if preset_name in PRESETS:
        return recommended("mnist", PRESETS[preset_name].network)
    raise RunError(f"There is no preset {preset_name!r}; presets are {', '.join(PRESETS)}.")


def recommended(dataset: str, network: NetworkSpec) -> TrainSpec:
    """A training that learns something on those data with nearly any network, in a bearable time."""
    deep = sum(layer.kind in ("convolution", "transposed-convolution", "dense") for layer in network.layers) > 1
    rate = 1e-3 if deep else 1e-2
    if dataset in POINTS or len(network.input_shape) == 1:
        return TrainSpec(dataset=dataset, normalisation="standardised", learning_rate=1e-2, batch_size=32, epochs=40)
    if dataset == "digits":
        return TrainSpec(dataset=dataset, learning_rate=3 * rate, batch_size=32, epochs=20)
    colour = Augmentation(flip_horizontal=True) if dataset == "cifar-10" else Augmentation()
    batch = 64 if dataset == "shapes" or dataset.startswith("folder:") else 128
    return TrainSpec(dataset=dataset, learning_rate=rate, batch_size=batch, epochs=10, augmentation=colour)
