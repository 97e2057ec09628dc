"""The job of the imbalance lab: every training of a study, one after the other, in one process.

The study's folder holds `study.json` (classes, parts, what was changed) and a file for each training that is done; a
study that was stopped or killed goes on with those that are missing.
"""

from __future__ import annotations

import numpy as np

from core.data.sources import load
from core.jobs.tasks import Work
from core.network.spec import NetworkSpec
from core.studies import data
from core.studies.data import Pool
from core.studies.folder import FACTS, spec_of
from core.studies.outcome import file_of
from core.studies.parts import Parts, parts_of
from core.studies.spec import StudySpec, check
from core.studies.training import Course, course, fitted, shrunk, train
from core.studies.treatments import TREATMENTS, TreatmentName


def work(work: Work) -> None:
    """Trains what is missing. Raises ConvLensError where data, network and study do not go together."""
    spec = spec_of(work.parameters)
    done = sum((work.folder / file_of(name, seed)).exists() for seed, name in spec.trainings)
    work.progress(done / len(spec.trainings), "Reading the data")
    raw = load(spec.dataset)
    available = np.bincount(np.concatenate([raw.train_y, raw.test_y]), minlength=len(raw.classes)).tolist()
    check(spec, tuple(available), raw.classes)
    pool, smaller = shrunk(data.pooled(raw, spec.kept))
    parts = parts_of(spec.counts, available, spec.test, raw.classes)
    network, changed = fitted(spec, pool)
    notes = [*parts.notes, *([smaller] if smaller else [])]
    if changed:
        notes.append(f"{network.name} was fitted to the data: {'; '.join(changed)}.")
    if not pool.is_image and "moves" in spec.chosen:
        notes.append("Points are neither shifted nor turned: that treatment is left out.")
    work.write_json(
        FACTS,
        {
            "classes": pool.classes,
            "labels": pool.labels,
            "rare": pool.labels.index(spec.rarest),
            "title": raw.title,
            "network": network.name,
            "parts": {
                name: [getattr(parts, name)[label] for label in pool.labels] for name in ("train", "validation", "test")
            },
            "notes": notes,
        },
    )
    del raw
    _train_all(work, spec, network, pool, parts)


def _train_all(work: Work, spec: StudySpec, network: NetworkSpec, pool: Pool, parts: Parts) -> None:
    wanted = [(seed, name) for seed, name in spec.trainings if pool.is_image or name != "moves"]
    shared: Course | None = None
    for done, (seed, name) in enumerate(wanted):
        if work.stopped:
            return
        if (work.folder / file_of(name, seed)).exists():
            continue
        if shared is None or shared.seed != seed:
            shared = course(spec, network, pool, data.dealt(pool, parts, seed), seed)

        def goes_on(share: float, done: int = done, said: str = _words(spec, seed, name)) -> bool:
            work.progress((done + share) / len(wanted), said)
            return not work.stopped

        outcome = train(shared, name, goes_on)
        if outcome is None:
            return
        work.write(file_of(name, seed), **outcome.arrays())


def _words(spec: StudySpec, seed: int, name: TreatmentName) -> str:
    return f"Seed {seed + 1} of {spec.seeds}: {TREATMENTS[name].title.lower()}"
