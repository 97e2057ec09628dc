"""How much maps change when the picture moves by whole pixels: before pooling, after one and after two poolings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch

from core.errors import SignalError
from core.signal.convolution import convolve
from core.signal.pooling import pool
from core.signal.pooling_settings import Pooling
from core.signal.shift_settings import MOST, POOLED, STEPS, Direction, Measure

Name = tuple[Literal["max", "average"] | None, int]  # kind of pooling, and how often


@dataclass(frozen=True)
class Curve:
    """How much a map changed, for shifts of 0, 1, ... pixels.

    kind: of pooling; None for the map before it. poolings: how many. size: of the map, (H, W). changes: from 0 up.
    """

    kind: Literal["max", "average"] | None
    poolings: int
    size: tuple[int, int]
    changes: tuple[float, ...]

    @property
    def title(self) -> str:
        """`after 2 max poolings`."""
        if self.kind is None:
            return "before pooling"
        return f"after {self.poolings} {self.kind} pooling{'s' if self.poolings > 1 else ''}"


def shifted(picture: Any, rows: int, columns: int) -> torch.Tensor:
    """(..., H, W) moved by whole pixels, down and right where positive; what leaves is gone, zeros come in."""
    values = torch.as_tensor(picture)
    height, width = values.shape[-2:]
    moved = torch.zeros_like(values)
    if abs(rows) < height and abs(columns) < width:
        to_rows, from_rows = _overlap(rows, height)
        to_columns, from_columns = _overlap(columns, width)
        moved[..., to_rows, to_columns] = values[..., from_rows, from_columns]
    return moved


def _overlap(by: int, side: int) -> tuple[slice, slice]:
    """Where the moved values go, and where they come from."""
    return slice(max(by, 0), side + min(by, 0)), slice(max(-by, 0), side + min(-by, 0))


def changed(map: torch.Tensor, reference: torch.Tensor, measure: Measure) -> float:
    """How different a map is from `reference`, cell by cell; 0: the same.

    "change": |map - reference| / |reference|, Euclidean norms over all cells; 1 is as far away as an empty map.
    "similarity": 1 - cosine of the angle between both, which lies in 0..1 for maps without negative values.
    An empty reference has changed by 0 where the map is empty too, else by 1.
    """
    first, second = reference.double().flatten(), map.double().flatten()
    length = float(first.norm())
    if length == 0:
        return 0.0 if float(second.norm()) == 0 else 1.0
    if measure == "change":
        return float((second - first).norm()) / length
    other = float(second.norm())
    return 1.0 if other == 0 else max(0.0, 1.0 - float(first @ second) / (length * other))


def framed(picture: Any, margin: int = MOST) -> torch.Tensor:
    """The (H, W) picture with a margin of zeros, so that nothing of it leaves when it moves."""
    return torch.nn.functional.pad(torch.as_tensor(picture), (margin,) * 4)


def all_maps(
    picture: Any, kernel: Any, size: int, stride: int, direction: Direction, most: int = MOST
) -> dict[Name, torch.Tensor]:
    """Maps (most + 1, H', W') of an (H, W) picture moved by 0 to `most` pixels, by kind of pooling and how often.

    The picture is convolved ('same'), then ReLU; then max and average pooled, once and twice. Raises SignalError where
    a map gets too small.
    """
    down, right = STEPS[direction]
    moved = [shifted(picture, down * by, right * by) for by in range(most + 1)]
    before = torch.stack([convolve(each, kernel, mode="same").relu() for each in moved])
    found: dict[Name, torch.Tensor] = {(None, 0): before}
    for kind in POOLED:
        once = _pooled(before, Pooling(kind=kind, size=size, stride=stride), 1)
        found |= {(kind, 1): once, (kind, 2): _pooled(once, Pooling(kind=kind, size=size, stride=stride), 2)}
    return found


def curves_of(maps: dict[Name, torch.Tensor], measure: Measure) -> tuple[Curve, ...]:
    """One curve for each entry of `all_maps`, in its order."""
    return tuple(_curve(values, *name, measure) for name, values in maps.items())


def curves(
    picture: Any, kernel: Any, size: int, stride: int, direction: Direction, measure: Measure, most: int = MOST
) -> tuple[Curve, ...]:
    """All five curves of an (H, W) picture, shifts 0 to `most`: before pooling, then max and average, once, twice."""
    return curves_of(all_maps(picture, kernel, size, stride, direction, most), measure)


def _pooled(maps: torch.Tensor, settings: Pooling, poolings: int) -> torch.Tensor:
    try:
        return pool(maps, settings, dims=2).output
    except SignalError as error:
        raise SignalError(f"Pooling {poolings} of 2: {error}") from None


def _curve(maps: torch.Tensor, kind: Literal["max", "average"] | None, poolings: int, measure: Measure) -> Curve:
    height, width = maps.shape[-2:]
    return Curve(kind, poolings, (height, width), tuple(changed(each, maps[0], measure) for each in maps))


def verdict(found: tuple[Curve, ...], shift: int, kind: Literal["max", "average"]) -> str:
    """What these curves say about invariance at a shift of `shift` pixels, in sentences that only the numbers make."""
    plain, once, twice = (_of(found, name, number) for name, number in ((None, 0), (kind, 1), (kind, 2)))
    if shift == 0:
        return "Not moved: nothing has changed. Move the picture by a pixel."
    before, first, second = (100 * curve.changes[shift] for curve in (plain, once, twice))
    pixels = "1 pixel" if shift == 1 else f"{shift} pixels"
    told = (
        f"Moved by {pixels}, the map changes by {before:.0f} % before pooling, "
        f"{first:.0f} % after one {kind} pooling and {second:.0f} % after two."
    )
    return f"{told} {_lesson(before, second)} {_reach(twice)}"


def _of(found: tuple[Curve, ...], kind: str | None, poolings: int) -> Curve:
    return next(curve for curve in found if curve.kind == kind and curve.poolings == poolings)


def _lesson(before: float, after: float) -> str:
    if before < 0.5 and after < 0.5:
        return "Nothing to see: this map hardly depends on where the picture is."
    if after > 0.9 * before:
        return "Pooling hardly helps here."
    if after < 10:
        return "Pooled twice it is nearly the same."
    return "Pooling softens the change, and does not remove it."


def _reach(twice: Curve, half: float = 0.5) -> str:
    """Up to which shift the map that was pooled twice has changed by less than half."""
    below = 0
    while below + 1 < len(twice.changes) and twice.changes[below + 1] < half:
        below += 1
    most = len(twice.changes) - 1
    if below == most:
        return f"At every shift up to {most} it changes by less than 50 %."
    if below == 0:
        return "Even one pixel changes it by 50 % or more: it is not invariant."
    return (
        f"It stays below 50 % up to {below} pixel{'s' if below > 1 else ''} only: the invariance is for small shifts."
    )
