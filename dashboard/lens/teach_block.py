"""A lesson at one moment, as the browser draws it: weights, gradient, and what a step at each learning rate does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.runs import folder
from dashboard import theme
from dashboard.lens.asking import Progress
from dashboard.lens.disturb_view import names_of
from dashboard.lens.teach_words import counted, verdict, worse

if TYPE_CHECKING:
    from core.lens.filters import Bank
    from core.runs.folder import Run
    from core.training.lesson import Checked, Lesson, Moment, Step
    from dashboard.lens.views import Looked

TILES = 64  # pictures of weights that are shown at once
SLOW = 3e9  # multiply-adds of one picture, beyond which no other pictures are asked about


def taught(
    looked: Looked,
    label: int,
    bank: Bank,
    steps: tuple[Step, ...],
    tried: NDArray[np.float64],
    progress: Progress | None = None,
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The network after these steps, and what one more at each learning rate would do. Raises ConvLensError."""
    from core.lens.filters import pictures
    from core.network.build import ConvNet
    from core.training.lesson import Lesson

    network = looked.lens.network
    assert isinstance(network, ConvNet)  # the view has said so
    run = folder.open_run(looked.run)
    checked, labels = _checked(run, looked)
    lesson = Lesson(network, run.spec.train.loss, looked.sample.x, checked)
    past = lesson.learn(steps)
    now = lesson.now(label)
    gradients = lesson.gradients(label)
    ahead = _ahead(lesson, label, tried, progress)
    names = names_of(looked)
    weights = {name: weight.numpy() for name, weight in lesson.weights().items()}
    before = pictures(bank, weights)
    slopes = pictures(bank, {name: gradient.numpy() for name, gradient in gradients.items()})
    planes, rows, columns = _chosen_tiles(bank, slopes)
    shape = (len(planes), rows, columns)
    tiles, steepest = _tiles(before, planes, shape), _tiles(slopes, planes, shape)
    shown = _shown(now, ahead, label)
    start = past[0] if past else now
    head = {
        "question": f"{looked.sample.stamp} {label}",
        "layer": bank.node,
        "size": list(looked.sample.picture.shape),
        "caption": f"taught: this is {names[label]}" + (f" · {counted(len(steps))} taken" if steps else ""),
        "classes": list(names),
        "label": label,
        "shown": shown,
        "colours": [theme.class_colour(index) for index in shown],
        "loss": _finite(now.loss) or 0.0,
        "losses": [_finite(moment.loss) for moment in ahead],
        "rates": [float(rate) for rate in tried],
        "ticks": [
            {"at": at, "text": f"{rate:g}"}
            for at, rate in enumerate(tried)
            if np.isclose(np.log10(rate) % 1, 0, atol=1e-6) or np.isclose(np.log10(rate) % 1, 1, atol=1e-6)
        ],
        "tiles": list(shape),
        "largest": float(np.abs(tiles).max()) or 1.0,
        "steepest": int(np.abs(steepest).argmax()),
        "names": [_name(bank, before.shape, plane) for plane in planes],
        "layerWords": _layer_words(bank, before.shape, len(planes)),
        "verdicts": [verdict(start, now, moment, len(steps), labels, names) for moment in ahead],
        "worse": [bool(worse(now, moment)) for moment in ahead],
        "alt": f"Loss after a step against the learning rate, {tried[0]:g} to {tried[-1]:g}; before it {now.loss:.3g}",
    }
    return head, {
        "picture": looked.sample.picture,
        "before": tiles,
        "gradient": steepest,
        "probabilities": now.probabilities,
        "ahead": np.stack([moment.probabilities for moment in ahead]),
    }


def _ahead(lesson: Lesson, label: int, tried: NDArray[np.float64], progress: Progress | None) -> list[Moment]:
    """At each learning rate, telling how far it is."""
    if progress is None:
        return lesson.ahead(label, [float(rate) for rate in tried])
    found = []
    for at, rate in enumerate(tried):
        found += lesson.ahead(label, [float(rate)])
        progress((at + 1) / len(tried))
    return found


def _checked(run: Run, looked: Looked) -> tuple[Checked | None, tuple[int, ...]]:
    """The run's 16 pinned validation pictures; None where its folder has none, or the network is slow."""
    import torch

    from core.lens.cost import macs
    from core.training.lesson import Checked
    from core.training.pinned import pinned

    if macs(looked.lens.graph) > SLOW or not (run.path / "pinned.npz").is_file():
        return None, ()
    kept = pinned(run)
    x = looked.eye.normaliser(torch.from_numpy(kept.x))
    if x.shape[1:] != looked.sample.x.shape[1:]:
        return None, ()
    return Checked(x, torch.from_numpy(kept.y)), tuple(int(label) for label in kept.y)


def _chosen_tiles(bank: Bank, slopes: NDArray[np.float32]) -> tuple[list[int], int, int]:
    """Indices of the pictures (filter, plane) that are shown, in order, and their size: of many those with the largest
    gradient."""
    count, planes, rows, columns = slopes.shape
    flat = slopes.reshape(count * planes, -1)
    if rows == 1 and columns > 16:  # a row of single numbers, laid out in lines
        rows = max(divisor for divisor in range(1, int(columns**0.5) + 1) if columns % divisor == 0)
        columns = flat.shape[1] // rows
    if len(flat) <= TILES:
        return list(range(len(flat))), rows, columns
    strongest = np.argsort(-np.linalg.norm(flat, axis=1), kind="stable")[:TILES]
    return sorted(int(index) for index in strongest), rows, columns


def _tiles(values: NDArray[np.float32], chosen: Sequence[int], shape: tuple[int, ...]) -> NDArray[np.float32]:
    count, planes = values.shape[:2]
    return np.ascontiguousarray(values.reshape(count * planes, -1)[list(chosen)].reshape(shape))


def _name(bank: Bank, shape: tuple[int, ...], index: int) -> str:
    filter, plane = divmod(index, shape[1])
    return f"{bank.unit} {filter}" + (f", {bank.plane_name(filter, plane)}" if shape[1] > 1 else "")


def _layer_words(bank: Bank, shape: tuple[int, ...], shown: int) -> str:
    total = shape[0] * shape[1]
    which = f"all {total}" if shown == total else f"the {shown} of {total:,} with the largest gradient"
    return f"{bank.title}, {which}"


def _shown(now: Moment, ahead: Sequence[Moment], label: int) -> list[int]:
    """Classes in the bars: all of few, else the label and the strongest, in their order."""
    highest = np.nan_to_num(np.max([now.probabilities, *(moment.probabilities for moment in ahead)], axis=0))
    strongest = [int(index) for index in np.argsort(-highest, kind="stable")]
    return sorted({label, *[index for index in strongest if index != label][:9]})


def _finite(loss: float) -> float | None:
    return float(loss) if np.isfinite(loss) else None
