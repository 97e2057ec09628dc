"""What the views Channels, Video and Shift and turn say and send, without a browser."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch.nn import functional as F

from core.errors import ConvLensError
from core.signal import clip
from dashboard.learn import channel_facts, channels_view, clip_view, equivariance_view
from dashboard.learn.channels_view import EXAMPLES, SMALL


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_maps_of_the_examples_are_torchs(example: str) -> None:
    layer, _ = EXAMPLES[example]
    head, arrays = channels_view.made(layer)
    given = (torch.from_numpy(arrays[name]) for name in ("input", "kernel", "bias"))
    expected = F.conv2d(*given, groups=layer.groups).numpy()
    assert expected.shape == (layer.filters, head["out"], head["out"])
    maps = arrays["maps"]
    if maps.dtype == np.uint8:  # a colour each: 127 steps to the map's largest value
        limits = np.array(head["limits"])[:, None, None]
        assert np.abs((maps.astype(float) - 127) / 127 * limits - expected).max() <= limits.max() / 250
    else:
        assert_allclose(maps, expected, atol=1e-4)


def test_the_decks_layer_and_its_parameters() -> None:
    head, _ = channels_view.made(EXAMPLES["32×32×3, 16 filters of 5×5"][0])
    assert head["titles"] == ["input 3×32×32", "weights 16×3×5×5, filter", "output 16×28×28"]
    lines = " ".join(head["facts"]["parameters"])
    assert f"{16 * (3 * 5 * 5 + 1):,}" in lines
    assert f"{3072 * 12544 + 12544:,}" in lines


def test_depthwise_and_groups_that_do_not_divide() -> None:
    head, arrays = channels_view.made(replace(SMALL, filters=6, groups=3))
    assert arrays["kernel"].shape == (6, 1, 3, 3)
    assert "depthwise" in head["facts"]["wired"]
    with pytest.raises(ConvLensError, match="divides both"):
        channels_view.made(replace(SMALL, filters=4, groups=3))


def test_what_torch_says_to_another_size_is_real() -> None:
    layer = torch.nn.Linear(12, 5)
    with pytest.raises(RuntimeError) as caught:
        layer(torch.zeros(1, 27))
    said = channel_facts.dense_error(27, 12, 5)
    assert said is not None
    assert "1x27 and 12x5" in said
    assert "1x27 and 12x5" in str(caught.value)
    assert channel_facts.dense_error(12, 12, 5) is None


@pytest.mark.parametrize("direction", clip.DIRECTIONS)
def test_the_video_answers_to_its_direction_only(direction: str) -> None:
    head, arrays = clip_view.made("four directions", direction, 1, True)
    answer = arrays["answer"]
    assert answer.shape == (head["answers"], head["side"], head["side"])
    movers = clip.SCENES["four directions"]
    for mover in movers:
        around = 0.0
        for frame in range(head["answers"]):
            row, column = mover.at(frame + head["span"] // 2)
            around = max(around, float(answer[frame, row, column]))
        assert (around > 0.3) == (mover.velocity == clip.DIRECTIONS[direction])


def test_what_the_prompts_of_the_video_say_is_so() -> None:
    _, fast, still = clip_view.TRIES
    _, arrays = clip_view.made("two speeds", fast.controls["to"], int(fast.controls["speed"]), fast.controls["relu"])
    answered = {
        mover.velocity
        for mover in clip.SCENES["two speeds"]
        for frame in range(clip_view.ANSWERS)
        if arrays["answer"][(frame, *mover.at(frame + clip.SPAN // 2))] > 0
    }
    assert answered == {(0, 2)}
    _, arrays = clip_view.made("one moves", still.controls["to"], int(still.controls["speed"]), still.controls["relu"])
    assert arrays["answer"][tuple(still.place)] == pytest.approx(0, abs=1e-6)
    assert arrays["clip"][:, 5, 8].tolist() == [1] * clip.FRAMES


def test_another_size_is_refused_by_the_dense_layer_only() -> None:
    head, _ = channels_view.made(EXAMPLES["256×256×3, 32 of 3×3"][0])
    said = " ".join(head["facts"]["size"])
    assert "Made for 256×256, given 128×128" in said
    assert "32×126×126" in said
    assert "1x49152 and 196608x2064512" in said


@pytest.mark.parametrize(
    ("kernel", "stride", "place", "follows"),
    [
        ("sobel-x", 1, [2, 3, 0], True),
        ("sobel-x", 2, [2, 4, 0], True),
        ("sobel-x", 2, [2, 3, 0], False),
        ("sobel-x", 1, [0, 0, 90], False),
        ("laplacian", 1, [0, 0, 90], True),
        ("laplacian", 1, [1, 2, 45], False),
        ("random", 1, [-6, 0, 0], True),
    ],
)
def test_what_is_said_of_a_shift_and_a_turn(kernel: str, stride: int, place: list[int], follows: bool) -> None:
    head, arrays = equivariance_view.made("digit", kernel, stride, "zero", place)
    said = head["verdicts"]["convolution"]
    assert said["good"] == follows
    assert ("difference 0" in said["text"]) == follows
    assert not head["verdicts"]["dense"]["good"]
    away = np.abs(arrays["convolution_answer"] - arrays["convolution_expected"]).max()
    assert (away < 1e-4) == follows
    assert np.abs(arrays["dense_answer"] - arrays["dense_expected"]).max() > 0.1


def test_the_border_is_told_apart() -> None:
    head, _ = equivariance_view.made("digit", "sobel-x", 1, "zero", [0, 8, 0])
    said = head["verdicts"]["convolution"]
    assert said["good"]
    assert "away from the border" in said["text"]
    assert "beside it" in said["text"]
    head, _ = equivariance_view.made("digit", "sobel-x", 1, "circular", [0, 8, 0])
    assert head["verdicts"]["convolution"]["text"] == "difference 0"
