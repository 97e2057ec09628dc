"""What a training gets: exact counts, no overlap, sizes that fit, and notes on everything that was done."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data import room
from core.data.prepare import Prepared, prepare
from core.data.raw import RawData
from core.data.sources import load
from core.errors import DataError
from core.runs.spec import TrainSpec


def small(train: int = 60, test: int = 30, classes: int = 3) -> RawData:
    """Images that hold their own number, so that each can be told from all others."""
    names = tuple("abcdefgh"[:classes])
    numbers = np.arange(train + test)
    x = np.stack([numbers % 256, numbers // 256], axis=1).astype(np.uint8)
    x = np.repeat(x, 3, axis=1)[:, :3, None, None] * np.ones((1, 1, 4, 4), np.uint8)
    y = (numbers % classes).astype(np.int64)
    return RawData(x[:train], y[:train], x[train:], y[train:], names, title="Small")


def counts(prepared: Prepared, part: str = "train") -> list[int]:
    return torch.bincount(getattr(prepared, part).y, minlength=len(prepared.classes)).tolist()


def check_parts(raw: RawData, prepared: Prepared) -> None:
    """Each part holds what its index says, and no training sample is in two parts."""
    for part, x, y in (
        (prepared.train, raw.train_x, raw.train_y),
        (prepared.test, raw.test_x, raw.test_y),
        *(() if prepared.validation is prepared.test else ((prepared.validation, raw.train_x, raw.train_y),)),
    ):
        assert np.array_equal(part.x.numpy(), x[part.index])
        assert np.array_equal(part.y.numpy(), y[part.index])
        assert len(set(part.index)) == len(part) == len(part.y)
    if prepared.validation is not prepared.test:
        assert not set(prepared.train.index) & set(prepared.validation.index)


@given(
    st.floats(0, 0.5),
    st.integers(0, 2**32 - 1),
    st.none() | st.tuples(*[st.none() | st.integers(0, 40)] * 3),
)
def test_parts(validation: float, seed: int, chosen: tuple[int | None, ...] | None) -> None:
    raw = small()
    spec = TrainSpec(validation=validation, seed=seed, class_counts=chosen)
    if chosen is not None and sum(count != 0 for count in chosen) < 2:
        with pytest.raises(DataError, match="needs samples of at least two classes"):
            prepare(raw, spec, (3, 4, 4))
        return
    prepared, again = prepare(raw, spec, (3, 4, 4)), prepare(raw, spec, (3, 4, 4))
    check_parts(raw, prepared)
    assert np.array_equal(prepared.train.index, again.train.index)
    assert np.array_equal(prepared.validation.index, again.validation.index)
    if chosen is None:
        held = 0 if prepared.validation is prepared.test else len(prepared.validation)
        assert len(prepared.train) + held == 60
        assert abs(held - 60 * validation) <= 1
    else:
        for label, count in enumerate(chosen):
            left = 20 if prepared.validation is prepared.test else 20 - counts(prepared, "validation")[label]
            assert counts(prepared)[label] == (0 if count == 0 else min(left, 20 if count is None else count))


def test_two_classes_of_many() -> None:
    prepared = prepare(small(), TrainSpec(class_counts=(None, 0, 4)), (3, 4, 4))
    assert counts(prepared) == [16, 0, 4]
    assert counts(prepared, "validation") == [4, 0, 4]
    assert counts(prepared, "test") == [10, 0, 10]
    assert "Left out of training, validation and test: b." in prepared.notes
    assert prepared.classes == ("a", "b", "c")


def test_more_than_there_is_is_told() -> None:
    prepared = prepare(small(), TrainSpec(class_counts=(99, None, 4)), (3, 4, 4))
    assert counts(prepared) == [16, 16, 4]
    assert prepared.notes == ("The training part has fewer samples than asked for: 16 of a instead of 99.",)


def test_an_empty_class_is_told_and_tested() -> None:
    raw = small()
    keep = raw.train_y != 1
    prepared = prepare(
        RawData(raw.train_x[keep], raw.train_y[keep], raw.test_x, raw.test_y, raw.classes), TrainSpec(), (3, 4, 4)
    )
    assert counts(prepared) == [16, 0, 16]
    assert counts(prepared, "test") == [10, 10, 10]
    assert prepared.notes == ("No training sample of b: the network cannot learn that class.",)


def test_too_few_classes_are_one_sentence() -> None:
    with pytest.raises(DataError) as caught:
        prepare(small(), TrainSpec(class_counts=(None, 0, 0)), (3, 4, 4))
    assert str(caught.value) == (
        "Training on Small needs samples of at least two classes, but 1 has any: "
        "raise the number of samples of another class."
    )


def test_no_test_sample_left() -> None:
    raw = small()
    only = raw.test_y == 1
    raw = RawData(raw.train_x, raw.train_y, raw.test_x[only], raw.test_y[only], raw.classes, title="Small")
    with pytest.raises(DataError, match="Small has no test sample of the classes that are trained"):
        prepare(raw, TrainSpec(class_counts=(None, 0, None)), (3, 4, 4))


def test_counts_for_other_classes_are_refused() -> None:
    with pytest.raises(
        DataError, match="class_counts has 2 entries, but Small has 3 classes: give one number for each"
    ):
        prepare(small(), TrainSpec(class_counts=(1, 2)), (3, 4, 4))


def test_without_a_validation_share_the_test_set_validates() -> None:
    prepared = prepare(small(), TrainSpec(validation=0.0), (3, 4, 4))
    assert prepared.validation is prepared.test
    assert len(prepared.train) == 60
    assert prepared.notes == ("The test set serves as validation: its accuracy then says less about new data.",)


def test_images_are_resized_only_when_asked() -> None:
    raw = small()
    with pytest.raises(DataError) as caught:
        prepare(raw, TrainSpec(), (1, 8, 8))
    assert str(caught.value) == (
        "The images of Small are 3x4x4, but the network takes 1x8x8: resize the images, or fit the network to the data."
    )
    prepared = prepare(raw, TrainSpec(resize=True), (1, 8, 8))
    assert prepared.train.x.shape == (48, 1, 8, 8)
    assert prepared.train.x.dtype == torch.uint8
    assert prepared.validation.x.shape == (12, 1, 8, 8)
    assert prepared.test.x.shape == (30, 1, 8, 8)
    assert prepared.notes == ("The images of Small were brought from 3x4x4 to 1x8x8.",)
    assert len(prepared.normaliser.mean) == 1


@pytest.mark.parametrize(("limit", "fits"), [(90 * 64, True), (90 * 64 - 1, False)])
def test_resizing_is_bounded_before_memory_is_taken(monkeypatch: pytest.MonkeyPatch, limit: int, fits: bool) -> None:
    monkeypatch.setattr(room, "MOST_BYTES", limit)
    if fits:
        assert len(prepare(small(), TrainSpec(resize=True), (1, 8, 8)).train) == 48
        return
    with pytest.raises(DataError, match="use a network with a smaller input, or fewer samples of each class"):
        prepare(small(), TrainSpec(resize=True), (1, 8, 8))
    assert len(prepare(small(), TrainSpec(resize=True, class_counts=(15, None, None)), (1, 8, 8)).train) == 47


def test_too_large_images_are_told_their_size() -> None:
    one = np.zeros((1, 1, 28, 28), np.uint8)
    many = np.broadcast_to(one, (60_000, 1, 28, 28))
    labels = np.arange(60_000) % 10
    raw = RawData(many, labels, many[:10_000], labels[:10_000], tuple("0123456789"), title="Many")
    with pytest.raises(DataError) as caught:
        prepare(raw, TrainSpec(resize=True), (3, 224, 224))
    assert str(caught.value) == (
        "Many is too large for a network that takes 3x224x224 (the 70,000 resized images would take 10.5 GB, and "
        "4.0 GB is the most): use a network with a smaller input, or fewer samples of each class."
    )


def test_resizing_what_fits_changes_nothing() -> None:
    prepared = prepare(small(), TrainSpec(resize=True), (3, 4, 4))
    check_parts(small(), prepared)
    assert prepared.notes == ()


@pytest.mark.parametrize("resize", [True, False])
def test_vectors_and_images_do_not_mix(resize: bool) -> None:
    with pytest.raises(
        DataError, match="Small gives images of 3x4x4, but the network takes 48 numbers: fit the network"
    ):
        prepare(small(), TrainSpec(resize=resize), (48,))
    with pytest.raises(DataError, match="Two moons gives points of 2 numbers, but the network takes 1x8x8"):
        prepare(load("moons"), TrainSpec(resize=resize), (1, 8, 8))


def test_points_keep_their_values() -> None:
    raw = load("moons")
    prepared = prepare(raw, TrainSpec(normalisation="0..255"), (2,))
    check_parts(raw, prepared)
    assert prepared.train.x.dtype == torch.float32
    assert "Points are used as they are" in prepared.notes[0]


def test_statistics_come_from_the_training_part_alone() -> None:
    raw = small()
    prepared = prepare(raw, TrainSpec(normalisation="standardised", validation=0.5), (3, 4, 4))
    part = raw.train_x[prepared.train.index] / 255
    assert prepared.normaliser.mean == pytest.approx(part.mean(axis=(0, 2, 3)))
    assert prepared.normaliser.mean != pytest.approx((raw.train_x / 255).mean(axis=(0, 2, 3)))


def test_notes_of_the_source_come_along() -> None:
    raw = small()
    noted = RawData(raw.train_x, raw.train_y, raw.test_x, raw.test_y, raw.classes, notes=("Read so.",))
    assert prepare(noted, TrainSpec(), (3, 4, 4)).notes == ("Read so.",)


def test_read_only_arrays_need_no_copy() -> None:
    raw = small()
    for array in (raw.train_x, raw.test_x, raw.test_y):
        array.flags.writeable = False
    prepared = prepare(raw, TrainSpec(validation=0.0), (3, 4, 4))
    assert np.shares_memory(prepared.train.x.numpy(), raw.train_x)
