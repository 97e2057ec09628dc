"""Asking a network about samples whose answers its run does not hold: while it trains, of other epochs, or loaded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.data.prepare import Part, prepare
from core.data.sources import load
from core.errors import RunError
from core.evaluation.result import Result, Split, Weights, assembled
from core.network.build import ConvNet
from core.runs.folder import Run
from core.training import batches
from core.training.checkpoints import load_weights, weights_path
from core.training.devices import resolve
from core.training.judge import Evaluation, Judge

BATCHES = 4  # that are asked between two looks at whether to go on


def measure(run: Run, split: Split = "test") -> Result:
    """The answers of the run's best weights so far, computed here on the CPU in float32; its folder stays as it is.

    Raises RunError where there are no weights or no samples, DataError where the data set is not there.
    """
    epoch = run.summary().best_epoch if weights_path(run.path, "best").exists() else None
    network = load_weights(run.path)
    found = Questions(run, split).put(network, "best" if epoch is not None else "last", epoch)
    if found is None:
        raise AssertionError("nobody stopped it")
    return found


class Questions:
    """One part of a run's data, as its training prepared it, ready to be put to its network of any epoch.

    Raises RunError where there is no sample, DataError where the data set is not there.
    """

    def __init__(self, run: Run, split: Split) -> None:
        spec = run.spec
        self._run, self._split = run, split
        self._data = prepare(load(spec.train.dataset), spec.train, spec.network.input_shape)
        batches.check_outputs(spec.network, len(self._data.classes))
        parts = {"training": self._data.train, "validation": self._data.validation, "test": self._data.test}
        self._part = parts[split]
        if not len(self._part):
            raise RunError(f"The run {run.name} has no {split} samples to ask about.")

    def put(
        self,
        network: ConvNet,
        weights: Weights,
        epoch: int | None,
        going_on: Callable[[float], bool] = lambda share: True,
    ) -> Result | None:
        """The network's answers, computed on the CPU in float32.

        going_on: is told the share that is done, and says whether to go on; where it says no, the result is None.
        """
        judge = Judge(network, self._data.normaliser, self._run.spec.train.loss, resolve("cpu", "float32"))
        found = self._asked(judge, going_on)
        if found is None:
            return None
        loss, probabilities = found
        return assembled(
            self._run,
            self._split,
            classes=self._data.classes,
            labels=self._part.y.numpy(),
            probabilities=probabilities,
            index=self._part.index,
            loss=loss,
            weights=weights,
            epoch=epoch,
            held_out=self._data.validation is not self._data.test,
        )

    def _asked(self, judge: Judge, going_on: Callable[[float], bool]) -> tuple[float, np.ndarray] | None:
        part, step, found = self._part, BATCHES * judge.batch, list[tuple[int, Evaluation]]()
        for start in range(0, len(part), step):
            if not going_on(start / len(part)):
                return None
            some = slice(start, start + step)
            asked = Part(part.x[some], part.y[some], part.index[some])
            found.append((len(asked), judge.evaluate(asked)))
        loss = sum(count * one.loss for count, one in found) / len(part)
        return loss, np.concatenate([one.probabilities for _, one in found])
