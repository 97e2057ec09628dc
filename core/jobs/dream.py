"""The task that dreams: the picture that excites one channel of a layer most, growing step by step.

Parameters: `node`, `channel`; `known`, a known network's name and `pretrained`, or else the run's `epoch` (null: the
best weights so far) and `stamp`, what the weights were when it was asked for; and the fields of `DreamSettings`.
`dream.npz`, written several times a second: `frames` uint8 (n, C, H, W), pictures on the way, the last one the newest;
`steps` int64 (n,), after how many steps each was; `values` float32 (m,), what the picture excited after 0, 1, 2, ...
steps, with the last one's at the end of it all.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from core.jobs.patches import forget_old
from core.jobs.tasks import Work
from core.lens.capture import Lens
from core.lens.dream import Dream, DreamSettings
from core.runs.folder import Run
from core.training import history
from core.training.seeing import normaliser_of

FILE = "dream.npz"
WRITE_SECONDS = 0.2
MOST_BYTES = 2_000_000  # of frames
MOST_FRAMES = 60


def work(work: Work) -> None:
    """Does the task; one that was stopped keeps what has formed. Raises ConvLensError."""
    given = work.parameters
    settings = DreamSettings.of(given)
    work.progress(0.0, "Reading the network")
    dream = _dream(work, settings)
    film = Film()
    film.add(0, dream.pixels())
    written = 0.0
    for step in range(settings.steps):
        if work.stopped:
            break
        dream.step()
        film.add(step + 1, dream.pixels())
        if time.monotonic() - written > WRITE_SECONDS:
            _write(work, film, dream)
            written = time.monotonic()
            work.progress((step + 1) / settings.steps, f"Step {step + 1} of {settings.steps}")
    dream.values.append(float(dream.excited(dream.picture).detach()))
    _write(work, film, dream)
    done = len(dream.values) - 1
    work.progress(done / settings.steps, f"Step {done} of {settings.steps}")
    forget_old(work.folder)


def _dream(work: Work, settings: DreamSettings) -> Dream:
    given = work.parameters
    if "known" in given:
        from core.lens import known

        lens = known.load(str(given["known"]), bool(given.get("pretrained")))
        normaliser = known.eye(str(given["known"])).normaliser
    else:
        run = Run(work.folder.parent.parent)
        lens = Lens(history.network_at(run, given["epoch"]))
        normaliser = normaliser_of(run)
    return Dream(lens, normaliser, str(given["node"]), int(given["channel"]), settings)


class Film:
    """Pictures on the way: always the newest, and of those before as many as there is room for, evenly spread."""

    def __init__(self) -> None:
        self._every = 1
        self._kept: list[tuple[int, NDArray[np.uint8]]] = []
        self._last: tuple[int, NDArray[np.uint8]] | None = None

    def add(self, step: int, picture: NDArray[np.uint8]) -> None:
        """step: 0, 1, 2, ..."""
        self._last = step, picture
        if step % self._every == 0:
            self._kept.append(self._last)
        while len(self._kept) > max(4, min(MOST_FRAMES, MOST_BYTES // picture.nbytes)):
            self._every *= 2
            self._kept = [entry for entry in self._kept if entry[0] % self._every == 0]

    def frames(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """The steps (n,) and their pictures (n, C, H, W)."""
        kept = self._kept if self._last is None or self._last in self._kept[-1:] else [*self._kept, self._last]
        return np.array([step for step, _ in kept]), np.stack([picture for _, picture in kept])


def _write(work: Work, film: Film, dream: Dream) -> None:
    steps, frames = film.frames()
    work.write(FILE, frames=frames, steps=steps, values=np.array(dream.values, np.float32))
