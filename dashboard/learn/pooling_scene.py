"""One pooling of one picture: what comes out, and what the stage shows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.signal import pooling_code, pooling_windows
from core.signal.pooling import Pooled, pool
from core.signal.pooling_settings import KINDS, Pooling
from dashboard.components.stage import Footer, StageView
from dashboard.learn.inputs import Picture
from dashboard.learn.place import Place
from dashboard.learn.predict import Hidden, Question, What
from dashboard.learn.scene import asked


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture (C, H, W), each channel of which is pooled by itself."""

    picture: Picture
    settings: Pooling
    pooled: Pooled

    @property
    def output(self) -> NDArray[np.float32]:
        """(C, H', W')."""
        found: NDArray[np.float32] = self.pooled.output.numpy()
        return found

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return self.output.shape[1], self.output.shape[2]

    @property
    def sides(self) -> tuple[int, int]:
        """Rows and columns of the input."""
        return self.picture.values.shape[1], self.picture.values.shape[2]

    @property
    def line(self) -> str:
        """The line of PyTorch that computes the output."""
        return pooling_code.line(self.settings, self.sides)

    @property
    def formula(self) -> str:
        """The output's size with the numbers put in."""
        rows, columns = (pooling_windows.size_formula(side, self.settings) for side in self.sides)
        return rows if rows == columns else f"{rows} rows, {columns} columns"

    @property
    def title(self) -> str:
        """`max 2×2, stride 1`."""
        settings = self.settings
        if not settings.slides:
            return KINDS[settings.kind]
        stride = f", stride {settings.step}" if settings.step != settings.size else ""
        return f"{KINDS[settings.kind]} {settings.size}×{settings.size}{stride}"


def make(picture: Picture, settings: Pooling) -> Scene:
    """Compute it. Raises SignalError where something does not fit."""
    return Scene(picture, settings, pool(picture.values.copy(), settings, dims=2))


def equals_line(scene: Scene) -> bool:
    """Runs the line of PyTorch and compares what it gives with what is drawn."""
    answer = pooling_code.run(scene.line, torch.tensor(scene.picture.values)[None])[0]
    return answer.shape == scene.pooled.output.shape and torch.allclose(
        answer, scene.pooled.output, rtol=1e-5, atol=1e-5
    )


def view(
    scene: Scene, place: Place, *, channel: int = 0, hidden: Hidden = "", footer: Footer | None = None, height: str = ""
) -> StageView:
    """The stage of one channel. hidden: what is to be predicted."""
    picture, settings = scene.picture, scene.settings
    values, output = picture.values[channel], scene.output[channel]
    rows, columns = scene.size
    each = len(picture.values) > 1
    named = f", channel {channel + 1} of {len(picture.values)}" if each else ""
    around = f", padding {settings.padding}" if settings.slides and settings.padding else ""
    sized = "" if hidden == "size" else f" {rows}×{columns}"
    winners = scene.pooled.winners
    return StageView(
        input=values,
        output=output,
        axes=scene.pooled.axes,
        operation=settings.operation,
        power=settings.p,
        count_padding=settings.count_include_pad,
        winners=None if winners is None else winners[channel].numpy(),
        titles=(f"input {values.shape[0]}×{values.shape[1]}{named}{around}", scene.title, f"output{sized}"),
        colours="grey" if picture.colours == "rgb" else picture.colours,
        limits=(0.0, max(picture.top, float(output.max()))),
        signed=False,
        position=place.row * columns + place.column,
        pinned=place.pinned,
        whole=place.whole,
        hidden=hidden,
        footer=footer or Footer(),
        height=height or StageView.height,
    )


def questions(scene: Scene, place: Place, channel: int) -> dict[What, Question]:
    """What can be predicted of it."""
    about = f"{scene.settings!r} {scene.sides} {scene.picture.title}"
    return asked(scene.output[channel], scene.formula, place, about, str(channel))
