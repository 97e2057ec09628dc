"""The task that looks for what excites the filters of a layer most, in a run's own pictures.

Parameters: `node`, the layer's name; `epoch`, null for the best weights so far; `part`, training, validation or test;
`stamp`, what the weights were when it was asked for: others make another task.
`patches.npz`: `patches` uint8 (F, k, C, h, w), cut out around the strongest cell, the strongest first; `values` float32
(F, k), `index` int64 (F, k), the place in the data set's samples of `side` (`train` or `test`), `labels` int64 (F, k),
`boxes` int16 (F, k, 4) (top, left, bottom, right); `seen`, `of`: how many pictures it has looked at, and how many there
are.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import torch

from core.data.prepare import Part, Prepared, prepare
from core.data.sources import load
from core.errors import RunError
from core.jobs.tasks import Work
from core.lens.capture import Lens
from core.lens.patches import Search, cut, fields, patch_size, together
from core.runs import events
from core.runs.folder import Run
from core.runs.tasks import Task
from core.training import history

FILE = "patches.npz"
MOST_PICTURES = 10_000
MOST_KEPT = 12  # pictures a filter
MOST_BYTES = 24_000_000  # of patches: layers with many units, or with large fields, keep fewer each
WRITE_SECONDS = 1.5  # between two looks at what was found so far
TASKS_KEPT = 40  # searches in one run's folder


def work(work: Work) -> None:
    """Does the task. Raises ConvLensError."""
    run = Run(work.folder.parent.parent)
    name, epoch = str(work.parameters["node"]), work.parameters["epoch"]
    work.progress(0.0, "Reading the weights")
    lens = Lens(history.network_at(run, epoch))
    if len(lens.input_shape) != 3:
        raise RunError(f"{run.name} reads points, not pictures: there are no patches to cut out.")
    work.progress(0.0, "Reading the pictures")
    prepared = prepare(load(run.spec.train.dataset), run.spec.train, lens.input_shape)
    part = _part(prepared, str(work.parameters["part"]))
    side = "test" if part is prepared.test else "train"  # without a held-out part the test samples validate
    chosen = _chosen(len(part))
    search = Search(lens, name, _kept(lens, name))
    step, written, seen = together(lens.graph), time.monotonic(), 0
    for start in range(0, len(chosen), step):
        if work.stopped:
            break
        work.progress(start / len(chosen), f"Looking at {start:,} of {len(chosen):,} pictures")
        some = chosen[start : start + step]
        search.add(prepared.normaliser(part.x[torch.from_numpy(some)]), some)
        seen += len(some)
        if time.monotonic() - written > WRITE_SECONDS:
            _write(work, lens, name, search, part, side, seen)
            written = time.monotonic()
    if seen:
        _write(work, lens, name, search, part, side, seen)
    work.progress(seen / len(chosen), f"Looked at {seen:,} of {len(chosen):,} pictures")
    forget_old(work.folder)


def _part(prepared: Prepared, name: str) -> Part:
    part = {"training": prepared.train, "validation": prepared.validation, "test": prepared.test}[name]
    if not len(part):
        raise RunError(f"This run has no {name} pictures.")
    return part


def _chosen(count: int) -> np.ndarray:
    """Places in a part: all of them, or as many as are looked at, evenly spread."""
    return np.arange(count) if count <= MOST_PICTURES else np.linspace(0, count - 1, MOST_PICTURES).astype(np.int64)


def _kept(lens: Lens, name: str) -> int:
    filters, (height, width) = lens.graph.node(name).shape[0], patch_size(lens.graph, name)
    return max(1, min(MOST_KEPT, MOST_BYTES // (filters * lens.input_shape[0] * height * width)))


def _write(work: Work, lens: Lens, name: str, search: Search, part: Part, side: str, seen: int) -> None:
    found = search.found()
    places = found.index.reshape(-1)
    boxes = fields(lens.graph, name, found.rows.reshape(-1), found.columns.reshape(-1))
    size = patch_size(lens.graph, name)
    pictures = part.x.numpy()
    patches = np.stack([cut(pictures[place], box, size) for place, box in zip(places, boxes, strict=True)])
    shape = found.index.shape
    work.write(
        FILE,
        patches=patches.reshape(*shape, *patches.shape[1:]),
        values=found.values,
        index=part.index[found.index].astype(np.int64),
        labels=part.y.numpy()[found.index],
        boxes=np.array(boxes, np.int16).reshape(*shape, 4),
        side=np.array(side),
        seen=np.array(seen),
        of=np.array(len(part)),
    )


def forget_old(folder: Path) -> None:
    """Removes the oldest tasks of this kind that have ended, so that a run's folder stays small."""
    kind = folder.name.partition("-")[0]
    others = [path for path in folder.parent.glob(f"{kind}-*") if path != folder and not Task(path).status().live]
    others.sort(key=_when, reverse=True)
    for path in others[TASKS_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _when(folder: Path) -> float:
    try:
        return (folder / events.FILE).stat().st_mtime
    except OSError:
        return 0.0
