"""From stored values to what the network is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.data.raw import Array
from core.data.settings import Normalisation


@dataclass(frozen=True)
class Normaliser:
    """(scale x - mean) / std, with x in 0..1 for images and as it is for points.

    mean, std: one number for each channel of an image or coordinate of a point, in the scaled unit.
    """

    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        """float32 batch of the same shape and device; uint8 stands for 0..255, a float image for 0..1."""
        unit = 255.0 if batch.dtype == torch.uint8 else 1.0
        factors = [self.scale / unit / std for std in self.std]
        offsets = [-mean / std for mean, std in zip(self.mean, self.std, strict=True)]
        x = batch.to(torch.float32, copy=True)
        if set(factors) != {1.0}:
            x.mul_(self._spread(factors, x))
        if set(offsets) != {0.0}:
            x.add_(self._spread(offsets, x))
        return x

    @staticmethod
    def _spread(values: list[float], x: torch.Tensor) -> torch.Tensor | float:
        if len(set(values)) == 1:
            return values[0]
        return torch.tensor(values, dtype=x.dtype, device=x.device).reshape(-1, *[1] * (x.ndim - 2))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"scale": self.scale, "mean": list(self.mean), "std": list(self.std)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Normaliser:
        return cls(float(values["scale"]), tuple(map(float, values["mean"])), tuple(map(float, values["std"])))


def _image_statistics(images: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each channel of uint8 (N, C, H, W), exact from histograms, in 0..1."""
    counts = np.zeros((images.shape[1], 256), dtype=np.int64)
    for start in range(0, len(images), 2048):
        for channel, values in enumerate(images[start : start + 2048].swapaxes(0, 1)):
            counts[channel] += np.bincount(values.ravel(), minlength=256)
    levels = np.arange(256) / 255
    share = counts / counts.sum(axis=1, keepdims=True)
    mean = share @ levels
    return mean, np.sqrt((share * (levels - mean[:, None]) ** 2).sum(axis=1))


def fit_normaliser(x: Array, kind: Normalisation) -> Normaliser:
    """The normaliser of a kind; `standardised` measures each channel of the training images (or coordinate of points).

    x: training samples, uint8 (N, C, H, W) or float32 (N, D). Points know no 0..255: they are used as they are, unless
    standardised. A channel that never varies keeps a standard deviation of 1.
    """
    is_image = x.ndim == 4
    channels = x.shape[1]
    if kind != "standardised":
        scale = 255.0 if is_image and kind == "0..255" else 1.0
        return Normaliser(scale, (0.0,) * channels, (1.0,) * channels)
    mean, std = _image_statistics(x) if is_image else (x.mean(axis=0, dtype=float), x.std(axis=0, dtype=float))
    std = np.where(std > 1e-12, std, 1.0)
    return Normaliser(1.0, tuple(mean.tolist()), tuple(std.tolist()))
