from __future__ import annotations

import numpy as np
import pytest

from core.data.samples import thumbnails
from core.data.sources import load
from core.errors import DataError


def test_thumbnails_are_the_first_of_each_class() -> None:
    raw = load("digits")
    shown = thumbnails(raw, per_class=4)
    assert len(shown) == 10
    for label, some in enumerate(shown):
        assert some.shape == (4, 1, 8, 8)
        assert some.dtype == np.uint8
        first = next(i for i, y in enumerate(raw.train_y) if y == label)
        assert np.array_equal(some[0], raw.train_x[first])


def test_a_class_may_have_fewer() -> None:
    raw = load("shapes")
    assert [len(some) for some in thumbnails(raw, per_class=1000)] == [400] * 5


def test_points_have_none() -> None:
    with pytest.raises(DataError, match="Two spirals has points, not images"):
        thumbnails(load("spirals"))
