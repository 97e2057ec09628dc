"""Augmentation against exact cases and scipy; all randomness from the generator."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from core.data.augment import NOTHING, Motion, augment, draw, move, preview
from core.data.settings import Augmentation
from core.data.sources import load
from core.errors import DataError

STILL = {"angle": 0.0, "shift_x": 0.0, "shift_y": 0.0, "scale_x": 1.0, "scale_y": 1.0, "flip_x": False, "flip_y": False}
ALL = Augmentation(
    rotation=20.0,
    shift=0.1,
    scale=0.2,
    zoom=0.1,
    flip_horizontal=True,
    flip_vertical=True,
    channel_shift=0.1,
    noise=0.05,
)
EACH = {name: Augmentation(**{name: True if name.startswith("flip") else 0.3}) for name in Augmentation.model_fields}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def motion(count: int = 1, **fields: float | bool) -> Motion:
    return Motion(**{name: torch.full((count,), value) for name, value in {**STILL, **fields}.items()})


def images(count: int = 4, channels: int = 3, height: int = 8, width: int = 8) -> torch.Tensor:
    return torch.rand(count, channels, height, width, generator=generator(9))


@pytest.mark.parametrize(("angle", "turns"), [(90, 1), (180, 2), (270, 3), (-90, 3), (360, 0)])
def test_quarter_turns_are_exact(angle: float, turns: int) -> None:
    x = images()
    torch.testing.assert_close(move(x, motion(4, angle=float(angle))), torch.rot90(x, turns, (2, 3)), atol=1e-5, rtol=0)


def test_flips_are_exact() -> None:
    x = images()
    assert torch.equal(move(x, motion(4, flip_x=True)), x.flip(3))
    assert torch.equal(move(x, motion(4, flip_y=True)), x.flip(2))
    assert torch.equal(move(x, motion(4, flip_x=True, flip_y=True)), x.flip(2, 3))
    assert torch.equal(move(x, motion(4)), x)


def test_shifts_by_whole_pixels_repeat_the_border() -> None:
    x = images(1, 1, 8, 4)
    right = move(x, motion(shift_x=0.25))
    torch.testing.assert_close(right[..., 1:], x[..., :-1], atol=1e-5, rtol=0)
    torch.testing.assert_close(right[..., 0], x[..., 0], atol=1e-5, rtol=0)
    down = move(x, motion(shift_y=0.25))
    torch.testing.assert_close(down[..., 2:, :], x[..., :-2, :], atol=1e-5, rtol=0)


def test_scale_above_one_magnifies_about_the_centre() -> None:
    x = torch.zeros(1, 1, 8, 8)
    x[..., 3:5, 3:5] = 1
    assert move(x, motion(scale_x=2.0, scale_y=2.0)).sum() == pytest.approx(16, abs=1e-3)
    wide = move(x, motion(scale_x=2.0))[0, 0]
    assert (wide.sum(dim=0) > 0).sum() > (wide.sum(dim=1) > 0).sum()


@pytest.mark.parametrize(("height", "width"), [(16, 16), (10, 24)])
def test_a_general_move_is_scipys(height: int, width: int) -> None:
    x = images(1, 1, height, width)
    angle, shift_x, shift_y, scale_x, scale_y = 25.0, 0.1, -0.15, 1.2, 0.9
    result = move(x, motion(angle=angle, shift_x=shift_x, shift_y=shift_y, scale_x=scale_x, scale_y=scale_y))
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    # Rows and columns: content is scaled, turned counterclockwise as seen (y points down), then shifted.
    forward = np.array([[cos, -sin], [sin, cos]]) @ np.diag([scale_y, scale_x])
    inverse = np.linalg.inv(forward)
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    shift = np.array([shift_y * height, shift_x * width])
    expected = ndimage.affine_transform(
        x[0, 0].numpy(), inverse, offset=centre - inverse @ (centre + shift), order=1, mode="nearest"
    )
    np.testing.assert_allclose(result[0, 0], expected, atol=1e-4)


def test_each_image_moves_on_its_own() -> None:
    x = images(2)
    both = move(x, Motion(**{**motion(2).__dict__, "angle": torch.tensor([0.0, 90.0])}))
    torch.testing.assert_close(both[0], x[0], atol=1e-5, rtol=0)
    torch.testing.assert_close(both[1], torch.rot90(x[1], 1, (1, 2)), atol=1e-5, rtol=0)


def test_settings_of_zero_return_the_batch_itself() -> None:
    x, points = images(), torch.rand(5, 2)
    state = generator()
    before = state.get_state()
    assert augment(x, NOTHING, state) is x
    assert augment(points, Augmentation(rotation=30.0, channel_shift=0.4), state) is points
    assert torch.equal(state.get_state(), before)


@pytest.mark.parametrize("name", EACH)
def test_each_setting_changes_images_and_keeps_the_range(name: str) -> None:
    x = images(16)
    original = x.clone()
    result = augment(x, EACH[name], generator())
    assert result.shape == x.shape
    assert result.dtype == torch.float32
    assert not torch.equal(result, x)
    assert 0 <= result.min() < result.max() <= 1
    assert torch.equal(x, original)


@given(st.integers(0, 2**31))
def test_the_generator_decides_everything(seed: int) -> None:
    x = images()
    torch.manual_seed(1)
    once = augment(x, ALL, generator(seed))
    torch.manual_seed(2)
    assert torch.equal(augment(x, ALL, generator(seed)), once)
    assert not torch.equal(augment(x, ALL, generator(seed + 1)), once)


def test_it_goes_on_from_a_kept_state() -> None:
    x, first = images(), generator()
    augment(x, ALL, first)
    state = first.get_state()
    expected = augment(x, ALL, first)
    resumed = torch.Generator()
    resumed.set_state(state)
    assert torch.equal(augment(x, ALL, resumed), expected)


def test_bytes_become_0_to_1() -> None:
    stored = (images() * 255).to(torch.uint8)
    result = augment(stored, ALL, generator())
    torch.testing.assert_close(result, augment(stored.float() / 255, ALL, generator()))


def test_draws_stay_within_their_bounds_and_reach_them() -> None:
    drawn = draw(20_000, ALL, generator())
    for values, bound in ((drawn.angle, 20), (drawn.shift_x, 0.1), (drawn.shift_y, 0.1)):
        assert 0.99 * bound < values.max() <= bound
        assert -bound <= values.min() < -0.99 * bound
    assert 1.2 * 1.1 >= drawn.scale_x.max() > 1.25
    ratio = drawn.scale_x / drawn.scale_y
    assert ratio.max() <= 1.1 / 0.9 + 1e-5
    assert ratio.max() > 1.15
    for coins in (drawn.flip_x, drawn.flip_y):
        assert 0.48 < coins.float().mean() < 0.52
    assert not draw(100, NOTHING, generator()).flip_x.any()


def test_scale_alone_keeps_the_proportions() -> None:
    drawn = draw(100, Augmentation(scale=0.3), generator())
    assert torch.equal(drawn.scale_x, drawn.scale_y)


def test_channel_shift_is_one_number_for_each_channel() -> None:
    x = torch.full((64, 3, 4, 4), 0.5)
    shift = augment(x, Augmentation(channel_shift=0.2), generator()) - x
    assert shift.std(dim=(2, 3)).max() < 1e-6
    assert 0.19 < shift.abs().max() <= 0.2 + 1e-6
    assert shift[:, 0, 0, 0].sub(shift[:, 1, 0, 0]).abs().max() > 0.1


def test_noise_has_its_standard_deviation() -> None:
    x = torch.full((20, 1, 40, 40), 0.5)
    assert (augment(x, Augmentation(noise=0.05), generator()) - x).std() == pytest.approx(0.05, rel=0.02)
    points = torch.zeros(10_000, 2)
    assert augment(points, Augmentation(noise=0.3), generator()).std() == pytest.approx(0.3, rel=0.03)


def test_preview_shows_before_and_after() -> None:
    raw = load("digits")
    before, after = preview(raw, ALL, seed=3, n=10)
    assert before.shape == after.shape == (10, 1, 8, 8)
    assert before.dtype == after.dtype == np.uint8
    assert not np.array_equal(before, after)
    again = preview(raw, ALL, seed=3, n=10)
    assert np.array_equal(after, again[1])
    same = preview(raw, NOTHING, seed=3, n=10)
    assert np.array_equal(same[0], before)
    assert np.array_equal(same[1], before)
    rows = {image.tobytes() for image in raw.train_x}
    assert all(image.tobytes() in rows for image in before)
    with pytest.raises(DataError, match="Two moons has points, not images"):
        preview(load("moons"), ALL)
