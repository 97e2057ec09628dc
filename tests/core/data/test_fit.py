"""What does not fit is said in one sentence that says what to do."""

from __future__ import annotations

import pytest

from core.data.catalogue import DATASETS, describe
from core.data.fit import mismatch
from core.data.sources import load
from core.network.layers import Convolution, Dense, Flatten, MaxPooling
from core.network.spec import NetworkSpec


def network(shape: tuple[int, ...], outputs: int) -> NetworkSpec:
    layers = (Flatten(), Dense(units=outputs)) if len(shape) == 3 else (Dense(units=outputs),)
    return NetworkSpec(input_shape=shape, layers=layers)


@pytest.mark.parametrize("name", DATASETS)
def test_a_network_made_for_the_data_fits(name: str) -> None:
    entry = describe(name)
    assert mismatch(entry, network(entry.input_shape, len(entry.classes))) is None


def test_one_output_stands_for_two_classes() -> None:
    assert mismatch(describe("moons"), network((2,), 1)) is None
    found = mismatch(describe("digits"), network((1, 8, 8), 1))
    assert found
    assert found.classes
    assert "10 classes and the network tells 2 apart" in found.sentence


def test_other_sizes_can_be_resized() -> None:
    found = mismatch(describe("mnist"), network((3, 32, 32), 10))
    assert found
    assert (found.image, found.classes, found.resize_helps) == (True, False, True)
    assert found.sentence == (
        "MNIST does not fit this network (its images are 1x28x28 and the network takes 3x32x32): "
        "resize the images, or fit the network to the data."
    )


def test_what_resizing_would_take_too_much_memory_for() -> None:
    found = mismatch(describe("mnist"), network((3, 224, 224), 10))
    assert found
    assert found.sentence.endswith(
        "(its images are 1x28x28 and the network takes 3x224x224): use fewer samples of each class and resize them "
        "(the 70,000 resized images would take 10.5 GB, and 4.0 GB is the most), or fit the network to the data."
    )


def test_another_number_of_classes_needs_another_network() -> None:
    found = mismatch(describe("shapes"), network((3, 32, 32), 10))
    assert found
    assert (found.image, found.classes, found.resize_helps) == (False, True, False)
    assert found.sentence == (
        "Coloured shapes does not fit this network (it has 5 classes and the network tells 10 apart): "
        "fit the network to the data."
    )


def test_both() -> None:
    found = mismatch(describe("shapes"), network((1, 28, 28), 10))
    assert found
    assert (found.image, found.classes, found.resize_helps) == (True, True, False)
    assert "takes 1x28x28, and it has 5 classes" in found.sentence
    assert found.sentence.endswith("resize the images and fit the network to the data.")


@pytest.mark.parametrize(
    ("name", "shape"), [("digits", (64,)), ("moons", (1, 8, 8)), ("moons", (3,)), ("mnist", (5, 28, 28))]
)
def test_where_resizing_cannot_help(name: str, shape: tuple[int, ...]) -> None:
    found = mismatch(describe(name), network(shape, len(describe(name).classes)))
    assert found
    assert found.image
    assert not found.resize_helps
    assert "resize" not in found.sentence


def test_a_network_that_answers_with_maps() -> None:
    found = mismatch(describe("mnist"), NetworkSpec(input_shape=(1, 28, 28), layers=(Convolution(filters=10),)))
    assert found
    assert "the network answers with 10x26x26" in found.sentence


def test_a_network_with_faults_is_only_held_against_its_input() -> None:
    broken = NetworkSpec(input_shape=(1, 8, 8), layers=(MaxPooling(size=9), Dense(units=3)))
    assert mismatch(describe("digits"), broken) is None
    found = mismatch(describe("mnist"), broken)
    assert found
    assert not found.classes


def test_data_that_was_read_gives_the_same_answer() -> None:
    spec = network((3, 16, 16), 7)
    assert mismatch(load("digits"), spec) == mismatch(describe("digits"), spec)
