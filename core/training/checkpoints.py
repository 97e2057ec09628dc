"""A training on the disk: what exact resuming needs, and the weights for everybody else.

`checkpoint/state.bin` holds all of a session, its weights included, so that one renamed file is a whole checkpoint;
`checkpoint/state-previous.bin` is the one before, `checkpoint/state-high.bin` a newer one whose loss was too high to
come back to after a divergence. Readers take `checkpoint/weights.safetensors` (the last weights) and
`best/weights.safetensors` (of the epoch with the best validation accuracy); their metadata tell the `normaliser`, the
latter's the `epoch` too.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as to_safetensors
from torch import Tensor

from core.data.normalise import Normaliser
from core.errors import RunError
from core.network.build import ConvNet, build
from core.network.spec import NetworkSpec
from core.runs.description import read_spec
from core.runs.disk import telling, write_atomic
from core.training.loop import Session

VERSION = 1
CHECKSUM_BYTES = 4
WEIGHTS = "weights.safetensors"
STATE, PREVIOUS, HIGH = "state.bin", "state-previous.bin", "state-high.bin"
_DAMAGED = (RuntimeError, pickle.UnpicklingError, EOFError, LookupError, ValueError, TypeError, AttributeError)


def weights_path(folder: Path, which: Literal["best", "last"]) -> Path:
    """Where a run's folder has its weights."""
    return folder / ("best" if which == "best" else "checkpoint") / WEIGHTS


def save(folder: Path, session: Session) -> None:
    """Writes the session as the newest checkpoint; the newest before becomes the previous. Raises RunError.

    One that is not healthy stands beside them, so that these are there to come back to. A process that dies at any
    moment leaves a whole one behind.
    """
    state = {"version": VERSION, "weights": _weights(session.network), "session": session.state()}
    buffer = io.BytesIO()
    torch.save(state, buffer)
    content = buffer.getvalue()
    with telling(f"write the checkpoint of {folder.name}"):
        place = folder / "checkpoint"
        place.mkdir(exist_ok=True)
        beside = place / ".state.new"
        try:
            beside.write_bytes(_checksum(content) + content)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        if session.healthy:
            if (place / STATE).exists():
                (place / STATE).replace(place / PREVIOUS)
            beside.replace(place / STATE)
            (place / HIGH).unlink(missing_ok=True)
        else:
            beside.replace(place / HIGH)
    save_weights(folder, "last", session.network, normaliser=session.prepared.normaliser)


def save_weights(
    folder: Path,
    which: Literal["best", "last"],
    network: ConvNet,
    epoch: int | None = None,
    normaliser: Normaliser | None = None,
) -> None:
    """Writes the network's weights and averages as safetensors, whole or not at all. Raises RunError.

    epoch, normaliser: told by the file too, so that who gets it alone can show the network pictures.
    """
    metadata = {} if epoch is None else {"epoch": str(epoch)}
    if normaliser is not None:
        metadata["normaliser"] = json.dumps(normaliser.to_dict())
    path = weights_path(folder, which)
    with telling(f"write the weights of {folder.name}"):
        path.parent.mkdir(exist_ok=True)
        write_atomic(path, to_safetensors(_weights(network), metadata or None))


def load(folder: Path, session: Session) -> bool:
    """Makes the session go on from the newest checkpoint that is whole; False where there is none at all.

    The best weights are then of the session's best epoch, or there are none. Raises RunError where all are damaged,
    and where the data has changed.
    """
    paths = (folder / "checkpoint" / name for name in (HIGH, STATE, PREVIOUS))
    found = [path for path in paths if path.exists()]
    for path in found:
        state = _read(path)
        if state is not None and _restored(session, state):
            _settle_best(folder, session)
            return True
    if found:
        raise RunError(
            f"The checkpoint of {folder.name} is damaged and so is the one before; duplicate the run to train anew."
        )
    return False


def roll_back(folder: Path, session: Session, before_step: int) -> bool:
    """Drops the newest checkpoint where it was taken at `before_step` or later, if there is one before it.

    For a training that diverged: the session gets the weights that are left. False where there is none to read.
    """
    place = folder / "checkpoint"
    newest = _read(place / STATE) if (place / STATE).exists() else None
    with telling(f"write the checkpoint of {folder.name}"):
        (place / HIGH).unlink(missing_ok=True)
        if (newest is None or newest["session"]["step"] >= before_step) and (place / PREVIOUS).exists():
            (place / PREVIOUS).replace(place / STATE)
            newest = _read(place / STATE)
    if newest is None:
        return False
    session.network.load_state_dict(newest["weights"])
    save_weights(folder, "last", session.network, normaliser=session.prepared.normaliser)
    return True


def _settle_best(folder: Path, session: Session) -> None:
    """Whoever trained before may have gone on after this checkpoint, and left the weights of a later epoch as the best.

    That epoch comes again, or another one does; until then what is tested must be what was judged.
    """
    path = weights_path(folder, "best")
    told = _epoch_of(path)
    if session.best_epoch is not None and path.exists() and told in (None, session.best_epoch):
        return
    if session.best_epoch is not None and session.best_epoch == session.epoch and session.position == 0:
        save_weights(folder, "best", session.network, session.best_epoch, session.prepared.normaliser)
        return
    session.forget_best()
    with telling(f"write the weights of {folder.name}"):
        path.unlink(missing_ok=True)


def _epoch_of(path: Path) -> int | None:
    """The epoch that the weights are of, None where the file does not tell."""
    try:
        with safe_open(path, "pt") as file:
            return int((file.metadata() or {})["epoch"])
    except (OSError, SafetensorError, KeyError, ValueError):
        return None


def load_weights(folder: Path, which: Literal["best", "last"] = "best") -> ConvNet:
    """The run's network with its trained weights, on the CPU, in evaluation mode.

    best: of the epoch with the highest validation accuracy, the last ones where there are none yet. Raises RunError.
    """
    path = weights_path(folder, which)
    if which == "best" and not path.exists():
        path = weights_path(folder, "last")
    if not path.exists():
        raise RunError(f"The run {folder.name} has no weights yet: they come with its first checkpoint.")
    return read_weights(path, read_spec(folder).network)


def read_weights(path: Path, spec: NetworkSpec) -> ConvNet:
    """A network with the weights of a safetensors file, in evaluation mode. Raises RunError where they do not fit."""
    network = build(spec, seed=0)
    try:
        with telling(f"read {path.name}"):
            network.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, KeyError) as error:
        said = " ".join(str(error).split())[:200]
        raise RunError(f"The weights in {path.parent.name}/{path.name} do not fit this network: {said}") from None
    return network.eval()


def _weights(network: ConvNet) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}


def _read(path: Path) -> dict[str, Any] | None:
    """A checkpoint, None where it is damaged or of another version. Never runs what a file says. Raises RunError."""
    try:
        with telling(f"read the checkpoint {path.name}"):
            content = path.read_bytes()
        head, body = content[:CHECKSUM_BYTES], content[CHECKSUM_BYTES:]
        if head != _checksum(body):
            return None
        state = torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)
    except _DAMAGED:
        return None
    known = isinstance(state, dict) and state.get("version") == VERSION and {"weights", "session"} <= set(state)
    return state if known else None


def _checksum(content: bytes) -> bytes:
    """torch checks nothing when it reads: a number that changed on the disk would go unseen."""
    return crc32(content).to_bytes(CHECKSUM_BYTES, "little")


def _restored(session: Session, state: Mapping[str, Any]) -> bool:
    try:
        session.restore(state["weights"], state["session"])
    except _DAMAGED:
        return False
    return True
