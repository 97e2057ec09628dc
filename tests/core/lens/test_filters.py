"""Weights as pictures, against torch and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from torch import nn
from torch.nn import functional

from core.errors import ConvLensError
from core.lens import filters
from core.lens.capture import Lens
from core.lens.filters import Bank, Pair, alike, banks, dead, histogram, norms, pictures, shown_node, silent
from core.lens.graph import graph_of
from core.network.build import ConvNet, build
from core.network.layers import (
    Activation,
    AnyLayer,
    BatchNormalisation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    MaxPooling,
    TransposedConvolution,
)
from core.network.spec import NetworkSpec


def network(*layers: AnyLayer, shape: tuple[int, int, int] = (1, 8, 8)) -> tuple[ConvNet, tuple[Bank, ...]]:
    spec = NetworkSpec(input_shape=shape, layers=layers)
    built = build(spec, seed=3).eval()
    return built, banks(graph_of(built, shape))


def state(built: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in built.state_dict().items()}


def test_a_dense_units_picture_times_the_maps_is_its_value_before_the_activation() -> None:
    built, found = network(
        Convolution(filters=5, kernel=3),
        MaxPooling(size=2),
        Dropout(rate=0.5),
        Flatten(),
        Dense(units=7),
        Dense(units=3),
    )
    _, first, second = found
    assert first.shape == (7, 5, 3, 3)
    assert first.reads == (5, 3, 3)
    x = torch.rand(1, 1, 8, 8)
    maps = Lens(built).maps(x, ["1_max_pooling", "4_dense", "4_relu", "5_dense"])
    weights = state(built)
    products = pictures(first, weights) * maps["1_max_pooling"].numpy()
    values = products.sum(axis=(1, 2, 3)) + weights["4_dense.bias"]
    np.testing.assert_allclose(values, maps["4_dense"][0].numpy(), rtol=1e-5, atol=1e-6)
    assert second.shape == (3, 1, 1, 7)
    assert second.planes == "input"
    later = (pictures(second, weights)[:, 0, 0] * maps["4_relu"].numpy()).sum(axis=1) + weights["5_dense.bias"]
    np.testing.assert_allclose(later, maps["5_dense"][0].numpy(), rtol=1e-5, atol=1e-6)


def test_a_dense_layer_on_the_image_has_pictures_of_the_image() -> None:
    built, (grey,) = network(Flatten(), Dense(units=4))
    assert (grey.shape, grey.planes) == ((4, 1, 8, 8), "map")
    x = torch.rand(1, 1, 8, 8)
    values = (pictures(grey, state(built)) * x.numpy()).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(values + state(built)["1_dense.bias"], built[:2](x)[0].detach(), rtol=1e-5, atol=1e-6)
    _, (colour,) = network(Flatten(), Dense(units=4), shape=(3, 6, 5))
    assert (colour.shape, colour.planes) == ((4, 3, 6, 5), "colour")


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_each_plane_of_a_convolution_is_what_its_filter_does_with_that_channel(groups: int) -> None:
    built, found = network(
        Convolution(filters=4, kernel=3),
        Convolution(filters=8, kernel=3, groups=groups, bias=False, activation="identity"),
    )
    bank, weights = found[1], state(built)
    shown = pictures(bank, weights)
    assert shown.shape == (8, 4 // groups, 3, 3)
    for filter in range(8):
        for plane in range(shown.shape[1]):
            name = bank.plane_name(filter, plane)
            channel = int(name.removeprefix("channel "))
            patch = torch.zeros(1, 4, 3, 3)
            patch[0, channel, 1, 2] = 1
            answer = built.get_submodule(bank.path)(patch)[0, filter, 0, 0]
            assert float(answer.detach()) == shown[filter, plane, 1, 2], name


@pytest.mark.parametrize("groups", [1, 2])
def test_each_plane_of_a_transposed_convolution_is_what_it_paints_for_one_input(groups: int) -> None:
    built, found = network(
        Convolution(filters=4, kernel=3),
        TransposedConvolution(filters=6, kernel=3, groups=groups, bias=False, activation="identity"),
    )
    bank = found[1]
    shown = pictures(bank, state(built))
    assert (bank.kind, shown.shape) == ("transposed", (6, 4 // groups, 3, 3))
    for filter in range(6):
        for plane in range(shown.shape[1]):
            point = torch.zeros(1, 4, 1, 1)
            point[0, int(bank.plane_name(filter, plane).removeprefix("channel "))] = 1
            painted = built.get_submodule(bank.path)(point)[0, filter].detach().numpy()
            assert painted.shape == (3, 3)
            np.testing.assert_array_equal(painted, shown[filter, plane])


def test_a_first_layer_on_colours_is_a_colour_picture_and_a_later_one_is_not() -> None:
    _, found = network(Convolution(filters=3, kernel=3), Convolution(filters=2, kernel=3), shape=(3, 8, 8))
    assert [bank.colours for bank in found] == [True, False]
    assert [found[0].plane_name(0, plane) for plane in range(3)] == ["red", "green", "blue"]
    assert found[1].plane_name(1, 2) == "channel 2"


def test_a_normalisation_has_gamma_and_beta_of_each_channel() -> None:
    built, found = network(Convolution(filters=4, kernel=3), BatchNormalisation(), Activation())
    weights = state(built) | {
        "1_batch_normalisation.weight": np.arange(4.0),
        "1_batch_normalisation.bias": -np.arange(4.0),
    }
    np.testing.assert_array_equal(pictures(found[1], weights)[:, :, 0, 0], [[0, 0], [1, -1], [2, -2], [3, -3]])
    assert [bank.title for bank in found] == ["convolution 1", "batch normalisation 1"]


def test_weights_that_are_not_there_or_of_another_shape_are_told() -> None:
    built, (bank,) = network(Convolution(filters=4, kernel=3))
    with pytest.raises(ConvLensError, match="convolution 1 are not recorded"):
        pictures(bank, {})
    with pytest.raises(ConvLensError, match="4x1x2x2, not 4x1x3x3"):
        pictures(bank, {bank.weight: np.zeros((4, 1, 2, 2))})
    assert pictures(bank, state(built)).dtype == np.float32


def test_networks_from_torchvision_are_read_the_same_way() -> None:
    with torch.device("meta"):
        alexnet = torchvision.models.alexnet()
    found = banks(graph_of(alexnet, (3, 224, 224)))
    assert found[0].shape == (64, 3, 11, 11)
    assert found[0].colours
    dense = [bank for bank in found if bank.kind == "dense"]
    assert [bank.shape for bank in dense] == [(4096, 256, 6, 6), (4096, 1, 1, 4096), (1000, 1, 1, 4096)]
    assert dense[0].path == "classifier.1"


def test_the_node_that_shows_what_a_filter_answers_is_the_activation_behind_it() -> None:
    spec = NetworkSpec(
        input_shape=(1, 8, 8),
        layers=(
            Convolution(filters=2, kernel=3, activation="identity"),
            MaxPooling(size=2),
            BatchNormalisation(),
            Activation(function="relu"),
            Convolution(filters=2, kernel=2, activation="identity"),
            Flatten(),
            Dense(units=2, activation="softmax"),
        ),
    )
    graph = graph_of(build(spec, seed=0), spec.input_shape)
    assert shown_node(graph, "0_convolution") == "3_relu"
    assert shown_node(graph, "4_convolution") == "4_convolution"
    assert shown_node(graph, "6_dense") == "6_softmax"


def test_norms_are_torchs() -> None:
    values = torch.randn(6, 3, 5, 5)
    np.testing.assert_allclose(norms(values.numpy()), torch.linalg.vector_norm(values, dim=(1, 2, 3)), rtol=1e-5)


def test_dead_filters_are_far_below_the_median_or_no_numbers() -> None:
    assert dead(np.array([1.0, 2.0, 0.0, 1e-4, 0.1, np.nan])) == [2, 3, 5]
    assert dead(np.array([0.0, 0.0])) == [0, 1]
    assert dead(np.array([3.0])) == []


def test_duplicates_point_the_same_way_whatever_their_length() -> None:
    random = np.random.default_rng(0)
    values = random.standard_normal((6, 2, 3, 3)).astype(np.float32)
    values[4] = 3 * values[1]
    values[5] = -values[2]
    values[3] = 0
    assert alike(values) == [Pair(1, 4, pytest.approx(1, abs=1e-6))]
    cosine = functional.cosine_similarity(torch.tensor(values[0].ravel()), torch.tensor(values[1].ravel()), 0)
    found = {(pair.first, pair.second): pair.cosine for pair in alike(values, least=-1, most=100)}
    assert len(found) == 10  # of the five that are not dead
    assert found[0, 1] == pytest.approx(float(cosine), abs=1e-6)


def test_short_filters_and_very_many_are_not_compared() -> None:
    def bank(*shape: int) -> Bank:
        return Bank("a", "a", "a", "convolution", shape, (1, 8, 8), "channel")  # type: ignore[arg-type]

    assert filters.comparable(bank(10, 1, 3, 3))
    assert not filters.comparable(bank(10, 1, 1, 2))
    assert not filters.comparable(bank(1, 1, 3, 3))
    assert not filters.comparable(bank(4096, 512, 7, 7))


def test_silent_channels_are_never_above_zero() -> None:
    maps = np.zeros((2, 3, 2, 2))
    maps[1, 0, 1, 1] = 0.1
    maps[:, 2] = -1
    assert silent(maps) == [1, 2]
    assert silent(np.array([[0.0, 1.0], [0.0, 0.0]])) == [0]


@given(
    arrays.arrays(np.float32, st.integers(0, 60), elements=st.floats(-3, 3, width=32)),
    st.integers(1, 12),
)
def test_every_value_is_counted_in_the_bin_that_it_lies_in(values: np.ndarray, bins: int) -> None:
    counts = histogram(values, 2.0, bins)
    by_hand = np.zeros(bins)
    for value in values.tolist():
        inside = min(max(value, -2.0), 2.0)
        by_hand[min(bins - 1, int((inside + 2.0) / (4.0 / bins)))] += 1
    assert counts.sum() == len(values)
    edges = np.linspace(-2, 2, bins + 1)
    near = np.abs(np.clip(values, -2, 2)[:, None] - edges[None, 1:-1]).min(initial=1) < 1e-6
    assert near or np.array_equal(counts, by_hand)


def test_values_that_are_no_numbers_are_not_counted() -> None:
    assert histogram(np.array([np.nan, np.inf, 0.5]), 1.0, 2).tolist() == [0, 1]
    assert filters.limit_of(np.array([np.nan, -3.0])) == 3
    assert filters.limit_of(np.zeros(3)) == 1
