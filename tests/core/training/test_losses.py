"""Losses, right answers and probabilities against scikit-learn and hand counts."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss

from core.network.build import build
from core.network.spec import NetworkSpec
from core.runs.spec import Loss
from core.training import losses
from tests.core.training.tools import dense

LABELS3 = torch.tensor([0, 1, 2, 1, 0, 2, 2, 1])
LABELS2 = LABELS3 % 2
NETWORKS = {
    "softmax": (dense(3, last="softmax"), LABELS3),
    "logits": (dense(3, last="identity"), LABELS3),
    "one sigmoid": (dense(1, last="sigmoid"), LABELS2),
    "one logit": (dense(1, last="identity"), LABELS2),
}


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("loss", ["cross-entropy", "mean-squared-error"])
def test_loss_accuracy_and_probabilities_agree_with_others(kind: str, loss: Loss) -> None:
    spec, labels = NETWORKS[kind]
    network = build(spec, seed=1).eval()
    inputs = 3 * torch.randn(8, 2, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        answers = losses.answers_for(loss)(network, inputs)
        value = float(losses.loss_of(loss, network, answers, labels))
        correct = int(losses.correct_of(loss, network, answers, labels))
        probabilities = losses.probabilities_of(loss, network, answers).numpy()
        torch.testing.assert_close(torch.from_numpy(probabilities), network.probabilities(inputs))
        outputs = network(inputs).numpy()
    assert correct == round(8 * accuracy_score(labels, probabilities.argmax(axis=1)))
    if loss == "cross-entropy":
        shares = probabilities.astype(float) / probabilities.sum(axis=1, keepdims=True, dtype=float)
        expected = log_loss(labels, shares, labels=range(probabilities.shape[1]))
    elif probabilities.shape[1] == 2:
        expected = ((probabilities[:, 1] - labels.numpy()) ** 2).mean()
    else:
        expected = ((outputs - np.eye(3)[labels]) ** 2).mean()
    assert value == pytest.approx(expected, rel=1e-5)


def test_cross_entropy_stays_finite_where_probabilities_round_to_zero() -> None:
    network = build(dense(2, last="softmax"), seed=0)
    answers = torch.tensor([[500.0, -500.0]], requires_grad=True)
    value = losses.loss_of("cross-entropy", network, answers, torch.tensor([1]))
    assert value.item() == pytest.approx(1000)


@pytest.mark.parametrize(
    ("loss", "units", "expected"),
    [
        ("cross-entropy", 2, -(0.25 * log(0.25) + 0.75 * log(0.75))),
        ("cross-entropy", 1, -(0.25 * log(0.25) + 0.75 * log(0.75))),
        ("mean-squared-error", 2, 0.25 * 0.75),
        ("mean-squared-error", 1, 0.25 * 0.75),
    ],
)
def test_chance_loss_is_the_best_constant_answer(loss: Loss, units: int, expected: float) -> None:
    assert losses.chance_loss(loss, torch.tensor([1, 3]), units) == pytest.approx(expected)


def test_chance_loss_of_a_class_without_samples_is_finite() -> None:
    assert losses.chance_loss("cross-entropy", torch.tensor([5, 0, 5]), 3) == pytest.approx(log(2))


def test_chance_mean_squared_error_of_three_classes() -> None:
    labels = torch.tensor([0] * 2 + [1] * 3 + [2] * 5)
    shares = torch.tensor([0.2, 0.3, 0.5]).expand(10, 3)
    network: NetworkSpec = dense(3, last="softmax")
    told = losses.loss_of("mean-squared-error", build(network, seed=0), shares, labels)
    assert losses.chance_loss("mean-squared-error", torch.tensor([2, 3, 5]), 3) == pytest.approx(told.item())
