"""Weighted and focal loss against torch's own and against sums by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from core.training.class_losses import balanced_weights, focal, weighted_cross_entropy


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return 3 * torch.randn(64, 5, generator=generator), torch.randint(0, 5, (64,), generator=generator)


def test_class_weights_are_torch_s(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    logits, labels = batch
    weights = torch.tensor([0.2, 1.0, 3.0, 0.0, 7.5])
    torch.testing.assert_close(
        weighted_cross_entropy(logits, labels, weights), functional.cross_entropy(logits, labels, weight=weights)
    )


def test_focal_with_gamma_zero_is_cross_entropy(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    logits, labels = batch
    logits.requires_grad_()
    ours = focal(logits, labels, 0.0)
    theirs = functional.cross_entropy(logits, labels)
    torch.testing.assert_close(ours, theirs)
    (mine,) = torch.autograd.grad(ours, logits)
    (other,) = torch.autograd.grad(theirs, logits)
    torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_focal_loss_by_hand(batch: tuple[torch.Tensor, torch.Tensor], gamma: float) -> None:
    logits, labels = batch
    total = 0.0
    for row, label in zip(logits.double().tolist(), labels.tolist(), strict=True):
        share = math.exp(row[label]) / sum(map(math.exp, row))
        total -= (1 - share) ** gamma * math.log(share)
    assert focal(logits, labels, gamma).item() == pytest.approx(total / len(labels), rel=1e-5)


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_sure_answers_have_finite_gradients(gamma: float) -> None:
    logits = torch.tensor([[200.0, -200.0], [-200.0, 200.0]], requires_grad=True)
    loss = focal(logits, torch.tensor([0, 0]), gamma)
    loss.backward()
    assert logits.grad is not None
    assert loss.isfinite()
    assert logits.grad.isfinite().all()


def test_a_single_unit_stands_for_the_second_class() -> None:
    logit = torch.tensor([[0.3], [-2.0], [4.0]])
    labels = torch.tensor([1, 0, 0])
    binary = functional.binary_cross_entropy_with_logits(logit[:, 0], labels.float())
    torch.testing.assert_close(focal(logit, labels, 0.0), binary)
    torch.testing.assert_close(weighted_cross_entropy(logit, labels, torch.ones(2)), binary)


def test_balanced_weights_give_every_class_the_same_say() -> None:
    counts = torch.tensor([900, 90, 10, 0])
    weights = balanced_weights(counts)
    torch.testing.assert_close(weights[:3] * counts[:3], torch.full((3,), 1000 / 3))
    assert weights[3] == 0
    assert float((weights * counts).sum() / counts.sum()) == pytest.approx(1)
