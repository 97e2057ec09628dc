"""Attributions against Captum called by hand on a plain module, and what must be left as it was."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import get_args

import numpy as np
import pytest
import torch
from captum.attr import GuidedBackprop, IntegratedGradients, LayerGradCam, Occlusion, Saliency
from torch import Tensor, nn
from torch.nn import functional
from torchvision import models

from core.errors import ConvLensError
from core.lens import attribution as subject
from core.lens.attribution import METHODS, Method, attribute, best_layers, cells_box, layers_with_maps, samples_asked
from core.lens.capture import Lens
from core.network.build import ConvNet, build
from core.network.layers import AnyLayer, Convolution, Dense, Dropout, Flatten, GlobalPooling, MaxPooling
from core.network.spec import NetworkSpec

LAYERS: tuple[AnyLayer, ...] = (
    Convolution(filters=5, kernel=3, padding="same"),
    Convolution(filters=6, kernel=3),
    MaxPooling(size=2),
    Dropout(rate=0.5),
    Flatten(),
    Dense(units=20),
    Dense(units=4, activation="softmax"),
)
METHOD_NAMES: tuple[Method, ...] = get_args(Method)


def network(layers: tuple[AnyLayer, ...] = LAYERS, shape: tuple[int, int, int] = (2, 10, 10), seed: int = 5) -> ConvNet:
    return build(NetworkSpec(input_shape=shape, layers=layers), seed=seed).eval()


def by_hand(net: ConvNet) -> nn.Sequential:
    """The same modules without the softmax."""
    return nn.Sequential(OrderedDict(list(net.named_children())[:-1])).eval()


def image(shape: tuple[int, int, int] = (2, 10, 10)) -> Tensor:
    return torch.rand(1, *shape, generator=torch.Generator().manual_seed(8))


def hooks_of(net: nn.Module) -> int:
    return sum(
        len(kind)
        for module in net.modules()
        for kind in (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks)
    )


def test_saliency_is_captums() -> None:
    net, x = network(), image()
    found = attribute(Lens(net), x, "saliency", 2)
    expected = Saliency(by_hand(net)).attribute(x.clone().requires_grad_(), target=2)
    np.testing.assert_allclose(found.values, expected[0].amax(dim=0).numpy(), rtol=1e-5)
    assert found.score == pytest.approx(float(by_hand(net)(x)[0, 2].detach()), rel=1e-5)


def test_integrated_gradients_are_captums_and_add_up_to_the_difference_of_the_scores() -> None:
    net, x = network(), image()
    black = torch.full_like(x, -0.5)
    found = attribute(Lens(net), x, "integrated-gradients", 1, black=black)
    plain = by_hand(net)
    expected = IntegratedGradients(plain).attribute(x.clone().requires_grad_(), baselines=black, target=1, n_steps=50)
    np.testing.assert_allclose(found.values, expected[0].sum(dim=0).detach().numpy(), rtol=1e-3, atol=1e-6)
    assert found.baseline == pytest.approx(float(plain(black)[0, 1].detach()), rel=1e-5)
    assert float(found.values.sum()) == pytest.approx(
        found.score - found.baseline, abs=0.02 * float(np.abs(found.values).sum())
    )


def test_guided_backpropagation_is_captums() -> None:
    net, x = network(), image()
    found = attribute(Lens(net), x, "guided-backpropagation", 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = GuidedBackprop(by_hand(net)).attribute(x.clone().requires_grad_(), target=0)
    np.testing.assert_allclose(found.values, expected[0].sum(dim=0).numpy(), rtol=1e-5, atol=1e-9)
    assert found.note == ""


@pytest.mark.parametrize("window", [1, 3, 4, 10])
def test_occlusion_is_captums(window: int) -> None:
    net, x = network(), image()
    black = torch.full_like(x, 0.25)
    found = attribute(Lens(net), x, "occlusion", 3, black=black, window=window)
    step = max(1, window // 2)
    expected = Occlusion(by_hand(net)).attribute(
        x, sliding_window_shapes=(2, window, window), strides=(2, step, step), baselines=black, target=3
    )
    np.testing.assert_allclose(found.values, expected[0, 0].numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("layer", ["0_relu", "1_relu", "2_max_pooling", "1_convolution"])
def test_grad_cam_is_captums(layer: str) -> None:
    net, x = network(), image()
    found = attribute(Lens(net), x, "grad-cam", 1, layer=layer)
    plain = by_hand(net)
    expected = LayerGradCam(plain, plain.get_submodule(layer)).attribute(
        x.clone().requires_grad_(), target=1, relu_attributions=True
    )
    np.testing.assert_allclose(found.values, expected[0, 0].detach().numpy(), rtol=1e-5, atol=1e-9)
    assert found.layer is not None
    assert found.layer.name == layer


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_nothing_is_left_behind(method: Method) -> None:
    net, x = network(), image()
    looked = Lens(net)
    before = {name: values.clone() for name, values in looked.maps(x).items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        attribute(looked, x, method, 1, layer="1_relu" if method == "grad-cam" else None)
    assert hooks_of(net) == hooks_of(looked.network) == hooks_of(looked._traced) == 0
    assert all(parameter.grad is None for parameter in net.parameters())
    assert not x.requires_grad
    for name, values in looked.maps(x).items():
        torch.testing.assert_close(values, before[name], rtol=0, atol=0)


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_nothing_is_left_behind_after_an_error(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gradient fails in its midst, with all hooks set; the answer itself still comes."""
    net, x = network(), image()
    looked = Lens(net)
    calls = []

    def broken(self: nn.Flatten, values: Tensor) -> Tensor:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("broken")
        return values.flatten(1)

    monkeypatch.setattr(nn.Flatten, "forward", broken)
    filters = list(warnings.filters)
    with pytest.raises(RuntimeError, match="broken"):
        attribute(looked, x, method, 1, layer="1_relu" if method == "grad-cam" else None)
    monkeypatch.undo()
    assert hooks_of(net) == hooks_of(looked.network) == hooks_of(looked._traced) == 0
    assert warnings.filters == filters
    assert looked.answer(x).shape == (1, 4)


def test_a_sure_answer_is_explained_from_before_the_softmax() -> None:
    """The probability's own gradient is zero in float32; the logit's is not."""
    net, x = network(), image()
    with torch.no_grad():
        net.get_submodule("6_dense").bias[2] = 300
    asked = x.clone().requires_grad_()
    assert not torch.autograd.grad(net(asked)[0, 2], asked)[0].any()
    for method in METHOD_NAMES:
        if method != "grad-cam":
            assert not attribute(Lens(net), x, method, 2).empty


def test_a_single_sigmoid_unit_speaks_for_one_class_and_against_the_other() -> None:
    layers = (*LAYERS[:-1], Dense(units=1, activation="sigmoid"))
    looked, x = Lens(network(layers)), image()
    against, speaking = (attribute(looked, x, "integrated-gradients", target) for target in (0, 1))
    np.testing.assert_allclose(against.values, -speaking.values, atol=1e-6)
    assert against.score == -speaking.score


def test_progress_is_told_and_can_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "BATCH_MACS", 1)
    looked, x = Lens(network()), image()
    for method in ("occlusion", "integrated-gradients"):
        heard: list[float] = []
        attribute(looked, x, method, 0, progress=heard.append)
        assert len(heard) >= samples_asked(method, (2, 10, 10))
        assert heard == sorted(heard)
        assert heard[-1] == 1

        def stop(share: float) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            attribute(looked, x, method, 0, progress=stop)


def test_the_best_layer_is_the_last_one_with_maps_before_it_is_pooled() -> None:
    graph = Lens(network()).graph
    assert [node.name for node in layers_with_maps(graph)] == ["0_relu", "1_relu", "2_max_pooling"]
    assert best_layers(graph)[0].name == "1_relu"
    pooled = (*LAYERS[:2], GlobalPooling(), Dense(units=3, activation="softmax"))
    assert best_layers(Lens(network(pooled)).graph)[0].name == "1_relu"


def test_grad_cam_goes_on_to_a_layer_that_says_something_and_tells_so() -> None:
    net = network()
    with torch.no_grad():  # 1_relu answers nothing
        net.get_submodule("1_convolution").weight.zero_()
        net.get_submodule("1_convolution").bias.fill_(-1)
    looked = Lens(net)
    dead = attribute(looked, image(), "grad-cam", 0, layer="1_relu")
    assert dead.empty
    assert "Nothing in convolution 2 · relu speaks for this class" in dead.note
    assert "Choose another layer" in dead.note
    flat = attribute(looked, image(), "saliency", 0)
    assert flat.empty
    assert "ReLUs that do not answer" in flat.note


def test_grad_cam_falls_back_to_an_earlier_layer() -> None:
    """score = -mean(10 - picture): the second layer's map speaks against the class, the first one's for it."""
    net = network(
        (*(Convolution(filters=1, kernel=1),) * 2, Flatten(), Dense(units=2, activation="softmax")), (1, 6, 6)
    )
    with torch.no_grad():
        for name, weight, bias in (("0_convolution", 1.0, 0.0), ("1_convolution", -1.0, 10.0), ("3_dense", -0.1, 0.0)):
            net.get_submodule(name).weight.fill_(weight)
            net.get_submodule(name).bias.fill_(bias)
    x = image((1, 6, 6))
    assert attribute(Lens(net), x, "grad-cam", 0, layer="1_relu").empty
    found = attribute(Lens(net), x, "grad-cam", 0)
    assert found.layer is not None
    assert found.layer.name == "0_relu"
    np.testing.assert_allclose(found.values, 0.1 * x[0, 0].numpy(), rtol=1e-5)
    assert "Nothing in convolution 2 · relu speaks for this class: this is convolution 1 · relu" in found.note


def test_one_cell_says_what_but_not_where() -> None:
    layers = (Convolution(filters=3, kernel=10), Flatten(), Dense(units=2, activation="softmax"))
    found = attribute(Lens(network(layers)), image(), "grad-cam", 0, layer="0_relu")
    assert found.values.shape == (1, 1)
    assert "not where" in found.note
    automatic = attribute(Lens(network(layers)), image(), "grad-cam", 0)
    assert "no layer with maps larger than one cell" in automatic.note


def test_without_a_relu_guided_backpropagation_is_the_gradient_and_says_so() -> None:
    layers = (
        Convolution(filters=3, kernel=3, activation="tanh"),
        Flatten(),
        Dense(units=2, activation="softmax"),
    )
    net, x = network(layers), image()
    found = attribute(Lens(net), x, "guided-backpropagation", 1)
    asked = x.clone().requires_grad_()
    gradient = torch.autograd.grad(by_hand(net)(asked)[0, 1], asked)[0]
    np.testing.assert_allclose(found.values, gradient[0].sum(dim=0).numpy(), rtol=1e-5)
    assert "no ReLU" in found.note


def test_cells_lie_around_the_centres_of_what_they_see() -> None:
    graph = Lens(network()).graph
    assert cells_box(graph, graph.node("0_relu")) == (0, 0, 10, 10)
    assert cells_box(graph, graph.node("1_relu")) == (1, 1, 9, 9)
    assert cells_box(graph, graph.node("2_max_pooling")) == (1, 1, 9, 9)


def test_what_cannot_be_asked_is_one_sentence() -> None:
    with pytest.raises(ConvLensError, match="4 classes: there is no class number 4"):
        attribute(Lens(network()), image(), "saliency", 4)
    points = build(NetworkSpec(input_shape=(2,), layers=(Dense(units=2),)), seed=0)
    with pytest.raises(ConvLensError, match="no pixels to point at"):
        attribute(Lens(points), torch.zeros(1, 2), "saliency", 0)
    maps = network((Convolution(filters=3, kernel=3),))
    with pytest.raises(ConvLensError, match="answers with maps"):
        attribute(Lens(maps), image(), "saliency", 0)


class Functional(nn.Module):
    """ReLUs as functions, in place, and one module that is used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(2, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.last = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        before = functional.relu(self.first(x), inplace=True)
        answer: Tensor = self.last(self.relu(self.relu(self.second(before)) + before).mean(dim=(2, 3)))
        return answer


def guided_by_hand(net: Functional, x: Tensor, target: int) -> Tensor:
    """The backward pass written out: each ReLU lets through what is positive, of its input and of the gradient."""
    first = net.first(x)
    second = net.second(first.relu())
    added = second.relu() + first.relu()
    gradient = net.last.weight[target].reshape(1, -1, 1, 1).expand_as(added) / added[0, 0].numel()
    gradient = gradient.clamp(min=0) * (added > 0)
    inner = gradient.clamp(min=0) * (second > 0)
    back = functional.conv_transpose2d(inner, net.second.weight, padding=1) + gradient
    back = back.clamp(min=0) * (first > 0)
    return functional.conv_transpose2d(back, net.first.weight, padding=1)


def test_guided_backpropagation_passes_relus_that_are_functions_or_used_twice() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = Functional().eval()
    x = image()
    for target in range(4):
        found = attribute(Lens(net, input_shape=(2, 10, 10)), x, "guided-backpropagation", target)
        with torch.no_grad():
            expected = guided_by_hand(net, x, target)[0].sum(dim=0)
        np.testing.assert_allclose(found.values, expected.numpy(), rtol=1e-4, atol=1e-8)


def test_known_networks_too() -> None:
    net = models.resnet18(weights=None).eval()
    looked, x = Lens(net, input_shape=(3, 64, 64)), image((3, 64, 64))
    asked = x.clone().requires_grad_()
    gradient = torch.autograd.grad(net(asked)[0, 3], asked)[0]
    found = attribute(looked, x, "saliency", 3)
    np.testing.assert_allclose(found.values, gradient[0].abs().amax(dim=0).numpy(), rtol=1e-3, atol=1e-9)
    cam = attribute(looked, x, "grad-cam", 3)
    assert cam.layer is not None
    assert cam.layer.shape[1:] == cam.values.shape
    assert hooks_of(net) == 0


def test_every_method_is_told() -> None:
    assert set(METHODS) == set(METHOD_NAMES)
    assert {method for method, entry in METHODS.items() if not entry.signed} == {"saliency", "grad-cam"}
