"""The picture that excites a channel or a class most, found by gradient ascent on its pixels.

With the picture p in 0..1 and a(p) what is to grow, each step is

    p <- clip(0.5 + (1 - decay) (p + step (g / rms(g) - variation t) - 0.5)),   g = da/dp,   t = dV/dp,

where V sums the smoothed differences of neighbours, sqrt(d^2 + 0.02^2), and every fourth step blurs p by a Gaussian.
Jitter moves the picture by a random number of pixels for each step's gradient, in a circle. The rms makes a step's
length the same in all layers (Erhan et al. 2009; Yosinski et al. 2015; Mordvintsev et al. 2015).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import ceil
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.normalise import Normaliser
from core.errors import ConvLensError
from core.lens.capture import Lens

Start = Literal["noise", "grey"]
Reach = Literal["map", "cell"]

BLUR_EVERY = 4
SMOOTH = 0.02
NOISE = 0.05  # standard deviation of the start around mid grey


@dataclass(frozen=True)
class DreamSettings:
    """reach: the mean of the channel's map, or its middle cell alone; of a vector both are its element.

    step: of the pixels' range, a step. decay: share that a pixel loses towards mid grey, a step. variation: weight of
    the differences between neighbours. blur: sigma in pixels. jitter: pixels. Raises ConvLensError outside of BOUNDS.
    """

    reach: Reach = "map"
    start: Start = "noise"
    seed: int = 0
    steps: int = 200
    step: float = 0.02
    decay: float = 0.0
    variation: float = 0.1
    blur: float = 0.0
    jitter: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise ConvLensError(f"The dream's {name} must lie from {low:g} to {high:g}, not at {value!r}.")
        if self.reach not in ("map", "cell") or self.start not in ("noise", "grey"):
            raise ConvLensError("A dream reaches over a map or a cell, and starts from noise or grey.")

    @classmethod
    def of(cls, values: dict[str, Any]) -> DreamSettings:
        """Those of `values` that are settings; others are left out. Raises ConvLensError."""
        return cls(**{field.name: values[field.name] for field in fields(cls) if field.name in values})


BOUNDS: dict[str, tuple[float, float]] = {
    "seed": (0, 9999),
    "steps": (1, 2000),
    "step": (0.001, 0.2),
    "decay": (0.0, 0.2),
    "variation": (0.0, 1.0),
    "blur": (0.0, 2.0),
    "jitter": (0, 16),
}


class Dream:
    """A picture that grows, step by step; the same settings give the same pictures.

    picture: float32 (C, H, W) in 0..1. values: what it excited before each step.
    """

    def __init__(
        self, lens: Lens, normaliser: Normaliser, name: str, channel: int, settings: DreamSettings | None = None
    ) -> None:
        """Raises ConvLensError for a layer or a channel that there is not, or an input that is no picture."""
        node = lens.graph.node(name)
        if len(lens.input_shape) != 3:
            raise ConvLensError("This network reads points, not pictures: there is nothing to dream of.")
        if not 0 <= channel < node.shape[0]:
            raise ConvLensError(
                f"{node.title.capitalize()} has {node.shape[0]} channels: there is no number {channel}."
            )
        self._lens, self._normaliser, self._name, self._channel = lens, normaliser, name, channel
        self.settings = settings or DreamSettings()
        self._generator = torch.Generator().manual_seed(self.settings.seed)
        self.picture = torch.full(lens.input_shape, 0.5)
        if self.settings.start == "noise":
            self.picture += NOISE * torch.randn(lens.input_shape, generator=self._generator)
            self.picture.clamp_(0, 1)
        self.values: list[float] = []

    def excited(self, picture: Tensor) -> Tensor:
        """How much a picture (C, H, W) in 0..1 excites the channel: a number that can be differentiated."""
        found = self._lens.maps(self._normaliser(picture[None]), [self._name], gradients=True)[self._name][
            0, self._channel
        ]
        if found.ndim < 2:
            return found.mean()
        height, width = found.shape
        return found.mean() if self.settings.reach == "map" else found[(height - 1) // 2, (width - 1) // 2]

    def gradient(self, shift: tuple[int, int] = (0, 0)) -> tuple[float, Tensor]:
        """The value and da/dp (C, H, W) of the picture moved by `shift` (down, right), moved back."""
        moved = self.picture.roll(shift, (1, 2)).requires_grad_()
        with torch.enable_grad():
            value = self.excited(moved)
            (found,) = torch.autograd.grad(value, moved, allow_unused=True)
        found = torch.zeros_like(self.picture) if found is None else found
        return float(value.detach()), found.roll((-shift[0], -shift[1]), (1, 2)).nan_to_num_(0.0, 0.0, 0.0)

    def step(self) -> float:
        """One step; returns what the picture before it excited."""
        now = self.settings
        value, gradient = self.gradient(self._shift())
        direction = gradient / gradient.square().mean().sqrt().clamp_min(1e-12)
        if now.variation:
            direction = direction - now.variation * _roughness(self.picture)
        moved = self.picture + now.step * direction
        self.picture = (0.5 + (1 - now.decay) * (moved - 0.5)).clamp_(0, 1)
        self.values.append(value)
        if now.blur and len(self.values) % BLUR_EVERY == 0:
            self.picture = blurred(self.picture, now.blur)
        return value

    def pixels(self) -> NDArray[np.uint8]:
        """The picture as uint8 (C, H, W)."""
        return (self.picture * 255).round().to(torch.uint8).numpy()

    def _shift(self) -> tuple[int, int]:
        most = self.settings.jitter
        if not most:
            return 0, 0
        down, right = torch.randint(-most, most + 1, (2,), generator=self._generator).tolist()
        return down, right


def _roughness(picture: Tensor) -> Tensor:
    """dV/dp of V, the sum of sqrt(d^2 + SMOOTH^2) over the differences d of neighbours; between -4 and 4."""
    found = torch.zeros_like(picture)
    for axis in (1, 2):
        difference = picture.diff(dim=axis)
        slope = difference / (difference.square() + SMOOTH**2).sqrt()
        size = picture.shape[axis]
        found.narrow(axis, 1, size - 1).add_(slope)
        found.narrow(axis, 0, size - 1).sub_(slope)
    return found


def blurred(picture: Tensor, sigma: float) -> Tensor:
    """A Gaussian blur of (C, H, W); pixels beyond the border are those at the border."""
    reach = ceil(3 * sigma)
    at = torch.arange(-reach, reach + 1, dtype=torch.float32)
    weights = torch.exp(-(at**2) / (2 * sigma**2))
    weights /= weights.sum()
    channels = len(picture)
    for axis in (0, 1):
        shape = (1, 1, -1, 1) if axis == 0 else (1, 1, 1, -1)
        room = (0, 0, reach, reach) if axis == 0 else (reach, reach, 0, 0)
        wide = torch.nn.functional.pad(picture[None], room, mode="replicate")
        picture = torch.nn.functional.conv2d(
            wide, weights.reshape(shape).expand(channels, *[-1] * 3).contiguous(), groups=channels
        )[0]
    return picture
