"""Build in a real browser: mouse, keys, files and links."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.network import edits, files, links
from core.network.layers import Convolution
from core.network.presets import PRESETS
from core.network.shapes import trace
from core.network.spec import NetworkSpec
from core.runs.folder import create
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser

LENET = PRESETS["sakr-lenet"].network


def open_build(page: Page, spec: NetworkSpec = LENET) -> None:
    page.goto(f"/build?net={links.encode(spec)}")
    settle(page, "Build")
    expect(row(page, len(spec.layers) - 1)).to_be_visible()
    expect(block(page, len(spec.layers) - 1)).to_be_visible()


def block(page: Page, index: int) -> Locator:
    return page.get_by_test_id(f"block-{index}")


def row(page: Page, index: int) -> Locator:
    return page.get_by_test_id(f"row-{index}")


def selected(page: Page, index: int) -> None:
    """Diagram, table and form agree on the selected layer."""
    expect(block(page, index)).to_have_attribute("aria-pressed", "true")
    expect(row(page, index)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".st-key-build_heading")).to_contain_text(f"{index + 1} ·" if index >= 0 else "Input")


def layers_are(page: Page, spec: NetworkSpec) -> None:
    """The table shows the layers of `spec`, with PyTorch's words and the right total."""
    expect(page.get_by_test_id("layer-table").locator("tbody tr")).to_have_count(len(spec.layers) + 1)
    for index, layer in enumerate(spec.layers):
        expect(row(page, index)).to_contain_text(layer.label)
    expect(page.get_by_test_id("totals")).to_contain_text(f"{trace(spec).parameters:,}")


def button(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-build_{name} button").first


def slide(page: Page, name: str, key: str, times: int = 1) -> None:
    slider = page.get_by_role("slider", name=name)
    slider.focus()
    for _ in range(times):
        slider.press(key)


def test_a_preset_a_click_and_a_slider(page: Page) -> None:
    page.goto("/build")
    settle(page, "Build")
    button(page, "start").click()
    page.get_by_role("combobox", name="Network").fill("sakr-lenet")
    page.get_by_role("option", name=re.compile("^sakr-lenet")).click()
    layers_are(page, LENET)
    page.keyboard.press("Escape")
    block(page, 2).click()
    selected(page, 2)
    slide(page, "Kernel", "ArrowLeft")
    changed = edits.replace(LENET, 2, kernel=4)
    expect(row(page, 2)).to_contain_text("16,050")  # 50 (20 * 4 * 4 + 1)
    layers_are(page, changed)
    expect(page.get_by_role("slider", name="Kernel")).to_be_focused()
    expect(page.get_by_test_id("network-diagram")).to_have_attribute("aria-label", re.compile("4x4 same"))
    row(page, 5).click()
    selected(page, 5)
    page.reload()
    settle(page, "Build")
    layers_are(page, changed)


def test_layers_are_added_duplicated_dragged_and_removed(page: Page) -> None:
    open_build(page)
    block(page, 1).click()
    selected(page, 1)
    button(page, "duplicate").click()
    spec = edits.duplicate(LENET, 1)
    layers_are(page, spec)
    selected(page, 2)
    page.get_by_test_id("add-layer").click()
    page.get_by_role("menuitem", name="dropout").click()
    spec = edits.insert(spec, 8, edits.insert(spec, 8, PRESETS["huttunen-2016"].network.layers[6]).layers[8])
    expect(row(page, 8)).to_contain_text("dropout 0.5")
    selected(page, 8)
    page.keyboard.press("Delete")
    layers_are(page, edits.duplicate(LENET, 1))
    drag(page, 0, 3)
    layers_are(page, edits.move(edits.duplicate(LENET, 1), 0, 3))
    selected(page, 3)
    button(page, "remove").click()
    layers_are(page, edits.remove(edits.move(edits.duplicate(LENET, 1), 0, 3), 3))


def drag(page: Page, frm: int, to: int) -> None:
    """Drag block `frm` to where `to` stands, with the mouse; the mark shows where it will fall."""
    start, end = block(page, frm).bounding_box(), block(page, to).bounding_box()
    assert start
    assert end
    height = start["y"] + start["height"] / 3
    page.mouse.move(start["x"] + start["width"] / 2, height)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"], height, steps=3)
    page.mouse.move(end["x"] + end["width"], height, steps=8)
    expect(page.locator("line.drop")).to_have_css("visibility", "visible")  # a line has no area
    page.mouse.up()


def test_keys_alone_are_enough(page: Page) -> None:
    open_build(page)
    block(page, 0).click()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    selected(page, 2)
    for _ in range(2):
        page.keyboard.press("Alt+ArrowLeft")
    moved = edits.move(LENET, 2, 0)
    layers_are(page, moved)
    selected(page, 0)
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    layers_are(page, edits.insert(moved, 1, Convolution()))
    page.keyboard.press("Control+z")
    layers_are(page, moved)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    layers_are(page, LENET)
    page.keyboard.press("Control+Shift+z")
    layers_are(page, edits.move(LENET, 2, 1))
    button(page, "redo").click()
    layers_are(page, moved)
    button(page, "undo").click()
    layers_are(page, edits.move(LENET, 2, 1))


def test_shortcuts_of_the_app_do_not_fire_in_the_diagram(page: Page) -> None:
    open_build(page)
    block(page, 0).click()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_have_count(0)
    selected(page, 0)


def test_a_broken_network_is_explained_and_mended(page: Page) -> None:
    open_build(page, edits.replace(LENET, 2, kernel=14, padding="valid"))  # 14x14 maps: 1x1 is left, pooling fails
    expect(block(page, 3)).to_have_class(re.compile("fault"))
    open_build(page, edits.replace(LENET, 2, kernel=13, padding="valid"))
    before = block(page, 4).locator(".shape").text_content()
    block(page, 2).click()
    selected(page, 2)
    slide(page, "Kernel", "ArrowRight")
    expect(row(page, 2)).to_contain_text("14x14")
    height = page.get_by_role("slider", name="Kernel").bounding_box()["y"]
    slide(page, "Kernel", "ArrowRight")
    expect(page.locator(".st-key-build_fault")).to_be_in_viewport()
    assert page.get_by_role("slider", name="Kernel").bounding_box()["y"] == height  # under the hand, it stays
    card = page.locator(".st-key-build_card")
    expect(card).to_contain_text("Kernel 15 does not fit a 14x14 input")
    expect(row(page, 2)).to_contain_text("Kernel 15 does not fit a 14x14 input")
    expect(block(page, 2)).to_have_class(re.compile("fault"))
    expect(block(page, 4)).to_have_class(re.compile("stale"))
    expect(block(page, 6).locator(".shape")).to_have_text("10")
    assert block(page, 4).locator(".shape").text_content() == before
    expect(button(page, "train")).to_be_disabled()
    page.get_by_role("button", name="Padding 'same'", exact=True).click()
    layers_are(page, edits.replace(LENET, 2, kernel=15))
    expect(block(page, 2)).not_to_have_class(re.compile("fault"))
    expect(button(page, "train")).to_be_enabled()


def test_files_come_and_go(page: Page, tmp_path: Path) -> None:
    open_build(page)
    button(page, "start").click()
    page.get_by_role("tab", name="File").click()
    chooser = page.locator(".st-key-build_file input[type=file]")
    damaged = json.loads(files.to_json(LENET))
    damaged["layers"][2]["kernal"] = damaged["layers"][2].pop("kernel")
    text = json.dumps(damaged).encode()
    chooser.set_input_files({"name": "bad.json", "mimeType": "application/json", "buffer": text})
    expect(page.get_by_test_id("stAlert")).to_contain_text("layer 3 (layers.2.kernal)")
    layers_are(page, LENET)
    other = PRESETS["huttunen-2016"].network
    chooser.set_input_files({"name": "good.yaml", "mimeType": "text/yaml", "buffer": files.to_yaml(other).encode()})
    layers_are(page, other)
    page.keyboard.press("Escape")
    button(page, "export").click()
    for kind in ("json", "yaml"):
        path = download(page, kind, tmp_path)
        assert files.parse(path.read_text(), path.name) == other
    source = download(page, "pytorch", tmp_path)
    assert "nn.Conv2d" in source.read_text()
    assert runpy.run_path(str(source), run_name="exported")
    page.get_by_role("radio", name="Keras").click()
    keras = download(page, "keras", tmp_path)
    compile(keras.read_text(), keras.name, "exec")
    assert links.encode(other) in page.get_by_test_id("stPopoverBody").inner_text()


def download(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.locator(f".st-key-build_download_{kind} button").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_a_message_leaves_the_page_as_it_is(page: Page) -> None:
    open_build(page, PRESETS["digits-small"].network)
    width = page.get_by_test_id("stSidebar").bounding_box()["width"]
    button(page, "start").click()
    page.get_by_role("tab", name="File").click()
    chosen = {"name": "tiny.json", "mimeType": "application/json", "buffer": files.to_json(LENET).encode()}
    page.locator("input[type=file]").first.set_input_files(chosen)
    expect(page.get_by_test_id("stToast")).to_contain_text("tiny.json was loaded.")
    layers_are(page, LENET)
    assert page.get_by_test_id("stSidebar").bounding_box()["width"] == width
    page.keyboard.press("Escape")
    button(page, "export").click()  # the message covers no button


def test_train_this_trains_what_was_built_whatever_was_watched_before(page: Page, served_runs: Path) -> None:
    watched = create(RunSpec(network=PRESETS["digits-small"].network, train=recipe("digits-small")), "watched before")
    page.goto(f"/train?run={watched.id}")
    settle(page, "Train")
    expect(page.get_by_text("watched before")).to_be_visible()
    page.get_by_role("link", name="Build").click()
    settle(page, "Build")
    button(page, "start").click()
    page.get_by_role("combobox", name="Network").fill("lenet-5")
    page.get_by_role("option", name=re.compile("^lenet-5")).click()
    layers_are(page, PRESETS["lenet-5"].network)
    page.keyboard.press("Escape")
    button(page, "train").click()
    settle(page, "Train")
    expect(page.locator(".st-key-train_start")).to_be_visible()
    expect(page.get_by_text("61,706 parameters")).to_be_visible()


def test_the_network_goes_along_to_other_pages(page: Page) -> None:
    spec = edits.replace(LENET, 0, filters=24)
    open_build(page)
    slide(page, "Filters", "ArrowRight", 4)
    layers_are(page, spec)
    page.get_by_role("link", name="Runs").click()
    settle(page, "Runs")
    page.get_by_role("link", name="Build").click()
    layers_are(page, spec)
    button(page, "train").click()
    settle(page, "Train")
    expect(page).to_have_url(re.compile(re.escape(links.encode(spec))))


@pytest.mark.parametrize("name", ["sakr-cifar-deep", "two-layer-sigmoid", "lenet-5"])
def test_picture_sliders_and_table_share_one_screen(page: Page, name: str) -> None:
    open_build(page, PRESETS[name].network)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 1280
    for part in (
        page.get_by_test_id("network-diagram"),
        page.get_by_test_id("totals").locator("td").first,
        page.get_by_text("Try this"),
    ):
        box = part.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720
    last = block(page, len(PRESETS[name].network.layers) - 1).bounding_box()
    assert last
    assert last["x"] + last["width"] <= 1280


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_the_projected_page_shows_all_of_it(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_build(page)
    block(page, 2).click()
    selected(page, 2)
    page.get_by_text("Projector mode").click()
    page.wait_for_function("parseFloat(getComputedStyle(document.documentElement).fontSize) > 18")
    form = page.locator(".st-key-build_card")
    controls = form.locator(":is([data-testid=stSlider], [data-testid=stSelectbox], [data-testid=stButtonGroup])")
    expect(controls).to_have_count(9)
    for control in controls.all():
        expect(control).to_be_in_viewport(ratio=1)
    words = form.locator("[data-testid=stWidgetLabel] p, [data-testid=stButtonGroup] p")
    assert words.evaluate_all("all => all.every((word) => word.scrollWidth <= word.clientWidth + 1)")
    for part in (page.get_by_test_id("totals").locator("td").nth(1), row(page, 6), button(page, "train")):
        expect(part).to_be_in_viewport(ratio=1)
    names = page.get_by_test_id("layer-table").locator("tbody td:nth-child(2)")
    assert names.evaluate_all("cells => cells.every((cell) => cell.scrollWidth <= cell.clientWidth)")
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth <= e.clientWidth")


def test_a_very_deep_network_scrolls_inside_its_card(page: Page) -> None:
    layer = Convolution(filters=8, padding="same")
    deep = NetworkSpec(input_shape=(1, 28, 28), layers=(layer,) * 40)
    open_build(page, deep)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    block(page, 0).click()
    page.keyboard.press("End")
    selected(page, 39)
    expect(block(page, 39)).to_be_in_viewport()
    expect(row(page, 39)).to_be_in_viewport()
