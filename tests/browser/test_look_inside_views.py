"""Disturb, Why and Teach in Chromium: the thumb asks nobody, overlays follow the hand, steps are taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.jobs import train
from core.network.presets import PRESETS
from core.runs import folder
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from tests.browser.conftest import App, settle

pytestmark = pytest.mark.browser
EPOCHS = 3


@pytest.fixture(scope="module")
def trained(app: App) -> str:
    """Id of a run of the server's that has learned scikit-learn's digits a little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVLENS_RUNS", str(app.runs))
        spec = RunSpec(
            network=PRESETS["digits-small"].network,
            train=recipe("digits-small").model_copy(update={"epochs": EPOCHS}),
        )
        run = folder.create(spec)
        train.run(run)
    return run.id


def open_view(page: Page, run: str, view: str, **link: str) -> Locator:
    more = "".join(f"&{name}={value}" for name, value in link.items())
    page.goto(f"/maps?run={run}&maps_view={view}{more}")
    settle(page, "Feature maps")
    probe = page.locator(".probe")
    expect(probe).to_be_visible()
    return probe


def pixels(canvas: Locator) -> str:
    return str(canvas.evaluate("canvas => canvas.toDataURL()"))


def sent(page: Page) -> list[str]:
    """Frames that the page sends to the server from now on."""
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: frames.append(str(data))))
    return frames


def test_the_thumb_moves_picture_answer_and_markers_without_the_server(page: Page, trained: str) -> None:
    frames = sent(page)
    probe = open_view(page, trained, "Disturb", maps_disturb_by="Rotate")
    picture, slider = probe.locator("canvas[data-picture]"), probe.get_by_role("slider")
    expect(probe.locator(".probe-caption")).to_have_text("not disturbed")
    before, count = pixels(picture), len(frames)
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2, steps=6)
    expect(probe.locator(".probe-caption")).to_have_text(re.compile(r"turned left by \d+°"))
    assert pixels(picture) != before
    assert len(frames) == count  # until the hand lets go
    markers = probe.locator("svg[data-chart] line[stroke-width]")
    places = markers.evaluate_all("lines => lines.map((line) => line.getAttribute('x1'))")
    assert len(places) == 2
    page.mouse.up()
    thumb = probe.get_by_role("slider").input_value()
    assert int(thumb) > 25
    expect(page).to_have_url(re.compile(r"maps_disturb_at=\d+"))
    turned = probe.locator(".probe-caption").inner_text()
    page.reload()
    expect(probe.locator(".probe-caption")).to_have_text(turned)
    said = probe.locator(".probe-said").inner_text()
    assert re.fullmatch(r"It says \d, \d+ %", said)


def test_keys_move_the_thumb_and_both_measures_are_told(page: Page, trained: str) -> None:
    probe = open_view(page, trained, "Disturb")
    slider, verdict = probe.get_by_role("slider"), probe.locator(".probe-verdict")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(probe.locator(".probe-caption")).to_have_text("moved right by 1 px")
    expect(verdict).to_contain_text("like itself")
    values = probe.locator(".probe-legend").nth(1).locator("output")
    place = values.all_inner_texts()
    probe.get_by_role("button", name="moved along").click()
    expect(verdict).to_contain_text("moved along")
    along = values.all_inner_texts()
    assert along != place
    assert along[-1] == "–"  # a dense layer has no maps that could move
    assert float(along[1]) > float(place[1])  # the first convolution follows the picture
    probe.get_by_role("button", name="Undisturbed").click()
    expect(probe.locator(".probe-caption")).to_have_text("not disturbed")
    assert set(values.all_inner_texts()) <= {"1.00", "–"}


def test_a_click_says_where_the_square_hides(page: Page, trained: str) -> None:
    probe = open_view(page, trained, "Disturb", maps_disturb_by="Occlude")
    expect(probe.locator(".probe-caption")).to_have_text(re.compile(r"hidden: a square of [\d.]+ px"))
    picture = probe.locator("canvas[data-picture]")
    before = pixels(picture)
    picture.click(position={"x": 10, "y": 10})
    page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[picture.element_handle(), before]
    )


def test_every_method_is_there_and_one_is_large_over_the_picture(page: Page, trained: str) -> None:
    probe = open_view(page, trained, "Why")
    tiles = probe.get_by_role("radio")
    expect(tiles).to_have_count(5)
    large = probe.locator("canvas[data-picture=overlay]")
    seen = set()
    for name in ("Saliency", "Integrated gradients", "Guided backpropagation", "Occlusion", "Grad-CAM"):
        tiles.filter(has_text=name).click()
        expect(probe.locator(".probe-title")).to_contain_text(name)
        seen.add(pixels(large))
    assert len(seen) == 5
    expect(page).to_have_url(re.compile("maps_why_method=grad-cam"))
    tiles.filter(has_text="Grad-CAM").press("ArrowLeft")
    expect(probe.locator(".probe-title")).to_contain_text("Occlusion")


def test_the_overlay_follows_the_opacity_without_the_server(page: Page, trained: str) -> None:
    frames = sent(page)
    probe = open_view(page, trained, "Why")
    large, plain = probe.locator("canvas[data-picture=overlay]"), probe.locator("canvas[data-picture=picture]")
    colour = "canvas => [...canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data]"
    slider, count = probe.get_by_role("slider"), len(frames)
    slider.fill("0")
    assert large.evaluate(colour) == plain.evaluate(colour)
    half = pixels(large)
    slider.fill("100")
    assert pixels(large) != half
    expect(probe.locator(".why-opacity output")).to_have_text("100 %")
    large.hover(position={"x": 30, "y": 30})
    expect(probe.locator(".why-readout")).to_contain_text(re.compile(r"row \d+, column \d+: pixel \d+, Saliency"))
    assert len(frames) == count


def test_another_class_is_asked_about(page: Page, trained: str) -> None:
    probe = open_view(page, trained, "Why", maps_why_class="6")
    expect(probe.locator(".probe-title")).to_have_text("Saliency: why 6")
    large = probe.locator("canvas[data-picture=overlay]")
    before = pixels(large)
    page.locator(".st-key-maps_why_class").get_by_role("combobox").click()
    page.get_by_role("option", name="Why 2", exact=True).click()
    expect(probe.locator(".probe-title")).to_have_text("Saliency: why 2")
    assert pixels(large) != before


def test_a_step_is_what_was_promised_and_is_taken_back(page: Page, trained: str) -> None:
    probe = open_view(page, trained, "Teach", maps_teach_label="2")
    after, before = probe.locator("canvas[data-row=after]"), probe.locator("canvas[data-row=before]")
    start = pixels(before)
    slider = probe.get_by_role("slider")
    slider.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(probe.locator(".teach-rate")).not_to_have_text("η = 0.01")
    promised = probe.locator(".teach-bar.label output").inner_text().split(" → ")[1]
    assert pixels(after) != start
    page.get_by_role("button", name="Take it").click()
    expect(probe.locator(".probe-caption")).to_have_text("taught: this is 2 · 1 step taken")
    assert probe.locator(".teach-bar.label output").inner_text().split(" → ")[0] == promised
    expect(probe.locator(".probe-verdict")).to_contain_text("before the 1 step")
    page.get_by_role("button", name="Take back").click()
    expect(probe.locator(".probe-caption")).to_have_text("taught: this is 2")
    assert pixels(before) == start


def test_the_formula_says_the_weight_under_the_pointer(page: Page, trained: str) -> None:
    probe = open_view(page, trained, "Teach", maps_teach_label="2")
    line = probe.locator(".line-text")
    numbers = re.compile(r"≈ (\S+) − (\S+) · \(?(\S+?)\)? ≈ (\S+)")
    first = line.inner_text()
    probe.locator("canvas[data-row=gradient]").hover(position={"x": 4, "y": 4})
    expect(line).to_contain_text("w filter 0[0,0]")
    assert line.inner_text() != first
    found = numbers.search(line.inner_text().replace("−", "-").replace(" - ", " − "))
    assert found
    weight, rate, gradient, after = map(float, found.groups())
    assert weight - rate * gradient == pytest.approx(after, abs=2e-4)


def test_what_takes_long_moves_nothing_and_its_title_is_whole(page: Page) -> None:
    probe = open_view(page, "known:resnet18", "Why", maps_why_method="occlusion")
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    tops = "probe => [probe, probe.querySelector('.probe-title')].map((part) => part.getBoundingClientRect().top)"
    during = probe.evaluate(tops)
    title = probe.locator(".probe-title")
    assert title.evaluate("title => title.scrollHeight - title.clientHeight") <= 1
    stop.click()
    expect(page.get_by_role("button", name="Begin again")).to_be_visible()
    assert probe.evaluate(tops) == during
    probe.get_by_role("radio").filter(has_text="Grad-CAM").click()  # quick: there is nothing to wait for
    expect(page.locator("[class*=st-key-maps_why_progress]")).to_have_count(0)
    assert probe.evaluate(tops) == during


ROOM = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  return main.scrollHeight - main.clientHeight;
}"""
INSIDE = """probe => [...probe.querySelectorAll("canvas, svg, output, input")].every((part) =>
  part.closest(".probe-legend, .teach-bars")
  || part.getBoundingClientRect().bottom <= probe.getBoundingClientRect().bottom + 2)"""


def test_all_three_fit_a_small_screen_in_dark_and_on_a_projector(dark_page: Page, trained: str) -> None:
    probe = open_view(dark_page, trained, "Disturb")
    size = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = dark_page.evaluate(size)
    for large in (False, True):
        if large:
            dark_page.get_by_text("Projector mode").click()
            dark_page.wait_for_function(f"({size})() > {before}")
        for view in ("Disturb", "Why", "Teach"):
            dark_page.get_by_role("radio", name=view, exact=True).click()
            expect(dark_page.locator(f".probe.{view.lower()}")).to_be_visible()
            settle(dark_page, "Feature maps")
            dark_page.wait_for_function(f"({ROOM})() <= 0")
            assert probe.evaluate(INSIDE), view
