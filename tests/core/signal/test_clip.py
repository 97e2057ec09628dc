"""A kernel in space and time answers to motion in its own direction, and to nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.signal import correlate

from core.errors import ConvLensError
from core.signal import clip
from core.signal.clip import DIRECTIONS, SCENES, SHARE, SPEEDS, Mover

KERNELS = [(direction, speed) for direction in DIRECTIONS for speed in SPEEDS]


@pytest.mark.parametrize("scene", SCENES)
def test_a_clip_is_the_same_each_time_and_between_0_and_1(scene: str) -> None:
    frames = clip.clip(scene)
    assert frames.shape == (clip.FRAMES, clip.SIDE, clip.SIDE)
    assert frames.min() == 0
    assert frames.max() == 1
    assert_allclose(frames, clip.clip(scene))
    for frame in (0, 7):
        for mover in SCENES[scene]:
            assert frames[(frame, *mover.at(frame))] == 1


@pytest.mark.parametrize(("direction", "speed"), KERNELS)
def test_only_a_spot_on_the_kernels_way_is_answered(direction: str, speed: int) -> None:
    """One spot alone in the clip, once for every direction and speed."""
    kernel = clip.detector(direction, speed)
    for other, other_speed in KERNELS:
        step = DIRECTIONS[other]
        velocity = (step[0] * other_speed, step[1] * other_speed)
        frames = clip.drawn([Mover((14, 14), velocity)], frames=clip.SPAN, side=40)
        highest = float(clip.respond(frames, kernel).max())
        if (other, other_speed) == (direction, speed):
            assert_allclose(highest, 1, atol=1e-5)
        else:
            assert highest < 0.55
            assert float(clip.respond(frames, kernel, SHARE).max()) == 0


@pytest.mark.parametrize(("direction", "speed"), KERNELS)
def test_what_stands_still_gives_nothing(direction: str, speed: int) -> None:
    frames = np.repeat(np.random.default_rng(3).normal(size=(1, 16, 16)), 8, axis=0)
    assert_allclose(clip.respond(frames, clip.detector(direction, speed)), 0, atol=1e-5)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_in_the_scene_only_what_moves_that_way_is_answered(direction: str) -> None:
    answer = clip.respond(clip.clip("four directions"), clip.detector(direction, 1), SHARE).numpy()
    mover = next(found for found in SCENES["four directions"] if found.velocity == DIRECTIONS[direction])
    for frame, shown in enumerate(answer):
        assert shown.any()
        row, column = mover.at(frame + clip.SPAN // 2)
        for at in np.argwhere(shown):
            away = np.abs(at - (row, column))
            assert np.minimum(away, clip.SIDE - away).max() <= 2


def test_the_answer_is_scipys() -> None:
    frames, kernel = clip.clip("two speeds"), clip.detector("right", 2)
    side = kernel.shape[-1] // 2
    expected = correlate(np.pad(frames, ((0, 0), (side, side), (side, side))), kernel, "valid")
    assert_allclose(clip.respond(frames, kernel), expected, atol=1e-5)
    assert_allclose(clip.respond(frames, kernel, 0.6), np.maximum(expected - 0.6, 0), atol=1e-5)


def test_what_there_is_not_is_told() -> None:
    with pytest.raises(ConvLensError, match="choose four directions"):
        clip.clip("none")
    with pytest.raises(ConvLensError, match="choose right, left, down, up at 1 or 2"):
        clip.detector("right", 3)
