"""From scikit-learn's arrays and settings to what a training consumes."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.data.normalise import Normaliser
from core.data.prepare import Part, Prepared
from core.data.settings import Normalisation
from core.data.splits import stratified
from core.errors import Fault, SpecError
from core.network import files
from core.network.edits import fit_to
from core.network.layers import AnyLayer, Convolution, Dense, Flatten, MaxPooling
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec, Shape

Array = NDArray[Any]

_HEAD: tuple[AnyLayer, ...] = (Dense(units=64), Dense(units=2, activation="softmax"))
_VECTORS = NetworkSpec(name="dense", input_shape=(2,), layers=_HEAD)
_IMAGES = NetworkSpec(
    name="small",
    input_shape=(1, 8, 8),
    layers=(Convolution(filters=16, padding="same"), MaxPooling(), Flatten(), *_HEAD),
)


@dataclass(frozen=True, eq=False)
class Scaler:
    """(x - offset) / width, one number for each channel of an image or feature of a vector; measured in float64."""

    offset: Array
    width: Array

    def __call__(self, x: Array) -> torch.Tensor:
        """(N, ...) of any numbers -> float32 of the same shape."""
        scaled = (x.astype(np.float64) - self.offset) / self.width
        return torch.from_numpy(np.ascontiguousarray(scaled, dtype=np.float32))


def fit_scaler(x: Array, kind: Normalisation) -> Scaler:
    """Measure `x`, (N, C, H, W) or (N, D).

    standardised: mean 0 and standard deviation 1 in each channel or feature; 0..1: the smallest value of all becomes 0,
    the largest 1; 0..255: values are taken as they are.
    """
    axes = (0, *range(2, x.ndim))
    values = x.astype(np.float64)
    if kind == "standardised":
        offset, width = values.mean(axis=axes, keepdims=True)[0], values.std(axis=axes, keepdims=True)[0]
    elif kind == "0..1":
        offset, width = np.array(values.min()), np.array(np.ptp(values))
    else:
        offset, width = np.zeros(()), np.ones(())
    return Scaler(offset, np.where(width > 1e-12 * np.maximum(np.abs(offset), 1e-300), width, 1.0))


def network_for(wanted: object, shape: Shape, classes: int) -> tuple[NetworkSpec, tuple[str, ...]]:
    """The network that an estimator trains on samples of `shape`, (C, H, W) or (D,), and notes on what was changed.

    wanted: None, a preset's name, a NetworkSpec, or JSON or YAML text. Rows of D numbers that come to a network for
    images of D numbers are taken for these images; images that come to a network for vectors are flattened. Otherwise
    the network is fitted to the samples. Raises SpecError.
    """
    if wanted is None:
        return fit_to(_VECTORS if len(shape) == 1 else _IMAGES, shape, classes)[0], ()
    spec = _described(wanted)
    if prod(spec.input_shape) == prod(shape) and len(spec.input_shape) != len(shape):
        shape = spec.input_shape
    elif len(spec.input_shape) == 1:
        shape = (prod(shape),)
    fitted, notes = fit_to(spec, shape, classes)
    return fitted, tuple(notes)


def _described(wanted: object) -> NetworkSpec:
    if isinstance(wanted, NetworkSpec):
        return wanted
    if not isinstance(wanted, str):
        sentence = (
            f"a network is None, a preset's name, a NetworkSpec, or JSON or YAML text, not {type(wanted).__name__}"
        )
        raise SpecError((Fault("network", sentence),))
    if wanted in PRESETS:
        return PRESETS[wanted].network
    if not set(wanted) & set("{:\n"):
        close = difflib.get_close_matches(wanted.lower(), PRESETS, n=1)
        fix = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(PRESETS)}"
        raise SpecError((Fault("network", f"there is no preset '{wanted}'", fix),))
    return files.parse(wanted, source="the network")


def prepared(x: torch.Tensor, y: Array, classes: tuple[str, ...], share: float, seed: int) -> Prepared:
    """Scaled samples (N, ...) with labels 0..K-1 (N,), as a training takes them; the share validates, stratified.

    There is no test part; without a share there is no validation part either.
    """
    rest, held = stratified(y, share, seed)
    labels = torch.from_numpy(y.astype(np.int64))

    def part(index: Array) -> Part:
        return Part(x[torch.from_numpy(index)], labels[torch.from_numpy(index)], index)

    nothing = part(np.zeros(0, dtype=np.int64))
    return Prepared(part(rest), part(held), nothing, classes, unscaled(x.shape[1]), ())


def unscaled(channels: int) -> Normaliser:
    """A normaliser that leaves samples as they are."""
    return Normaliser(1.0, (0.0,) * channels, (1.0,) * channels)
