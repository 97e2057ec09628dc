"""A lesson against autograd by hand on a twin of the network."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.errors import ConvLensError
from core.network.build import ConvNet, build
from core.network.layers import BatchNormalisation, Convolution, Dense, Dropout, Flatten, MaxPooling
from core.network.spec import NetworkSpec
from core.training.lesson import HIGHEST, LOWEST, RATES, Checked, Lesson, Step, rates

SPEC = NetworkSpec(
    input_shape=(1, 8, 8),
    layers=(
        Convolution(filters=4, kernel=3),
        BatchNormalisation(),
        MaxPooling(size=2),
        Dropout(rate=0.5),
        Flatten(),
        Dense(units=3, activation="softmax"),
    ),
)
X = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(1))


def network() -> ConvNet:
    return build(SPEC, seed=3).eval()


def by_hand(net: ConvNet, label: int) -> tuple[float, dict[str, Tensor]]:
    """Cross-entropy of logits, written out, and its gradients."""
    logits = X
    for module in list(net)[:-1]:
        logits = module(logits)
    loss = torch.logsumexp(logits[0], 0) - logits[0, label]
    names = [name for name, _ in net.named_parameters()]
    found = torch.autograd.grad(loss, list(net.parameters()))
    return float(loss.detach()), dict(zip(names, found, strict=True))


def test_gradient_and_loss_are_those_of_autograd_by_hand() -> None:
    loss, expected = by_hand(network(), 2)
    lesson = Lesson(network(), "cross-entropy", X)
    assert lesson.now(2).loss == pytest.approx(loss, rel=1e-6)
    found = lesson.gradients(2)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient)


def test_steps_are_w_minus_eta_times_the_gradient_each_from_where_the_last_one_ended() -> None:
    twin = network()
    steps = [Step(2, 0.1), Step(2, 0.3), Step(0, 0.05)]
    losses_before = []
    for step in steps:
        loss, gradients = by_hand(twin, step.label)
        losses_before.append(loss)
        with torch.no_grad():
            for name, parameter in twin.named_parameters():
                parameter -= step.rate * gradients[name]
    lesson = Lesson(network(), "cross-entropy", X)
    moments = lesson.learn(steps)
    assert [moment.loss for moment in moments] == pytest.approx(losses_before, rel=1e-5)
    for name, weight in lesson.weights().items():
        torch.testing.assert_close(weight, twin.get_parameter(name).detach())
    np.testing.assert_allclose(lesson.now(0).probabilities, twin(X)[0].detach().numpy(), rtol=1e-5)


def test_the_network_that_was_given_never_changes() -> None:
    given = network()
    before = {name: tensor.clone() for name, tensor in given.state_dict().items()}
    Lesson(given, "cross-entropy", X).learn([Step(1, 5.0)])
    for name, tensor in given.state_dict().items():
        torch.testing.assert_close(tensor, before[name], rtol=0, atol=0)
    assert all(parameter.grad is None for parameter in given.parameters())


def test_looking_ahead_is_what_a_step_then_does_and_changes_nothing() -> None:
    checked = Checked(torch.rand(16, 1, 8, 8), torch.randint(3, (16,)))
    lesson = Lesson(network(), "cross-entropy", X, checked)
    before = lesson.weights()
    ahead = lesson.ahead(1, [0.01, 2.0])
    for name, weight in lesson.weights().items():
        torch.testing.assert_close(weight, before[name], rtol=0, atol=0)
    for rate, told in zip([0.01, 2.0], ahead, strict=True):
        other = Lesson(network(), "cross-entropy", X, checked)
        other.learn([Step(1, rate)])
        assert other.now(1).loss == pytest.approx(told.loss, rel=1e-5)
        assert told.right is not None
        answers = other._network(checked.x).argmax(dim=1)
        assert (told.right == (answers == checked.y).numpy()).all()
        assert told.hits == int((answers == checked.y).sum())


def test_the_loss_is_the_one_that_the_run_trains_with() -> None:
    outputs = network()(X).detach()
    expected = functional.mse_loss(outputs, torch.tensor([[0.0, 0.0, 1.0]]))
    assert Lesson(network(), "mean-squared-error", X).now(2).loss == pytest.approx(float(expected), rel=1e-6)


def test_a_single_unit_is_taught_two_classes() -> None:
    spec = NetworkSpec(input_shape=(1, 8, 8), layers=(Flatten(), Dense(units=1, activation="sigmoid")))
    lesson = Lesson(build(spec, seed=0), "cross-entropy", X)
    start = float(lesson.now(1).probabilities[1])
    lesson.learn([Step(1, 0.1)])
    assert float(lesson.now(1).probabilities[1]) > start
    with pytest.raises(ConvLensError, match="knows 2 classes"):
        lesson.gradients(2)


def test_a_huge_step_gives_numbers_or_nan_but_no_error() -> None:
    lesson = Lesson(network(), "cross-entropy", X)
    told = lesson.ahead(0, [1e30, 0.1])
    assert np.isfinite(told[1].loss)


def test_the_slider_goes_from_the_lowest_to_the_highest_rate_in_equal_factors() -> None:
    found = rates()
    assert len(found) == RATES
    assert (found[0], found[-1]) == (LOWEST, HIGHEST)
    np.testing.assert_allclose(found[1:] / found[:-1], (HIGHEST / LOWEST) ** (1 / (RATES - 1)), rtol=0.01)
