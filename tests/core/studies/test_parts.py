"""Bars to parts, and scenes to bars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.studies.parts import parts_of
from core.studies.scenes import SCENES, setting

DIGITS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
MNIST = (6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958)
NAMES = tuple("0123456789")


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=2, max_size=8), st.booleans())
def test_parts_take_no_more_than_there_is(pairs: list[tuple[int, int]], natural: bool) -> None:
    counts = [min(pair) for pair in pairs]
    available = [max(pair) for pair in pairs]
    names = [str(at) for at in range(len(pairs))]
    parts = parts_of(counts, available, "natural" if natural else "chosen", names)
    if not any(counts):
        assert parts.train == ()
        return
    for count, there, train, held, test in zip(
        counts, available, parts.train, parts.validation, parts.test, strict=True
    ):
        assert train + held + test <= there
        assert min(train, held, test) >= 0
        assert (train > 0) == (count > 0)
        assert train <= count
        if count and there >= 3:
            assert held > 0
            assert test > 0 or natural
        if not count:
            assert (train, held, test) == (0, 0, 0)


def test_all_faces_are_used_three_fifths_train() -> None:
    parts = parts_of((4953, 547), (4953, 547), "chosen", ("angry", "disgust"))
    assert parts.train == (2972, 328)
    assert [sum(each) for each in zip(parts.train, parts.validation, parts.test, strict=True)] == [4953, 547]


def test_what_the_data_has_more_of_judges_so_that_all_that_was_wanted_trains() -> None:
    parts = parts_of((1000, 100), (6824, 6958), "chosen", ("4", "9"))
    assert parts.train == (1000, 100)
    assert parts.test[0] == pytest.approx(10 * parts.test[1], rel=0.02)
    assert sum(parts.test) <= 4000


def test_the_natural_test_has_the_data_s_proportions() -> None:
    parts = parts_of((1000, 100), (6824, 6958), "natural", ("4", "9"))
    assert parts.test[0] / parts.test[1] == pytest.approx(6824 / 6958, rel=0.02)
    assert parts.train == (1000, 100)


@pytest.mark.parametrize("rare", [1, 2])
def test_too_few_to_split_is_told(rare: int) -> None:
    parts = parts_of((100, rare), (100, rare), "chosen", ("many", "few"))
    assert any("few has too few samples to be split" in note for note in parts.notes)


def test_equal_classes_are_told() -> None:
    assert any("nothing to treat" in note for note in parts_of((50, 50), (99, 99), "chosen", ("a", "b")).notes)
    assert not any("nothing to treat" in note for note in parts_of((50, 49), (99, 99), "chosen", ("a", "b")).notes)


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize(("dataset", "available"), [("digits", DIGITS), ("mnist", MNIST), ("moons", (1250, 1250))])
def test_scenes_fit_the_data(name: str, dataset: str, available: tuple[int, ...]) -> None:
    made = setting(name, dataset, available, dataset)
    assert all(0 <= count <= there for count, there in zip(made.counts, available, strict=True))
    assert min(count for count in made.counts if count) == made.counts[made.rare]
    wanted = max(made.counts)
    if wanted not in (1000, 4953):
        assert "instead of" in made.note or "is" in made.note


def test_one_per_cent_is_one_per_cent() -> None:
    made = setting("percent", "mnist", MNIST, "MNIST")
    assert made.counts[made.rare] / sum(made.counts) == pytest.approx(0.01, abs=0.0005)
    assert not made.note


def test_the_long_tail_falls_by_one_factor() -> None:
    counts = np.array(setting("tail", "mnist", MNIST, "MNIST").counts)
    assert counts[0] == 1000
    assert counts[-1] == 10
    assert np.allclose(counts[1:] / counts[:-1], 0.01 ** (1 / 9), rtol=0.05)


def test_digits_are_scaled_down_and_it_is_told() -> None:
    made = setting("lecture", "digits", DIGITS, "Digits")
    assert sorted(made.counts)[-2:] == [18, 180] or sorted(made.counts)[-2:] == [18, 183]
    assert "instead of 1,000 against 100" in made.note


def test_faces_elsewhere_are_told() -> None:
    assert "FER2013 is not here" in setting("faces", "mnist", MNIST, "MNIST").note
    assert setting("faces", "fer2013", (4953, 547, 1, 1, 1, 1, 1), "FER2013").note == ""
