"""Dreams: a step equals the formula with autograd by hand, the channel is excited more, a seed gives one picture."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core.data.normalise import Normaliser
from core.errors import ConvLensError
from core.lens.capture import Lens
from core.lens.dream import BLUR_EVERY, SMOOTH, Dream, DreamSettings, blurred

NORMALISER = Normaliser(1.0, (0.4, 0.5, 0.3), (0.2, 0.25, 0.3))


def network(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(4, 3, 2), nn.ReLU(), nn.Flatten(),
        nn.Linear(48, 3),
    ).eval()  # fmt: skip


def dream(settings: DreamSettings, kind: str = "convolution", number: int = 1, channel: int = 2) -> Dream:
    lens = Lens(network(), input_shape=(3, 12, 12))
    name = [node.name for node in lens.graph if node.kind == kind][number]
    return Dream(lens, NORMALISER, name, channel, settings)


@given(
    st.floats(0.001, 0.2),
    st.floats(0, 0.2),
    st.sampled_from([0.0, 0.1, 1.0]),
    st.sampled_from(["map", "cell"]),
    st.integers(0, 99),
)
@settings(max_examples=20)
def test_a_step_is_the_formula_with_autograd_by_hand(
    size: float, decay: float, variation: float, reach: str, seed: int
) -> None:
    own = DreamSettings(reach, "noise", seed, 1, size, decay, variation, 0.0, 0)  # type: ignore[arg-type]
    growing = dream(own)
    p = growing.picture.clone().requires_grad_()
    mean, std = (torch.tensor(numbers).reshape(3, 1, 1) for numbers in (NORMALISER.mean, NORMALISER.std))
    net = network()
    cells = net[3](net[2](torch.relu(net[0](((p - mean) / std)[None]))))[0, 2]
    value = cells.mean() if reach == "map" else cells[1, 1]  # 4x4 cells: one of the four in the middle
    (g,) = torch.autograd.grad(value, p)
    rough = sum(((p.diff(dim=axis) ** 2 + SMOOTH**2) ** 0.5).sum() for axis in (1, 2))
    (t,) = torch.autograd.grad(rough, p)
    with torch.no_grad():
        moved = p + size * (g / (g**2).mean() ** 0.5 - variation * t)
        expected = (0.5 + (1 - decay) * (moved - 0.5)).clamp(0, 1)
    assert growing.step() == pytest.approx(float(value.detach()), abs=1e-5)
    torch.testing.assert_close(growing.picture, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("kind", "number"), [("convolution", 0), ("convolution", 1), ("dense", 0)])
def test_it_excites_the_channel_more(kind: str, number: int) -> None:
    growing = dream(DreamSettings(steps=40, step=0.05, variation=0.02, jitter=0), kind, number)
    for _ in range(40):
        growing.step()
    assert np.mean(growing.values[-5:]) > growing.values[0]
    chance = torch.rand(300, 3, 12, 12, generator=torch.Generator().manual_seed(5))
    others = [
        float(growing.excited(picture).detach()) for picture in chance.round()
    ]  # black and white, as far as one can go
    assert float(growing.excited(growing.picture).detach()) > max(others)
    assert growing.pixels().dtype == np.uint8
    assert growing.picture.min() >= 0
    assert growing.picture.max() <= 1


def test_the_same_seed_dreams_the_same_and_another_does_not() -> None:
    pictures = []
    for seed in (1, 1, 2):
        growing = dream(DreamSettings(seed=seed, steps=8, jitter=2, blur=0.5))
        for _ in range(8):
            growing.step()
        pictures.append(growing.pixels())
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])
    assert np.unique(dream(DreamSettings(start="grey")).pixels()).tolist() == [128]


def test_a_moved_pictures_gradient_is_moved_back() -> None:
    """Where the network sees all places alike, moving changes nothing."""
    lens = Lens(nn.Sequential(nn.Conv2d(3, 1, 3, padding=1, padding_mode="circular")).eval(), input_shape=(3, 8, 8))
    name = lens.graph.nodes[1].name
    growing = Dream(lens, NORMALISER, name, 0, DreamSettings())
    still, moved = growing.gradient()[1], growing.gradient((3, -2))[1]
    torch.testing.assert_close(still, moved)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.0])
def test_the_blur_is_scipys(sigma: float) -> None:
    picture = torch.rand(3, 9, 7)
    expected = scipy.ndimage.gaussian_filter(
        picture.numpy(), (0, sigma, sigma), mode="nearest", radius=(0, *[int(np.ceil(3 * sigma))] * 2)
    )
    np.testing.assert_allclose(blurred(picture, sigma).numpy(), expected, atol=1e-5)


def test_it_is_blurred_every_fourth_step() -> None:
    plain, soft = (dream(DreamSettings(blur=blur, jitter=0)) for blur in (0.0, 1.0))
    for step in range(1, BLUR_EVERY + 1):
        plain.step()
        soft.step()
        same = torch.equal(plain.picture, soft.picture)
        assert same == (step < BLUR_EVERY)
    torch.testing.assert_close(soft.picture, blurred(plain.picture, 1.0))


def test_a_channel_that_the_picture_cannot_move_leaves_it_as_it_is() -> None:
    net = network()
    nn.init.zeros_(net[0].weight)
    lens = Lens(net, input_shape=(3, 12, 12))
    growing = Dream(lens, NORMALISER, lens.graph.nodes[1].name, 0, DreamSettings(variation=0.0))
    before = growing.picture.clone()
    growing.step()
    assert torch.equal(growing.picture, before)


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(ConvLensError, match=r"dream's step must lie from 0.001 to 0.2, not at 3"):
        DreamSettings(step=3)
    with pytest.raises(ConvLensError, match="steps must lie from 1 to 2000"):
        DreamSettings.of({"steps": 5000, "node": "x"})
    with pytest.raises(ConvLensError, match="a map or a cell"):
        DreamSettings(reach="everything")  # type: ignore[arg-type]
    with pytest.raises(ConvLensError, match="has 3 channels: there is no number 7"):
        dream(DreamSettings(), channel=7)
    points = Lens(nn.Sequential(nn.Linear(2, 3)), input_shape=(2,))
    with pytest.raises(ConvLensError, match="points, not pictures"):
        Dream(points, NORMALISER, points.graph.answer.name, 0)
