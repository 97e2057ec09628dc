"""Channels, Video and Shift and turn in a real browser: numbers read off the screen while hand and keys move."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.learn.channels_view import Layer, made
from tests.browser.conftest import App, open_page, settle

pytestmark = pytest.mark.browser


def open_view(page: Page, title: str, link: str = "") -> None:
    page.goto(f"/convolution?convolution_view={title.replace(' ', '+')}{link}")
    settle(page, "Convolution")
    expect(page.locator(".lesson .lesson-panel canvas, .lesson .panel-field canvas").first).to_be_visible()


def fits(page: Page) -> None:
    """All of it is on the screen, sidebar open."""
    box = page.locator(".lesson").bounding_box()
    tried = page.get_by_text("Try this").bounding_box()
    assert box
    assert tried
    assert box["x"] + box["width"] <= 1280
    assert tried["y"] + tried["height"] <= 720


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", text.replace("\u2212", "-"))]


def test_channels_size_is_predicted_then_told(page: Page) -> None:
    open_view(page, "Channels", "&convolution_predict=true")
    fits(page)
    maps, title = page.locator(".channels-maps"), page.locator(".channels-column > .panel-title").nth(2)
    expect(title).to_have_text("output ?")
    expect(maps).not_to_be_visible()
    expect(page.locator(".channels-facts")).not_to_be_visible()
    page.get_by_label("Output size").fill("4x8x8")
    page.get_by_label("Output size").press("Enter")
    row = page.locator(".st-key-convolution_predict_row")
    expect(row).to_contain_text("Right: it is 4×8×8: 10 − 3 + 1 = 8, and each of the 4 filters makes a map.")
    expect(title).to_contain_text("output 4×8×8")
    expect(maps).to_be_visible()


def test_channels_add_up_and_keep_to_the_link(page: Page) -> None:
    open_view(page, "Channels")
    fits(page)
    page.locator('canvas[aria-label^="Map 1"]').click(position={"x": 60, "y": 60})
    line = page.locator(".line-text")
    expect(line).to_contain_text("y[1,")
    said = line.inner_text()
    terms = numbers(said.split("=", 1)[1])  # R, G, B, bias, total
    assert sum(terms[:-1]) == terms[-1]
    sums = [numbers(text)[0] for text in page.locator(".channels-sum").all_inner_texts()]
    assert sums == terms[:3]
    expect(page).to_have_url(re.compile(r"convolution_channels_at=1\."))
    page.reload()
    settle(page, "Convolution")
    expect(line).to_have_text(said)
    page.locator('canvas[aria-label^="Map 0"]').focus()
    page.keyboard.press("PageDown")
    expect(line).to_contain_text("y[2,")
    expect(page).to_have_url(re.compile(r"convolution_channels_at=2\."))


def test_the_decks_layer_with_one_click(page: Page) -> None:
    open_view(page, "Channels")
    page.get_by_role("button", name="32×32×3, 16 filters of 5×5").click()
    facts = page.locator(".channels-facts")
    expect(facts).to_contain_text("1,216")
    expect(facts).to_contain_text("38,547,712")
    expect(page.get_by_text("output 16×28×28")).to_be_visible()
    expect(page.get_by_text("16 maps of 28×28, for 32 − 5 + 1 = 28")).to_be_visible()
    fits(page)
    page.get_by_role("radio", name="3", exact=True).last.click()  # 16 filters in 3 groups
    expect(page.get_by_test_id("stAlert")).to_contain_text("divides both")
    expect(page.get_by_text("output 16×28×28")).to_be_visible()


def test_only_the_right_direction_is_answered(page: Page) -> None:
    open_view(page, "Video")
    fits(page)
    line = page.locator(".line-text")
    expect(line).to_contain_text("max(0, 1 − 0.6) = 0.4")
    canvas = page.locator('[data-panel="answer"] canvas')
    canvas.focus()
    page.keyboard.press("ArrowDown")
    expect(line).to_contain_text(",4,13]")
    told = page.locator(".player-told")
    expect(told).to_have_text("frame 7 of 16")
    page.keyboard.press("Home")
    expect(told).to_have_text("frame 1 of 16")
    expect(page).to_have_url(re.compile(r"convolution_clip_at=0\.4\.13"))


def test_the_map_follows_the_hand_and_the_dense_layer_does_not(page: Page) -> None:
    open_view(page, "Shift and turn")
    fits(page)
    own, dense = (page.locator(f'.shift-verdict[data-layer="{layer}"]') for layer in ("convolution", "dense"))
    expect(dense).to_have_text("difference 0")
    canvas = page.locator('[data-panel="input"] canvas')
    box = canvas.bounding_box()
    assert box
    cell = box["width"] / 25
    page.mouse.move(box["x"] + 12 * cell, box["y"] + 12 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 15 * cell, box["y"] + 14 * cell, steps=5)
    page.mouse.up()
    expect(page.locator(".shift-told")).to_have_text("2 down, 3 right, turned by 0°")
    expect(dense).to_contain_text("differs by up to")
    expect(own).to_have_text("difference 0")
    expect(page).to_have_url(re.compile(r"convolution_shift_at=2\.3\.0"))
    canvas.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".shift-told")).to_have_text("1 down, 3 right, turned by 0°")
    turn = page.get_by_role("slider", name="Turn in degrees")
    turn.focus()
    turn.press("ArrowRight")
    expect(own).to_contain_text("the kernel did not turn")


def test_the_order_in_memory_is_drawn_and_the_link_opens_the_same(page: Page, app: App, browser: Browser) -> None:
    open_view(page, "Channels")
    page.get_by_role("button", name="NHWC: red beside green").click()
    told = page.locator(".channels-facts [aria-label^='NHWC: R of row 3, column 3 is number 99 of 300']")
    expect(told).to_be_visible()
    expect(page.get_by_text("in NCHW they lie a whole plane apart")).to_be_visible()
    _, arrays = made(Layer(order="NHWC"))
    memory = np.moveaxis(arrays["input"], 0, -1).ravel()
    shown = [float(text) for text in page.locator(".memory-number").all_inner_texts()]
    assert shown == memory[96 : 96 + len(shown)].tolist()
    assert page.locator(".memory-number.lit").inner_text() == str(int(memory[99]))
    said = page.locator(".line-text").inner_text()
    other, trouble = open_page(browser, app)
    other.goto(page.url)
    settle(other, "Convolution")
    expect(other.locator(".line-text")).to_have_text(said)
    expect(other.locator(".channels-facts")).to_contain_text("NHWC")
    assert not trouble
    other.context.close()


def test_a_prompt_moves_the_clip_and_the_picture(page: Page) -> None:
    open_view(page, "Video")
    page.get_by_role("button", name="A spot that stands still").click()
    line = page.locator(".line-text")
    expect(line).to_contain_text("y[6,5,8]")
    assert numbers(line.inner_text().rsplit("≈" if "≈" in line.inner_text() else "=", 1)[1]) == [0]
    page.get_by_role("button", name="Two speeds").click()
    expect(page.locator(".player-told")).to_have_text("frame 3 of 16")
    page.get_by_text("Shift and turn").click()
    page.get_by_role("button", name="Turned by 90°").click()
    own = page.locator('.shift-verdict[data-layer="convolution"]')
    expect(own).to_contain_text("the kernel did not turn")
    page.get_by_role("button", name="The same with a Laplacian").click()
    expect(own).to_have_text("difference 0")
    expect(page.locator(".shift-told")).to_have_text("0 down, 0 right, turned by 90°")


def test_all_fits_a_projected_screen(page: Page) -> None:
    open_view(page, "Channels")
    page.get_by_text("Projector mode").click()
    for title in ("Channels", "Video", "Shift and turn", "Sound"):
        page.get_by_role("radio", name=title).click()
        expect(page.locator(".sound, .lesson").first).to_be_visible()
        expect(page.get_by_text("Try this")).to_be_visible()
        page.wait_for_function(
            "() => { const main = document.querySelector('[data-testid=stMain]');"
            " return main.scrollHeight <= main.clientHeight && main.scrollWidth <= main.clientWidth }"
        )
    open_view(page, "Channels")
    planes, line = page.locator(".channels-inputs").bounding_box(), page.locator(".line-box").bounding_box()
    assert planes
    assert line
    assert planes["y"] + planes["height"] <= line["y"]
