"""Edits give new networks, refuse what cannot be, and fit networks to data."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SpecError
from core.network.build import build
from core.network.edits import duplicate, fit_to, insert, move, remove, replace, with_input
from core.network.layers import (
    LAYER_KINDS,
    Activation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    LayerKind,
    MaxPooling,
    TransposedConvolution,
)
from core.network.presets import PRESETS
from core.network.shapes import trace
from core.network.spec import MAX_LAYERS, NetworkSpec
from tests.core.network.networks import working

LENET = PRESETS["lenet-5"].network


def network(shape: tuple[int, ...], *layers: LayerKind) -> NetworkSpec:
    return NetworkSpec.model_validate({"input_shape": shape, "layers": layers})


def kinds(spec: NetworkSpec) -> list[str]:
    return [layer.kind for layer in spec.layers]


def test_insert_remove_duplicate() -> None:
    before = LENET.layers
    longer = insert(LENET, 3, Dropout())
    assert kinds(longer)[3] == "dropout"
    assert remove(longer, 3) == LENET
    assert insert(LENET, len(before), Dropout()).layers == (*before, Dropout())
    assert duplicate(LENET, 0).layers == (before[0], *before)
    assert LENET.layers == before


@given(st.integers(0, 7), st.integers(0, 7))
def test_move_puts_a_layer_where_it_should_be_and_back(frm: int, to: int) -> None:
    moved = move(LENET, frm, to)
    assert moved.layers[to] == LENET.layers[frm]
    rest = list(moved.layers)
    rest.pop(to)
    others = list(LENET.layers)
    others.pop(frm)
    assert rest == others
    assert move(moved, to, frm) == LENET


def test_replace_checks_the_fields() -> None:
    changed = replace(LENET, 0, kernel=3, padding=1)
    assert changed.layers[0] == Convolution(filters=6, kernel=3, padding=1, activation="tanh")
    with pytest.raises(SpecError) as caught:
        replace(LENET, 2, kernel=40, padding="ful", speed=3)
    assert [fault.place for fault in caught.value.faults] == ["layers.2.kernel", "layers.2.padding", "layers.2.speed"]
    assert {fault.layer for fault in caught.value.faults} == {2}
    assert "did you mean 'full'?" in str(caught.value)


def test_replace_leaves_shapes_to_trace() -> None:
    spec = replace(PRESETS["kulyukin-1"].network, 0, kernel=31)
    assert trace(spec).faults[0].place == "layers.0.kernel"


def test_with_input() -> None:
    assert with_input(LENET, (3, 32, 32)).input_shape == (3, 32, 32)
    assert with_input(LENET, (5,)).layers == LENET.layers
    with pytest.raises(SpecError, match="such as"):
        with_input(LENET, (28, 28))


@pytest.mark.parametrize(
    "edit",
    [
        lambda: insert(LENET, 9, Flatten()),
        lambda: insert(LENET, -1, Flatten()),
        lambda: remove(LENET, 8),
        lambda: duplicate(LENET, 8),
        lambda: move(LENET, 8, 0),
        lambda: move(LENET, 0, -1),
        lambda: replace(LENET, 8, kernel=3),
    ],
)
def test_a_layer_that_is_not_there(edit: object) -> None:
    with pytest.raises(SpecError, match="there is no layer"):
        edit()  # type: ignore[operator]


def test_a_network_has_room_for_so_many_layers() -> None:
    full = network((3,), *(Dropout(),) * MAX_LAYERS)
    with pytest.raises(SpecError, match="at most 100 layers"):
        insert(full, 0, Dropout())
    with pytest.raises(SpecError, match="at most 100 layers"):
        duplicate(full, 4)


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_every_kind_can_be_inserted_as_it_is(kind: str) -> None:
    assert kinds(insert(LENET, 1, LAYER_KINDS[kind]()))[1] == kind


DATA = [((1, 8, 8), 10), ((1, 28, 28), 26), ((3, 32, 32), 10), ((1, 48, 48), 7), ((3, 64, 64), 2), ((2,), 2), ((5,), 4)]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(("shape", "classes"), DATA)
def test_every_preset_fits_every_data(name: str, shape: tuple[int, ...], classes: int) -> None:
    spec, notes = fit_to(PRESETS[name].network, shape, classes)
    table = trace(spec)
    assert not table.faults
    assert table.classes == classes
    assert spec.input_shape == shape
    assert bool(notes) == (spec != PRESETS[name].network)
    assert fit_to(spec, shape, classes) == (spec, ())


@given(working(), st.sampled_from(DATA))
def test_random_networks_fit_data(spec: NetworkSpec, data: tuple[tuple[int, ...], int]) -> None:
    fitted, _ = fit_to(spec, *data)
    assert not trace(fitted).faults
    net = build(fitted, 0).eval()
    assert net.probabilities(torch.randn(2, *data[0])).shape == (2, data[1])


def test_fit_changes_as_little_as_it_can_and_says_what() -> None:
    same, notes = fit_to(LENET, (1, 28, 28), 10)
    assert (same, notes) == (LENET, ())
    spec, notes = fit_to(PRESETS["huttunen-2016"].network, (1, 8, 8), 7)
    assert notes == (
        "the input is 1x8x8 instead of 1x28x28",
        "convolution 32 · 5x5 valid, relu: padding 'same', since its input is 32x4x4",
        "the last dense layer has 7 units instead of 10",
    )
    assert kinds(spec) == kinds(PRESETS["huttunen-2016"].network)


def test_a_single_sigmoid_stands_for_two_classes_only() -> None:
    points = PRESETS["two-layer-sigmoid"].network
    assert fit_to(points, (2,), 2) == (points, ())
    spec, notes = fit_to(points, (2,), 3)
    assert spec.layers[-1] == Dense(units=3, activation="softmax")
    assert any("softmax instead of sigmoid" in note for note in notes)
    apart = network((2,), Dense(units=1, activation="identity"), Activation(function="sigmoid"))
    spec, notes = fit_to(apart, (2,), 3)
    assert spec.layers == (Dense(units=3, activation="identity"), Activation(function="softmax"))
    assert any("softmax instead of sigmoid" in note for note in notes)


def test_fit_mends_groups_and_pooling_and_ends_without_a_dense_layer() -> None:
    spec = network((4, 9, 9), Convolution(filters=8, groups=4), TransposedConvolution(filters=8), MaxPooling(size=20))
    fitted, notes = fit_to(spec, (3, 9, 9), 5)
    assert fitted.layers[0] == Convolution(filters=8, groups=1)
    assert kinds(fitted) == ["convolution", "transposed-convolution", "flatten", "dense"]
    assert len(notes) == 4
    empty, notes = fit_to(network((7,)), (7,), 3)
    assert empty.layers == (Dense(units=3, activation="softmax"),)
    assert notes == ("a dense layer with 3 units was added at the end",)


def test_one_class_is_none() -> None:
    with pytest.raises(SpecError, match="two or more classes"):
        fit_to(LENET, (1, 28, 28), 1)
