"""The Filters page in a real browser: film, walking, keys, comparison, and a run that trains."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.network.build import build
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.runs import folder
from core.runs.folder import Run
from core.runs.spec import RunSpec, TrainSpec
from core.training import checkpoints, snapshots
from core.training.history import weights_at
from tests.browser.conftest import SECONDS, settle
from tests.core.training.tools import images

pytestmark = pytest.mark.browser

NETWORK = PRESETS["digits-small"].network
FIRST = "0_convolution.weight"


@pytest.fixture
def recorded(served_runs: Path) -> Callable[..., Run]:
    """A run with a snapshot of every epoch, whose filter 5 is dead and 7 is like 2 at the last one."""

    def make(network: NetworkSpec = NETWORK, epochs: int = 5, name: str = "recorded", state: str = "finished") -> Run:
        train = TrainSpec(dataset="digits", normalisation="0..1")
        run = folder.create(RunSpec(network=network, train=train), name)
        for epoch in range(epochs):
            snapshot(run, epoch, last=epoch == epochs - 1)
        part = images().validation
        snapshots.write_pinned(run.path, part, np.arange(12), tuple("0123456789"))
        run.write_summary(state=state, epochs_done=epochs - 1, epochs=epochs - 1)
        return run

    return make


def snapshot(run: Run, epoch: int, last: bool = False) -> None:
    drawn = build(run.spec.network, seed=epoch)
    if last:
        filters = drawn.get_parameter(FIRST).data
        filters[5] = 0
        filters[7] = 2 * filters[2]
        checkpoints.save_weights(run.path, "best", drawn, epoch)
    snapshots.write_snapshot(run.path, epoch, drawn, None)


def board(page: Page) -> Locator:
    return page.locator(".filters")


def opened(page: Page, run: Run, **query: str) -> Locator:
    words = "&".join(f"{name}={value}" for name, value in {"run": run.id, **query}.items())
    page.goto(f"/filters?{words}")
    expect(board(page)).to_have_attribute("data-drawn", re.compile(r"\d+"), timeout=4 * SECONDS)  # torch is imported
    settle(page, "Filters")
    expect(page.locator(".filter-maps canvas").first).to_be_visible()
    return board(page)


def at(page: Page, **wanted: int | str) -> None:
    for name, value in wanted.items():
        expect(board(page)).to_have_attribute(f"data-{name}", str(value))


def written(value: float) -> str:
    """As the page writes a number below 1: three digits that count."""
    assert 1e-3 < abs(value) < 1
    return f"{value:.3g}".replace("-", "\u2212")


def test_the_film_moves_filters_histograms_and_maps_and_stands_in_the_link(
    page: Page, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    opened(page, run)
    at(page, epoch=4, filter=0)
    before = {
        name: picture(page, name) for name in ("canvas.sheet", "canvas.histogram >> nth=0", ".pair canvas >> nth=1")
    }
    slider = board(page).get_by_role("slider", name="Epoch")
    slider.focus()
    slider.press("Home")
    at(page, epoch=0)
    expect(board(page)).to_contain_text("epoch 0, before training")
    expect(page).to_have_url(re.compile("filters_epoch=0"))
    assert all(picture(page, name) != shown for name, shown in before.items())
    board(page).get_by_role("button", name="Play").click()
    at(page, epoch=4)
    expect(page).not_to_have_url(re.compile("filters_epoch"))  # it follows the newest again
    assert picture(page, "canvas.sheet") == before["canvas.sheet"]
    slider.press("ArrowLeft")
    at(page, epoch=3)
    expect(page).to_have_url(re.compile("filters_epoch=3"))
    page.reload()
    settle(page, "Filters")
    at(page, epoch=3)


def picture(page: Page, selector: str) -> str:
    drawn: str = page.locator(selector).first.evaluate("canvas => canvas.toDataURL()")
    return drawn


def test_filters_are_walked_through_by_button_key_click_and_what_stands_beside(
    page: Page, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    opened(page, run)
    page.get_by_role("button", name="The next filter").click()
    at(page, filter=1)
    page.get_by_role("group", name="All filters").focus()
    page.keyboard.press("ArrowRight")
    at(page, filter=2)
    expect(page.locator(".maps-title")).to_contain_text("What filter 2 answers")
    expect(page).to_have_url(re.compile("filters_filter=2"))
    values = weights_at(run, 4)[FIRST]
    page.locator("canvas.large").hover(position={"x": 8, "y": 8})
    expect(page.locator(".told")).to_have_text(f"row 0, column 0: {written(float(values[2, 0, 0, 0]))}")
    expect(page.locator(".note-dead")).to_contain_text("1 dead, norm below a thousandth of the median: 5")
    expect(page.locator(".note-alike")).to_contain_text("2 and 7(1.000)")
    page.locator(".note-alike").get_by_role("button", name="7").click()
    at(page, filter=7)
    page.get_by_label("Order").select_option("norm")
    sheet = page.locator("canvas.sheet")
    sheet.click(position={"x": 12, "y": 12})
    strongest = int(np.linalg.norm(values.reshape(len(values), -1), axis=1).argmax())
    at(page, filter=strongest)


def test_a_deeper_layer_shows_one_filters_channels_and_a_dense_one_its_maps(
    page: Page, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    opened(page, run, filters_layer="1_convolution", filters_filter="3")
    at(page, filter=3)
    expect(page.locator(".board-heading").last).to_have_text("filter 3: 16 channels")
    page.get_by_role("radio", name="dense 1").click()
    expect(page.locator(".board-heading").last).to_have_text("unit 3: 32 maps")
    expect(page).to_have_url(re.compile("filters_layer=4_dense"))
    values = weights_at(run, 4)["4_dense.weight"].reshape(64, 32, 4, 4)
    page.locator("canvas.large").hover(position={"x": 6, "y": 6})
    expect(page.locator(".told")).to_have_text(f"map 0, row 0, column 0: {written(float(values[3, 0, 0, 0]))}")


def test_two_epochs_and_two_runs_are_compared(page: Page, recorded: Callable[..., Run]) -> None:
    run, other = recorded(), recorded(epochs=3, name="shorter")
    strange = recorded(PRESETS["speedrun"].network, epochs=2, name="strange")
    opened(page, run, filters_with="@0")
    headings = page.locator(".board-all .board-heading")
    expect(headings).to_have_text(["A: epoch 4", "B: before training", re.compile("A − B, up to ±")])
    expect(page.locator(".filters-side")).to_contain_text("Norm of the difference")
    sheets = page.locator("canvas.sheet")
    expect(sheets).to_have_count(3)
    sheets.nth(2).hover(position={"x": 6, "y": 6})
    values = [weights_at(run, epoch)[FIRST][0, 0, 0, 0] for epoch in (4, 0)]
    expect(page.locator(".told")).to_have_text(f"filter 0: row 0, column 0: {written(float(values[0] - values[1]))}")
    compare(page, "shorter")
    expect(headings.nth(1)).to_have_text("B: shorter, epoch 2")
    slider = board(page).get_by_role("slider", name="Epoch")
    slider.focus()
    slider.press("Home")
    expect(headings.nth(1)).to_have_text("B: shorter, before training")
    expect(page).to_have_url(re.compile(f"filters_with={other.id}"))
    compare(page, "strange")
    expect(page.get_by_text("only layers of one shape can be compared")).to_be_visible()
    expect(sheets).to_have_count(1)
    for part in (f"run={run.id}", f"filters_with={strange.id}"):  # in either order
        expect(page).to_have_url(re.compile(part))


def compare(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Compare with").click()
    page.get_by_role("option", name=re.compile(f"^{name}")).click()


def test_while_it_trains_the_newest_epoch_comes_unless_the_user_went_away(
    page: Page, recorded: Callable[..., Run]
) -> None:
    run = recorded(epochs=2, state="running")
    with run.hold():
        opened(page, run)
        at(page, epoch=1)
        snapshot(run, 2)
        at(page, epoch=2)
        slider = board(page).get_by_role("slider", name="Epoch")
        slider.focus()
        slider.press("Home")
        at(page, epoch=0)
        snapshot(run, 3)
        expect(slider).to_have_attribute("max", "3")
        at(page, epoch=0)
        slider.press("End")
        at(page, epoch=3)
        snapshot(run, 4)
        at(page, epoch=4)
