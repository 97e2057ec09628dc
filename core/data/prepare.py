"""From a data set as read to what a training consumes: parts, chosen counts, sizes, normalisation."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from core.data.normalise import Normaliser, fit_normaliser
from core.data.raw import Array, RawData
from core.data.resize import resize_images
from core.data.room import too_large
from core.data.settings import Normalisation
from core.data.splits import choose_counts, stratified
from core.errors import DataError
from core.network.kind import words


class TrainLike(Protocol):
    """What of a training's description decides the data; `core.runs.spec.TrainSpec` has it all."""

    @property
    def resize(self) -> bool: ...
    @property
    def class_counts(self) -> tuple[int | None, ...] | None: ...
    @property
    def validation(self) -> float: ...
    @property
    def normalisation(self) -> Normalisation: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True)
class Part:
    """Samples in memory, not yet normalised.

    x: uint8 (N, C, H, W) for images, float32 (N, D) for points. y: int64 (N,).
    index: int64 (N,), where each sample lies in the raw training (or, for the test part, test) arrays.
    """

    x: torch.Tensor
    y: torch.Tensor
    index: Array

    def __len__(self) -> int:
        return len(self.y)

    @property
    def is_image(self) -> bool:
        return self.x.ndim == 4


@dataclass(frozen=True)
class Prepared:
    """Everything a training needs of its data. `notes`: sentences on what was done, fit for the screen."""

    train: Part
    validation: Part
    test: Part
    classes: tuple[str, ...]
    normaliser: Normaliser
    notes: tuple[str, ...]


def prepare(raw: RawData, train: TrainLike, input_shape: tuple[int, ...]) -> Prepared:
    """Split, choose and bring to the network's input; the same arguments give the same result.

    The validation part is split off first (stratified, by seed), then each class of the training part is cut to its
    count; a class with count 0 is left out of validation and test too. With `validation` 0 the test part validates.
    input_shape: what the network takes, (C, H, W) or (D,).
    Raises DataError where shapes do not fit (and `resize` is off or cannot help), where resized images would take too
    much memory, where `class_counts` has not one entry for each class, or where fewer than two classes have training
    samples.
    """
    counts = _counts(raw, train)
    rest, held = stratified(raw.train_y, train.validation, train.seed, raw.groups)
    chosen = rest[choose_counts(raw.train_y[rest], counts, train.seed)]
    kept = np.array([count != 0 for count in counts])
    held = held[kept[raw.train_y[held]]]
    tested = np.flatnonzero(kept[raw.test_y])
    notes = [*raw.notes, *_count_notes(raw, counts, raw.train_y[chosen])]
    _check_parts(raw, chosen, tested)
    shape_note = _check_shape(raw, train.resize, input_shape, len(chosen) + len(held) + len(tested))
    if shape_note:
        notes.append(shape_note)
    fitted = _part(raw.train_x, raw.train_y, chosen, input_shape)
    test = _part(raw.test_x, raw.test_y, tested, input_shape)
    validation = test
    if len(held):
        validation = _part(raw.train_x, raw.train_y, held, input_shape)
    else:
        why = "" if train.validation == 0 else " (the training part is too small to split)"
        notes.append(f"The test set serves as validation{why}: its accuracy then says less about new data.")
    if not raw.is_image and train.normalisation == "0..255":
        notes.append("Points are used as they are: 0..255 is for images.")
    normaliser = fit_normaliser(fitted.x.numpy(), train.normalisation)
    return Prepared(fitted, validation, test, raw.classes, normaliser, tuple(notes))


def _counts(raw: RawData, train: TrainLike) -> tuple[int | None, ...]:
    if train.class_counts is None:
        return (None,) * len(raw.classes)
    if len(train.class_counts) != len(raw.classes):
        raise DataError(
            f"class_counts has {len(train.class_counts)} entries, but {raw.title} has {len(raw.classes)} classes: "
            "give one number for each class, or none at all."
        )
    return train.class_counts


def _count_notes(raw: RawData, counts: tuple[int | None, ...], labels: Array) -> list[str]:
    there = np.bincount(labels, minlength=len(raw.classes))
    left_out = [name for name, count in zip(raw.classes, counts, strict=True) if count == 0]
    empty = [name for name, count, got in zip(raw.classes, counts, there, strict=True) if count != 0 and got == 0]
    fewer = [
        f"{got:,} of {name} instead of {count:,}"
        for name, count, got in zip(raw.classes, counts, there, strict=True)
        if count is not None and 0 < got < count
    ]
    notes = []
    if left_out:
        notes.append(f"Left out of training, validation and test: {', '.join(left_out)}.")
    if empty:
        notes.append(f"No training sample of {', '.join(empty)}: the network cannot learn that class.")
    if fewer:
        notes.append(f"The training part has fewer samples than asked for: {', '.join(fewer)}.")
    return notes


def _check_parts(raw: RawData, chosen: Array, tested: Array) -> None:
    present = len(np.unique(raw.train_y[chosen]))
    if present < 2:
        raise DataError(
            f"Training on {raw.title} needs samples of at least two classes, but {present} "
            f"{'has' if present == 1 else 'have'} any: raise the number of samples of another class."
        )
    if len(tested) == 0:
        raise DataError(f"{raw.title} has no test sample of the classes that are trained: keep another class.")


def _check_shape(raw: RawData, resize: bool, wanted: tuple[int, ...], count: int) -> str:
    """A note where `count` images get resized, empty where they fit; DataError where they cannot."""
    given = raw.input_shape
    if given == tuple(wanted):
        return ""
    if not raw.is_image or len(wanted) != 3:
        raise DataError(
            f"{raw.title} gives {'images' if raw.is_image else 'points'} of {words(given)}, but the network takes "
            f"{words(wanted)}: fit the network to the data."
        )
    if not resize:
        raise DataError(
            f"The images of {raw.title} are {words(given)}, but the network takes {words(wanted)}: "
            "resize the images, or fit the network to the data."
        )
    excess = too_large(count, wanted)
    if excess:
        raise DataError(
            f"{raw.title} is too large for a network that takes {words(wanted)} ({excess}): "
            "use a network with a smaller input, or fewer samples of each class."
        )
    return f"The images of {raw.title} were brought from {words(given)} to {words(wanted)}."


def _part(x: Array, y: Array, index: Array, shape: tuple[int, ...]) -> Part:
    whole = len(index) == len(y)
    samples, labels = (x, y) if whole else (x[index], y[index])
    if samples.shape[1:] != tuple(shape):
        samples = resize_images(samples, shape)
    return Part(_tensor(samples), _tensor(labels), index)


def _tensor(values: Array) -> torch.Tensor:
    with warnings.catch_warnings():  # arrays over a file's bytes are read-only, and nothing writes to a part
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(np.ascontiguousarray(values))
