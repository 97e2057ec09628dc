"""Whether a network and a data set go together. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from core.data.catalogue import DataSetEntry
from core.data.raw import RawData
from core.data.room import too_large
from core.network.kind import words
from core.network.shapes import trace
from core.network.spec import NetworkSpec


@dataclass(frozen=True)
class Mismatch:
    """What does not fit.

    image: the shape of a sample; classes: their number; resize_helps: resizing the images alone mends all of it.
    """

    sentence: str
    image: bool
    classes: bool
    resize_helps: bool


def mismatch(data: DataSetEntry | RawData, spec: NetworkSpec) -> Mismatch | None:
    """Compare the data's samples and classes with the network's input and outputs; None where they fit.

    One output stands for two classes. A network with faults of its own is only held against its input.
    """
    traced = trace(spec)
    image = data.input_shape != spec.input_shape
    classes = not traced.faults and traced.classes != len(data.classes)
    if not image and not classes:
        return None
    can_resize = image and data.is_image and len(spec.input_shape) == 3 and spec.input_shape[0] in (1, 3)
    wrong = []
    if image:
        wrong.append(
            f"its {'images' if data.is_image else 'points'} are {words(data.input_shape)} and the network takes "
            f"{words(spec.input_shape)}"
        )
    if classes:
        answer = f"tells {traced.classes} apart" if traced.classes else f"answers with {words(traced.output_shape)}"
        wrong.append(f"it has {len(data.classes)} classes and the network {answer}")
    mend = "fit the network to the data"
    if can_resize:
        excess = too_large(data.train_count + data.test_count, spec.input_shape)
        resize = f"use fewer samples of each class and resize them ({excess})" if excess else "resize the images"
        mend = f"{resize} and {mend}" if classes else f"{resize}, or {mend}"
    sentence = f"{data.title} does not fit this network ({', and '.join(wrong)}): {mend}."
    return Mismatch(sentence, image, classes, can_resize and not classes)
