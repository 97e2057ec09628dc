"""Pictures as a network sees them; drawings as the data sets' own digits are made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sklearn.datasets import load_digits

from core.data import sources
from core.data.normalise import Normaliser
from core.errors import ConvLensError
from core.lens.inputs import Eye, centred, ink_of, inked, inverted, light_border, like

UNIT = Normaliser(1.0, (0.0,), (1.0,))


def stroke(height: int, width: int, box: tuple[int, int, int, int]) -> np.ndarray:
    drawing = np.zeros((height, width), np.uint8)
    top, left, bottom, right = box
    drawing[top:bottom, left:right] = 255
    return drawing


@settings(max_examples=40, deadline=None)
@given(top=st.integers(0, 90), left=st.integers(0, 90), high=st.integers(4, 80), wide=st.integers(4, 80))
def test_a_drawing_fills_mnists_box_with_its_mass_in_the_middle(top: int, left: int, high: int, wide: int) -> None:
    made = centred(stroke(180, 180, (top, left, top + high, left + wide)), "mnist")[0].astype(float)
    box = inked(made)
    assert box is not None
    sides = (box[2] - box[0], box[3] - box[1])
    assert max(sides) == 20
    assert min(sides) == pytest.approx(max(1, 20 * min(high, wide) / max(high, wide)), abs=1.01)
    rows, columns = np.mgrid[:28, :28]
    assert (made * rows).sum() / made.sum() == pytest.approx(14, abs=0.51)
    assert (made * columns).sum() / made.sum() == pytest.approx(14, abs=0.51)


SEVEN = stroke(40, 40, (5, 5, 9, 30)) | stroke(40, 40, (9, 22, 38, 27))


@settings(max_examples=20, deadline=None)
@given(shift=st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_where_a_drawing_is_makes_no_difference(shift: tuple[int, int]) -> None:
    moved = np.pad(SEVEN, ((shift[0], 0), (shift[1], 0)))
    for kind in ("mnist", "digits"):
        assert np.array_equal(centred(moved, kind), centred(SEVEN, kind))


@pytest.mark.parametrize("times", [2, 3, 5])
def test_how_large_a_drawing_is_makes_hardly_a_difference(times: int) -> None:
    """Rounding may put it one cell aside."""
    large = np.kron(SEVEN, np.ones((times, times), np.uint8))
    small, other = (centred(drawing, "mnist")[0].astype(int) for drawing in (SEVEN, large))
    rolled = [np.roll(other, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    assert min(np.abs(each - small).mean() for each in rolled) < 5


def test_an_empty_drawing_stays_empty() -> None:
    assert centred(np.zeros((9, 9), np.uint8), "mnist").shape == (1, 28, 28)
    assert not centred(np.zeros((9, 9), np.uint8), "digits").any()
    assert inked(np.zeros((4, 4), np.uint8)) is None


def test_mnists_own_digits_stay_as_they_are(shared_data: Path) -> None:
    """They were made in this way, so that centring them again moves nothing."""
    digits = sources.load("mnist").test_x[:100, 0]
    changed = [np.abs(centred(digit, "mnist")[0].astype(int) - digit).mean() for digit in digits]
    assert np.mean(changed) < 0.1


def test_a_digit_drawn_at_random_looks_like_scikit_learns() -> None:
    """Its digits, drawn large with smooth edges somewhere on a pad, come back nearly as they are."""
    digits = load_digits()
    off = []
    for image in digits.images[:60]:
        large = np.asarray(
            Image.fromarray((image * 15.9375).astype(np.uint8)).resize((64, 64), Image.Resampling.BICUBIC)
        )
        pad = np.zeros((112, 112), np.uint8)
        pad[20:84, 31:95] = large
        off.append(np.abs(centred(pad, "digits")[0] / 255 * 16 - image).mean())
    assert np.mean(off) < 2.0  # of 16; two different digits differ by 4.6 on average
    different = np.abs(digits.images[:60, None] - digits.images[None, 60:120]).mean()
    assert different > 2 * np.mean(off)


def test_whole_pictures_are_stretched_and_others_cut() -> None:
    eye = Eye(UNIT, (1, 4, 4))
    wide = np.zeros((1, 4, 8), np.uint8)
    wide[:, :, 2:6] = 200
    assert (eye.see(wide, whole=False).picture == 200).all()
    assert not (eye.see(wide).picture == 200).all()
    tall = wide.transpose(0, 2, 1)
    assert (eye.see(tall, whole=False).picture == 200).all()


@pytest.mark.parametrize("shape", [(1, 12, 12), (3, 12, 12)])
@pytest.mark.parametrize("given_channels", [1, 3])
def test_colours_follow_the_network(shape: tuple[int, int, int], given_channels: int) -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (given_channels, 12, 12), dtype=np.uint8)
    seen = Eye(Normaliser(1.0, (0.0,) * shape[0], (1.0,) * shape[0]), shape).see(picture).picture
    assert seen.shape == shape
    if given_channels == shape[0]:
        assert np.array_equal(seen, picture)
    elif given_channels == 1:
        assert np.array_equal(seen, np.repeat(picture, 3, axis=0))
    else:
        pillow = np.asarray(Image.fromarray(picture.transpose(1, 2, 0)).convert("L"))
        assert np.array_equal(seen[0], pillow)


def test_the_network_is_given_what_its_training_normalised() -> None:
    eye = Eye(Normaliser(1.0, (0.5,), (0.25,)), (1, 2, 2))
    seen = eye.see(np.array([[[0, 255], [51, 102]]], np.uint8))
    assert torch.allclose(seen.x, torch.tensor([[[[-2.0, 2.0], [-1.2, -0.4]]]]))
    assert not seen.picture.flags.writeable


def test_points_are_no_pictures() -> None:
    with pytest.raises(ConvLensError, match=r"reads 2 numbers, not images"):
        Eye(UNIT, (2,))


def test_ink_on_paper_is_told_from_light_on_dark() -> None:
    digit = stroke(40, 40, (10, 15, 30, 25))[None]
    assert not light_border(digit)
    assert light_border(inverted(digit))
    assert np.array_equal(inverted(inverted(digit)), digit)


def test_a_photographs_paper_is_taken_away() -> None:
    rng = np.random.default_rng(1)
    photograph = (60 + rng.normal(0, 6, (1, 60, 60)) + 140 * (stroke(60, 60, (20, 25, 45, 32)) > 0)).astype(np.uint8)
    box = inked(ink_of(photograph))
    assert box == (20, 25, 45, 32)
    assert ink_of(photograph).max() == 255


def test_only_grey_networks_of_known_digits_centre_drawings() -> None:
    assert like("mnist", (1, 28, 28)) == "mnist"
    assert like("digits", (1, 8, 8)) == "digits"
    assert like("cifar-10", (3, 32, 32)) is None
    assert like("mnist", (3, 28, 28)) is None
