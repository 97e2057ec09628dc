"""Recipes against the figures of the lectures."""

from __future__ import annotations

from itertools import islice

import pytest

from core.data.catalogue import DATASETS
from core.data.fit import mismatch
from core.data.prepare import prepare
from core.data.sources import load
from core.errors import RunError
from core.network.build import build
from core.network.fitting import fit_to
from core.network.presets import PRESETS
from core.runs.recipes import recipe, recommended
from core.training.happenings import EpochDone
from core.training.loop import Session


@pytest.mark.parametrize("name", PRESETS)
def test_every_recipe_fits_its_preset_or_fitting_the_network_mends_it(name: str) -> None:
    train, network = recipe(name), PRESETS[name].network
    entry = DATASETS[train.dataset]
    found = mismatch(entry, network)
    assert (found is None) == (name not in ("bee-ann", "bee-convnet"))
    fitted, _ = fit_to(network, entry.input_shape, len(entry.classes))
    assert mismatch(entry, fitted) is None
    assert (fitted == network) == (found is None)


@pytest.mark.parametrize("name", ["huttunen-2016", "huttunen-2019"])
def test_huttunen_trains_with_the_adadelta_of_keras(name: str) -> None:
    train = recipe(name)
    assert (train.optimizer, train.learning_rate, train.rho, train.epsilon) == ("adadelta", 1.0, 0.95, 1e-8)
    assert (train.validation, train.epochs, train.loss) == (0.0, 10, "cross-entropy")


def test_kulyukins_l2_is_divided_by_the_batches_of_an_epoch() -> None:
    for name in ("kulyukin-3", "kulyukin-4"):
        train = recipe(name)
        assert train.l2 == pytest.approx(2e-5)
        assert (train.optimizer, train.learning_rate, train.batch_size) == ("sgd", 0.01, 10)
        assert train.epochs == {"kulyukin-3": 60, "kulyukin-4": 100}[name]  # the slides name those of the second alone
        assert round(60_000 * train.validation) == 10_000
    fifth = recipe("kulyukin-5")
    assert (fifth.l2, fifth.learning_rate, fifth.epochs) == (0.0, 0.03, 200)
    assert recipe("kulyukin-1").learning_rate == 0.1


def test_sakr_keeps_12_000_for_validation() -> None:
    train = recipe("sakr-lenet")
    assert round(60_000 * train.validation) == 12_000
    assert train.epochs == 20
    augmented = recipe("sakr-cifar-augmented")
    assert augmented.epochs == 50
    chosen = augmented.augmentation
    assert chosen.flip_horizontal
    assert all((chosen.rotation, chosen.scale, chosen.zoom, chosen.channel_shift))
    assert not any(recipe("sakr-cifar-deep").augmentation.model_dump().values())


def test_the_two_layers_of_sigmoids_learn_points_by_squared_error() -> None:
    train = recipe("two-layer-sigmoid")
    assert (train.loss, train.optimizer, train.batch_size, train.epochs) == ("mean-squared-error", "sgd", 16, 20)


def test_the_two_layers_of_sigmoids_learn_within_their_epochs() -> None:
    train, network = recipe("two-layer-sigmoid"), PRESETS["two-layer-sigmoid"].network
    session = Session(build(network, seed=0), prepare(load(train.dataset), train, network.input_shape), train)
    accuracies = [told.validation_accuracy for told in islice((h for h in session if isinstance(h, EpochDone)), 5)]
    assert accuracies[-1] is not None
    assert accuracies[-1] > 0.85  # a straight line through the moons reaches 0.88


def test_the_bees_are_trained_as_in_the_lecture() -> None:
    train = recipe("bee-ann")
    assert (train.loss, train.optimizer, train.learning_rate, train.epochs) == ("cross-entropy", "sgd", 0.1, 2)


def test_an_unknown_preset_is_refused_with_those_that_exist() -> None:
    with pytest.raises(RunError, match="presets are digits-small"):
        recipe("huttunen-2017")


@pytest.mark.parametrize("dataset", [*DATASETS, "folder:bees"])
@pytest.mark.parametrize("name", PRESETS)
def test_there_is_a_recommendation_for_everything(dataset: str, name: str) -> None:
    assert recommended(dataset, PRESETS[name].network).dataset == dataset
