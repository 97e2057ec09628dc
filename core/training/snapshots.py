"""Pictures of a training that its pages draw: files of arrays, each written whole or not at all.

`pinned.npz`: validation samples to watch: `x` uint8 (n, C, H, W) or float32 points (n, 2), `y`, `index`, `classes`.
`answers.npy`: float32 (n, classes), what the network answers to them now.
`surface.npz` for points in the plane: `probabilities` float32 (classes, 64, 64), the lowest row first, and `extent`:
left, right, bottom, top.
`predictions-validation.npz` of the last epoch, `predictions-test.npz` of the end: `labels`, `index` (N,),
`probabilities` float32 (N, classes); `index` is the place in the data set's training or test samples. The former has
`epoch` and `step` too: it is not written after every epoch of a training that has many in a second.
`snapshots/epoch-00003.npz`: the network's parameters by name, as far as they are small, and `validation_probabilities`
float16 (N, classes); epoch 0 is the network before its first step.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from core.data.prepare import Part
from core.network.build import ConvNet
from core.runs.arrays import write_arrays
from core.training.history import snapshot_epochs, snapshot_path
from core.training.judge import Judge, Probabilities
from core.training.probe import weighted

PINNED = 16
GRID = 64
PINNED_POINTS = 500
SMALL = 2_000_000  # bytes of weights that a snapshot holds; of larger networks the first layer's
MOST_SNAPSHOTS = 100


def choose_pinned(labels: npt.NDArray[np.int64], most: int = PINNED) -> npt.NDArray[np.int64]:
    """Places of at most `most` samples: the first of each class, then the second of each, and so on."""
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], labels[order], side="left")
    turn = np.arange(len(order)) - starts
    return order[np.lexsort((labels[order], turn))][:most]


def write_pinned(folder: Path, part: Part, chosen: npt.NDArray[np.int64], classes: tuple[str, ...]) -> None:
    x, y = part.x.numpy()[chosen], part.y.numpy()[chosen]
    write_arrays(folder / "pinned.npz", x=x, y=y, index=part.index[chosen], classes=np.array(classes))


def write_predictions(path: Path, part: Part, probabilities: Probabilities, **place: int) -> None:
    """place: `epoch` and `step` that the answers were given after."""
    numbers = {name: np.array(value, np.int64) for name, value in place.items()}
    write_arrays(path, labels=part.y.numpy(), probabilities=probabilities, index=part.index, **numbers)


class Surface:
    """The plane around the training's points, as the network divides it."""

    def __init__(self, part: Part) -> None:
        points = part.x.numpy()
        low, high = points.min(axis=0), points.max(axis=0)
        margin = 0.15 * np.maximum(high - low, 1e-6)
        low, high = low - margin, high + margin
        self._extent = np.array([low[0], high[0], low[1], high[1]], np.float32)
        columns, rows = np.linspace(low, high, GRID, dtype=np.float32).T
        grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
        self._grid = torch.from_numpy(np.ascontiguousarray(grid))

    def write(self, folder: Path, judge: Judge) -> None:
        answers = judge.probabilities(self._grid).T.reshape(-1, GRID, GRID)
        write_arrays(folder / "surface.npz", probabilities=answers, extent=self._extent)


def write_snapshot(folder: Path, epoch: int, network: ConvNet, probabilities: Probabilities | None) -> None:
    """The network after that many epochs; where there are many already, every second one goes."""
    state = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}
    if sum(array.nbytes for array in state.values()) > SMALL:
        first = next(iter(weighted(network)), None)
        state = {name: array for name, array in state.items() if name == first and array.nbytes <= SMALL}
    if probabilities is not None:
        state["validation_probabilities"] = probabilities.astype(np.float16)
    every = spacing(folder)
    if epoch % every:
        return
    write_arrays(snapshot_path(folder, epoch), **state)
    kept = snapshot_epochs(folder)
    if len(kept) > MOST_SNAPSHOTS:
        for other in kept:
            if other % (2 * every):
                snapshot_path(folder, other).unlink(missing_ok=True)


def spacing(folder: Path) -> int:
    """Every how many epochs a snapshot is kept: 1, 2, 4, ..."""
    kept = [epoch for epoch in snapshot_epochs(folder) if epoch]
    return kept[0] if kept and kept[0] > 1 else 1
