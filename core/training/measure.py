"""Asking a network about samples whose answers its run does not hold: while it trains, or when it was loaded."""

from __future__ import annotations

from core.data.prepare import prepare
from core.data.sources import load
from core.errors import RunError
from core.evaluation.result import Result, Split
from core.runs.folder import Run
from core.training import batches
from core.training.checkpoints import load_weights, weights_path
from core.training.devices import resolve
from core.training.judge import Judge


def measure(run: Run, split: Split = "test") -> Result:
    """The answers of the run's best weights so far, computed here on the CPU in float32; its folder stays as it is.

    Raises RunError where there are no weights or no samples, DataError where the data set is not there.
    """
    spec = run.spec
    epoch = run.summary().best_epoch if weights_path(run.path, "best").exists() else None
    network = load_weights(run.path)
    prepared = prepare(load(spec.train.dataset), spec.train, spec.network.input_shape)
    batches.check_outputs(spec.network, len(prepared.classes))
    part = prepared.test if split == "test" else prepared.validation
    if not len(part):
        raise RunError(f"The run {run.name} has no {split} samples to ask about.")
    found = Judge(network, prepared.normaliser, spec.train.loss, resolve("cpu", "float32")).evaluate(part)
    return Result(
        run_id=run.id,
        run_name=run.name,
        split=split,
        dataset=spec.train.dataset,
        seed=spec.train.seed,
        classes=prepared.classes,
        labels=part.y.numpy(),
        probabilities=found.probabilities,
        index=part.index,
        loss=found.loss,
        weights="best" if epoch is not None else "last",
        epoch=epoch,
    )
