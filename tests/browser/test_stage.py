"""The stage on the screen: every number is read off it by pointer and keyboard, and the kernel is changed by hand."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect
from scipy.signal import correlate2d

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser

SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=float)
PRODUCT = re.compile(r"\(?(-?[\d.]+)\)?·\(?(-?[\d.]+)\)?")


@pytest.fixture
def stage(page: Page) -> Locator:
    """The convolution page's stage as it comes: a digit of 10x10, Sobel x, same."""
    page.goto("/convolution")
    settle(page, "Convolution")
    stage = page.locator(".stage")
    expect(stage).to_have_attribute("data-drawn", "100")
    return stage


def line(stage: Locator) -> str:
    """The equation, with plain minus signs."""
    return stage.locator(".line-text").inner_text().replace("\u2212", "-")


def point(stage: Locator, panel: str, row: int, column: int, cells: int) -> None:
    """Move the pointer over a cell of a square panel of so many cells a side."""
    box = stage.locator(f".panel-{panel}").bounding_box()
    assert box
    side = box["width"] / cells
    stage.page.mouse.move(box["x"] + (column + 0.5) * side, box["y"] + (row + 0.5) * side)


def result(stage: Locator) -> float:
    return float(stage.locator(".line-result").inner_text().replace("\u2212", "-"))


def read_input(stage: Locator) -> NDArray[np.float64]:
    """The input's values as the line tells them, cell by cell; a padding cell lies around them."""
    x = np.zeros((10, 10))
    for row in range(10):
        for column in range(10):
            point(stage, "input", row + 1, column + 1, 12)
            told = re.match(r"x\[(\d),(\d)\] = ([\d.]+)", line(stage))
            assert told, line(stage)
            assert (int(told[1]), int(told[2])) == (row, column)
            x[row, column] = float(told[3])
    return x


def test_every_number_on_the_stage(stage: Locator) -> None:
    x = read_input(stage)
    assert x.max() > 4
    point(stage, "input", 0, 0, 12)
    assert line(stage) == "A padding cell, 0, reaches 1 output: y[0,0]"
    point(stage, "input", 5, 5, 12)
    assert line(stage).endswith("reaches 9 outputs: rows 3 to 5, columns 3 to 5")
    wanted = correlate2d(x, SOBEL_X, mode="same")
    for index in range(0, 100, 7):
        row, column = divmod(index, 10)
        point(stage, "output", row, column, 10)
        text = line(stage)
        assert text.startswith(f"y[{row},{column}] = ")
        pairs = factors(stage)
        assert len(pairs) == 9
        assert sum(a * b for a, b in pairs) == result(stage) == wanted[row, column]


def test_pin_keys_and_scrubbing_backwards(stage: Locator) -> None:
    page = stage.page
    point(stage, "output", 2, 3, 10)
    page.mouse.down()
    page.mouse.up()
    expect(stage).to_have_attribute("data-pinned", "output")
    point(stage, "output", 7, 7, 10)
    expect(stage).to_have_attribute("data-focus", "output 2,3")  # a pin holds against the pointer
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("data-focus", "output 3,4")
    expect(stage).to_have_attribute("data-drawn", "100")
    page.keyboard.press("Escape")
    expect(stage).to_have_attribute("data-pinned", "")
    expect(stage).to_have_attribute("data-focus", "output 3,4")  # where the keys went
    point(stage, "output", 6, 6, 10)
    expect(stage).to_have_attribute("data-focus", "output 6,6")
    page.mouse.move(5, 5)
    expect(stage).to_have_attribute("data-focus", "output 3,4")

    scrubber = stage.get_by_role("slider", name="Position: window")
    scrubber.focus()
    page.keyboard.press("End")
    expect(stage).to_have_attribute("data-at", "99")
    for wanted in ("98", "97", "96"):
        page.keyboard.press("ArrowLeft")
        expect(stage).to_have_attribute("data-at", wanted)
    expect(stage).to_have_attribute("data-drawn", "97")  # those beyond the position are not drawn
    assert line(stage).startswith("y[9,6] = ")
    stage.get_by_role("button", name="Whole output").click()
    expect(stage).to_have_attribute("data-drawn", "100")
    stage.locator(".panel-output").focus()
    page.keyboard.press("Home")
    expect(stage).to_have_attribute("data-drawn", "1")
    page.keyboard.press("Space")
    expect(stage).to_have_attribute("data-playing", "true")
    expect(stage).to_have_attribute("data-at", re.compile("[3-9]"))
    page.keyboard.press("Space")
    expect(stage).to_have_attribute("data-playing", "false")
    held = stage.get_attribute("data-at")
    expect(stage.get_by_role("slider", name="Position: window")).to_have_value(str(held))


def factors(stage: Locator) -> list[tuple[float, float]]:
    """Input and kernel value of every product in the line."""
    return [(float(a), float(b)) for a, b in PRODUCT.findall(line(stage))]


def test_the_output_follows_the_hand_on_the_kernel(stage: Locator) -> None:
    page = stage.page
    kernel = SOBEL_X.copy()
    cell = stage.get_by_role("textbox", name="Kernel row 0, column 1")
    cell.fill("7,5")
    cell.press("Enter")
    kernel[0, 1] = 7.5
    expect(stage.locator(".line-text")).to_contain_text("·7.5")
    assert [w for _, w in factors(stage)] == kernel.reshape(-1).tolist()
    assert sum(x * w for x, w in factors(stage)) == result(stage)

    middle = stage.get_by_role("textbox", name="Kernel row 1, column 1")
    box = middle.bounding_box()
    assert box
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(at[0], at[1] - 3 * step)
    expect(middle).to_have_value("2.5")
    expect(stage.locator(".line-text")).to_contain_text("·2.5")  # while the button is down
    kernel[1, 1] = 2.5
    assert [w for _, w in factors(stage)] == kernel.reshape(-1).tolist()
    assert sum(x * w for x, w in factors(stage)) == result(stage)
    page.mouse.up()

    cell.hover()
    page.mouse.wheel(0, -100)
    expect(cell).to_have_value("8")
    expect(stage.locator(".line-text")).to_contain_text("·8 ")
    cell.fill("three")
    expect(cell).to_have_attribute("aria-invalid", "true")
    cell.press("Enter")
    expect(cell).to_have_value("8")
