"""The table of layers against PyTorch's own shapes, parameters and operation counts."""

from __future__ import annotations

from collections import defaultdict
from math import prod

import pytest
import torch
from hypothesis import given, settings
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.errors import SpecError
from core.network.build import ConvNet, build
from core.network.layers import (
    LAYER_KINDS,
    Activation,
    AveragePooling,
    BatchNormalisation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    LayerKind,
    MaxPooling,
    TransposedConvolution,
)
from core.network.presets import PRESETS
from core.network.shapes import MAX_PARAMETERS, check, trace
from core.network.spec import NetworkSpec
from tests.core.network.networks import any_network, vector_shapes, working


def network(shape: tuple[int, ...], *layers: LayerKind) -> NetworkSpec:
    return NetworkSpec.model_validate({"input_shape": shape, "layers": layers})


def outputs_of(net: ConvNet, inputs: torch.Tensor) -> dict[int, torch.Tensor]:
    """What each layer really gives, by its index."""
    found: dict[int, torch.Tensor] = {}
    with torch.no_grad():
        for name, module in net.named_children():
            inputs = found[int(name.split("_")[0])] = module(inputs)
    return found


def flops_of(net: nn.Sequential, inputs: torch.Tensor) -> int:
    """PyTorch's count of floating point operations: two for each multiply-add."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(inputs)
    return counter.get_total_flops()


def agrees_with_torch(spec: NetworkSpec) -> None:
    table = check(spec)
    net = build(spec, seed=1).eval()
    inputs = torch.zeros(1, *spec.input_shape)
    real = outputs_of(net, inputs)
    parameters: dict[int, int] = defaultdict(int)
    for name, parameter in net.named_parameters():
        parameters[int(name.split("_")[0])] += parameter.numel()
    assert [row.index for row in table.rows] == list(range(len(spec.layers)))
    for row in table.rows:
        assert row.output_shape == tuple(real[row.index].shape[1:]), row
        assert row.activation_bytes == real[row.index].nelement() * real[row.index].element_size()
        assert row.parameters == parameters[row.index], row
    assert table.output_shape == tuple(net(inputs).shape[1:])
    assert table.parameters == sum(parameter.numel() for parameter in net.parameters())
    assert 2 * table.macs == flops_of(net, inputs)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_agrees_with_torch(name: str) -> None:
    agrees_with_torch(PRESETS[name].network)


@settings(max_examples=120)
@given(working())
def test_random_network_agrees_with_torch(spec: NetworkSpec) -> None:
    agrees_with_torch(spec)


@given(working(vector_shapes))
def test_random_network_of_vectors_agrees_with_torch(spec: NetworkSpec) -> None:
    agrees_with_torch(spec)


@given(any_network())
def test_trace_never_raises_and_stops_where_build_does(spec: NetworkSpec) -> None:
    table = trace(spec)
    if table.faults:
        with pytest.raises(SpecError) as caught:
            build(spec)
        assert caught.value.faults == table.faults
        first = table.faults[0]
        assert first.layer == len(table.rows)
        assert first.sentence
        assert "\n" not in str(first)
    else:
        assert len(table.rows) == len(spec.layers)


@pytest.mark.parametrize(
    ("padding", "output"), [("valid", 28), ("full", 36), ("same", 32), (0, 28), (1, 30), (2, 32), (4, 36)]
)
def test_lecture_convolution_modes(padding: str | int, output: int) -> None:
    """N - K + 1, N + K - 1 and N; the lecture's 32x32x3 with 16 filters of 5x5 gives 28x28x16."""
    layer = Convolution.model_validate({"filters": 16, "kernel": 5, "padding": padding})
    assert layer.output_shape((3, 32, 32)) == (16, output, output)
    assert layer.parameters((3, 32, 32)) == 16 * 3 * 25 + 16


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "output", "zeros"),
    [
        (7, 4, 1, 1, 7, (1, 2)),
        (8, 3, 2, 1, 4, (0, 1)),
        (7, 3, 2, 1, 4, (1, 1)),
        (5, 2, 3, 1, 2, (0, 0)),
        (6, 3, 1, 2, 6, (2, 2)),
    ],
)
def test_same_padding_is_as_even_as_can_be_and_odd_at_the_end(
    size: int, kernel: int, stride: int, dilation: int, output: int, zeros: tuple[int, int]
) -> None:
    layer = Convolution(kernel=kernel, stride=stride, dilation=dilation, padding="same")
    assert layer.output_shape((1, size, size + stride)) == (32, output, output + 1)
    assert layer.pads((1, size, size)) == (zeros, zeros)


def test_huttunen_is_28_24_20_10_and_3200() -> None:
    rows = trace(PRESETS["huttunen-2016"].network).rows
    assert [row.output_shape for row in rows[:5]] == [
        (32, 24, 24),
        (32, 20, 20),
        (32, 10, 10),
        (32, 10, 10),
        (3200,),
    ]
    assert rows[5].parameters == 3200 * 128 + 128
    assert rows[1].macs == 20 * 20 * 32 * 32 * 25


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("huttunen-2016", 437_482),
        ("huttunen-2019", 437_482),
        ("lenet-5", 61_706),
        ("sakr-lenet", 1_256_080),
        ("logistic-regression", 7_850),
        ("two-layer-sigmoid", 300 + 10_100 + 101),
        ("kulyukin-1", 520 + 288_100 + 1_010),
        ("bee-ann", 4096 * 128 + 128 + 258),
    ],
)
def test_parameters_counted_by_hand(name: str, parameters: int) -> None:
    assert trace(PRESETS[name].network).parameters == parameters


def fault_of(spec: NetworkSpec) -> str:
    faults = trace(spec).faults
    assert len(faults) == 1
    return str(faults[0])


IMPOSSIBLE = [
    (
        network((8, 3, 3), Convolution(kernel=5)),
        "layers.0.kernel: kernel 5 does not fit a 3x3 input; lower the kernel to 3, or use padding 'same'",
    ),
    (
        network((8, 6, 9), Convolution(kernel=5, dilation=2)),
        "layers.0.kernel: kernel 5 with dilation 2 spans 9 pixels and does not fit a 6x9 input; "
        "lower the kernel to 3, or use padding 'same'",
    ),
    (
        network((8, 3, 3), Convolution(kernel=9, padding=1)),
        "layers.0.kernel: kernel 9 does not fit a 3x3 input with 1 pixel around it; lower the kernel to 5, or use",
    ),
    (
        network((20, 12, 12), Dense()),
        "layers.0: a dense layer reads a vector; its input here is 20x12x12; "
        "put a flatten or a global pooling before it",
    ),
    (
        network((100,), Flatten(), Convolution()),
        "layers.1: a convolution layer reads images (channels, height, width); its input here is a vector of 100 num",
    ),
    (network((100,), MaxPooling()), "layers.0: a max pooling layer reads images"),
    (network((100,), GlobalPooling()), "layers.0: a global pooling layer reads images"),
    (network((100,), TransposedConvolution()), "layers.0: a transposed convolution layer reads images"),
    (
        network((12, 8, 8), Convolution(filters=30, groups=4)),
        "layers.0.groups: 30 filters cannot be split into 4 equal groups",
    ),
    (
        network((6, 8, 8), Convolution(filters=32, groups=4)),
        "layers.0.groups: 6 input channels cannot be split into 4 equal groups; set groups to 1 or 2",
    ),
    (
        network((3, 8, 8), AveragePooling(size=3, padding=2)),
        "layers.0.padding: padding 2 is more than half of the window's size 3; lower the padding to 1",
    ),
    (
        network((3, 4, 1), MaxPooling(size=2)),
        "layers.0.size: a 2x2 window does not fit a 4x1 input; lower the size to 1, or remove the pooling",
    ),
    (
        network((3, 2, 2), TransposedConvolution(kernel=3, stride=1, padding=4)),
        "layers.0.padding: padding 4 cuts 4 pixels from each side of a 4x4 output and leaves nothing",
    ),
    (
        network((5,), Dense(units=1, activation="softmax")),
        "layers.0.activation: a softmax over one value is always 1",
    ),
    (network((1, 4, 4), Activation(function="softmax")), "layers.0.function: a softmax over one value"),
    (network((3, 64, 64), Flatten(), *(Dense(units=8192),) * 7), "at most 300,000,000 are allowed"),
    (network((4096, 4096, 4096)), "input_shape: an input of 4096x4096x4096 has 68,719,476,736 values"),
    (network((1, 4096, 4096), Convolution(padding="full")), "is larger than 268,435,456 values for one sample"),
]


@pytest.mark.parametrize(
    ("spec", "sentence"), IMPOSSIBLE, ids=lambda value: value[:40] if isinstance(value, str) else ""
)
def test_impossible_network_is_explained_at_its_layer(spec: NetworkSpec, sentence: str) -> None:
    assert sentence in fault_of(spec)


def test_advice_on_the_kernel_works() -> None:
    spec = network((8, 6, 9), Convolution(kernel=3, dilation=2))
    assert trace(spec).output_shape == (32, 2, 5)


def test_rows_stop_before_the_fault_and_later_contradictions_are_told_too() -> None:
    spec = network(
        (1, 8, 8), Convolution(), Dense(), MaxPooling(size=2, padding=2), Convolution(filters=5, groups=2), Flatten()
    )
    table = trace(spec)
    assert len(table.rows) == 1
    assert table.output_shape == (32, 6, 6)
    assert [fault.place for fault in table.faults] == ["layers.1", "layers.2.padding", "layers.3.groups"]


def test_parameter_limit_counts_the_whole_network() -> None:
    spec = network((8192 // 2,), *(Dense(units=8192),) * 6)
    table = trace(spec)
    assert table.faults[0].layer == 4
    assert table.parameters <= MAX_PARAMETERS < table.parameters + 8192 * 8193


def test_classes_of_outputs() -> None:
    assert trace(PRESETS["two-layer-sigmoid"].network).classes == 2
    assert trace(PRESETS["lenet-5"].network).classes == 10
    assert trace(network((1, 8, 8), Convolution())).classes is None


@pytest.mark.parametrize("name", LAYER_KINDS)
def test_every_kind_speaks_to_its_reader(name: str) -> None:
    kind = LAYER_KINDS[name]
    assert kind().kind == name
    assert kind.title == name.replace("-", " ")
    assert kind.title in kind().label
    assert kind.summary
    for field_name, field in kind.model_fields.items():
        assert field_name == "kind" or (field.title and field.description), f"{name}.{field_name} has no words"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_tells_its_story(name: str) -> None:
    preset = PRESETS[name]
    assert preset.name == preset.network.name == name
    assert preset.title
    assert preset.source
    assert preset.story.endswith(".")
    assert trace(preset.network).classes == (2 if name.startswith(("bee", "two")) else 10)


def test_layers_without_weights_count_nothing() -> None:
    for layer in (MaxPooling(), Flatten(), Dropout(), Activation(), GlobalPooling()):
        assert layer.parameters((3, 8, 8)) == layer.macs((3, 8, 8)) == 0
    assert BatchNormalisation().parameters((3, 8, 8)) == 6
    assert prod(GlobalPooling().output_shape((3, 8, 8))) == 3
