"""Feature maps in a real browser: drawn digits are recognised, layers open, two networks go in step."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from core.data import sources
from core.runs import folder
from core.training import history
from tests.browser.conftest import App, settle
from tests.trained import trained

pytestmark = pytest.mark.browser

# A digit as strokes, in shares of the pad: as a hand would draw them.
PEN: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "0": (((0.5, 0.2), (0.37, 0.28), (0.32, 0.5), (0.37, 0.72), (0.5, 0.8), (0.63, 0.72), (0.68, 0.5), (0.63, 0.28),
           (0.5, 0.2)),),
    "1": (((0.4, 0.35), (0.52, 0.2), (0.52, 0.8)),),
    "2": (((0.35, 0.3), (0.45, 0.2), (0.6, 0.24), (0.62, 0.4), (0.5, 0.6), (0.35, 0.78), (0.68, 0.78)),),
    "3": (((0.35, 0.22), (0.6, 0.22), (0.62, 0.4), (0.47, 0.48), (0.64, 0.58), (0.6, 0.76), (0.36, 0.78)),),
    "4": (((0.5, 0.18), (0.33, 0.55), (0.68, 0.55)), ((0.57, 0.38), (0.55, 0.82))),
    "6": (((0.55, 0.18), (0.4, 0.4), (0.36, 0.62), (0.44, 0.79), (0.58, 0.78), (0.63, 0.64), (0.52, 0.55),
           (0.39, 0.62)),),
    "7": (((0.33, 0.22), (0.66, 0.22), (0.48, 0.8)), ((0.38, 0.52), (0.62, 0.5))),
}  # fmt: skip


@pytest.fixture(scope="module")
def run(app: App) -> folder.Run:
    """digits-small, trained in this process once, in the server's folder."""
    return trained(app.runs, "digits for maps", epochs=12, seed=1)


def opened(page: Page, run: folder.Run, **query: str) -> None:
    link = "&".join(f"{name}={value}" for name, value in {"run": run.id, **query}.items())
    page.goto(f"/maps?{link}")
    settle(page, "Feature maps")


def draw(page: Page, strokes: tuple[tuple[tuple[float, float], ...], ...], move: tuple[float, float] = (0, 0)) -> None:
    box = page.locator(".pad canvas").bounding_box()
    assert box
    for stroke in strokes:
        places = [
            (box["x"] + (x + move[0]) * box["width"], box["y"] + (y + move[1]) * box["height"]) for x, y in stroke
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=4)
        page.mouse.up()


def tile(page: Page, layer: str, channel: int = 0) -> dict[str, float]:
    """Where a map lies on the screen, found as `maps_geometry.js` has it."""
    return page.locator(".maps .over").first.evaluate(
        """async (over, [name, channel]) => {
          const { tileBox } = await import(new URL("app/static/maps_geometry.js", document.baseURI).href);
          const layout = over.getRootNode().querySelector(".maps").layout;
          const box = tileBox(layout.byName.get(name), channel);
          const at = over.getBoundingClientRect();
          return { x: at.left + box.x, y: at.top + box.y, width: box.width, height: box.height };
        }""",
        [layer, channel],
    )


def point_at(page: Page, layer: str, channel: int, share: tuple[float, float], line: Locator, words: str) -> None:
    """Hold the pointer at (down, across) of a map until it is told of; the page may still lay itself out."""
    for _ in range(8):
        box = tile(page, layer, channel)
        page.mouse.move(box["x"] + share[1] * box["width"], box["y"] + share[0] * box["height"])
        try:
            return expect(line).to_contain_text(words, timeout=4_000)
        except AssertionError:
            continue
    return expect(line).to_contain_text(words)


def test_drawn_digits_are_recognised_wherever_they_are(page: Page, run: folder.Run) -> None:
    opened(page, run, maps_source="Draw")
    wrong = []
    answer = page.locator('.maps[data-resting="true"] .answer .best .name')
    for number, (digit, strokes) in enumerate(PEN.items()):
        page.get_by_role("button", name="Clear", exact=True).click()
        draw(page, strokes, move=[(0, 0), (0.18, 0.1), (-0.2, -0.1)][number % 3])
        try:
            expect(answer).to_have_text(digit, timeout=15_000)
        except AssertionError:
            wrong.append(digit)
    assert len(wrong) <= 1, wrong
    page.get_by_text("Centre it as scikit-learn's").click()
    expect(page.locator(".maps > .line")).not_to_contain_text("centred")


def test_a_pointed_cell_tells_its_number(page: Page, run: folder.Run) -> None:
    opened(page, run, maps_image="12")
    network = history.network_at(run, None)
    digit = torch.from_numpy(sources.load("digits").test_x[12:13].astype(np.float32)) / 255
    with torch.no_grad():
        maps = torch.relu(network[0](digit))[0].numpy()
    expect(page.locator(".maps > .line")).to_contain_text("test image 12")
    line = page.locator(".maps > .line")
    point_at(page, "0_relu", 3, (2.5 / maps.shape[1], 3.5 / maps.shape[2]), line, "map 3, row 2, column 3: ")
    said = re.search(r"column 3: (\S+)", line.inner_text())
    assert said
    assert float(said[1].replace("−", "-")) == pytest.approx(float(maps[3, 2, 3]), abs=1e-3)


def test_the_keyboard_walks_and_opens(page: Page, run: folder.Run) -> None:
    opened(page, run, maps_image="3")
    page.locator(".maps .over").focus()
    line = page.locator(".maps > .line")
    page.keyboard.press("ArrowRight")
    expect(line).to_contain_text("input, row 0, column 1")
    page.keyboard.press("PageDown")
    expect(line).to_contain_text("convolution 1 · relu, map 0")
    page.keyboard.press(".")
    expect(line).to_contain_text("map 1")
    page.keyboard.press("o")
    expect(page.locator(".maps .large")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".maps .large")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(".maps")).to_contain_text("the network's own value")


def test_a_layer_opens_large_and_a_map_of_it(page: Page, run: folder.Run) -> None:
    opened(page, run)
    page.get_by_role("button", name=re.compile("max pooling 1.*open it large")).click()
    large = page.locator(".maps .large")
    expect(large).to_contain_text("max pooling 1")
    box = large.locator("canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + 12, box["y"] + 12)
    expect(large).to_contain_text("map 0")
    large.get_by_role("button", name="The next map").click()
    expect(large).to_contain_text("map 1")
    large.get_by_role("button", name="Back to all maps of the layer").click()
    large.get_by_role("button", name="Close (Escape)").click()
    expect(large).to_be_hidden()


def test_before_the_activation_there_are_negative_numbers(page: Page, run: folder.Run) -> None:
    opened(page, run, maps_state="before")
    expect(page.get_by_role("button", name=re.compile("^convolution 1, "))).to_be_visible()
    page.get_by_role("radio", name="after activation").or_(
        page.get_by_role("button", name="after activation")
    ).first.click()
    expect(page.get_by_role("button", name=re.compile("^convolution 1 · relu, "))).to_be_visible()


def test_strongest_first_puts_the_strongest_map_first(page: Page, run: folder.Run) -> None:
    opened(page, run, maps_sort="strongest first", maps_image="7")
    network = history.network_at(run, None)
    digit = torch.from_numpy(sources.load("digits").test_x[7:8].astype(np.float32)) / 255
    with torch.no_grad():
        strength = torch.relu(network[0](digit))[0].mean(dim=(1, 2))
    expect(page.locator(".maps > .line")).to_contain_text("test image 7")
    strongest = tile(page, "0_relu", int(strength.argmax()))
    others = [tile(page, "0_relu", channel) for channel in range(len(strength))]
    assert (strongest["x"], strongest["y"]) == min((box["x"], box["y"]) for box in others)


def test_the_next_image_and_one_by_a_link(page: Page, run: folder.Run) -> None:
    opened(page, run, maps_part="train", maps_image="37")
    line = page.locator(".maps > .line")
    expect(line).to_contain_text("training image 37")
    page.locator(".st-key-maps_image_after button").first.click()
    expect(line).to_contain_text("training image 38")
    expect(page).to_have_url(re.compile("maps_image=38"))
    page.reload()
    settle(page, "Feature maps")
    expect(line).to_contain_text("training image 38")


def test_two_epochs_point_in_step(page: Page, run: folder.Run) -> None:
    opened(page, run, maps_view="Two networks")
    expect(page.locator(".maps")).to_have_count(2)
    first, second = page.locator(".maps > .line").all()
    expect(page.locator(".maps h4.caption").nth(1)).to_contain_text("epoch 0")
    point_at(page, "0_relu", 2, (0.5, 0.5), first, "map 2, row")
    expect(second).to_contain_text("map 2, row")
    assert first.inner_text() != second.inner_text()


def test_the_film_moves_the_maps(page: Page, run: folder.Run) -> None:
    opened(page, run, maps_epoch="0", maps_image="1")
    expect(page.locator(".maps .answer .bar")).to_have_count(10)
    before = page.locator(".maps .answer").get_attribute("aria-label")
    page.locator(".film .player-range").focus()
    page.keyboard.press("End")
    expect(page.locator(".maps .answer")).not_to_have_attribute("aria-label", before or "")


def test_the_page_fits_a_projected_screen(page: Page, run: folder.Run) -> None:
    opened(page, run)
    expect(page.locator(".maps .answer .bar")).to_have_count(10)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 720 + 1
