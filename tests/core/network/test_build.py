"""The module: names, weights, seeds, logits and probabilities."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given
from torch import nn

from core.errors import ConvLensError
from core.network.build import ConvNet, build
from core.network.layers import (
    ACTIVATIONS,
    Activation,
    Convolution,
    Dense,
    Dropout,
    LayerKind,
    MaxPooling,
    TransposedConvolution,
)
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from tests.core.network.networks import working


def make(shape: tuple[int, ...], *layers: LayerKind, seed: int = 0) -> ConvNet:
    return build(NetworkSpec.model_validate({"input_shape": shape, "layers": layers}), seed).eval()


def dense(units: int, activation: str) -> Dense:
    return Dense.model_validate({"units": units, "activation": activation})


def test_modules_are_named_by_layer_and_call() -> None:
    net = build(PRESETS["huttunen-2016"].network, seed=0)
    assert [name for name, _ in net.named_children()] == [
        *("0_convolution", "0_relu", "1_convolution", "1_relu", "2_max_pooling", "3_dropout", "4_flatten"),
        *("5_dense", "5_relu", "6_dropout", "7_dense", "7_softmax"),
    ]
    assert net.spec == PRESETS["huttunen-2016"].network
    assert "0_convolution.weight" in net.state_dict()


def test_same_seed_same_weights_and_torch_is_left_alone() -> None:
    spec = PRESETS["lenet-5"].network
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, second, other = build(spec, 3), build(spec, 3), build(spec, 4)
    assert torch.equal(torch.get_rng_state(), before)
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name])
    assert not torch.equal(first.get_submodule("0_convolution").weight, other.get_submodule("0_convolution").weight)


def test_without_a_seed_torch_decides() -> None:
    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return build(PRESETS["lenet-5"].network).get_submodule("7_dense").weight

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


@pytest.mark.parametrize(
    ("name", "deviation", "bound"),
    [
        ("glorot", (2 / (100 + 400)) ** 0.5, (6 / (100 + 400)) ** 0.5),
        ("he", (2 / 100) ** 0.5, None),
        ("normal", 0.05, None),
        ("zeros", 0.0, 0.0),
    ],
)
def test_initialisation_of_dense(name: str, deviation: float, bound: float | None) -> None:
    net = make((100,), Dense.model_validate({"units": 400, "initialisation": name}))
    weight, bias = net.get_submodule("0_dense").weight, net.get_submodule("0_dense").bias
    assert weight.std().item() == pytest.approx(deviation, rel=0.02)
    assert bound is None or weight.abs().max().item() <= bound
    assert not bias.any()


def test_he_looks_at_the_inputs_of_a_transposed_convolution() -> None:
    layer = {"filters": 10, "kernel": 4, "initialisation": "he"}
    wide = make((60, 5, 5), Convolution.model_validate(layer)).get_submodule("0_convolution").weight
    back = (
        make((60, 5, 5), TransposedConvolution.model_validate(layer)).get_submodule("0_transposed_convolution").weight
    )
    assert wide.std().item() == pytest.approx((2 / (60 * 16)) ** 0.5, rel=0.05)
    assert back.std().item() == pytest.approx((2 / (60 * 16)) ** 0.5, rel=0.05)


@given(working())
def test_nothing_is_changed_in_place(spec: NetworkSpec) -> None:
    net = build(spec, 0).eval()
    x = torch.randn(2, *spec.input_shape)
    for module in net:
        kept = x.clone()
        y = module(x)
        assert torch.equal(x, kept)
        x = y


@pytest.mark.parametrize("name", PRESETS)
def test_preset_gives_probabilities_and_logits(name: str) -> None:
    net = build(PRESETS[name].network, 0).eval()
    x = torch.randn(3, *net.spec.input_shape)
    with torch.no_grad():
        probabilities, logits, outputs = net.probabilities(x), net.logits(x), net(x)
    assert probabilities.shape == (3, 2 if name.startswith(("bee", "two")) else 10)
    assert torch.allclose(probabilities.sum(1), torch.ones(3))
    final = torch.sigmoid(logits) if name == "two-layer-sigmoid" else torch.softmax(logits, 1)
    assert torch.allclose(final, outputs, atol=1e-6)
    assert not torch.allclose(logits, outputs)


@pytest.mark.parametrize("as_layer", [False, True])
@pytest.mark.parametrize(("units", "activation"), [(1, "sigmoid"), (4, "softmax")])
def test_logits_leave_out_the_final_function_wherever_it_stands(units: int, activation: str, as_layer: bool) -> None:
    end = [dense(units, "identity"), Activation.model_validate({"function": activation}), Dropout()]
    net = make((6,), *(end if as_layer else [dense(units, activation)]))
    x = torch.randn(5, 6)
    linear = net.get_submodule("0_dense")
    assert torch.allclose(net.logits(x), linear(x))


@pytest.mark.parametrize("activation", ["identity", "relu", "sigmoid"])
def test_other_final_functions_belong_to_the_logits(activation: str) -> None:
    net = make((6,), dense(3, activation))
    x = torch.randn(5, 6)
    assert torch.equal(net.logits(x), net(x))


def test_probabilities_by_final_function() -> None:
    x = torch.randn(50, 6)
    single = make((6,), dense(1, "sigmoid"))
    assert torch.allclose(single.probabilities(x), torch.cat([1 - single(x), single(x)], 1))
    bare = make((6,), dense(1, "identity"))
    assert torch.allclose(bare.probabilities(x)[:, 1:], torch.sigmoid(bare(x)))
    sigmoids = make((6,), dense(3, "sigmoid"))
    assert torch.allclose(sigmoids.probabilities(x), sigmoids(x) / sigmoids(x).sum(1, keepdim=True))
    linear = make((6,), dense(3, "identity"))
    assert torch.allclose(linear.probabilities(x), torch.softmax(linear(x), 1))
    softmax = make((6,), dense(3, "softmax"))
    assert torch.equal(softmax.probabilities(x), softmax(x))
    assert softmax.probabilities_of(softmax(x).bfloat16()).dtype == torch.float32


def test_sigmoids_that_are_all_zero_give_no_nan() -> None:
    net = make((6,), dense(3, "sigmoid"))
    assert torch.isfinite(net.probabilities_of(torch.zeros(2, 3))).all()


def test_maps_are_no_answer() -> None:
    net = make((1, 8, 8), Convolution(filters=4))
    with pytest.raises(ConvLensError, match="answers with maps of 4x6x6"):
        net.probabilities(torch.zeros(1, 1, 8, 8))


def test_slices_and_copies_keep_working() -> None:
    net = make((1, 8, 8), Convolution(filters=4), MaxPooling())
    x = torch.randn(1, 1, 8, 8)
    assert net[:2](x).shape == (1, 4, 6, 6)
    assert torch.equal(copy.deepcopy(net)(x), net(x))


def test_a_network_without_layers_passes_its_input() -> None:
    net = make((4,))
    x = torch.randn(2, 4)
    assert torch.equal(net(x), x)
    assert net.probabilities(x).shape == (2, 4)


REFERENCES = {
    "identity": lambda x: x,
    "relu": lambda x: x.clamp(min=0),
    "leaky-relu": lambda x: torch.where(x > 0, x, 0.01 * x),
    "elu": lambda x: torch.where(x > 0, x, x.exp() - 1),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "tanh": lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()),
    "softmax": lambda x: x.exp() / x.exp().sum(1, keepdim=True),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_follow_their_formulas(name: str) -> None:
    x = torch.randn(2, 3, 4, 4)
    as_layer = make((3, 4, 4), Activation.model_validate({"function": name}))
    assert torch.allclose(as_layer(x), REFERENCES[name](x), atol=1e-6)
    option = make((3, 4, 4), Convolution.model_validate({"activation": name, "kernel": 1}))
    linear = option.get_submodule("0_convolution")
    assert torch.allclose(option(x), REFERENCES[name](linear(x)), atol=1e-6)


def test_same_convolution_is_correlation_with_zeros_outside() -> None:
    """Against the sum written out, for an even kernel whose odd zero lies at the end."""
    net = make((1, 5, 5), Convolution(filters=1, kernel=4, padding="same", activation="identity"))
    conv = net.get_submodule("0_convolution")
    assert isinstance(conv, nn.Conv2d)
    x = torch.randn(1, 1, 5, 5)
    padded = torch.zeros(8, 8)
    padded[1:6, 1:6] = x[0, 0]
    expected = torch.stack(
        [(padded[i : i + 4, j : j + 4] * conv.weight[0, 0]).sum() for i in range(5) for j in range(5)]
    ).view(5, 5)
    assert torch.allclose(net(x)[0, 0], expected, atol=1e-5)
