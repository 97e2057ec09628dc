"""Disturbances against torchvision and scipy on single pictures, similarities against single forward passes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as transforms

from core.lens import disturb as subject
from core.lens.capture import Lens
from core.lens.cost import macs
from core.lens.disturb import disturb
from core.lens.disturbances import POSITIONS, Kind, disturbed, positions
from core.network.build import build
from core.network.layers import (
    Activation,
    AnyLayer,
    BatchNormalisation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    MaxPooling,
)
from core.network.presets import PRESETS
from core.network.shapes import trace
from core.network.spec import NetworkSpec

KINDS: tuple[Kind, ...] = ("shift-x", "shift-y", "rotate", "scale", "blur", "noise", "occlude")
LAYERS: tuple[AnyLayer, ...] = (
    Convolution(filters=4, kernel=3, padding="same"),
    MaxPooling(size=2),
    Dropout(rate=0.5),
    Convolution(filters=6, kernel=3, activation="identity"),
    MaxPooling(size=2),
    BatchNormalisation(),
    Activation(function="relu"),
    Flatten(),
    Dense(units=5, activation="softmax"),
)


def picture(channels: int = 1, height: int = 16, width: int = 16) -> Tensor:
    """Random in the middle and nothing around it, so that all borders are the background."""
    values = torch.zeros(channels, height, width)
    inside = torch.rand(channels, height - 8, width - 8, generator=torch.Generator().manual_seed(4))
    values[:, 4:-4, 4:-4] = inside
    return values


def lens(shape: tuple[int, int, int] = (1, 16, 16)) -> Lens:
    return Lens(build(NetworkSpec(input_shape=shape, layers=LAYERS), seed=2), tuple("abcde"))


def normalise(x: Tensor) -> Tensor:
    return (x - 0.3) / 0.4


@pytest.mark.parametrize("kind", ["shift-x", "shift-y", "rotate", "scale"])
def test_what_moves_moves_as_torchvision_moves_single_pictures(kind: Kind) -> None:
    start = picture(3, 14, 20)
    values = positions(kind, 14)
    found = disturbed(start, kind, values)
    for value, one in zip(values, found, strict=True):
        arguments = {"angle": 0.0, "translate": [0.0, 0.0], "scale": 1.0, "shear": [0.0, 0.0]}
        if kind == "shift-x":
            arguments["translate"] = [float(value), 0.0]
        elif kind == "shift-y":
            arguments["translate"] = [0.0, float(value)]
        elif kind == "rotate":
            arguments["angle"] = -float(value)  # torchvision turns clockwise
        else:
            arguments["scale"] = float(value)
        expected = transforms.affine(start, interpolation=InterpolationMode.BILINEAR, **arguments)
        torch.testing.assert_close(one, expected, atol=2e-5, rtol=0)


def test_what_comes_in_from_outside_has_the_colour_of_the_border() -> None:
    start = torch.full((2, 9, 9), 0.7)
    start[1] = 0.2
    start[:, 4, 4] = 1.0
    moved = disturbed(start, "shift-x", np.array([3.0]))[0]
    expected = torch.full((2, 9, 9), 0.7)
    expected[1] = 0.2
    expected[:, 4, 7] = 1.0
    torch.testing.assert_close(moved, expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 3.7])
def test_blur_is_scipys(sigma: float) -> None:
    start = torch.rand(2, 11, 17)
    found = disturbed(start, "blur", np.array([sigma]))[0]
    expected = np.stack([ndimage.gaussian_filter(plane, sigma, mode="nearest") for plane in start.double().numpy()])
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)


def test_noise_is_one_pattern_made_stronger_within_the_pictures_range() -> None:
    start = torch.full((1, 40, 40), 0.5)
    weak, strong = disturbed(start, "noise", np.array([0.02, 0.06])) - 0.5
    torch.testing.assert_close(strong, 3 * weak, atol=1e-6, rtol=0)
    assert float(weak.std()) == pytest.approx(0.02, rel=0.05)
    assert disturbed(start, "noise", np.array([5.0])).aminmax() == (0.0, 1.0)


def test_a_square_hides_its_own_area_around_its_place_in_the_background() -> None:
    start = torch.ones(1, 12, 12)
    start[:, 0], start[:, -1], start[:, :, 0], start[:, :, -1] = 0, 0, 0, 0
    whole = disturbed(start, "occlude", np.array([0.0, 4.0, 2.5]), place=(0.5, 0.25))
    torch.testing.assert_close(whole[0], start)
    expected = start.clone()
    expected[:, 4:8, 1:5] = 0
    torch.testing.assert_close(whole[1], expected)
    assert float((start - whole[2]).sum()) == pytest.approx(2.5**2, rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", [8, 28, 32, 224])
def test_every_slider_has_41_positions_one_of_which_does_nothing(kind: Kind, side: int) -> None:
    values = positions(kind, side)
    assert len(values) == POSITIONS
    assert (np.diff(values) > 0).all()
    neutral = 1.0 if kind == "scale" else 0.0
    assert float(np.min(np.abs(values - neutral))) < 1e-9
    if kind.startswith("shift"):
        assert values[-1] == -values[0]
        assert side / 4 <= values[-1] <= side / 2
        assert len(set(np.round(values, 6)) & set(range(-side, side))) >= 5  # whole pixels are among them


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    a, b = first.ravel().astype(float), second.ravel().astype(float)
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


@pytest.mark.parametrize("kind", KINDS)
def test_similarities_and_answers_are_those_of_single_forward_passes(kind: Kind) -> None:
    looked, start = lens(), picture()
    found = disturb(looked, normalise, start, kind)
    module = looked.network
    before = looked.maps(normalise(start[None]))
    np.testing.assert_array_equal(found.pictures[found.start], start.numpy())
    assert found.probabilities.shape == (POSITIONS, 5)
    assert [curve.name for curve in found.layers] == [
        "input", "0_relu", "1_max_pooling", "3_convolution", "4_max_pooling", "6_relu", "8_softmax",
    ]  # fmt: skip
    for at in (0, 13, 17):
        one = disturbed(start, kind, found.values[at : at + 1]) if at != found.start else start[None]
        with torch.no_grad():
            answer = module(normalise(one))[0]
        np.testing.assert_allclose(found.probabilities[at], answer.numpy(), atol=1e-6)
        now = looked.maps(normalise(one))
        assert found.layers[0].same[at] == pytest.approx(cosine(one[0].numpy(), start.numpy()), abs=1e-5)
        for curve in found.layers[1:]:
            expected = cosine(now[curve.name].numpy(), before[curve.name].numpy())
            assert curve.same[at] == pytest.approx(expected, abs=1e-5)
    for curve in found.layers:
        assert curve.same[found.start] == pytest.approx(1, abs=1e-6)


def test_poolings_know_what_they_pool() -> None:
    found = {curve.name: curve for curve in disturb(lens(), normalise, picture(), "blur").layers}
    assert {name: curve.pools for name, curve in found.items() if curve.pooled} == {
        "1_max_pooling": "0_relu",
        "4_max_pooling": "3_convolution",
    }
    assert all(curve.moved is None for curve in found.values())


def test_maps_of_a_convolution_move_along_with_the_picture_and_those_after_a_stride_with_its_multiples() -> None:
    """Away from the border a convolution commutes with whole shifts, a 2x2 pooling with even ones."""
    spec = NetworkSpec(
        input_shape=(1, 24, 24),
        layers=(
            Convolution(filters=3, kernel=3, padding="same", bias=False),
            MaxPooling(size=2),
            Flatten(),
            Dense(units=2, activation="softmax"),
        ),
    )
    start = torch.zeros(1, 24, 24)
    start[:, 10:14, 10:14] = torch.rand(4, 4)
    found = disturb(Lens(build(spec, seed=1)), lambda x: x, start, "shift-x")
    convolved, pooled = found.layers[1], found.layers[2]
    assert convolved.moved is not None
    assert pooled.moved is not None
    whole = [at for at, value in enumerate(found.values) if float(value).is_integer() and abs(value) <= 8]
    even = [at for at in whole if found.values[at] % 2 == 0]
    assert len(even) >= 7
    np.testing.assert_allclose(convolved.moved[whole], 1, atol=1e-5)
    np.testing.assert_allclose(pooled.moved[even], 1, atol=1e-5)
    odd = [at for at in whole if at not in even]
    assert (pooled.moved[odd] < 0.999).all()
    assert found.layers[-1].moved is None


def test_a_black_picture_has_no_similarity_and_no_warning() -> None:
    found = disturb(lens(), lambda x: x, torch.zeros(1, 16, 16), "rotate")
    assert np.isnan(found.layers[0].same).all()
    assert np.isfinite(found.probabilities).all()


def test_a_slow_network_is_asked_less_often_and_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, start = lens(), picture()
    whole = disturb(looked, normalise, start, "shift-y")
    monkeypatch.setattr(subject, "QUICK", 1)
    monkeypatch.setattr(subject, "CHUNK_BYTES", 100_000)
    heard: list[float] = []
    found = disturb(looked, normalise, start, "shift-y", progress=heard.append)
    np.testing.assert_array_equal(found.values, whole.values[::2])
    np.testing.assert_allclose(found.probabilities, whole.probabilities[::2], atol=1e-6)
    assert len(heard) > 1
    assert heard == sorted(heard)
    assert heard[-1] == 1


def test_who_hears_the_progress_can_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(share: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subject, "CHUNK_BYTES", 1)
    with pytest.raises(KeyboardInterrupt):
        disturb(lens(), normalise, picture(), "blur", progress=stop)


@pytest.mark.parametrize("name", ["huttunen-2016", "lenet-5", "digits-small", "speedrun"])
def test_multiply_adds_are_those_of_the_table_of_layers(name: str) -> None:
    spec = PRESETS[name].network
    assert macs(Lens(build(spec, seed=0)).graph) == trace(spec).macs


def test_of_many_layers_the_poolings_and_what_they_pool_are_kept() -> None:
    block = (Convolution(filters=2, kernel=3, padding="same"),) * 3
    pool = (MaxPooling(size=2),)
    spec = NetworkSpec(
        input_shape=(1, 32, 32),
        layers=(*block, *block, *pool, *block, *pool, *block, *block, *pool, Flatten(), Dense(units=2)),
    )
    graph = Lens(build(spec, seed=0)).graph
    chosen = subject.watched(graph)
    names = [node.name for node in chosen]
    assert len(chosen) <= subject.MOST_LAYERS
    assert {"6_max_pooling", "10_max_pooling", "17_max_pooling", "5_relu", "9_relu", "16_relu"} <= set(names)
    assert names == [name for name in graph.names if name in names]
