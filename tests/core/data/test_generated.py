"""The generated data sets are scikit-learn's own, to the last digit, though scikit-learn is not imported for them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets

from core.data import generated, sources
from core.errors import DataError


def test_digits_are_scikit_learns() -> None:
    pixels, labels = datasets.load_digits(return_X_y=True)
    table = generated._digits_table()
    assert np.array_equal(table[:, :-1], pixels)
    assert np.array_equal(table[:, -1], labels)


@pytest.mark.parametrize(("count", "seed"), [(10, 0), (11, 1), (2000, 7)])
def test_points_are_scikit_learns(count: int, seed: int) -> None:
    for mine, theirs in (
        (generated.moons, datasets.make_moons(count, noise=0.15, random_state=seed)),
        (generated.circles, datasets.make_circles(count, noise=0.08, factor=0.45, random_state=seed)),
    ):
        points, labels = mine(count, seed)
        assert np.array_equal(labels, theirs[1])
        np.testing.assert_allclose(points, theirs[0], rtol=0, atol=1e-15)


def test_a_missing_file_of_digits_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated, "DIGITS", generated.DIGITS.with_name("nowhere.csv.gz"))
    with pytest.raises(DataError, match="install scikit-learn again"):
        generated.load_digits(tuple("0123456789"), "Digits")


def test_they_are_read_while_another_thread_has_half_of_torch() -> None:
    code = (
        "import sys, types; sys.modules['torch'] = types.ModuleType('torch')\n"
        "from core.data import sources\n"
        "for name in ('digits', 'moons', 'circles', 'spirals', 'shapes'): sources.load(name)\n"
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert sources.load("moons").train_x.shape == (2000, 2)
