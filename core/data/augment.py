"""Random changes of images on their way into the network: one affine grid for a batch, then colour and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from core.data.raw import Array, RawData
from core.data.settings import Augmentation
from core.errors import DataError

NOTHING = Augmentation()


@dataclass(frozen=True)
class Motion:
    """How each of N images is moved; every field has shape (N,).

    angle: degrees, counterclockwise as seen. shift_x, shift_y: to the right and down, shares of the width and height.
    scale_x, scale_y: factors, above 1 magnifies. flip_x, flip_y: mirrored left to right, upside down (before all else).
    Content is scaled about the centre, then turned, then shifted.
    """

    angle: torch.Tensor
    shift_x: torch.Tensor
    shift_y: torch.Tensor
    scale_x: torch.Tensor
    scale_y: torch.Tensor
    flip_x: torch.Tensor
    flip_y: torch.Tensor


def augment(batch: torch.Tensor, settings: Augmentation, generator: torch.Generator) -> torch.Tensor:
    """A changed copy of the batch, or the batch itself where the settings change nothing.

    batch: images (N, C, H, W), float 0..1 or uint8 0..255, or points (N, D) float, on any device.
    generator: on the CPU; all randomness comes from it, so its state decides the result.
    Returns float32 0..1 for images; points only get noise, in their own unit. What a move uncovers repeats the border.
    """
    if batch.ndim != 4:
        return batch if settings.noise == 0 else batch + settings.noise * _normal(batch, generator)
    if settings == NOTHING:
        return batch
    x = batch.to(torch.float32) / 255 if batch.dtype == torch.uint8 else batch
    if moves(settings):
        x = move(x, draw(len(x), settings, generator))
    if settings.channel_shift > 0:
        x = x + _uniform((*x.shape[:2], 1, 1), settings.channel_shift, generator).to(x.device)
    if settings.noise > 0:
        x = x + settings.noise * _normal(x, generator)
    return x.clamp(0, 1)


def moves(settings: Augmentation) -> bool:
    """Whether pixels change their place."""
    grid = settings.rotation > 0 or settings.shift > 0 or settings.scale > 0 or settings.zoom > 0
    return grid or settings.flip_horizontal or settings.flip_vertical


def draw(count: int, settings: Augmentation, generator: torch.Generator) -> Motion:
    """A random motion for each of `count` images, evenly within the settings' bounds; flips with probability 1/2."""
    scale = 1 + _uniform((count,), settings.scale, generator)
    return Motion(
        angle=_uniform((count,), settings.rotation, generator),
        shift_x=_uniform((count,), settings.shift, generator),
        shift_y=_uniform((count,), settings.shift, generator),
        scale_x=scale * (1 + _uniform((count,), settings.zoom, generator)),
        scale_y=scale * (1 + _uniform((count,), settings.zoom, generator)),
        flip_x=_coins(count, settings.flip_horizontal, generator),
        flip_y=_coins(count, settings.flip_vertical, generator),
    )


def move(images: torch.Tensor, motion: Motion) -> torch.Tensor:
    """Images (N, C, H, W) moved, sampled bilinearly; flips alone keep every pixel's exact value."""
    x = _flipped(images, motion.flip_x, 3)
    x = _flipped(x, motion.flip_y, 2)
    theta = _inverse_maps(motion, images.shape[2], images.shape[3])
    if torch.equal(theta, torch.eye(2, 3).expand_as(theta)):
        return x
    grid = functional.affine_grid(theta.to(x.device, x.dtype), list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _inverse_maps(motion: Motion, height: int, width: int) -> torch.Tensor:
    """(N, 2, 3): from a place in the result to its place in the image, both counted -1..1 on each axis, as in torch."""
    radians = torch.deg2rad(motion.angle)
    cos, sin = torch.cos(radians), torch.sin(radians)
    linear = torch.stack(
        [
            torch.stack([cos / motion.scale_x, -sin / motion.scale_x * (height / width)], dim=1),
            torch.stack([sin / motion.scale_y * (width / height), cos / motion.scale_y], dim=1),
        ],
        dim=1,
    )
    shift = 2 * torch.stack([motion.shift_x, motion.shift_y], dim=1)
    return torch.cat([linear, -linear @ shift[:, :, None] + 0.0], dim=2)


def _flipped(images: torch.Tensor, which: torch.Tensor, side: int) -> torch.Tensor:
    if not which.any():
        return images
    return torch.where(which.to(images.device)[:, None, None, None], images.flip(side), images)


def _uniform(shape: tuple[int, ...], bound: float, generator: torch.Generator) -> torch.Tensor:
    """Evenly from -bound to bound; draws nothing where the bound is 0."""
    return (2 * torch.rand(shape, generator=generator) - 1) * bound if bound else torch.zeros(shape)


def _coins(count: int, wanted: bool, generator: torch.Generator) -> torch.Tensor:
    return torch.rand(count, generator=generator) < 0.5 if wanted else torch.zeros(count, dtype=torch.bool)


def _normal(like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    return torch.randn(like.shape, generator=generator).to(like.device)


def preview(raw: RawData, settings: Augmentation, seed: int = 0, n: int = 12) -> tuple[Array, Array]:
    """`n` training images before and after augmentation, both uint8 (n, C, H, W); raises DataError for points."""
    if not raw.is_image:
        raise DataError(f"{raw.title} has points, not images: there is no picture of their augmentation.")
    chosen = np.sort(np.random.default_rng(seed).permutation(raw.train_count)[:n])
    before = np.array(raw.train_x[chosen])
    after = augment(torch.from_numpy(before), settings, torch.Generator().manual_seed(seed))
    if after.dtype != torch.uint8:
        after = (after * 255).round().to(torch.uint8)
    return before, after.numpy()
