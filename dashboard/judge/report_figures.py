"""The report's figures as inline SVG and HTML: no script, nothing from outside, every name escaped."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboard import theme

if TYPE_CHECKING:
    from core.evaluation.confusion import Confusion

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 42
WRONG = "#e08214"
MOST_NUMBERS = 25  # classes up to which the matrix has numbers


@dataclass(frozen=True, eq=False)
class Line:
    """A curve: x and y (P,), values that are no numbers are left out. dash: SVG's, empty for a solid line."""

    name: str
    x: ArrayLike
    y: ArrayLike
    colour: str
    dash: str = ""


def line_chart(title: str, x_title: str, y_title: str, lines: Sequence[Line], unit: bool = False) -> str:
    """A chart as an SVG figure with its legend below. unit: both axes go from 0 to 1."""
    known = [_finite(line) for line in lines]
    x_range = (0.0, 1.0) if unit else _range([x for x, _ in known])
    y_range = (0.0, 1.0) if unit else _range([y for _, y in known], zero=True)
    paths = "".join(
        f'<polyline points="{_points(x, y, x_range, y_range)}" fill="none" stroke="{line.colour}" stroke-width="1.8"'
        f' stroke-dasharray="{line.dash}"/>'
        for line, (x, y) in zip(lines, known, strict=True)
    )
    legend = "".join(
        f'<span class="key"><svg width="22" height="8"><line x2="22" y1="4" y2="4" stroke="{line.colour}"'
        f' stroke-width="2.5" stroke-dasharray="{line.dash}"/></svg>{escape(line.name)}</span>'
        for line in lines
    )
    alt = escape(f"{title}: {', '.join(line.name for line in lines)}", quote=True)
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{alt}">{_axes(x_title, y_title, x_range, y_range)}{paths}</svg>'
        f'<div class="legend">{legend}</div></figure>'
    )


def matrix(found: Confusion) -> str:
    """The confusion matrix: a table with numbers, or only colours where there are many classes."""
    shares = np.nan_to_num(found.row_shares)
    if len(found.classes) > MOST_NUMBERS:
        return _mosaic(found, shares)
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in found.classes)
    rows = []
    for truth, name in enumerate(found.classes):
        cells = "".join(
            _cell(int(found.counts[truth, answer]), float(shares[truth, answer]), truth == answer)
            for answer in range(len(found.classes))
        )
        rows.append(f"<tr><th scope='row'>{escape(name)}</th>{cells}</tr>")
    return (
        f"<table class='matrix'><caption>Rows: true class. Columns: answer. Per cent: of the row.</caption>"
        f"<tr><td></td>{head}</tr>{''.join(rows)}</table>"
    )


def picture(image: NDArray[np.uint8]) -> str:
    """An image uint8 (C, H, W) as the address of an embedded PNG."""
    from PIL import Image

    pixels = image[0] if len(image) != 3 else image.transpose(1, 2, 0)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _cell(number: int, share: float, right: bool) -> str:
    fill, light = _colour(share, right)
    content = f"{number:,}<small>{100 * share:.1f} %</small>" if number else ""
    return f'<td style="background:{fill};color:{"#fff" if light else "#14202b"}">{content}</td>'


def _mosaic(found: Confusion, shares: NDArray[np.float64]) -> str:
    size = len(found.classes)
    side = 640 / size
    cells = [
        f'<rect x="{answer * side:.1f}" y="{truth * side:.1f}" width="{side:.1f}" height="{side:.1f}"'
        f' fill="{_colour(float(shares[truth, answer]), truth == answer)[0]}"><title>'
        f"{escape(found.classes[truth])} called {escape(found.classes[answer])}: {found.counts[truth, answer]}"
        "</title></rect>"
        for truth, answer in np.argwhere(found.counts).tolist()
    ]
    return (
        "<figure><figcaption>Rows: true class. Columns: answer. Colour: share of the row.</figcaption>"
        f'<svg viewBox="0 0 640 640" role="img" aria-label="Confusion matrix of {size} classes"'
        f' style="max-width:640px;background:#f5f6f8">{"".join(cells)}</svg></figure>'
    )


def _colour(share: float, right: bool) -> tuple[str, bool]:
    """As on the screen, and whether it is dark."""
    strength = 0.03 if share <= 0 else 0.1 + 0.9 * (share if right else min(1.0, share**0.5))
    end = theme.DIVERGING[-1] if right else WRONG
    parts = [round(255 + (int(end[at : at + 2], 16) - 255) * strength) for at in (1, 3, 5)]
    return "#" + "".join(f"{value:02x}" for value in parts), right and strength > 0.55


def _axes(x_title: str, y_title: str, x_range: tuple[float, float], y_range: tuple[float, float]) -> str:
    parts = []
    for value in _ticks(*x_range, whole=x_title == "epoch"):
        x = _place(value, x_range, LEFT, WIDTH - RIGHT)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="grid"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{value:g}</text>')
    for value in _ticks(*y_range):
        y = _place(value, y_range, HEIGHT - BOTTOM, TOP)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_title)}</text>')
    parts.append(f'<text transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">{escape(y_title)}</text>')
    return "".join(parts)


def _ticks(low: float, high: float, whole: bool = False) -> list[float]:
    """Up to nine round numbers within the range."""
    step = 10.0 ** np.floor(np.log10((high - low) / 2))
    while (high - low) / step > 8:
        step *= 2 if (high - low) / step <= 16 else 5
    step = max(step, 1.0) if whole else step
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [round(number * step, 10) for number in range(first, last + 1)]


def _points(
    x: NDArray[np.float64], y: NDArray[np.float64], x_range: tuple[float, float], y_range: tuple[float, float]
) -> str:
    """To a tenth of a pixel; points that fall together count once."""
    placed = np.column_stack([_place(x, x_range, LEFT, WIDTH - RIGHT), _place(y, y_range, HEIGHT - BOTTOM, TOP)]).round(
        1
    )
    if len(placed) > 2:
        moved = np.any(np.diff(placed, axis=0) != 0, axis=1)
        placed = placed[np.concatenate([[True], moved])]
    return " ".join(f"{across:g},{down:g}" for across, down in placed.tolist())


def _place(value: ArrayLike, bounds: tuple[float, float], start: float, end: float) -> NDArray[np.float64]:
    return np.asarray(start + (np.asarray(value) - bounds[0]) / (bounds[1] - bounds[0]) * (end - start))


def _finite(line: Line) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(line.x, dtype=np.float64), np.asarray(line.y, dtype=np.float64)
    there = np.isfinite(x) & np.isfinite(y)
    return x[there], y[there]


def _range(values: Sequence[NDArray[np.float64]], zero: bool = False) -> tuple[float, float]:
    known = np.concatenate([*values, [0.0]] if zero else [*values])
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    return (low, high) if high > low else (low, low + 1.0)
