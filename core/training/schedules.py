"""How the learning rate moves over a training: functions of the step alone, so that resuming needs no state."""

from __future__ import annotations

from math import cos, pi

from core.runs.spec import TrainSpec

ONE_CYCLE_RISE = 0.3  # share of the steps
ONE_CYCLE_START = 25.0  # the first rate is the base divided by this
ONE_CYCLE_END = 1e4  # and the last is the first divided by this


def learning_rate(train: TrainSpec, base: float, step: int, steps: int, steps_per_epoch: int) -> float:
    """The rate of step number `step` (from 0) out of `steps`.

    base: the rate that the schedule scales: `train.learning_rate` until it is changed while the training runs; the new
    one then takes its place, and the schedule goes on from where it is. One-cycle rises to it and falls again.
    """
    match train.schedule:
        case "constant":
            return base
        case "step":
            return float(base * train.step_factor ** (step // (train.step_epochs * steps_per_epoch)))
        case "cosine":
            return 0.5 * base * (1 + cos(pi * step / steps))
        case "one-cycle":
            return base * _one_cycle(step, steps)


def _one_cycle(step: int, steps: int) -> float:
    """Smith and Topin 2018 with half cosines, as `torch.optim.lr_scheduler.OneCycleLR` has it by default."""
    top = ONE_CYCLE_RISE * steps - 1
    last = steps - 1
    if top <= 0:  # too few steps to rise
        return 1.0 if step <= 0 else _between(1.0, 1 / ONE_CYCLE_START / ONE_CYCLE_END, step / last)
    if step <= top:
        return _between(1 / ONE_CYCLE_START, 1.0, step / top)
    return _between(1.0, 1 / ONE_CYCLE_START / ONE_CYCLE_END, (step - top) / (last - top))


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2 * (1 + cos(pi * share))
