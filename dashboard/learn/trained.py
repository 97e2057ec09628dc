"""The first-layer filters of trained runs; read from their weights' file without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from core.errors import ConvLensError, RunError
from core.runs import folder
from dashboard import listing, runs_view

if TYPE_CHECKING:
    from core.network.spec import NetworkSpec
    from core.runs.folder import Summary

NAME = "0_convolution.weight"


@dataclass(frozen=True, eq=False)
class Filters:
    """values: float32 (F, C, kH, kW), read-only. epoch: of the weights, None where the file does not tell."""

    values: NDArray[np.float32]
    run: str
    epoch: int | None

    @property
    def source(self) -> str:
        """The run and the epoch that they came from."""
        return self.run if self.epoch is None else f"{self.run}, epoch {self.epoch}"


def runs() -> dict[str, Summary]:
    """Runs that have weights and begin with a convolution, newest first, by id. Raises RunError."""
    return {line.id: line for line in listing.runs() if runs_view.has_weights(line) and _begins(line.id)}


@st.cache_data(max_entries=2000, show_spinner=False)
def _begins(id: str) -> bool:
    """A run's network never changes."""
    try:
        return begins_with_convolution(folder.open_run(id).spec.network)
    except ConvLensError:
        return False


def begins_with_convolution(network: NetworkSpec) -> bool:
    return bool(network.layers) and network.layers[0].kind == "convolution"


def filters(id: str) -> Filters:
    """The first layer of a run as its weights are now: the best ones, else the last. Raises RunError."""
    run = folder.open_run(id)
    paths = (run.path / place / "weights.safetensors" for place in ("best", "checkpoint"))
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise RunError(f"The run {run.name} has no weights yet: they come with its first epoch.")
    try:
        values, epoch = _read(str(path), path.stat().st_mtime_ns)
    except (OSError, SafetensorError, ValueError):
        raise RunError(f"The weights of {run.name} cannot be read: train it again, or choose another run.") from None
    return Filters(values, run.name, epoch)


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(path: str, stamp: int) -> tuple[NDArray[np.float32], int | None]:
    with safe_open(Path(path), "numpy") as file:
        values = np.asarray(file.get_tensor(NAME), dtype=np.float32)
        told = (file.metadata() or {}).get("epoch", "")
    if values.ndim != 4 or not np.isfinite(values).all():
        raise ValueError("no filters of two dimensions, or not finite")
    values.flags.writeable = False
    return values, int(told) if told.isdecimal() else None
