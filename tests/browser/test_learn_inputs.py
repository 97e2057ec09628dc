"""Own pictures and kernels in a real browser: drawn, uploaded, photographed, picked, and read off the stage."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.network.build import build
from core.network.presets import PRESETS
from core.runs import folder
from core.training import checkpoints
from tests.browser.conftest import settle
from tests.dashboard.test_pages import make_run

pytestmark = pytest.mark.browser

STAGE = ".stage"
INPUT, KERNEL = ".st-key-convolution_input button", ".st-key-convolution_kernel button"


def opened(page: Page, query: str = "") -> None:
    page.goto(f"/convolution?convolution_view=Stage&{query}")
    settle(page, "Convolution")
    expect(page.get_by_label("Equation")).to_contain_text("=")


def products(page: Page) -> list[tuple[float, float]]:
    """Input and kernel numbers of the window that the stage stands at, as its line says them."""
    text = page.get_by_label("Equation").inner_text().replace("−", "-")
    found = re.findall(r"(-?[\d.]+)·\(?(-?[\d.]+)\)?", text)
    return [(float(left), float(right)) for left, right in found]


def open_input(page: Page, kind: str) -> None:
    page.locator(INPUT).first.click()
    page.get_by_role("radio", name=kind, exact=True).click()


def stroke(page: Page, start: tuple[float, float], end: tuple[float, float], let_go: bool = True) -> None:
    """From one place of the pad to another, in shares of it."""
    box = page.locator(".pad canvas").bounding_box()
    assert box
    (x0, y0), (x1, y1) = (
        (box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in (start, end)
    )
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move(x1, y1, steps=12)
    if let_go:
        page.mouse.up()


def inputs_of(page: Page) -> list[float]:
    return [left for left, _ in products(page)]


def wait_for_inputs(page: Page, wanted: list[float]) -> None:
    """The picture follows by way of the server: ask until it is there."""
    for _ in range(300):
        if inputs_of(page) == wanted:
            return
        page.wait_for_timeout(100)
    assert inputs_of(page) == wanted


def test_a_drawing_changes_the_numbers_while_the_hand_moves(page: Page) -> None:
    opened(page, "convolution_at=4x4-pin")
    assert len(products(page)) == 9
    open_input(page, "Draw")
    page.get_by_label("Size of pen and eraser").fill("30")
    stroke(page, (0.1, 0.45), (0.9, 0.45), let_go=False)
    wait_for_inputs(page, [9] * 9)  # a pen of three cells
    page.mouse.up()
    page.get_by_role("button", name="Undo").click()
    wait_for_inputs(page, [0] * 9)
    page.get_by_label("Size of pen and eraser").fill("2")
    page.locator(".pad canvas").focus()
    for key in ("ArrowLeft", "ArrowUp", "Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator(".pad .told")).to_contain_text("2 of 100 cells have ink")
    wait_for_inputs(page, [0, 0, 0, 0, 1, 0, 0, 1, 0])  # a tenth of two cells is covered
    expect(page).to_have_url(re.compile("convolution_in=Draw"))


def test_a_drawing_is_there_after_another_page_and_not_in_another_session(page: Page) -> None:
    opened(page, "convolution_at=4x4-pin")
    open_input(page, "Draw")
    page.get_by_label("Size of pen and eraser").fill("30")
    stroke(page, (0.1, 0.45), (0.9, 0.45))
    wait_for_inputs(page, [9] * 9)
    link = page.url
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Home").first.click()
    page.get_by_role("link", name="Convolution").first.click()
    settle(page, "Convolution")
    expect(page.locator(INPUT).first).to_contain_text("Drawing")
    wait_for_inputs(page, [9] * 9)
    page.goto(link)
    settle(page, "Convolution")
    expect(page.get_by_text("Nothing is drawn yet")).to_be_visible()


def png(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_upload_is_read_off_the_stage_and_a_broken_one_is_told(page: Page) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 6), dtype=np.uint8)
    opened(page, "convolution_at=2x3-pin")
    open_input(page, "Upload")
    field = page.locator(".st-key-convolution_upload input[type=file]")
    field.set_input_files({"name": "cells.png", "mimeType": "image/png", "buffer": png(pixels)})
    expect(page.locator(INPUT).first).to_contain_text("Cells.png, 7×6")
    wait_for_inputs(page, pixels[1:4, 2:5].astype(float).reshape(-1).tolist())
    whole = png(np.random.default_rng(1).integers(0, 256, (90, 90), dtype=np.uint8))
    field.set_input_files({"name": "torn.png", "mimeType": "image/png", "buffer": whole[:900]})
    expect(page.get_by_text("torn.png is cut off or damaged: save it again, or choose another file.")).to_be_visible()
    assert inputs_of(page) == pixels[1:4, 2:5].astype(float).reshape(-1).tolist()
    assert "cells" not in page.url


def test_a_filter_of_a_trained_run_becomes_the_kernel(page: Page, served_runs: Path) -> None:
    run = make_run("digits-small", "started", "finished")
    run.write_summary(epochs_done=3, best_epoch=3, state="finished")
    network = build(PRESETS["digits-small"].network, seed=4)
    checkpoints.save_weights(run.path, "best", network, epoch=3)
    try:
        opened(page)
        page.locator(KERNEL).first.click()
        page.get_by_text("A filter of a trained run").click()
        expect(page.get_by_text(re.compile("epoch 3"))).to_be_visible()
        page.get_by_role("button", name="Filter 2", exact=True).click()
        expect(page).to_have_url(re.compile("convolution_k=own-.*~filter.2.of."))
        weights = network.get_submodule("0_convolution").weight[2, 0].detach().numpy()
        text = re.search("convolution_k=own-[0-9x]+_([^&~]*)", page.url)
        assert text
        np.testing.assert_array_equal(np.array(text[1].split("_"), np.float32), weights.reshape(-1))
        expect(page.locator(KERNEL).first).to_contain_text("Filter 2")
    finally:
        folder.delete(run)


def test_the_camera_is_asked_for_by_a_click_alone(page: Page) -> None:
    page.add_init_script(
        "window.asked = 0; const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = (...all) => { window.asked += 1; return get(...all); };"
    )
    opened(page)
    open_input(page, "Camera")
    button = page.get_by_role("button", name="Use the camera")
    expect(button).to_be_visible()
    assert page.evaluate("window.asked") == 0
    button.click()
    expect(page.get_by_test_id("stCameraInput")).to_be_visible()
