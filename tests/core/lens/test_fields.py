"""Receptive fields against the gradients that autograd finds on a twin that cannot cancel."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core.errors import ConvLensError
from core.lens.fields import Box, field_size, receptive_field
from core.lens.graph import Graph, graph_of
from core.lens.tracing import trace, twin, values
from core.network.build import ConvNet, build
from core.network.layers import AveragePooling, Convolution, Dense, Flatten, MaxPooling, TransposedConvolution
from core.network.spec import NetworkSpec
from tests.core.lens.known import known
from tests.core.network.networks import working


class AllToAll(nn.Module):
    """Stands for a softmax: every output depends on all inputs of its place."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + x.sum(dim=1, keepdim=True)


def positive(network: nn.Module) -> nn.Module:
    """The same windows, with means for maxima, positive weights and nothing that could be flat."""
    own = twin(network)
    for name, module in list(own.named_modules()):
        parent = own.get_submodule(name.rpartition(".")[0])
        last = name.rpartition(".")[2]
        if isinstance(module, nn.MaxPool2d):
            setattr(parent, last, nn.AvgPool2d(module.kernel_size, module.stride, module.padding))
        elif isinstance(module, nn.AdaptiveMaxPool2d):
            setattr(parent, last, nn.AdaptiveAvgPool2d(module.output_size))
        elif isinstance(module, nn.Softmax):
            setattr(parent, last, AllToAll())
        elif isinstance(
            module, nn.ReLU | nn.ELU | nn.LeakyReLU | nn.Sigmoid | nn.Tanh | nn.BatchNorm1d | nn.BatchNorm2d
        ):
            setattr(parent, last, nn.Identity())
    for module in own.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            module.weight = nn.Parameter(torch.ones_like(module.weight))
    return own


def box_of(gradient: torch.Tensor) -> Box | None:
    """Around what is not zero of (1, C, H, W), or of (1, N) as one row."""
    rows, columns = (gradient[0].abs().sum(0) if gradient.ndim == 4 else gradient.abs()).nonzero(as_tuple=True)
    if not len(rows):
        return None
    return Box(int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)


def seen_by_autograd(network: nn.Module, shape: tuple[int, ...], name: str, at: tuple[int, ...]) -> dict[str, Box]:
    """Of every node of a chain of modules."""
    found = {"input": torch.ones(1, *shape, requires_grad=True)}
    x = found["input"]
    for module_name, module in network.named_children():
        x = found[module_name] = module(x).clone()  # Identity gives the very tensor that it reads
        x.retain_grad()
    found[name][(0, *at)].backward()
    boxes = {key: box_of(value.grad) for key, value in found.items() if value.grad is not None}
    return {key: box for key, box in boxes.items() if box is not None}


@settings(max_examples=120, deadline=None)
@given(spec=working(), data=st.data())
def test_fields_of_random_networks_are_those_of_autograd(spec: NetworkSpec, data: st.DataObject) -> None:
    network = build(spec, seed=0)
    graph = graph_of(network, spec.input_shape)
    node = data.draw(st.sampled_from(graph.nodes))
    at = tuple(data.draw(st.integers(0, size - 1)) for size in node.shape)
    wanted = seen_by_autograd(positive(network), spec.input_shape, node.name, at)
    cell = (at[1], at[2]) if len(at) == 3 else None
    assert receptive_field(graph, node.name, cell, channel=at[0]) == wanted


@pytest.mark.parametrize("name", ["resnet18", "alexnet"])
def test_fields_of_known_networks_are_those_of_autograd(name: str) -> None:
    network = known(name)
    graph = graph_of(network, (3, 96, 96))
    last = [node for node in graph if len(node.shape) == 3 and node.kind == "activation"][-3].name
    assert receptive_field(graph, last, (1, 1))["input"] == input_box(network, graph, last, 96)


def input_box(network: nn.Module, graph: Graph, name: str, side: int) -> Box | None:
    traced = trace(positive(network))
    step = next(step for step in traced.graph.nodes if step.name == name)
    x = torch.ones(1, 3, side, side, requires_grad=True)
    values(traced, x, {step})[step][0, :, 1, 1].sum().backward()
    return box_of(x.grad) if x.grad is not None else None


def chain(*layers: object, shape: tuple[int, ...] = (1, 28, 28)) -> tuple[ConvNet, Graph]:
    network = build(NetworkSpec.model_validate({"input_shape": shape, "layers": layers}), seed=0)
    return network, graph_of(network, shape)


def test_sizes_counted_by_hand() -> None:
    """As slides count them: 3x3 after 3x3 sees 5x5; a pooling of 2 doubles every later step."""
    three = Convolution(filters=2, kernel=3, activation="identity")
    _, graph = chain(
        three, three, MaxPooling(size=2), Convolution(filters=2, kernel=3, dilation=2), Flatten(), Dense(units=3)
    )
    assert field_size(graph, "0_convolution")[:2] == (3, 3)
    assert field_size(graph, "1_convolution") == (5, 5, (1, 1))
    assert field_size(graph, "2_max_pooling") == (6, 6, (2, 2))
    assert field_size(graph, "3_convolution") == (14, 14, (2, 2))
    assert field_size(graph, "5_dense")[:2] == (28, 28)


@pytest.mark.parametrize(
    ("name", "size"), [("alexnet", 195), ("vgg16", 212), ("resnet18", 435), ("inception_v3", 1311)]
)
def test_sizes_of_known_networks_as_published(name: str, size: int) -> None:
    """Araujo, Norris, Sim: Computing Receptive Fields of Convolutional Neural Networks (Distill, 2019)."""
    with torch.device("meta"):
        network = known(name)
    graph = graph_of(network, (3, 299, 299))
    last = next(
        node
        for node in reversed(graph.nodes)
        if len(node.shape) == 3
        and "adaptive" not in node.title
        and "global" not in node.title
        and node.kind != "dropout"
    )
    assert field_size(graph, last.name)[:2] == (size, size)


def test_a_transposed_convolution_sees_fewer_cells_than_it_makes() -> None:
    _, graph = chain(TransposedConvolution(filters=1, kernel=4, stride=2, padding="same"), shape=(1, 6, 6))
    assert receptive_field(graph, "0_transposed_convolution", (5, 5))["input"] == (2, 2, 4, 4)
    assert field_size(graph, "0_transposed_convolution") == (2, 2, (0.5, 0.5))


def test_all_cells_and_branches() -> None:
    _, graph = chain(Convolution(filters=1, kernel=3), AveragePooling(size=2))
    assert receptive_field(graph, "1_average_pooling")["input"] == (0, 0, 28, 28)
    with torch.device("meta"):
        inception = graph_of(known("googlenet"), (3, 64, 64))
    joined = next(node for node in inception if node.kind == "concat")
    one = receptive_field(inception, joined.name, (2, 2), channel=0)
    every = receptive_field(inception, joined.name, (2, 2))
    assert len([name for name in joined.inputs if name in one]) == 1
    assert all(name in every for name in joined.inputs)
    assert one["input"][2] - one["input"][0] < every["input"][2] - every["input"][0]


def test_an_unknown_layer_is_told() -> None:
    _, graph = chain(Convolution(filters=1, kernel=3))
    with pytest.raises(ConvLensError, match="did you mean '0_convolution'"):
        receptive_field(graph, "0_convolutio")
