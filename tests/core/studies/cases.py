"""Outcomes made by hand."""

from __future__ import annotations

import numpy as np

from core.studies.outcome import Outcome
from core.studies.treatments import TreatmentName


def outcome(
    treatment: TreatmentName = "none",
    seed: int = 0,
    found: float = 0.5,
    common: float = 0.95,
    rare: int = 20,
    many: int = 180,
    diverged: int | None = None,
) -> Outcome:
    """Two classes; shares `found` of the rare class (1) and `common` of the other are answered rightly."""
    labels = np.repeat([0, 1], [many, rare])
    right = np.concatenate([np.arange(many) < round(common * many), np.arange(rare) < round(found * rare)])
    belief = np.where((labels == 1) == right, 0.9, 0.1) + 0.001 * np.random.default_rng(seed).random(len(labels))
    probabilities = np.stack([1 - belief, belief], axis=1).astype(np.float32)
    return Outcome(
        treatment,
        seed,
        labels.astype(np.int64),
        probabilities,
        labels.astype(np.int64),
        probabilities,
        np.array([900, 100]),
        1.0,
        diverged,
        np.arange(len(labels)),
    )
