"""What is said of a disturbance at each position of its slider: sentences that only the numbers make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.lens.disturb import Disturbed, LayerCurve
    from core.lens.disturbances import Kind


@dataclass(frozen=True)
class Words:
    """Of one kind. title: on its button; axis: what the slider sets; unit: behind its numbers."""

    title: str
    axis: str
    unit: str
    up: str
    down: str


WORDS: dict[Kind, Words] = {
    "shift-x": Words("Shift x", "Shift to the right", " px", "moved right by {}", "moved left by {}"),
    "shift-y": Words("Shift y", "Shift downwards", " px", "moved down by {}", "moved up by {}"),
    "rotate": Words("Rotate", "Turn, counter-clockwise", "°", "turned left by {}", "turned right by {}"),
    "scale": Words("Scale", "Scale", "×", "scaled to {}", "scaled to {}"),
    "blur": Words("Blur", "Standard deviation of the blur", " px", "blurred, σ = {}", ""),
    "noise": Words("Noise", "Standard deviation of the noise", "", "noise, σ = {} of the range", ""),
    "occlude": Words("Occlude", "Side of the square that hides", " px", "hidden: a square of {}", ""),
}


def number(value: float, unit: str) -> str:
    """`3.5 px`, with a true minus and no needless zeros."""
    text = f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    return f"{text}{unit}".replace("-", "−")


def told(found: Disturbed) -> list[str]:
    """What was done to the picture, at each position."""
    words = WORDS[found.kind]
    return [
        "not disturbed"
        if at == found.start
        else (words.up if value >= 0 else words.down).format(number(abs(float(value)), words.unit))
        for at, value in enumerate(found.values)
    ]


def ticks(found: Disturbed) -> list[dict[str, object]]:
    """Five numbers under the curves; the last one has the unit."""
    last = len(found.values) - 1
    places = [round(last * quarter / 4) for quarter in range(5)]
    unit = WORDS[found.kind].unit
    return [
        {"at": at, "text": number(float(found.values[at]), unit if at == last or unit in "°×" else "")} for at in places
    ]


def answers(found: Disturbed, classes: Sequence[str]) -> list[str]:
    """`It says 3, 96 %`."""
    best = found.probabilities.argmax(axis=1)
    return [f"It says {classes[index]}, {100 * found.probabilities[at, index]:.0f} %" for at, index in enumerate(best)]


def changed(found: Disturbed) -> list[bool]:
    """Whether the answer is another one than without the disturbance."""
    best = found.probabilities.argmax(axis=1)
    return [bool(index != best[found.start]) for index in best]


def reach(found: Disturbed, classes: Sequence[str]) -> str:
    """How far the slider can go until the answer changes."""
    best = found.probabilities.argmax(axis=1)
    name, unit = classes[best[found.start]], WORDS[found.kind].unit
    low = high = found.start
    while low > 0 and best[low - 1] == best[found.start]:
        low -= 1
    while high < len(best) - 1 and best[high + 1] == best[found.start]:
        high += 1
    if high - low == len(best) - 1:
        return f"The answer is {name} at every position."
    ends = number(float(found.values[low]), ""), number(float(found.values[high]), unit)
    if low == high:
        return f"The answer {name} changes at the first step."
    return f"The answer stays {name} from {ends[0]} to {ends[1]}."


def same(found: Disturbed, classes: Sequence[str]) -> list[str]:
    """At each position: how the pooled layer's similarity compares with the one that it pools."""
    stays = reach(found, classes)
    return [f"{_pooling(found, at)} {stays}" for at in range(len(found.values))]


def _pooling(found: Disturbed, at: int) -> str:
    if at == found.start:
        return "Not disturbed: every layer is exactly like itself. Move the slider."
    pair = pooled_pair(found)
    if pair is None:
        return _extremes(found, at)
    pooled, before = (float(curve.same[at]) for curve in pair)
    if not np.isfinite(pooled) or not np.isfinite(before):
        return _extremes(found, at)
    gain = pooled - before
    lesson = (
        "pooling bears it better"
        if gain > 0.02
        else "pooling makes it worse"
        if gain < -0.02
        else "pooling hardly helps"
    )
    return f"{_name(pair[0])} is {pooled:.2f} like itself, {pair[1].title} before it {before:.2f}: {lesson}."


def pooled_pair(found: Disturbed) -> tuple[LayerCurve, LayerCurve] | None:
    """The last pooling whose own input is among the layers, and that; one to a single cell only where no other is."""
    by_name = {curve.name: curve for curve in found.layers}
    pairs = [(curve, by_name[curve.pools]) for curve in found.layers if curve.pools in by_name]
    spatial = [pair for pair in pairs if np.prod(pair[0].shape[1:]) > 1]
    return next(iter([*spatial[::-1], *pairs[::-1]]), None)


def _extremes(found: Disturbed, at: int) -> str:
    known = [curve for curve in found.layers[1:] if np.isfinite(curve.same[at])]
    if not known:
        return "Every layer is silent here: there is nothing to compare."
    least, most = (pick(known, key=lambda curve: float(curve.same[at])) for pick in (max, min))
    if least is most:
        return f"{_name(least)} is {least.same[at]:.2f} like itself."
    return f"{_name(most)} changes most ({most.same[at]:.2f} like itself), {least.title} least ({least.same[at]:.2f})."


def moved(found: Disturbed, classes: Sequence[str]) -> list[str]:
    """At each position: whether the maps move along with the picture (equivariance)."""
    return [_along(found, at) for at in range(len(found.values))]


def _along(found: Disturbed, at: int) -> str:
    if at == found.start:
        return "Not disturbed: every layer is exactly like itself. Move the slider."
    known = [curve for curve in found.layers if curve.moved is not None and np.isfinite(curve.moved[at])]
    if not known:
        return "No layer has maps that could move along."
    first, last = known[0], known[-1]
    assert first.moved is not None
    assert last.moved is not None
    follows = float(last.moved[at])
    lesson = (
        "the maps move with the picture (equivariance)"
        if follows > 0.9
        else "the maps follow in part"
        if follows > float(last.same[at]) + 0.1
        else "the maps do not follow it"
    )
    both = f"{_name(last)} is {follows:.2f} like its own map moved along, in its place {float(last.same[at]):.2f}"
    earlier = "" if first is last else f"; {first.title} {float(first.moved[at]):.2f}"
    return f"{both}{earlier}: {lesson}."


def _name(curve: LayerCurve) -> str:
    return f"{curve.title[:1].upper()}{curve.title[1:]}"
