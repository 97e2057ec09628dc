"""What a run answered after each of its epochs: recorded by its training, or asked of the epoch's weights later.

The training records the validation samples' answers in its snapshots. All others are asked by a task
(`core/jobs/answers.py`) and kept in the run's folder: `answers/test/samples.npz` (`labels`, `index`, `classes`) and
`answers/test/epoch-00003.npz` (`probabilities` float32 (N, K), `loss`). No torch.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.errors import RunError
from core.evaluation.result import Result, Split, assembled, result_of
from core.runs import events
from core.runs.arrays import read_arrays, write_arrays
from core.runs.folder import Run
from core.training import history

KIND = "answers"  # of the task
SAMPLES = "samples.npz"
TOLERANCE = 0.005  # of the accuracy: float16 makes some ties


def answers_path(run: Run, split: Split, epoch: int) -> Path:
    return run.path / "answers" / split / f"epoch-{epoch:05d}.npz"


def answered(run: Run, split: Split, epoch: int) -> bool:
    """Whether the answers to these samples after that epoch are in the run's folder."""
    if _is_asked(run, split, epoch):
        return True
    recorded = history.snapshot_path(run.path, epoch).is_file() and (run.path / "predictions-validation.npz").is_file()
    return split == "validation" and epoch > 0 and recorded


def stamp(run: Run, split: Split, epoch: int) -> tuple[int, ...]:
    """Changes when the answers after that epoch do."""
    return (*map(_when, (answers_path(run, split, epoch), history.snapshot_path(run.path, epoch))),)


def newest(run: Run, split: Split) -> int:
    """Changes when an epoch more was asked."""
    return _when(run.path / "answers" / split)


def _when(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _is_asked(run: Run, split: Split, epoch: int) -> bool:
    """Not where the epoch was trained again since."""
    asked, trained = stamp(run, split, epoch)
    return asked > 0 and asked >= trained


def result_at(run: Run, split: Split, epoch: int) -> Result:
    """The answers after that epoch. Raises RunError where they are not there or damaged."""
    if _is_asked(run, split, epoch):
        return _asked(run, split, epoch)
    found = history.answers_at(run, epoch) if split == "validation" else None
    if found is None:
        raise RunError(f"The {split} answers of epoch {epoch} of {run.name} are not recorded.")
    last = result_of(run, "validation")
    told = _told(run, epoch)
    result = replace(last, probabilities=found, loss=told.get("validation_loss"), weights="epoch", epoch=epoch)
    _check(run, result, last, told.get("validation_accuracy"))
    return result


def keep(run: Run, result: Result) -> None:
    """Write what was asked into the run's folder; its epoch must be known. Raises RunError."""
    if result.epoch is None:
        raise ValueError("answers of no epoch")
    path = answers_path(run, result.split, result.epoch)
    path.parent.mkdir(parents=True, exist_ok=True)
    classes = np.array(result.classes)
    write_arrays(
        path.parent / SAMPLES,
        labels=result.labels,
        index=result.index,
        classes=classes,
        held_out=np.array(result.held_out),
    )
    loss = np.array(np.nan if result.loss is None else result.loss)
    write_arrays(path, probabilities=result.probabilities, loss=loss)


def _asked(run: Run, split: Split, epoch: int) -> Result:
    path = answers_path(run, split, epoch)
    samples, answers = read_arrays(path.parent / SAMPLES), read_arrays(path)
    try:
        found = {name: samples[name].astype(np.int64) for name in ("labels", "index")}
        classes = tuple(map(str, samples["classes"]))
        probabilities, loss = answers["probabilities"].astype(np.float32), float(answers["loss"])
        if probabilities.shape != (len(found["labels"]), len(classes)) or found["index"].shape != found["labels"].shape:
            raise ValueError(probabilities.shape)
        held_out = bool(samples["held_out"])
    except (KeyError, TypeError, ValueError):
        raise RunError(
            f"The {split} answers of epoch {epoch} of {run.name} are damaged: ask the network again."
        ) from None
    return assembled(
        run,
        split,
        **found,
        classes=classes,
        probabilities=probabilities,
        loss=loss if np.isfinite(loss) else None,
        weights="epoch",
        epoch=epoch,
        held_out=held_out,
    )


def _told(run: Run, epoch: int) -> dict[str, float]:
    """The figures of that epoch which are numbers."""
    found = [event for event in events.epochs(run.events()[0]) if event.get("epoch") == epoch]
    return {name: value for name, value in (found[-1] if found else {}).items() if events.is_number(value)}


def _check(run: Run, result: Result, last: Result, accuracy: float | None) -> None:
    """The snapshot names no samples: that they are the recorded ones is seen by their number and by the accuracy."""
    belong = result.probabilities.shape == last.probabilities.shape
    if belong and accuracy is not None and result.answered.all() and result.accuracy is not None:
        belong = abs(result.accuracy - accuracy) <= TOLERANCE + 1 / max(1, result.total)
    if not belong:
        raise RunError(
            f"The answers of epoch {result.epoch} of {run.name} are to other samples than the last ones: "
            "choose another epoch."
        )
