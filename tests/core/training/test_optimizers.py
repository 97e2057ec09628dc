"""Each optimizer against its formula, written out here; penalties against autograd of the penalised loss."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import get_args

import pytest
import torch
from torch import Tensor

from core.network.build import build
from core.runs.spec import Optimizer, TrainSpec
from core.training.optimizers import add_l1, make_optimizer
from core.training.probe import weighted
from tests.core.training.tools import SMALL, dense, settings

RATE, MOMENTUM, RHO = 0.1, 0.8, 0.7


def _sgd(w: float, gradients: list[float]) -> float:
    for g in gradients:
        w -= RATE * g
    return w


def _momentum(w: float, gradients: list[float]) -> float:
    velocity = 0.0
    for g in gradients:
        velocity = MOMENTUM * velocity + g
        w -= RATE * velocity
    return w


def _nesterov(w: float, gradients: list[float]) -> float:
    velocity = 0.0
    for g in gradients:
        velocity = MOMENTUM * velocity + g
        w -= RATE * (g + MOMENTUM * velocity)
    return w


def _adam(w: float, gradients: list[float]) -> float:
    mean = square = 0.0
    for t, g in enumerate(gradients, start=1):
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g
        w -= RATE * (mean / (1 - 0.9**t)) / (sqrt(square / (1 - 0.999**t)) + 1e-8)
    return w


def _rmsprop(w: float, gradients: list[float]) -> float:
    square = 0.0
    for g in gradients:
        square = RHO * square + (1 - RHO) * g * g
        w -= RATE * g / (sqrt(square) + 1e-8)
    return w


def _adadelta(w: float, gradients: list[float]) -> float:
    square = moved = 0.0
    for g in gradients:
        square = RHO * square + (1 - RHO) * g * g
        change = sqrt(moved + 1e-6) / sqrt(square + 1e-6) * g
        moved = RHO * moved + (1 - RHO) * change * change
        w -= RATE * change
    return w


FORMULAS: dict[str, Callable[[float, list[float]], float]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adam": _adam,
    "adamw": _adam,
    "rmsprop": _rmsprop,
    "adadelta": _adadelta,
}


def _train(optimizer: str, **changes: object) -> TrainSpec:
    fields = {"learning_rate": RATE, "momentum": MOMENTUM, "rho": RHO} | changes
    return settings(optimizer=optimizer, **fields)


def _stepped(train: TrainSpec, gradients: list[float]) -> tuple[Tensor, Tensor]:
    """A weight and a bias that start at 0.5, after one step for each gradient."""
    network = build(dense(1, last="identity", inputs=1), seed=0)
    (weight, bias) = network.parameters()
    optimizer = make_optimizer(network, train)
    with torch.no_grad():
        for parameter in (weight, bias):
            parameter.fill_(0.5)
    for gradient in gradients:
        for parameter in (weight, bias):
            parameter.grad = torch.full_like(parameter, gradient)
        optimizer.step()
    return weight.detach(), bias.detach()


@pytest.mark.parametrize("name", get_args(Optimizer))
def test_two_steps_follow_the_formula(name: str) -> None:
    gradients = [0.3, -0.7]
    weight, bias = _stepped(_train(name), gradients)
    assert weight.item() == pytest.approx(FORMULAS[name](0.5, gradients), rel=1e-5)
    assert bias.item() == weight.item()


@pytest.mark.parametrize("name", [name for name in get_args(Optimizer) if name != "adamw"])
def test_l2_is_the_gradient_of_half_the_square_on_weights_alone(name: str) -> None:
    weight, bias = _stepped(_train(name, l2=0.2), [0.3])
    assert weight.item() == pytest.approx(FORMULAS[name](0.5, [0.3 + 0.2 * 0.5]), rel=1e-5)
    assert bias.item() == pytest.approx(FORMULAS[name](0.5, [0.3]), rel=1e-5)


def test_adamw_takes_l2_off_the_weights_directly() -> None:
    weight, bias = _stepped(_train("adamw", l2=0.2), [0.3])
    assert weight.item() == pytest.approx(_adam(0.5 * (1 - RATE * 0.2), [0.3]), rel=1e-5)
    assert bias.item() == pytest.approx(_adam(0.5, [0.3]), rel=1e-5)


def test_epsilon_is_used_where_given() -> None:
    weight, _ = _stepped(_train("adam", epsilon=0.5), [0.3])
    assert weight.item() == pytest.approx(0.5 - RATE * 0.3 / (0.3 + 0.5), rel=1e-5)


def test_only_convolution_and_dense_weights_are_penalised() -> None:
    network = build(SMALL, seed=0)
    penalised, others = make_optimizer(network, settings(l2=0.1)).param_groups
    named = {id(parameter): name for name, parameter in network.named_parameters()}
    assert [named[id(p)] for p in penalised["params"]] == ["0_convolution.weight", "6_dense.weight", "7_dense.weight"]
    assert {named[id(p)] for p in others["params"]} == {
        "1_batch_normalisation.weight",
        "1_batch_normalisation.bias",
        "6_dense.bias",
        "7_dense.bias",
    }
    assert penalised["weight_decay"] == 0.1
    assert others["weight_decay"] == 0


def test_l1_adds_the_gradient_of_the_absolute_values() -> None:
    network = build(SMALL, seed=0).eval()
    weights = list(weighted(network).values())
    inputs, labels = torch.rand(6, 1, 8, 8), torch.arange(6) % 3
    torch.nn.functional.cross_entropy(network.logits(inputs), labels).backward()
    add_l1(weights, 0.01)
    ours = [parameter.grad.clone() for parameter in network.parameters() if parameter.grad is not None]
    network.zero_grad()
    penalty = 0.01 * sum(weight.abs().sum() for weight in weights)
    (torch.nn.functional.cross_entropy(network.logits(inputs), labels) + penalty).backward()
    theirs = [parameter.grad for parameter in network.parameters()]
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert other is not None
        torch.testing.assert_close(one, other)


def test_l1_leaves_a_weight_of_zero_alone() -> None:
    weight = torch.nn.Parameter(torch.zeros(2))
    weight.grad = torch.zeros(2)
    add_l1([weight], 0.5)
    assert weight.grad.tolist() == [0, 0]


def test_a_network_without_weights_to_penalise_and_one_without_others_work() -> None:
    from core.network.layers import Dense, Flatten
    from core.network.spec import NetworkSpec

    bare = NetworkSpec(input_shape=(1, 2, 2), layers=(Flatten(), Dense(units=2, bias=False)))
    assert len(make_optimizer(build(bare, seed=0), settings()).param_groups) == 1
