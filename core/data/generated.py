"""Data sets that need no file: scikit-learn's digits, drawn shapes, and points in the plane.

scikit-learn itself is not imported: that takes a second, and fails while another thread is still importing torch
(SciPy then looks at half a torch).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from core.data.raw import Array, RawData
from core.data.splits import stratified
from core.errors import DataError

SIDE = 32
FINE = 3 * SIDE  # drawn larger and then reduced, for smooth edges
TRAIN, TEST = 2000, 500
DIGITS = Path("datasets/data/digits.csv.gz")  # in scikit-learn's folder: 64 pixels and the label of one digit a line


def load_digits(classes: tuple[str, ...], title: str) -> RawData:
    """scikit-learn's 1,797 digits, 0..16 scaled to 0..255; 1,437 to train and 360 to test, the same ones every time."""
    table = _digits_table()
    images = np.rint(table[:, :-1] * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8)
    labels = table[:, -1].astype(np.int64)
    train, test = stratified(labels, 360 / 1797, seed=0)
    return RawData(images[train], labels[train], images[test], labels[test], classes, title=title)


def _digits_table() -> Array:
    """float64 (1797, 65). Raises DataError where scikit-learn is not installed as it should be."""
    found = importlib.util.find_spec("sklearn")
    try:
        if found is None or found.origin is None:
            raise OSError
        return np.loadtxt(Path(found.origin).parent / DIGITS, delimiter=",")
    except (OSError, ValueError, EOFError):
        raise DataError("scikit-learn's file of digits is missing or damaged: install scikit-learn again.") from None


def _polygon(corners: int, inner: float = 1.0) -> Array:
    """Corners of a regular polygon of radius 1; `inner` below 1 draws every second one in, which makes a star."""
    angles = 2 * np.pi * np.arange(corners) / corners - np.pi / 2
    radii = np.where(np.arange(corners) % 2, inner, 1.0)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


_ARM = 0.32
_HALF_CROSS = np.array([(-_ARM, -1), (_ARM, -1), (_ARM, -_ARM), (1, -_ARM), (1, _ARM), (_ARM, _ARM)])
OUTLINES: dict[str, Array] = {
    "circle": _polygon(48) * 0.9,
    "square": _polygon(4),
    "triangle": _polygon(3),
    "star": _polygon(10, inner=0.42),
    "cross": np.concatenate([_HALF_CROSS, -_HALF_CROSS]) * 0.95,
}


def _colours(random: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A background and a shape colour that differ clearly."""
    while True:
        back, front = random.integers(0, 256, (2, 3))
        if np.abs(back - front).sum() > 220:
            return tuple(back.tolist()), tuple(front.tolist())


def draw_shape(outline: Array, random: np.random.Generator) -> Array:
    """One shape of random place, size, turn and colours, with a little noise: uint8 (3, 32, 32)."""
    back, front = _colours(random)
    radius = random.uniform(0.22, 0.44) * FINE
    centre = random.uniform(radius, FINE - radius, 2)
    turn = random.uniform(0, 2 * np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    picture = Image.new("RGB", (FINE, FINE), back)
    corners = [(float(x), float(y)) for x, y in outline @ rotation.T * radius + centre]
    ImageDraw.Draw(picture).polygon(corners, fill=front)
    small = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)
    noisy = small + random.normal(0, 6, small.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8).transpose(2, 0, 1)


def load_shapes(classes: tuple[str, ...], title: str) -> RawData:
    """Coloured shapes, drawn from a fixed seed, each class equally often."""
    random = np.random.default_rng(2026)
    labels = np.arange(TRAIN + TEST) % len(classes)
    images = np.stack([draw_shape(OUTLINES[classes[label]], random) for label in labels])
    labels = labels.astype(np.int64)
    return RawData(images[:TRAIN], labels[:TRAIN], images[TRAIN:], labels[TRAIN:], classes, title=title)


def moons(count: int, seed: int) -> tuple[Array, Array]:
    """Two half circles that reach into each other, with noise of 0.15: the points of scikit-learn's make_moons."""
    outer, inner = np.linspace(0, np.pi, count // 2), np.linspace(0, np.pi, count - count // 2)
    upper = np.stack([np.cos(outer), np.sin(outer)], axis=1)
    lower = np.stack([1 - np.cos(inner), 0.5 - np.sin(inner)], axis=1)
    return _shuffled(upper, lower, 0.15, seed)


def circles(count: int, seed: int) -> tuple[Array, Array]:
    """A circle of radius 0.45 inside one of radius 1, with noise of 0.08: the points of make_circles."""
    outer = np.linspace(0, 2 * np.pi, count // 2, endpoint=False)
    inner = np.linspace(0, 2 * np.pi, count - count // 2, endpoint=False)
    small = 0.45 * np.stack([np.cos(inner), np.sin(inner)], axis=1)
    return _shuffled(np.stack([np.cos(outer), np.sin(outer)], axis=1), small, 0.08, seed)


def _shuffled(first: Array, second: Array, noise: float, seed: int) -> tuple[Array, Array]:
    """Points of class 0 and of class 1 in a random order, moved by normal noise; random as scikit-learn has it."""
    random = np.random.RandomState(seed)
    points = np.concatenate([first, second])
    order = np.arange(len(points))
    random.shuffle(order)
    labels = (order >= len(first)).astype(np.int64)
    return points[order] + random.normal(scale=noise, size=points.shape), labels


def spirals(count: int, seed: int) -> tuple[Array, Array]:
    """Two arms of one and a half turns, radius 0.1 to 1, with noise of 0.03."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(count) % 2)
    along = np.sqrt(random.uniform(0.01, 1, count))
    angle = 3 * np.pi * along + np.pi * labels
    points = along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + random.normal(0, 0.03, points.shape), labels


def load_points(make: Callable[[int, int], tuple[Array, Array]], classes: tuple[str, ...], title: str) -> RawData:
    """Points of two classes, equally many of each, drawn from fixed seeds."""
    train_x, train_y = make(TRAIN, 0)
    test_x, test_y = make(TEST, 1)
    lowest, highest = float(min(train_x.min(), test_x.min())), float(max(train_x.max(), test_x.max()))
    return RawData(
        train_x.astype(np.float32),
        train_y.astype(np.int64),
        test_x.astype(np.float32),
        test_y.astype(np.int64),
        classes,
        value_range=(lowest, highest),
        title=title,
    )
