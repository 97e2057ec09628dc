"""A run's weights as they were: after each epoch that its folder has a snapshot of, and before its first step.

What the files hold is told at the head of `core/training/snapshots.py`. Of a network that is too large for snapshots
only the first layer is recorded; its best weights are whole at their own epoch, and its first ones come again from
the seed. torch is imported where a network is asked for, not before.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from core.errors import RunError
from core.runs import tensors
from core.runs.arrays import BROKEN
from core.runs.disk import telling
from core.runs.folder import Run

if TYPE_CHECKING:
    from core.network.build import ConvNet

ANSWERS = "validation_probabilities"
BEST = Path("best") / tensors.FILE
LAST = Path("checkpoint") / tensors.FILE
Weights = dict[str, npt.NDArray[Any]]
Stamp = tuple[tuple[int, int], ...]


def snapshot_path(folder: Path, epoch: int) -> Path:
    return folder / "snapshots" / f"epoch-{epoch:05d}.npz"


def snapshot_epochs(folder: Path) -> list[int]:
    """The epochs that a run's folder has snapshots of, in order."""
    names = (path.stem.removeprefix("epoch-") for path in (folder / "snapshots").glob("epoch-*.npz"))
    return sorted(int(name) for name in names if name.isdigit())


def epochs_of(run: Run) -> list[int]:
    """The epochs whose weights are recorded, in order: 0 is before the first step; the best epoch is among them.

    Empty before the first snapshot, and of a run that was loaded from an archive that does not tell its epoch.
    """
    best = best_epoch(run)
    return sorted({*snapshot_epochs(run.path), *([] if best is None else [best])})


def best_epoch(run: Run) -> int | None:
    """The epoch that the best weights are of; None where there are none, or they do not tell."""
    try:
        with safe_open(run.path / BEST, "np") as file:
            return int((file.metadata() or {})["epoch"])
    except (OSError, SafetensorError, KeyError, ValueError):
        return None


def normaliser_of(run: Run) -> dict[str, Any] | None:
    """How the network's inputs were normalised, for `Normaliser.from_dict`; None where the weights do not tell."""
    for place in (BEST, LAST):
        try:
            with safe_open(run.path / place, "np") as file:
                found = json.loads((file.metadata() or {})["normaliser"])
        except (OSError, SafetensorError, KeyError, ValueError):
            continue
        return dict(found) if isinstance(found, dict) else None
    return None


def weights_at(run: Run, epoch: int, names: Collection[str] | None = None) -> Weights:
    """The parameters and running averages by name, all or those of `names`; of a large network what is known.

    Raises RunError where nothing is recorded of that epoch, or it is damaged.
    """
    wanted = set(tensors.expected(run.spec.network)) if names is None else set(names)
    path = snapshot_path(run.path, epoch)
    found: Weights = _read(path, run, epoch, wanted) if path.is_file() else {}
    if epoch == best_epoch(run) and not wanted <= set(found):
        found |= best_weights(run, wanted)
    if not found and epoch not in epochs_of(run):
        raise RunError(_missing(run, epoch))
    if epoch == 0 and not wanted <= set(found):
        found |= _first(run, wanted)
    return found


def answers_at(run: Run, epoch: int) -> npt.NDArray[np.float32] | None:
    """The probabilities (N, classes) that the validation samples got after that epoch; None where not recorded.

    Raises RunError where the snapshot is damaged.
    """
    path = snapshot_path(run.path, epoch)
    if not path.is_file():
        return None
    found = _read(path, run, epoch, {ANSWERS}).get(ANSWERS)
    return None if found is None else found.astype(np.float32)


def best_weights(run: Run, names: Collection[str] | None = None) -> Weights:
    """The weights of the best epoch so far by name. Raises RunError where there are none, or they are damaged."""
    path = run.path / BEST
    if not path.is_file():
        raise RunError(f"The run {run.name} has no best weights yet: they come with its first epoch.")
    try:
        with safe_open(path, "np") as file:
            known = [name for name in file.keys() if names is None or name in names]  # noqa: SIM118 (no mapping)
            return {name: file.get_tensor(name) for name in known}
    except (OSError, SafetensorError, ValueError):
        raise RunError(f"The best weights of {run.name} are damaged: choose another epoch or run.") from None


def whole_at(run: Run, epoch: int) -> bool:
    """Whether all of the network's parameters are known at that epoch; reads names, not numbers. Never raises."""
    return epoch == 0 or epoch == best_epoch(run) or _recorded_whole(run, epoch)


def network_at(run: Run, epoch: int | None = None) -> ConvNet:
    """The network with the weights of that epoch, on the CPU, in evaluation mode; None: of the best epoch so far.

    Raises RunError where they are not recorded as a whole.
    """
    from core.network.build import build
    from core.training.checkpoints import load_weights

    if epoch is None:
        return load_weights(run.path)
    found = weights_at(run, epoch)
    spec = run.spec
    if not _whole(run, found):
        best = best_epoch(run)
        there = f"; all of it is known at epoch 0{'' if best is None else f' and at the best one, epoch {best}'}"
        raise RunError(f"Epoch {epoch} of {run.name} is recorded in part only: the network is large{there}.")
    network = build(spec.network, seed=0)
    _load(network, found, run, epoch)
    return network.eval()


def stamp(run: Run, epoch: int | None = None) -> Stamp:
    """Sizes and times of what is recorded of an epoch (None: of the best and last weights): it changes when they do.

    Another epoch that becomes the best one changes it only where that takes the whole weights away.
    """
    if epoch is None:
        return tuple(_when(run.path / place) for place in (BEST, LAST))
    needs_best = epoch == best_epoch(run) and not _recorded_whole(run, epoch)
    paths = [snapshot_path(run.path, epoch), *([run.path / BEST] if needs_best else [])]
    return tuple(map(_when, paths))


def newest(run: Run) -> Stamp:
    """Changes whenever an epoch was recorded, or the best weights changed."""
    return (_when(run.path / "snapshots"), _when(run.path / BEST))


def _when(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (-1, 0)
    return (found.st_size, found.st_mtime_ns)


def _read(path: Path, run: Run, epoch: int, names: Collection[str]) -> Weights:
    try:
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            return {name: file[name] for name in file.files if name in names}
    except BROKEN:
        raise RunError(f"The snapshot of epoch {epoch} of {run.name} is damaged: choose another epoch.") from None


def _recorded_whole(run: Run, epoch: int) -> bool:
    try:
        with snapshot_path(run.path, epoch).open("rb") as content, np.load(content, allow_pickle=False) as file:
            return _whole(run, dict.fromkeys(file.files))
    except BROKEN:
        return False


def _whole(run: Run, found: dict[str, Any]) -> bool:
    return set(tensors.expected(run.spec.network)) <= set(found)


def _missing(run: Run, epoch: int) -> str:
    known = epochs_of(run)
    if not known:
        return f"No epoch of {run.name} is recorded yet: the first one comes when its training starts."
    nearest = min(known, key=lambda other: abs(other - epoch))
    return f"Epoch {epoch} of {run.name} is not recorded; the nearest one that is, is epoch {nearest}."


def _first(run: Run, names: Collection[str]) -> Weights:
    """The network before its first step, from the seed; empty where what was recorded of it is different."""
    from core.network.build import build

    state = build(run.spec.network, seed=run.spec.train.seed).state_dict()
    path = snapshot_path(run.path, 0)
    known = _read(path, run, 0, set(state)) if path.is_file() else {}
    if not known or not all(np.array_equal(state[name].numpy(), values) for name, values in known.items()):
        return {}
    return {name: tensor.numpy() for name, tensor in state.items() if name in names}


def _load(network: ConvNet, found: Weights, run: Run, epoch: int) -> None:
    import torch

    with telling(f"read epoch {epoch} of {run.name}"):
        state = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in found.items()}
    try:
        network.load_state_dict(state)
    except RuntimeError:
        raise RunError(f"The snapshot of epoch {epoch} of {run.name} is of another network: choose another.") from None
