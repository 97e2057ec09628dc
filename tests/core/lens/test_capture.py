"""Graphs and maps against torch's own forward hooks on networks without in-place operations."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor, nn
from torchvision import models

from core.errors import ConvLensError
from core.lens import tracing
from core.lens.capture import Lens
from core.lens.graph import graph_of
from core.lens.tracing import twin
from core.network.build import build
from core.network.layers import Activation, BatchNormalisation, Convolution, Dense, Dropout, Flatten, MaxPooling
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from tests.core.lens.known import SIDES, every_known, known
from tests.core.network.networks import input_shapes, working


def hooked(network: nn.Module, x: Tensor) -> dict[str, list[Tensor]]:
    """What plain forward hooks see of every module without children, each time that it is called."""
    seen: dict[str, list[Tensor]] = {}
    hooks = [
        module.register_forward_hook(lambda _, __, output, path=path: seen.setdefault(path, []).append(output.clone()))
        for path, module in network.named_modules()
        if path and not list(module.children())
    ]
    with torch.no_grad():
        network(x)
    for hook in hooks:
        hook.remove()
    return seen


def hooks_of(network: nn.Module) -> int:
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, kind)) for module in network.modules() for kind in kinds)


def not_in_place(network: nn.Module) -> nn.Module:
    for module in network.modules():
        if hasattr(module, "inplace"):
            module.inplace = False
    return network


@settings(max_examples=60, deadline=None)
@given(spec=working(input_shapes))
def test_maps_of_random_networks_are_those_of_hooks(spec: NetworkSpec) -> None:
    network = build(spec, seed=1)
    lens = Lens(network, ("a", "b"))
    x = torch.randn(2, *spec.input_shape, generator=torch.Generator().manual_seed(0))
    maps = lens.maps(x)
    seen = hooked(network.eval(), x)
    assert list(maps) == ["input", *seen]
    for name, (wanted,) in seen.items():
        assert torch.equal(maps[name], wanted)
    assert {node.name: node.shape for node in lens.graph} == {
        name: tuple(map_.shape[1:]) for name, map_ in maps.items()
    }
    for node in lens.graph.nodes[1:]:
        assert node.layer == int(node.name.split("_")[0])


@every_known
def test_maps_of_known_networks_are_those_of_hooks(name: str) -> None:
    """Hooks see modules only, and those of a network whose functions work in place see what is overwritten later."""
    network = not_in_place(known(name))
    x = torch.randn(1, 3, SIDES[name], SIDES[name], generator=torch.Generator().manual_seed(0))
    lens = Lens(known_with_weights_of(network, name), input_shape=x.shape[1:])
    maps = lens.maps(x)
    functional = name in ("googlenet", "inception_v3")
    calls: dict[str, int] = {}
    checked = 0
    seen = hooked(network, x)
    for node in lens.graph:
        if node.path is None:
            continue
        calls[node.path] = calls.get(node.path, 0) + 1
        if not (functional and node.kind == "norm"):  # overwritten by the function after it
            assert torch.allclose(maps[node.name], seen[node.path][calls[node.path] - 1], atol=1e-5)
            checked += 1
    assert checked > 15
    with torch.no_grad():
        assert torch.allclose(maps[lens.graph.answer.name], network(x), atol=1e-5)
        assert torch.allclose(lens.answer(x), network(x).softmax(1), atol=1e-6)


def known_with_weights_of(network: nn.Module, name: str) -> nn.Module:
    """As torchvision makes it, in place and all."""
    other = known(name)
    other.load_state_dict(network.state_dict())
    return other


@every_known
def test_before_and_after_each_activation(name: str) -> None:
    lens = Lens(known(name), input_shape=(3, SIDES[name], SIDES[name]))
    maps = lens.maps(torch.randn(1, 3, SIDES[name], SIDES[name], generator=torch.Generator().manual_seed(0)))
    activated = [node for node in lens.graph if node.activation_of]
    assert len(activated) >= 7
    for node in activated:
        before = maps[str(node.activation_of)]
        assert torch.equal(maps[node.name], before.clamp(min=0))
    assert any((maps[str(node.activation_of)] < 0).any() for node in activated)


def small(*layers: object) -> NetworkSpec:
    return NetworkSpec.model_validate({"input_shape": (1, 8, 8), "layers": layers})


EVERY_STEP = small(
    Convolution(filters=3, kernel=2, padding="same"), MaxPooling(), BatchNormalisation(), Activation(function="tanh"),
    Dropout(), Flatten(), Dense(units=4, activation="softmax"),
)  # fmt: skip


def test_names_titles_and_kinds() -> None:
    graph = graph_of(build(EVERY_STEP, seed=0), (1, 8, 8))
    assert [(node.name, node.title, node.kind) for node in graph] == [
        ("input", "input", "input"),
        ("0_pad", "zeros around 1", "pad"),
        ("0_convolution", "convolution 1", "convolution"),
        ("0_relu", "convolution 1 · relu", "activation"),
        ("1_max_pooling", "max pooling 1", "pool"),
        ("2_batch_normalisation", "batch normalisation 1", "norm"),
        ("3_tanh", "batch normalisation 1 · tanh", "activation"),
        ("4_dropout", "dropout 1", "dropout"),
        ("5_flatten", "flatten 1", "flatten"),
        ("6_dense", "dense 1", "dense"),
        ("6_softmax", "dense 1 · softmax", "activation"),
    ]
    assert [node.activation_of for node in graph if node.activation_of] == [
        "0_convolution", "2_batch_normalisation", "6_dense",
    ]  # fmt: skip


@pytest.mark.parametrize("name", PRESETS)
def test_the_answer_is_the_networks_own(name: str) -> None:
    network = build(PRESETS[name].network, seed=0).eval()
    x = torch.randn(3, *PRESETS[name].network.input_shape)
    with torch.no_grad():
        assert torch.equal(Lens(network).answer(x), network.probabilities(x))


def test_the_network_stays_as_it_is() -> None:
    network = known("alexnet").train()
    lens = Lens(network, input_shape=(3, 64, 64))
    lens.maps(torch.zeros(1, 3, 64, 64))
    assert network.training
    assert all(module.inplace for module in network.modules() if isinstance(module, nn.ReLU))
    assert hooks_of(network) == hooks_of(lens.network) == 0
    shared = dict(network.named_parameters())
    assert all(value is shared[key] for key, value in lens.network.named_parameters())


def test_no_hooks_are_left_also_after_an_error() -> None:
    network = build(EVERY_STEP, seed=0)
    lens = Lens(network)
    with pytest.raises(ConvLensError, match="reads 1x8x8, not 1x9x9"):
        lens.maps(torch.zeros(1, 1, 9, 9))
    with pytest.raises(ConvLensError, match="no layer 'nonsense'"):
        lens.maps(torch.zeros(1, 1, 8, 8), ["nonsense"])
    with pytest.raises(RuntimeError):
        lens.maps(torch.zeros(1, 1, 8, 8, dtype=torch.int64))
    assert hooks_of(network) == hooks_of(lens.network) == 0
    assert len(lens.maps(torch.zeros(1, 1, 8, 8))) == 11


def test_a_twin_leaves_others_hooks_behind() -> None:
    network = build(EVERY_STEP, seed=0)
    network[0].register_forward_hook(lambda *_: None)
    assert hooks_of(twin(network)) == 0
    assert hooks_of(network) == 1


def test_only_what_is_asked_is_computed_and_kept() -> None:
    network = build(EVERY_STEP, seed=0)
    lens = Lens(network)
    with torch.no_grad():
        network.get_submodule("6_dense").weight.fill_(torch.nan)
    assert set(lens.maps(torch.zeros(1, 1, 8, 8), ["0_relu"])) == {"0_relu"}
    assert lens.maps(torch.zeros(1, 1, 8, 8), ["6_dense"])["6_dense"].isnan().all()


def test_what_is_known_is_not_computed_again() -> None:
    network = build(EVERY_STEP, seed=0)
    lens = Lens(network)
    x = torch.randn(1, 1, 8, 8)
    wanted = lens.maps(x)
    with torch.no_grad():
        network.get_submodule("0_convolution").weight.fill_(torch.nan)
    known = {"1_max_pooling": wanted["1_max_pooling"]}
    found = lens.maps(x, ["1_max_pooling", "3_tanh", "6_softmax"], known=known)
    assert all(torch.equal(found[name], wanted[name]) for name in found)
    assert lens.maps(x, ["3_tanh"])["3_tanh"].isnan().all()


def test_many_threads_may_ask_at_once() -> None:
    lens = Lens(build(PRESETS["digits-small"].network, seed=0))
    pictures = torch.randn(24, 1, 1, 8, 8)
    wanted = [lens.answer(x) for x in pictures]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lens.answer, pictures))
    assert all(torch.equal(one, other) for one, other in zip(wanted, found, strict=True))


def test_no_gradient_is_kept() -> None:
    maps = Lens(build(EVERY_STEP, seed=0)).maps(torch.zeros(1, 1, 8, 8, requires_grad=True))
    assert [name for name, values in maps.items() if values.requires_grad] == ["input"]


class Winding(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


def test_what_cannot_be_taken_apart_is_told() -> None:
    with pytest.raises(ConvLensError, match="same path for every input"):
        Lens(Winding(), input_shape=(1, 8, 8))
    with pytest.raises(ConvLensError, match="needs the shape of its input"):
        Lens(nn.Sequential(nn.Flatten()))
    with pytest.raises(ConvLensError, match="does not work on an input of 1x12x12"):
        graph_of(build(EVERY_STEP, seed=0), (1, 12, 12))


def test_networks_are_taken_apart_while_others_answer() -> None:
    """torch.fx patches the call of all modules while it traces: threads must not see each other's."""
    network = models.resnet18(weights=None).eval()
    other, x = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).eval(), torch.zeros(1, 1, 8, 8)
    before, done = nn.Module.__call__, threading.Event()

    def answer() -> int:
        asked = 0
        while not done.is_set():
            assert other(x).shape == (1, 2, 6, 6)
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        asked = pool.submit(answer)
        traced = [pool.submit(tracing.trace, tracing.shadow(network)) for _ in range(6)]
        counts = {len(one.result().graph.nodes) for one in traced}
        done.set()
        assert asked.result() > 0
    assert counts == {len(tracing.trace(tracing.shadow(network)).graph.nodes)}
    assert nn.Module.__call__ is before
