"""Gradients on the pinned samples, against the formula of logistic regression and against autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.errors import RunError
from core.network.build import build
from core.runs.folder import create
from core.runs.spec import RunSpec, TrainSpec
from core.training import snapshots
from core.training.pinned import gradients, pinned
from tests.core.training.tools import SMALL, dense, images


def test_logistic_regression_has_the_gradient_of_its_formula() -> None:
    network = build(dense(3, inputs=4), seed=0)
    x, y = torch.randn(10, 4), torch.arange(10) % 3
    found = gradients(network, "cross-entropy", x, y, ["0_dense.weight", "0_dense.bias"])
    wrong = network(x).detach() - functional.one_hot(y, 3)
    torch.testing.assert_close(found["0_dense.weight"], wrong.T @ x / 10)
    torch.testing.assert_close(found["0_dense.bias"], wrong.mean(dim=0))


def test_gradients_are_those_of_evaluation_and_leave_the_network_alone() -> None:
    network = build(SMALL, seed=1).train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    x, y = torch.rand(6, 1, 8, 8), torch.arange(6) % 3
    names = ["0_convolution.weight", "1_batch_normalisation.weight"]
    found = gradients(network, "cross-entropy", x, y, names)
    assert network.training
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())
    network.eval()
    loss = functional.nll_loss(network(x).log(), y)  # the softmax's own probabilities
    loss.backward()
    for name in names:
        torch.testing.assert_close(found[name], network.get_parameter(name).grad, rtol=1e-4, atol=1e-7)


def test_pinned_samples_come_back_and_damage_is_told() -> None:
    run = create(RunSpec(network=SMALL, train=TrainSpec(dataset="digits")))
    with pytest.raises(RunError, match=r"has no pinned samples"):
        pinned(run)
    part = images().validation
    snapshots.write_pinned(run.path, part, np.array([3, 1, 2]), ("a", "b", "c"))
    found = pinned(run)
    np.testing.assert_array_equal(found.x, part.x.numpy()[[3, 1, 2]])
    assert found.y.tolist() == [0, 1, 2]
    assert found.classes == ("a", "b", "c")
    (run.path / "pinned.npz").write_bytes(b"PK nothing")
    with pytest.raises(RunError, match=r"pinned samples of .* are damaged"):
        pinned(run)
