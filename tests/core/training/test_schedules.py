"""The closed forms against torch's own schedulers, step by step."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch.optim import lr_scheduler

from core.training.schedules import learning_rate
from tests.core.training.tools import settings

PER_EPOCH = 7


def _torch_rates(schedule: str, steps: int, base: float) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    scheduler: lr_scheduler.LRScheduler
    if schedule == "step":
        scheduler = lr_scheduler.StepLR(optimizer, step_size=2 * PER_EPOCH, gamma=0.3)
    elif schedule == "cosine":
        scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    else:
        scheduler = lr_scheduler.OneCycleLR(optimizer, max_lr=base, total_steps=steps, cycle_momentum=False)
    rates = []
    for _ in range(steps):
        rates.append(float(scheduler.get_last_lr()[0]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scheduler.step() if len(rates) < steps else None
    return rates


@pytest.mark.parametrize("schedule", ["step", "cosine", "one-cycle"])
@pytest.mark.parametrize("epochs", [2, 5, 12])
def test_the_rates_are_those_of_torch(schedule: str, epochs: int) -> None:
    train = settings(schedule=schedule, epochs=epochs, step_epochs=2, step_factor=0.3, learning_rate=0.4)
    total = epochs * PER_EPOCH
    ours = [learning_rate(train, 0.4, step, total, PER_EPOCH) for step in range(total)]
    assert ours == pytest.approx(_torch_rates(schedule, total, 0.4), rel=1e-6, abs=1e-12)


def test_constant_stays() -> None:
    assert {learning_rate(settings(), 0.2, step, 50, 10) for step in range(50)} == {0.2}


@pytest.mark.parametrize("total", [1, 2, 3, 4])
def test_one_cycle_of_few_steps_stays_within_its_bounds(total: int) -> None:
    train = settings(schedule="one-cycle")
    rates = [learning_rate(train, 1.0, step, total, 1) for step in range(total)]
    assert all(0 < rate <= 1 for rate in rates)
    assert rates[-1] < 0.01 or total == 1


def test_another_base_scales_what_follows() -> None:
    train = settings(schedule="cosine")
    assert learning_rate(train, 0.02, 30, 100, 10) == pytest.approx(0.1 * learning_rate(train, 0.2, 30, 100, 10))
