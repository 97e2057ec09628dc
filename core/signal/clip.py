"""A short generated clip, and kernels in space and time that find motion in one direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import SignalError
from core.signal.convolution import convolve

Clip = NDArray[np.float32]

FRAMES = 20
SIDE = 28
SPAN = 5  # frames that a kernel reads
SPEEDS = (1, 2)  # cells a frame
SHARE = 0.6  # of the answer to what fits the kernel perfectly: what is less than that counts as nothing
DIRECTIONS: dict[str, tuple[int, int]] = {"right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}
BLOB = np.array([[0.5, 1, 0.5], [1, 1, 1], [0.5, 1, 0.5]])


@dataclass(frozen=True)
class Mover:
    """A round spot, 3x3 cells.

    start: (row, column) of its middle in the first frame. velocity: cells a frame, down and right.
    It comes back on the opposite side of the picture.
    """

    start: tuple[int, int]
    velocity: tuple[int, int]

    def at(self, frame: int, side: int = SIDE) -> tuple[int, int]:
        """Its middle in this frame."""
        row, column = (begin + frame * step for begin, step in zip(self.start, self.velocity, strict=True))
        return row % side, column % side


SCENES: dict[str, tuple[Mover, ...]] = {
    "four directions": (
        Mover((3, 5), (0, 1)),
        Mover((24, 22), (0, -1)),
        Mover((7, 24), (1, 0)),
        Mover((20, 3), (-1, 0)),
        Mover((13, 13), (0, 0)),
    ),
    "two speeds": (
        Mover((5, 2), (0, 1)),
        Mover((12, 2), (0, 2)),
        Mover((19, 25), (0, -1)),
        Mover((24, 13), (0, 0)),
    ),
    "one moves": (
        Mover((14, 4), (0, 1)),
        Mover((5, 8), (0, 0)),
        Mover((8, 20), (0, 0)),
        Mover((22, 12), (0, 0)),
    ),
}


def clip(scene: str) -> Clip:
    """One of `SCENES`, (FRAMES, SIDE, SIDE), 0 to 1; every spot is as bright as the others."""
    if scene not in SCENES:
        raise SignalError(f"There is no clip {scene!r}: choose {', '.join(SCENES)}.")
    return drawn(SCENES[scene])


def drawn(movers: Sequence[Mover], frames: int = FRAMES, side: int = SIDE) -> Clip:
    """The clip of these spots; where two meet, the brighter value shows."""
    shown = np.zeros((frames, side, side), np.float32)
    for frame in range(frames):
        for mover in movers:
            row, column = mover.at(frame, side)
            rows, columns = (np.arange(row - 1, row + 2) % side), (np.arange(column - 1, column + 2) % side)
            place = np.ix_(rows, columns)
            shown[frame][place] = np.maximum(shown[frame][place], BLOB)
    return shown


def detector(direction: str, speed: int) -> Clip:
    """A kernel (SPAN, K, K), K = 3 + (SPAN - 1) * speed, that answers to a spot moving `speed` cells a frame.

    The spot on its way, minus what every place sees on average over time: whatever stands still gives exactly nothing.
    Scaled so that a spot that fits perfectly gives 1. Raises SignalError for a direction or speed that there is not.
    """
    if direction not in DIRECTIONS or speed not in SPEEDS:
        raise SignalError(
            f"There is no kernel for {speed} cells a frame {direction}: choose {', '.join(DIRECTIONS)} at "
            f"{SPEEDS[0]} or {SPEEDS[1]}."
        )
    reach = SPAN // 2
    side = 3 + 2 * reach * speed
    way = np.zeros((SPAN, side, side))
    for frame in range(SPAN):
        row, column = (side // 2 + (frame - reach) * speed * step for step in DIRECTIONS[direction])
        way[frame, row - 1 : row + 2, column - 1 : column + 2] = BLOB
    kernel = way - way.mean(axis=0)
    return np.asarray(kernel / (kernel * way).sum(), dtype=np.float32)


def respond(frames: Any, kernel: Any, threshold: float | None = None) -> torch.Tensor:
    """The kernel at every place of the clip: (T, H, W) and (span, K, K) give (T - span + 1, H, W).

    Answer t is about the frames t to t + span - 1; the picture is padded with zeros, time is not.
    threshold: answers are lowered by so much and negative ones become 0 (a bias and ReLU); None: left as they are.
    """
    side = kernel.shape[-1] // 2
    answer = convolve(frames, kernel, "number", padding=(0, side, side))
    return answer if threshold is None else torch.relu(answer - threshold)
