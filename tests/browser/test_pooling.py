"""The pooling page in a real browser: hover, marks, shifts by hand, gradients entered and read, a chain's sliders."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


def opened(page: Page, view: str = "Stage", **link: str) -> Page:
    said = "&".join(f"pooling_{name}={text}" for name, text in {"view": view, **link}.items())
    page.goto(f"/pooling?{said}")
    settle(page, "Pooling")
    return page


def over(page: Page, canvas: Locator, row: int, column: int, rows: int, columns: int) -> None:
    """The pointer onto a cell of a grid."""
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows)


def fits(page: Page) -> None:
    """Nothing has to be scrolled."""
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollHeight - e.clientHeight <= 0 && e.scrollWidth - e.clientWidth <= 0")


def test_hovering_an_output_tells_its_window(page: Page) -> None:
    opened(page)
    line = page.locator(".line-text")
    expect(page.locator(".foot-check")).to_contain_text("equals the picture")
    over(page, page.locator(".panel-output"), 0, 2, 5, 5)
    expect(line).to_contain_text(re.compile(r"y\[0,2\] = max\(8, 7, 5, 8\) = 8"))
    over(page, page.locator(".panel-input"), 2, 5, 10, 10)
    expect(line).to_contain_text("x[2,5] = 8 reaches 1 output: y[1,2]")
    fits(page)


def pixel(page: Page, row: int, column: int) -> list[int]:
    """Colour of the overlay over the top right corner of an input cell: where the winner's mark is."""
    return page.locator(".overlay").evaluate(
        """(overlay, [row, column]) => {
            const box = overlay.getRootNode().querySelector(".panel-input").getBoundingClientRect();
            const at = overlay.getBoundingClientRect();
            const cell = box.width / 10;
            const ratio = overlay.width / at.width;
            const x = (box.left - at.left + (column + 1) * cell - 4) * ratio;
            const y = (box.top - at.top + row * cell + 3) * ratio;
            return [...overlay.getContext("2d").getImageData(x, y, 1, 1).data];
        }""",
        [row, column],
    )


def test_marks_stand_where_the_maxima_came_from(page: Page) -> None:
    """The first window of the digit: 0 0 / 0 2, so that its last cell has the mark."""
    opened(page)
    expect(page.locator(".line-text")).to_contain_text("y[1,2]")
    assert pixel(page, 1, 1)[3] > 200
    assert pixel(page, 0, 1)[3] == 0
    assert pixel(page, 0, 4)[3] > 200  # of 8 7 / 5 8 the first 8


def test_a_wrong_padding_is_told_over_the_picture(page: Page) -> None:
    opened(page)
    slider = page.get_by_role("slider", name="Padding")
    slider.focus()
    slider.press("ArrowRight")
    expect(page.locator(".foot-code")).to_contain_text("padding=1")
    slider.press("ArrowRight")
    expect(page.get_by_test_id("stAlert")).to_contain_text("more than half of the window's size 2")
    expect(page.locator(".foot-code")).to_contain_text("padding=1")
    slider.press("ArrowLeft")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_the_picture_is_dragged_and_the_sentence_follows(page: Page) -> None:
    opened(page, "Shift+lab")
    verdict = page.locator(".pool-verdict")
    expect(verdict).to_contain_text("Moved by 1 pixel")
    canvas = page.locator('[data-panel="input"] canvas')
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 100 + 3 * box["width"] / 44, box["y"] + 100, steps=5)
    expect(verdict).to_contain_text("Moved by 4 pixels")
    page.mouse.up()
    expect(page).to_have_url(re.compile("pooling_by=4"))
    expect(page.locator(".pool-change")).to_have_count(5)
    page.get_by_role("slider", name="Shift in pixels").press("Home")
    expect(verdict).to_contain_text("Not moved")
    fits(page)


def test_a_gradient_is_typed_and_read_where_it_lands(page: Page) -> None:
    opened(page, "Backward")
    cell = page.get_by_label("Gradient row 1, column 2")
    line = page.locator(".line-text")
    cell.click()
    cell.fill("5")
    cell.press("Enter")
    expect(page).to_have_url(re.compile("_7.5_"))
    expect(page.locator(".foot-check")).to_have_text("✓ equals autograd")
    over(page, page.locator('[data-panel="flow"] canvas'), 2, 5, 10, 10)
    expect(line).to_have_text("x.grad[2,5] = 5, from g[1,2]")
    over(page, page.locator('[data-panel="flow"] canvas'), 3, 4, 10, 10)  # 8 as well, but not the first
    expect(line).to_contain_text("wins in no window")
    cell.hover()
    expect(line).to_contain_text("goes to the winner alone: x[2,5] gets 5")
    fits(page)


def test_overlapping_gradients_add_up(page: Page) -> None:
    opened(page, "Backward", kind="average", size="2", stride="1", h="4", w="4")
    expect(page.locator(".foot-check")).to_have_text("✓ equals autograd")
    over(page, page.locator('[data-panel="flow"] canvas'), 1, 1, 4, 4)
    expect(page.locator(".line-text")).to_have_text(
        "x.grad[1,1] = 0.25 + 0.25 + 0.25 + 0.25 = 1, from g[0,0], g[0,1], g[1,0], g[1,1]"
    )


def test_gradients_are_painted(page: Page) -> None:
    opened(page, "Backward")
    page.get_by_role("button", name="Paint").click()
    page.get_by_label("Value to paint with").fill("-2")
    first, last = (page.get_by_label(f"Gradient row 3, column {at}").bounding_box() for at in (0, 3))
    assert first
    assert last
    page.mouse.move(first["x"] + 9, first["y"] + 9)
    page.mouse.down()
    page.mouse.move(last["x"] + 9, last["y"] + 9, steps=12)
    page.mouse.up()
    expect(page).to_have_url(re.compile("_15.-2_16.-2_17.-2_18.-2_19.1_"))
    expect(page.locator(".foot-check")).to_have_text("✓ equals autograd")


def test_the_chain_follows_its_sliders(page: Page) -> None:
    opened(page, "Chain")
    told = page.locator(".pool-verdict")
    expect(told).to_contain_text("Cell [5, 5] after step 3 sees 10×10 pixels: rows 10 to 19, columns 10 to 19.")
    expect(told).to_contain_text("autograd reaches the same pixels")
    page.get_by_label("Step 1, size").press("ArrowLeft")
    expect(page.locator('[data-formula="size-1"]')).to_have_text("28 − 4 + 1 = 25")
    expect(page).to_have_url(re.compile("pooling_chain=c4-c5-p2"))
    over(page, page.locator('[data-panel="after 1"] canvas'), 3, 7, 25, 25)
    expect(told).to_contain_text("Cell [3, 7] after step 1 sees 4×4 pixels: rows 3 to 6, columns 7 to 10.")
    page.get_by_role("button", name="Lectures' chain").click()
    expect(page.locator('[data-formula="size-3"]')).to_have_text("⌊(20 − 2) / 2⌋ + 1 = 10")
    fits(page)


def test_what_is_to_be_predicted_is_not_on_the_screen(page: Page) -> None:
    opened(page, "Shift+lab", predict="true")
    changes, verdict = page.locator(".pool-change"), page.locator(".pool-verdict")
    expect(changes).to_have_text(["?"] * 5)
    expect(page.locator(".pool-curves polyline").first).to_be_hidden()
    fits(page)
    page.get_by_label("Change after 2 max poolings").fill("36")
    page.get_by_label("Change after 2 max poolings").press("Enter")
    expect(verdict).to_contain_text("36 % after two")
    page.get_by_role("slider", name="Shift in pixels").press("End")
    expect(changes).to_have_text(["?"] * 5)
    page.get_by_text("Chain", exact=True).click()
    last = page.locator('[data-panel="after 3"]')
    expect(last).to_contain_text("3: ? × ?")
    expect(last.locator("canvas")).to_be_hidden()
    expect(page.locator('[data-formula="size-3"]')).to_have_text("⌊(20 − 2) / 2⌋ + 1 = ?")
    page.get_by_role("button", name="Reveal").click()
    expect(last).to_contain_text("3: 10×10")
    fits(page)
    page.get_by_text("Backward", exact=True).click()
    expect(page.locator('[data-panel="flow"] canvas')).to_be_hidden()
    expect(page.locator(".line-text")).to_have_text("How much arrives at x[0,4]? Guess, then reveal it.")
    fits(page)


def test_a_window_that_is_cut_says_so(page: Page) -> None:
    """Ceil mode: of 10 cells the fifth window of 3 every 2 has two; adaptive windows are never cut."""
    opened(page, ceil="true", size="3", stride="2", at="4x3")
    line = page.locator(".line-text")
    expect(line).to_have_text("y[4,3] = max(6, 5, 2, 6, 3, 0) = 6, cut off at the end: 2×3 of 3×3 cells")
    over(page, page.locator(".panel-output"), 3, 3, 5, 5)
    expect(line).not_to_contain_text("cut off")
    opened(page, kind="adaptive max", h="5", w="5", at="0x0")
    expect(line).to_contain_text("y[0,0]")
    expect(line).not_to_contain_text("cut off")


def test_one_output_of_a_large_picture_can_be_read(page: Page) -> None:
    opened(page, kind="global max", h="64", w="64", **{"in": "Photograph"})
    expect(page.locator(".line-text")).to_contain_text("y[0,0]")
    output = page.locator(".panel-output").bounding_box()
    legend = page.locator(".legend").bounding_box()
    assert output
    assert legend
    assert output["width"] >= 30
    assert legend["x"] > output["x"] + output["width"]
    fits(page)
