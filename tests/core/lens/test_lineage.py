"""Where a cell came from: the pieces make the network's own value, and the right cells are named."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from core.errors import ConvLensError
from core.lens.capture import Lens
from core.lens.lineage import Cell, Lineage, lineage, needed
from core.network.build import build
from core.network.layers import (
    Activation,
    AveragePooling,
    BatchNormalisation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    MaxPooling,
    TransposedConvolution,
)
from core.network.spec import NetworkSpec
from tests.core.lens.known import SIDES, every_known, known
from tests.core.network.networks import input_shapes, working


def lens_on(spec: NetworkSpec) -> tuple[Lens, Tensor]:
    """A network whose biases and running statistics are no zeros and ones, and an input."""
    network = build(spec, seed=3)
    shake(network)
    generator = torch.Generator().manual_seed(0)
    return Lens(network), torch.randn(1, *spec.input_shape, generator=generator)


def shake(network: nn.Module) -> None:
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for module in network.modules():
            if getattr(module, "bias", None) is not None:
                module.bias.normal_(generator=generator)
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.weight.normal_(generator=generator)
                module.running_mean.normal_(generator=generator)
                module.running_var.uniform_(0.5, 2, generator=generator)


def of(lens: Lens, x: Tensor, cell: Cell) -> Lineage:
    return lineage(lens, lens.maps(x, needed(lens.graph, cell)), cell)


def network(*layers: object, shape: tuple[int, ...] = (2, 9, 9)) -> NetworkSpec:
    return NetworkSpec.model_validate({"input_shape": shape, "layers": layers})


@settings(max_examples=80, deadline=None)
@given(spec=working(input_shapes), data=st.data())
def test_the_pieces_make_the_networks_own_value(spec: NetworkSpec, data: st.DataObject) -> None:
    lens, x = lens_on(spec)
    maps = lens.maps(x)
    node = data.draw(st.sampled_from(lens.graph.nodes))
    at = tuple(data.draw(st.integers(0, size - 1)) for size in node.shape)
    cell = Cell(node.name, *at)
    found = of(lens, x, cell)
    assert found.value == float(maps[node.name][0][at])
    assert found.steps[-1].cell == cell
    assert found.equal, [(step.kind, step.value, step.result) for step in found.steps]
    for step in found.steps:
        assert step.kind != "other"
        for window in step.reads:
            for index in np.ndindex(window.values.shape):
                source = window.cell(*index)
                assert float(window.values[index]) == (0 if source is None else own(maps, source))


def own(maps: dict[str, Tensor], cell: Cell) -> float:
    values = maps[cell.node][0]
    return float(values[cell.channel, cell.row, cell.column] if values.ndim == 3 else values[cell.channel])


@every_known
def test_the_same_for_known_networks(name: str) -> None:
    net = known(name)
    shake(net)
    side = SIDES[name]
    lens = Lens(net, input_shape=(3, side, side))
    maps = lens.maps(torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0)))
    generator = np.random.default_rng(0)
    kinds = set()
    some = len(lens.graph.nodes) // 60 + 1
    for at, node in enumerate(lens.graph):
        if at % some and node.kind != "pool":
            continue
        cell = Cell(node.name, *(int(generator.integers(size)) for size in node.shape))
        found = lineage(lens, maps, cell)
        assert found.equal, (cell, [(step.kind, step.value, step.result) for step in found.steps])
        kinds |= {step.kind for step in found.steps}
    assert {"input", "sum", "max", "average", "function"} <= kinds
    assert ("add" in kinds) == (name == "resnet18")


def test_the_pieces_are_not_equal_to_another_value() -> None:
    """What the check mark stands on can say no."""
    lens, x = lens_on(network(Convolution(filters=3, kernel=3)))
    maps = lens.maps(x)
    cell = Cell("0_relu", 1, *np.unravel_index(int(maps["0_relu"][0, 1].argmax()), (7, 7)))
    assert lineage(lens, maps, cell).equal
    maps["0_relu"] = maps["0_relu"] * 1.001
    assert not lineage(lens, maps, cell).equal


def test_a_convolution_reads_its_patch() -> None:
    lens, x = lens_on(network(Convolution(filters=3, kernel=3, padding="same", stride=2)))
    found = of(lens, x, Cell("0_relu", 2, 0, 4))
    gather, after = found.steps
    assert (gather.kind, after.kind, after.words) == ("sum", "function", "relu")
    (window,) = gather.reads
    assert window.node == "input"
    assert window.channels.tolist() == [0, 1]
    assert window.rows.tolist() == [-1, 0, 1]
    assert window.columns.tolist() == [7, 8, -1]
    assert window.cell(1, 0, 0) is None
    assert window.cell(1, 1, 1) == Cell("input", 1, 0, 8)
    assert found.parents == ("input",)
    assert found.fields["input"] == (0, 7, 2, 9)
    weight = dict(lens.network.named_parameters())["0_convolution.weight"][2].detach().numpy()
    assert np.array_equal(window.weights, weight)
    assert sum(window.sums) + gather.bias == pytest.approx(gather.value, abs=1e-5)


def test_groups_read_their_own_channels() -> None:
    lens, x = lens_on(network(Convolution(filters=4, kernel=1, groups=2, activation="identity"), shape=(4, 3, 3)))
    assert of(lens, x, Cell("0_convolution", 3, 1, 1)).steps[0].reads[0].channels.tolist() == [2, 3]


def test_the_winner_of_a_pool() -> None:
    lens, _ = lens_on(network(MaxPooling(size=2), shape=(1, 4, 4)))
    x = torch.tensor([[1.0, 2, 0, 0], [3, -5, 0, 0], [0, 0, -1, -2], [0, 0, -4, -3]]).reshape(1, 1, 4, 4)
    for row, column, winner, value in ((0, 0, (1, 0), 3.0), (1, 1, (0, 0), -1.0), (0, 1, (0, 0), 0.0)):
        step = of(lens, x, Cell("0_max_pooling", 0, row, column)).steps[0]
        assert (step.winner, step.result) == (winner, value)


def test_an_average_counts_the_zeros_around() -> None:
    lens, x = lens_on(network(AveragePooling(size=2, padding=1), shape=(1, 4, 4)))
    step = of(lens, x, Cell("0_average_pooling", 0, 0, 0)).steps[0]
    assert (step.divisor, step.reads[0].values.size) == (4, 1)
    assert step.result == pytest.approx(float(x[0, 0, 0, 0]) / 4)


def test_a_dense_unit_reads_the_maps_before_the_flatten() -> None:
    lens, x = lens_on(
        network(Convolution(filters=3, kernel=2), MaxPooling(), Dropout(), Flatten(), Dropout(), Dense(units=4))
    )
    found = of(lens, x, Cell("5_relu", 1))
    (window,) = found.steps[0].reads
    assert window.node == "1_max_pooling"
    assert window.values.shape == (3, 4, 4)
    assert window.cell(2, 3, 1) == Cell("1_max_pooling", 2, 3, 1)
    assert np.array_equal(window.values, lens.maps(x, ["1_max_pooling"])["1_max_pooling"][0].numpy())


def test_what_only_moves_or_changes_a_number_is_followed_to_what_made_it() -> None:
    lens, x = lens_on(
        network(Convolution(filters=3, kernel=3, activation="identity"), MaxPooling(size=7), BatchNormalisation(),
                Activation(function="leaky-relu"), Flatten())
    )  # fmt: skip
    found = of(lens, x, Cell("4_flatten", 2))
    assert [step.kind for step in found.steps] == ["max", "norm", "function", "same"]
    assert [step.cell.node.split("_")[0] for step in found.steps] == ["1", "2", "3", "4"]
    numbers = found.steps[1].numbers
    normalised = (found.steps[0].value - numbers["mean"]) / numbers["deviation"]
    assert normalised * numbers["factor"] + numbers["shift"] == pytest.approx(found.steps[1].value, abs=1e-5)


def test_global_pooling_and_softmax() -> None:
    lens, x = lens_on(network(GlobalPooling(), Dense(units=3, activation="softmax")))
    found = of(lens, x, Cell("1_softmax", 2))
    assert found.steps[0].reads[0].values.shape == (3, 1, 1)
    assert found.parents == ("1_dense",)
    dense = of(lens, x, Cell("1_dense", 2)).steps[0].reads[0]
    assert dense.values.shape == (2, 1, 1)
    assert of(lens, x, Cell(dense.node, 1)).steps[0].divisor == 81


def test_a_transposed_convolution_reads_what_reaches_the_cell() -> None:
    lens, x = lens_on(network(TransposedConvolution(filters=2, kernel=3, stride=2, padding="valid"), shape=(1, 3, 3)))
    window = of(lens, x, Cell("0_relu", 1, 2, 1)).steps[0].reads[0]
    assert (window.rows.tolist(), window.columns.tolist()) == ([1, 0], [0])


def test_the_pixel_itself() -> None:
    lens, x = lens_on(network(Convolution(filters=1, kernel=3)))
    found = of(lens, x, Cell("input", 1, 8, 0))
    assert (found.value, found.parents, found.fields) == (float(x[0, 1, 8, 0]), (), {"input": (8, 0, 9, 1)})


def test_a_diverged_network_is_followed_too() -> None:
    net = build(network(Convolution(filters=1, kernel=3), MaxPooling(size=7), Flatten(), Dense(units=2)), seed=0)
    with torch.no_grad():
        net.get_parameter("0_convolution.weight")[0, 0, 0, 0] = torch.nan
    lens = Lens(net)
    for cell in (Cell("0_relu", 0, 0, 0), Cell("1_max_pooling", 0, 0, 0), Cell("3_relu", 1)):
        found = of(lens, torch.ones(1, 2, 9, 9), cell)
        assert np.isnan(found.value)
        assert found.equal


@pytest.mark.parametrize("at", [(1, 0, 0), (0, 7, 0), (0, 0, -1)])
def test_a_cell_that_is_not_there_is_told(at: tuple[int, int, int]) -> None:
    lens, _ = lens_on(network(Convolution(filters=1, kernel=3)))
    with pytest.raises(ConvLensError, match=r"convolution 1 has no cell .* its shape is 1x7x7"):
        needed(lens.graph, Cell("0_convolution", *at))
