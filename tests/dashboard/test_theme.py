"""Colours can be told apart: on their background, by colour-blind eyes, in light and in dark."""

from __future__ import annotations

import itertools
import tomllib

import numpy as np
import pytest
from numpy.typing import NDArray

from core.paths import PROJECT
from dashboard import theme

PALETTES = {
    "light": theme.LIGHT,
    "dark": theme.DARK,
    "light, projected": theme.projected(theme.LIGHT),
    "dark, projected": theme.projected(theme.DARK),
}
# Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009).
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour: str) -> NDArray[np.float64]:
    share = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """WCAG's contrast ratio, 1..21."""
    light, dark = sorted((float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, eyes: str) -> NDArray[np.float64]:
    """The colour in Oklab, as these eyes see it."""
    return LAB @ np.cbrt(LMS @ np.clip(BLINDNESS[eyes] @ linear(colour), 0, 1))


def distance(first: str, second: str, eyes: str) -> float:
    return float(np.linalg.norm(seen(first, eyes) - seen(second, eyes)))


@pytest.mark.parametrize("name", PALETTES)
def test_text_reads_on_its_paper(name: str) -> None:
    palette = PALETTES[name]
    for paper in (palette.paper, palette.panel):
        assert contrast(palette.text, paper) >= 7
        assert contrast(palette.muted, paper) >= 4.5
        for line in (palette.training, palette.validation, palette.good, palette.bad, palette.accent):
            assert contrast(line, paper) >= 3


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_projector_gets_more_contrast_and_thicker_lines(name: str) -> None:
    usual, large = PALETTES[name], PALETTES[f"{name}, projected"]
    assert contrast(large.text, large.paper) > contrast(usual.text, usual.paper)
    assert contrast(large.muted, large.paper) > contrast(usual.muted, usual.paper)
    assert large.line > usual.line
    assert large.font_size > usual.font_size


@pytest.mark.parametrize("eyes", BLINDNESS)
@pytest.mark.parametrize("name", ["light", "dark"])
def test_training_and_validation_are_apart_for_all_eyes(name: str, eyes: str) -> None:
    assert distance(PALETTES[name].training, PALETTES[name].validation, eyes) > 0.12


@pytest.mark.parametrize("eyes", BLINDNESS)
def test_classes_are_apart_for_all_eyes(eyes: str) -> None:
    assert len(theme.CLASSES) >= 10
    assert min(distance(a, b, eyes) for a, b in itertools.combinations(theme.CLASSES, 2)) > 0.04


def test_more_classes_than_colours_differ_by_their_dash() -> None:
    looks = [(theme.class_colour(index), theme.class_dash(index)) for index in range(40)]
    assert len(set(looks)) == 40


def test_zero_is_neutral_and_both_signs_are_as_strong() -> None:
    middle = len(theme.DIVERGING) // 2
    red, green, blue = (int(theme.DIVERGING[middle][at : at + 2], 16) for at in (1, 3, 5))
    assert len(theme.DIVERGING) % 2 == 1
    assert red == green == blue
    lightness = [seen(colour, "none")[0] for colour in theme.DIVERGING]
    assert lightness[:middle] == sorted(lightness[:middle])
    assert lightness[middle:] == sorted(lightness[middle:], reverse=True)
    np.testing.assert_allclose(lightness, lightness[::-1], atol=0.06)


@pytest.mark.parametrize("eyes", BLINDNESS)
def test_intensity_is_lightness(eyes: str) -> None:
    lightness = [seen(colour, eyes)[0] for colour in theme.SEQUENTIAL]
    assert min(np.diff(lightness)) > 0.02


def test_the_browser_has_the_same_meanings() -> None:
    kit = (PROJECT / "dashboard/static/kit.js").read_text("utf-8")
    for name in ("training", "validation", "good", "bad", "muted"):
        assert f'{name}: dark ? "{getattr(theme.DARK, name)}" : "{getattr(theme.LIGHT, name)}"' in kit


def test_streamlit_has_the_same_paper() -> None:
    settings = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text("utf-8"))["theme"]
    for name, palette in (("light", theme.LIGHT), ("dark", theme.DARK)):
        assert settings[name]["backgroundColor"] == palette.paper
        assert settings[name]["secondaryBackgroundColor"] == palette.panel
        assert settings[name]["textColor"] == palette.text
        assert settings[name]["primaryColor"] == palette.accent
        assert contrast("#ffffff", settings[name]["primaryColor"]) >= 3


def test_a_layout_names_what_it_shows() -> None:
    layout = theme.figure_layout(theme.LIGHT, "Loss", "epoch", "loss (nats)")
    assert layout["title"]["text"] == "Loss"
    assert layout["xaxis"]["title"]["text"] == "epoch"
    assert layout["yaxis"]["title"]["text"] == "loss (nats)"
