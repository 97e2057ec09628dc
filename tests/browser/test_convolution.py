"""The convolution page in a real browser: what its link holds, what it hides, what its prompts show."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect
from torch.nn import functional as F

from tests.browser.conftest import App, open_page, settle

pytestmark = pytest.mark.browser

PRODUCT = re.compile(r"\(?(-?[\d.]+)\)?·\(?(-?[\d.]+)\)?")
SOBEL_X = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def opened(page: Page, link: str = "") -> Locator:
    """The stage, once it is drawn."""
    page.goto(f"/convolution{link}")
    settle(page, "Convolution")
    stage = page.locator(".stage")
    expect(stage).to_have_attribute("data-drawn", re.compile(r"\d"))
    return stage


def point(stage: Locator, panel: str, place: tuple[int, int], shape: tuple[int, int]) -> None:
    box = stage.locator(f".panel-{panel}").bounding_box()
    assert box
    x, y = (box["width"] / shape[1], box["height"] / shape[0])
    stage.page.mouse.move(box["x"] + (place[1] + 0.5) * x, box["y"] + (place[0] + 0.5) * y)


def line(stage: Locator) -> str:
    return stage.locator(".line-text").inner_text().replace("\u2212", "-")


def result(stage: Locator) -> float:
    return float(stage.locator(".line-result").inner_text().replace("\u2212", "-"))


def read(stage: Locator, panel: str, shape: tuple[int, int], before: int = 0) -> torch.Tensor:
    """The numbers of a panel, read off the screen cell by cell. before: padding cells on each side of the input."""
    values = np.zeros(shape)
    padded = (shape[0] + 2 * before, shape[1] + 2 * before)
    for row, column in np.ndindex(shape):
        point(stage, panel, (row + before, column + before), padded)
        if panel == "output":
            assert line(stage).startswith(f"y[{row},{column}] ")
            values[row, column] = result(stage)
        else:
            told = re.match(rf"x\[{row},{column}\] = ([\d.]+)", line(stage))
            assert told, line(stage)
            values[row, column] = float(told[1])
    return torch.from_numpy(values).float()


def told(page: Page) -> Locator:
    return page.locator(".st-key-convolution_predict_row")


def test_dilated_and_flipped_as_torch_has_it(page: Page) -> None:
    stage = opened(page, "?convolution_mode=valid&convolution_dilation=2&convolution_formula=convolution")
    x = read(stage, "input", (10, 10))
    wanted = F.conv2d(x[None, None], SOBEL_X.flip(-2, -1)[None, None], dilation=2)[0, 0]
    assert torch.equal(read(stage, "output", (6, 6)), wanted)
    point(stage, "output", (3, 3), (6, 6))
    pairs = [(float(a), float(b)) for a, b in PRODUCT.findall(line(stage))]
    assert [b for _, b in pairs] == SOBEL_X.flip(-2, -1).reshape(-1).tolist()
    assert sum(a * b for a, b in pairs) == wanted[3, 3]
    expect(stage.locator(".foot")).to_contain_text("F.conv2d(x, w.flip(-2, -1), dilation=2)")
    expect(stage.locator(".foot")).to_contain_text("equals the picture")


def test_the_link_shows_the_same_in_another_browser(page: Page, browser: Browser, app: App) -> None:
    stage = opened(page)
    page.get_by_role("button", name="Transposed: a checkerboard").click()
    expect(stage.locator(".foot-formula")).to_have_text("size (6 − 1)·2 + 3 = 13")
    cell = stage.get_by_role("textbox", name="Kernel row 0, column 1")
    cell.fill("-2.5")
    cell.press("Enter")
    expect(page).to_have_url(re.compile(r"convolution_k=own-3x3_1_-2.5_1"))
    point(stage, "output", (6, 8), (13, 13))
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"convolution_at=6x8-pin"))
    page.get_by_text("Predict first").click()
    expect(stage.locator(".line-text")).to_contain_text("How large is the output?")
    page.get_by_role("button", name="Next value").or_(page.get_by_role("radio", name="Next value")).click()
    expect(stage.locator(".line-result")).to_have_text("?")
    expect(page).to_have_url(re.compile("convolution_predict_what=Next"))

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".copy")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url

    other, errors = open_page(browser, app)
    try:
        same = opened(other, copied.removeprefix(f"{app.url}/convolution"))
        for name in ("data-at", "data-pinned", "data-focus", "data-drawn"):
            expect(same).to_have_attribute(name, stage.get_attribute(name) or "")
        expect(same.locator(".line-text")).to_have_text(stage.locator(".line-text").inner_text())
        expect(same.locator(".foot")).to_have_text(stage.locator(".foot").inner_text().replace("\n", ""))
        expect(other.locator(".st-key-convolution_predict input")).to_be_checked()
        other.get_by_role("button", name="Reveal").click()
        expect(same.locator(".line-result")).not_to_have_text("?")
        assert not errors
    finally:
        other.context.close()


def test_predict_then_reveal(page: Page) -> None:
    stage = opened(page, "?convolution_predict=true&convolution_mode=valid&convolution_h=28&convolution_w=28")
    expect(stage.locator(".line-text")).to_contain_text("How large is the output?")
    expect(stage).not_to_contain_text("26")
    guess = told(page).get_by_role("textbox")
    guess.fill("25")
    guess.press("Enter")
    expect(told(page)).to_contain_text("Not quite: it is 26×26: 28 − 3 + 1 = 26.")
    expect(stage).to_contain_text("output 1×26×26")

    page.get_by_text("Next value").click()
    expect(stage.locator(".line-result")).to_have_text("?")
    wanted = sum(float(a) * float(b) for a, b in PRODUCT.findall(line(stage)))
    guess.fill(f"{wanted:g}")
    guess.press("Enter")
    expect(told(page)).to_contain_text("Right: it is")
    expect(stage.locator(".line-result")).not_to_have_text("?")
    stage.get_by_role("button", name="One step forward").click()
    expect(stage.locator(".line-result")).to_have_text("?")
    expect(guess).to_have_value("")
    page.get_by_role("button", name="Reveal").click()
    expect(stage.locator(".line-result")).not_to_have_text("?")


def test_what_does_not_fit_is_told_over_the_picture_and_nothing_moves(page: Page) -> None:
    stage = opened(page)
    before = stage.bounding_box()
    page.locator(".st-key-convolution_dilation input[type=range]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(stage.locator(".foot")).to_contain_text("dilation=6")
    page.get_by_text("valid", exact=True).click()
    fault = page.locator(".st-key-convolution_fault")
    expect(fault).to_contain_text("does not fit the 10×10 input")
    expect(stage.locator(".foot")).to_contain_text("dilation=6")  # the last good picture
    assert stage.bounding_box() == before
    page.get_by_text("full", exact=True).click()
    expect(fault).to_have_count(0)
    expect(stage).to_contain_text("output 1×22×22")
    assert stage.bounding_box() == before


def test_the_deck_moves_all_and_fits_the_screen(page: Page) -> None:
    page.goto("/convolution?convolution_view=Deck")
    settle(page, "Convolution")
    cards = page.locator(".deck-card")
    expect(cards).to_have_count(6)
    lines = cards.locator(".line-text")
    before = lines.all_inner_texts()
    scrubber = page.get_by_role("slider", name="Position: window")
    scrubber.focus()
    page.keyboard.press("Home")
    expect(lines.first).to_contain_text("y[0,0]")
    assert all(text.startswith("y[0,0]") for text in lines.all_inner_texts())
    assert before != lines.all_inner_texts()
    overflow = (
        "() => { const s = document.querySelector('[data-testid=stMain]'); return s.scrollHeight - s.clientHeight }"
    )
    assert page.evaluate(overflow) <= 0
    page.get_by_text("Stage", exact=True).click()
    expect(page.locator(".stage:not(.deck)")).to_have_attribute("data-at", "0")  # the place goes from view to view
    assert page.evaluate(overflow) <= 0


def test_the_view_by_its_name_and_the_browsers_back_button(page: Page) -> None:
    page.goto("/convolution?convolution_view=deck")
    settle(page, "Convolution")
    expect(page).to_have_url(re.compile("convolution_view=Deck"))
    chosen = page.get_by_role("radiogroup", name="View").get_by_role("radio", checked=True)
    expect(chosen).to_have_text("Deck")
    page.get_by_text("Stage", exact=True).click()
    expect(page.get_by_text("One window at a time.")).to_be_visible()
    page.get_by_role("link", name="Pooling").click()
    settle(page, "Pooling")
    page.go_back()
    settle(page, "Convolution")
    page.get_by_text("Deck", exact=True).click()
    expect(page.get_by_text("All modes side by side.")).to_be_visible()
    page.go_back()  # the link changes under the page's feet
    expect(chosen).to_have_text("Stage")
    expect(page.get_by_text("One window at a time.")).to_be_visible()
