"""Trainings of a study: the same start and budget, test and validation untouched, nothing leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from core.data.raw import RawData
from core.data.sources import load
from core.errors import DataError
from core.network.presets import PRESETS
from core.studies.data import Pool, dealt, pooled, small_shape
from core.studies.parts import Parts, parts_of
from core.studies.spec import StudySpec, check
from core.studies.training import Course, course, fitted, shrunk, train, treated
from core.studies.treatments import TRAINED, TreatmentName

COUNTS = (0, 0, 0, 100, 0, 0, 0, 0, 0, 12)
SPEC = StudySpec(counts=COUNTS, network=PRESETS["digits-small"].network, steps=6, batch_size=16, seeds=2)


@cache
def digits() -> Pool:
    return pooled(load("digits"), SPEC.kept)


def parts() -> Parts:
    return parts_of(COUNTS, np.bincount([3] * 183 + [9] * 180, minlength=10).tolist(), "chosen", "0123456789")


def apart(sides: Sequence[set[object]]) -> bool:
    return sum(map(len, sides)) == len(set().union(*sides))


def started(seed: int = 0, **changes: object) -> Course:
    spec = SPEC.model_copy(update=changes)
    return course(spec, fitted(spec, digits())[0], digits(), dealt(digits(), parts(), seed), seed)


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [("none", [100, 12]), ("fewest", [12, 12]), ("repeat", [100, 100]), ("weights", [100, 12]), ("focal", [100, 12])],
)
def test_training_samples_of_each_class(treatment: TreatmentName, expected: list[int]) -> None:
    samples, labels = treated(started(), treatment)
    assert np.bincount(labels).tolist() == expected
    assert len(samples) == sum(expected)


@pytest.mark.parametrize("treatment", ["noise", "moves"])
def test_repeats_are_changed_and_originals_are_not(treatment: TreatmentName) -> None:
    now = started()
    samples, labels = treated(now, treatment)
    assert np.bincount(labels).tolist() == [100, 100]
    originals = {now.pool.x[at].tobytes() for at in now.parts.train}
    kept = sum(sample.numpy().tobytes() in originals for sample in samples)
    assert kept == 112
    repeats = [sample for sample in samples if sample.numpy().tobytes() not in originals]
    assert len({repeat.numpy().tobytes() for repeat in repeats}) == 88  # each changed on its own


@pytest.mark.parametrize("treatment", TRAINED)
def test_no_training_sample_not_even_a_repeat_is_in_validation_or_test(treatment: TreatmentName) -> None:
    now = started()
    samples, _ = treated(now, treatment)
    held = {now.pool.x[at].tobytes() for at in (*now.parts.validation, *now.parts.test)}
    assert not held & {sample.numpy().tobytes() for sample in samples}
    assert not set(now.parts.validation) & set(now.parts.test)


def test_exact_copies_do_not_cross_the_split() -> None:
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (60, 1, 4, 4), dtype=np.uint8)
    train_x, test_x = np.concatenate([pictures, pictures[:30]]), pictures[20:50]  # copies within and across
    labels = np.arange(60) % 3
    raw = RawData(train_x, np.concatenate([labels, labels[:30]]), test_x, labels[20:50], ("a", "b", "c"))
    pool = pooled(raw, (0, 1, 2))
    counts = np.bincount(pool.y).tolist()
    for seed in range(5):
        split = dealt(pool, parts_of(counts, counts, "chosen", "abc"), seed)
        sides = [{pool.x[at].tobytes() for at in part} for part in (split.train, split.validation, split.test)]
        assert all(sides)
        assert apart(sides)


def test_treatments_of_a_seed_share_samples_and_first_weights_and_take_equal_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: dict[str, int] = {}
    first: dict[str, torch.Tensor] = {}
    adam = torch.optim.Adam.step
    name = ""

    def counted(self: torch.optim.Adam, *arguments: object) -> object:
        steps[name] = steps.get(name, 0) + 1
        first.setdefault(name, self.param_groups[0]["params"][0].detach().clone())
        return adam(self, *arguments)

    monkeypatch.setattr(torch.optim.Adam, "step", counted)
    now = started()
    made = {}
    for name in TRAINED:
        made[name] = train(now, name)
    assert set(steps.values()) == {SPEC.steps}
    for weights in first.values():
        assert torch.equal(weights, first["none"])
    assert {outcome.labels.tobytes() for outcome in made.values() if outcome} == {made["none"].labels.tobytes()}


def test_an_answer_tells_which_sample_it_is_of() -> None:
    raw, found = load("digits"), train(started(), "none")
    assert found is not None
    every = np.concatenate([raw.train_y, raw.test_y])
    assert np.array_equal(every[found.tested], np.array(SPEC.kept)[found.labels])
    pictures = np.concatenate([raw.train_x, raw.test_x])
    now = started()
    assert np.array_equal(pictures[found.tested], now.pool.x[now.parts.test])


def test_the_same_seed_gives_the_same_answers_and_another_one_others() -> None:
    once, again, other = train(started(), "repeat"), train(started(), "repeat"), train(started(1), "repeat")
    assert once is not None
    assert again is not None
    assert other is not None
    assert np.array_equal(once.probabilities, again.probabilities)
    assert not np.array_equal(once.probabilities[:5], other.probabilities[:5])


def test_focal_with_gamma_zero_learns_what_nothing_learns() -> None:
    plain, focal = train(started(), "none"), train(started(gamma=0.0), "focal")
    assert plain is not None
    assert focal is not None
    np.testing.assert_allclose(focal.probabilities, plain.probabilities, atol=2e-2)  # bfloat16 rounds either


def test_a_training_that_diverges_says_when() -> None:
    now = started()
    broken = replace(now, normaliser=replace(now.normaliser, mean=(float("nan"),)))
    found = train(broken, "none")
    assert found is not None
    assert found.diverged == 1


def test_large_images_are_made_smaller_and_copies_stay_together() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (40, 3, 60, 120), dtype=np.uint8)
    labels = np.arange(40) % 2
    pool = pooled(RawData(pictures, labels, pictures[:5], labels[:5], ("a", "b")), (0, 1))
    smaller, note = shrunk(pool)
    assert smaller.x.shape == (45, 3, 24, 48)
    assert smaller.x.dtype == np.uint8
    assert np.array_equal(smaller.x[:5], smaller.x[40:])
    assert np.array_equal(smaller.groups, pool.groups)
    assert note == "Images are made smaller, from 60x120 to 24x48."
    assert shrunk(digits()) == (digits(), "")
    assert [small_shape(shape) for shape in ((2,), (1, 48, 48), (3, 500, 1))] == [(2,), (1, 48, 48), (3, 48, 1)]


def test_it_can_be_ended_between_steps() -> None:
    told: list[float] = []

    def once(share: float) -> bool:
        told.append(share)
        return False

    assert train(started(steps=50), "none", once) is None
    assert told == [0.0]


def test_points_get_noise_but_do_not_move() -> None:
    raw = load("moons")
    spec = StudySpec(dataset="moons", counts=(300, 30), network=PRESETS["two-layer-sigmoid"].network, steps=3)
    pool = pooled(raw, spec.kept)
    split = dealt(pool, parts_of(spec.counts, (1250, 1250), "chosen", raw.classes), 0)
    now = course(spec, fitted(spec, pool)[0], pool, split, 0)
    samples, labels = treated(now, "noise")
    assert np.bincount(labels).tolist() == [300, 300]
    assert len(np.unique(samples.numpy(), axis=0)) == 600
    assert train(now, "noise") is not None
    with pytest.raises(DataError, match="neither shifted nor turned"):
        treated(now, "moves")


@pytest.mark.parametrize(
    ("counts", "words"),
    [((0,) * 10, "none has any"), ((5,) + (0,) * 9, "only 0 has any"), ((5, 5), "2 classes"), ((999,) * 10, "not 999")],
)
def test_studies_that_cannot_be_made(counts: tuple[int, ...], words: str) -> None:
    spec = SPEC.model_copy(update={"counts": counts})
    with pytest.raises(DataError, match=words):
        check(spec, (178, 182, 177, 183, 181, 182, 181, 179, 174, 180), tuple("0123456789"))


def test_the_rare_class_is_the_rarest_or_the_chosen_one() -> None:
    assert SPEC.rarest == 9
    assert SPEC.model_copy(update={"rare": 3}).rarest == 3
    assert SPEC.model_copy(update={"rare": 5}).rarest == 9  # a class without samples is not looked for
    assert SPEC.model_copy(update={"treatments": ("threshold",)}).chosen == ("none", "threshold")
    assert SPEC.model_copy(update={"treatments": ("threshold",)}).trainings == ((0, "none"), (1, "none"))


@pytest.mark.slow
def test_faces_are_pooled_and_split_anew_with_all_copies_on_one_side(shared_data: object) -> None:
    raw = load("fer2013")
    pool = pooled(raw, (0, 1))
    assert np.bincount(pool.y).tolist() == [4953, 547]
    split = dealt(pool, parts_of((4953, 547, 0, 0, 0, 0, 0), (4953, 547, 0, 0, 0, 0, 0), "chosen", raw.classes), 0)
    sizes = [len(part) for part in (split.train, split.validation, split.test)]
    assert sum(sizes) == 5500
    sides = [set(pool.groups[part].tolist()) for part in (split.train, split.validation, split.test)]
    assert apart(sides)
    assert len(set(pool.groups.tolist())) < 5500  # there are copies
