"""Our interval against SciPy's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from core.evaluation.intervals import wilson


@given(st.integers(1, 10_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_equals_scipy(counts: tuple[int, int]) -> None:
    hits, total = counts
    expected = binomtest(hits, total).proportion_ci(method="wilson")
    interval = wilson(hits, total)
    assert interval is not None
    assert interval == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= interval.low <= hits / total + 1e-12
    assert hits / total - 1e-12 <= interval.high <= 1


def test_no_samples_no_interval() -> None:
    assert wilson(0, 0) is None
