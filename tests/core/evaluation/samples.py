"""Samples with scores, for the tests of everything that ranks."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

LEVELS = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1, width=32)
SAMPLES = st.lists(st.tuples(st.booleans(), LEVELS), min_size=1, max_size=40)


def columns(drawn: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Marks (bool) and scores (float32, as probabilities are kept)."""
    positive, scores = zip(*drawn, strict=True)
    return np.array(positive), np.array(scores, dtype=np.float32)


def overlapping(seed: int, positives: int, negatives: int, apart: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Two normal clouds, `apart` standard deviations between them, as probabilities."""
    generator = np.random.default_rng(seed)
    positive = np.arange(positives + negatives) < positives
    raw = generator.normal(size=len(positive)) + apart * positive
    return positive, (1 / (1 + np.exp(-raw))).astype(np.float32)
