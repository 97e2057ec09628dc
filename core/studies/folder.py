"""A study's folder, `runs_root()/.studies/ID`: a task whose results are read as they come. No torch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.errors import RunError
from core.paths import runs_root
from core.runs import tasks
from core.runs.disk import read_small, telling
from core.runs.tasks import Task
from core.studies.outcome import Outcome, file_of, outcome_of
from core.studies.spec import StudySpec

KIND = "study"
FOLDER = ".studies"
FACTS = "study.json"


@dataclass(frozen=True)
class Facts:
    """What the job found out before the first training.

    classes: those that take part; labels: their indices in the data set; rare: index into `classes`.
    train, validation, test: samples of each of `classes` in each part. notes: sentences for the screen.
    """

    classes: tuple[str, ...]
    labels: tuple[int, ...]
    rare: int
    title: str
    network: str
    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    notes: tuple[str, ...]


def task_of(id: str) -> Task:
    """The study of that id, which need not exist. Raises RunError for what is no id."""
    if not (len(id) == 16 and all(sign in "0123456789abcdef" for sign in id)):
        raise RunError(f"{id[:40]!r} is no study: make one on the page Imbalance lab.")
    return Task(runs_root() / FOLDER / id)


def start(spec: StudySpec) -> Task:
    """Queue the study; one that waits, runs or is finished is simply returned, any other goes on. Raises RunError.

    Damaged results of one that has ended are removed and made again.
    """
    task = task_of(spec.id)
    damaged = not task.status().live and _remove_damaged(task, spec)
    return tasks.start(KIND, {"spec": spec.model_dump(mode="json")}, task.path, again=damaged)


def _remove_damaged(task: Task, spec: StudySpec) -> bool:
    """Whether there was anything."""
    names: dict[str, Callable[[], object]] = {FACTS: lambda: facts(task)}
    for seed, name in spec.trainings:
        names[file_of(name, seed)] = partial(outcome, task, name, seed)
    damaged = []
    for file, read in names.items():
        try:
            read()
        except RunError:
            damaged.append(file)
    with telling("remove what is damaged of the study"):
        for file in damaged:
            (task.path / file).unlink(missing_ok=True)
    return bool(damaged)


def spec_of(parameters: Mapping[str, Any]) -> StudySpec:
    """Raises RunError where the task's parameters are not those of a study."""
    try:
        return StudySpec.model_validate_json(json.dumps(parameters.get("spec")))
    except ValidationError as error:
        raise RunError("The study's description is damaged or of another version: start it anew.") from error


def facts(task: Task) -> Facts | None:
    """None until the data were read. Raises RunError where the file is damaged."""
    path = task.path / FACTS
    if not path.exists():
        return None
    with telling(f"read {FACTS} of the study"):
        content = read_small(path)
    try:
        found = json.loads(content)
        numbers = {name: tuple(found["parts"][name]) for name in ("train", "validation", "test")}
        names = {name: tuple(found[name]) for name in ("classes", "labels", "notes")}
        return Facts(rare=int(found["rare"]), title=found["title"], network=found["network"], **names, **numbers)
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{FACTS} of the study is damaged: start the study anew.") from error


def outcome(task: Task, treatment: Any, seed: int) -> Outcome | None:
    """One training's; None until it is done. Raises RunError where its file is damaged."""
    name = file_of(treatment, seed)
    return outcome_of(treatment, seed, task.read(name)) if task.stamp(name) else None


def outcomes(task: Task, spec: StudySpec) -> tuple[Outcome, ...]:
    """Of all trainings that are done, in their order. Raises RunError."""
    found = (outcome(task, name, seed) for seed, name in spec.trainings)
    return tuple(entry for entry in found if entry is not None)


def known() -> tuple[Path, ...]:
    """Folders of all studies, the one that was started last first."""
    root = runs_root() / FOLDER
    folders = [path for path in root.glob("*") if (path / tasks.DESCRIPTION).is_file()] if root.is_dir() else []
    return tuple(sorted(folders, key=lambda path: -(path / tasks.DESCRIPTION).stat().st_mtime_ns))
