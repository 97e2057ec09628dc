"""One convolution of one picture with one kernel: what torch makes of it, and what the stage shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from core.signal import code, convolution, sizes, windows
from core.signal.settings import Convolution
from core.signal.windows import Axis
from dashboard.components.stage import Footer, StageView
from dashboard.learn.inputs import Picture
from dashboard.learn.kernel_choice import KernelChoice
from dashboard.learn.place import Place
from dashboard.learn.predict import Hidden, Question, What

EDIT = "drag, scroll or type"


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything of one convolution.

    weight: as torch takes it, (F, C / groups, kH, kW), transposed (C, F / groups, kH, kW).
    output: (F, H', W'), computed by torch. axes: rows and columns.
    """

    picture: Picture
    kernel: KernelChoice
    settings: Convolution
    weight: NDArray[np.float32]
    output: NDArray[np.float32]
    axes: tuple[Axis, ...]

    @property
    def maps(self) -> int:
        """How many output maps there are: one for each group."""
        return len(self.output)

    @property
    def formula(self) -> str:
        """The output's size with the numbers put in: `10 + 2·1 − 3 + 1 = 10`."""
        return sizes.sentence(self.picture.values.shape[1:], self.weight.shape[2:], self.settings)

    @property
    def line(self) -> str:
        """The line of PyTorch that computes the output."""
        return code.line(self.picture.values.shape[1:], self.weight.shape[2:], self.settings)

    @property
    def program(self) -> str:
        """The line with its import and the shapes that it wants."""
        return code.program(self.picture.values.shape, self.weight.shape, self.settings)

    @property
    def tensorflow(self) -> str | None:
        """How TensorFlow says it where torch has no word for it."""
        return code.tensorflow(self.picture.values.shape[1:], self.weight.shape[2:], self.settings)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return self.output.shape[1], self.output.shape[2]


def make(picture: Picture, kernel: KernelChoice, settings: Convolution) -> Scene:
    """Compute it; one filter for each group. Raises SignalError where something does not fit."""
    axes = windows.axes(picture.values.shape[1:], kernel.values.shape[-2:], settings)
    weight = weights(kernel.values, len(picture.values), settings)
    output = convolution.apply(picture.values, weight, settings).numpy()
    return Scene(picture, kernel, settings, weight, output, axes)


def equals_line(scene: Scene) -> bool:
    """Runs the line of PyTorch and compares what it gives with what is drawn."""
    return code.check(scene.picture.values, scene.weight, scene.settings, scene.output).equal


def weights(kernel: NDArray[np.float32], channels: int, settings: Convolution) -> NDArray[np.float32]:
    """The kernel for every channel, grouped: the same numbers in each, or those that each channel has of its own.

    kernel: (kH, kW) or (1, C, kH, kW).
    """
    sides = kernel.shape[-2:]
    each = np.broadcast_to(kernel if kernel.ndim == 2 else kernel[0], (channels, *sides))
    if settings.transposed:
        return np.array(each[:, None])
    if channels % settings.groups:
        return np.array(each[None])  # torch's complaint is told in one sentence
    return np.array(each.reshape(settings.groups, channels // settings.groups, *sides))


def edited(kernel: NDArray[np.float32], part: NDArray[np.float64], scene: Scene, at: int) -> NDArray[np.float64]:
    """The whole kernel after the cells (C / groups, kH, kW) that map `at` reads were changed on the stage."""
    if kernel.ndim == 2 and len(part) == 1:
        return np.asarray(part[0])
    whole = np.broadcast_to(kernel if kernel.ndim == 2 else kernel[0], (len(scene.picture.values), *part.shape[1:]))
    changed = np.array(whole, dtype=np.float64)
    changed[at * len(part) : (at + 1) * len(part)] = part
    return changed[None]


def view(
    scene: Scene,
    place: Place,
    *,
    shown: int = 0,
    hidden: Hidden = "",
    footer: Footer | None = None,
    editable: bool = True,
    title: str = "",
    height: str = "",
) -> StageView:
    """The stage of output map `shown`. hidden: what is to be predicted. title: in the place of the kernel's."""
    picture, settings = scene.picture, scene.settings
    group = len(picture.values) // scene.maps
    first = shown * group
    weight = scene.weight[first : first + group, 0] if settings.transposed else scene.weight[shown]
    values = picture.values[first : first + group]
    rows, columns = scene.size
    sized = "" if hidden == "size" else f" {scene.maps}×{rows}×{columns}"
    named = f", map {shown + 1}" if scene.maps > 1 else ""
    kernel_title = f"{scene.kernel.title[:1].upper()}{scene.kernel.title[1:]} {weight.shape[1]}×{weight.shape[2]}"
    return StageView(
        input=values,
        output=scene.output[shown],
        axes=scene.axes,
        kernel=weight,
        turned=settings.turned,
        titles=(input_title(scene, shown), title or kernel_title, f"output{sized}{named}"),
        note=EDIT if editable else "",
        colours=picture.colours if len(values) == len(picture.values) else "grey",
        limits=(0.0, picture.top),
        editable=editable,
        position=place.row * columns + place.column,
        pinned=place.pinned,
        whole=place.whole,
        hidden=hidden,
        footer=footer or Footer(),
        height=height or StageView.height,
    )


def input_title(scene: Scene, shown: int = 0) -> str:
    """`input 1×10×10, padding 1`, with both sides told where they differ, and the channel that map `shown` reads."""
    shape = "×".join(map(str, scene.picture.values.shape))
    if scene.maps > 1 and scene.maps == len(scene.picture.values):
        shape += f", channel {shown + 1}"
    if scene.settings.transposed:
        return f"input {shape}, stretched" if scene.settings.stride > 1 else f"input {shape}"
    sides = {(axis.before, axis.after) for axis in scene.axes}
    if len(sides) > 1:
        (top, bottom), (left, right) = ((axis.before, axis.after) for axis in scene.axes)
        return f"input {shape}, padding {top} above, {bottom} below, {left} left, {right} right"
    before, after = sides.pop()
    if before != after:
        return f"input {shape}, padding {before} before, {after} after"
    return f"input {shape}, padding {before}" if before else f"input {shape}"


def questions(scene: Scene, place: Place, shown: int) -> dict[What, Question]:
    """What can be predicted of it."""
    about = f"{scene.settings!r} {scene.picture.values.shape} {scene.weight.shape} {scene.picture.title}"
    return asked(scene.output[shown], scene.formula, place, about, f"{shown} {crc32(scene.weight.tobytes())}")


def asked(output: NDArray[np.float32], formula: str, place: Place, about: str, which: str) -> dict[What, Question]:
    """The size of an output (rows, columns), and its value at the place.

    about, which: what makes the size, and beside it the value, another question.
    """
    rows, columns = output.shape
    value = float(output[place.row, place.column])
    digits = decimals(value)
    return {
        "size": Question("Output size", (rows, columns), f"{rows}×{columns}", f"size {about}", why=formula),
        "value": Question(
            f"y[{place.row}, {place.column}]",
            (value,),
            number(value),
            f"value {which} {place.row} {place.column} {about}",
            tolerance=0.5 * 10**-digits if digits else 0.0,
        ),
    }


def decimals(value: float) -> int:
    """How many decimals the value is told with: none where it is whole."""
    if value == 0 or abs(value - round(value)) < 4e-7 * max(1.0, abs(value)):
        return 0
    return max(0, 2 - floor(log10(abs(value))))


def number(value: float) -> str:
    """The value with three figures that count, and a true minus sign."""
    text = f"{value:.{decimals(value)}f}"
    return text.replace("-", "−") if float(text) else "0"
