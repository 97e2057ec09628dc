"""Evaluate in a real browser: from a cell to its images and to Feature maps, the film, orders, and the downloads."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from core.evaluation import mistakes, order
from core.evaluation.result import Result, result_of
from core.network.presets import PRESETS
from core.runs import folder
from core.training import epoch_answers
from tests.browser.conftest import App, settle
from tests.trained import trained

pytestmark = pytest.mark.browser

EPOCHS = 3
CELLS = ".matrix td"


@pytest.fixture(scope="module")
def pair(app: App) -> tuple[str, str]:
    """Ids of two runs of different seeds in the server's folder; their network makes many mistakes."""
    network = PRESETS["digits-small"].network
    dense = network.model_copy(update={"layers": network.layers[-3:]})
    settings: dict[str, Any] = {"epochs": EPOCHS, "learning_rate": 1e-3}
    one, other = (
        trained(app.runs, name, dense, seed=seed, **settings) for seed, name in enumerate(("judged one", "judged two"))
    )
    return one.id, other.id


@pytest.fixture
def run(pair: tuple[str, str], served_runs: Path) -> folder.Run:
    return folder.open_run(pair[0])


def open_evaluate(page: Page, run: folder.Run, **parameters: str) -> None:
    query = "".join(f"&{name}={value}" for name, value in parameters.items())
    page.goto(f"/evaluate?run={run.id}{query}")
    settle(page, "Evaluate")


def cell(page: Page, truth: int, answer: int) -> Locator:
    return page.locator(f'{CELLS}[data-row="{truth}"][data-column="{answer}"]')


def worst(found: Result) -> tuple[int, int]:
    """The commonest mistake."""
    wrong = found.confusion.counts * (1 - np.eye(len(found.classes), dtype=np.int64))
    truth, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return int(truth), int(answer)


def view(page: Page, title: str) -> None:
    page.locator(".st-key-evaluate_view").get_by_text(title, exact=True).click()


def saved(page: Page, button: Locator, path: Path) -> Path:
    with page.expect_download() as waiting:
        button.click()
    waiting.value.save_as(path)
    return path


def test_a_cell_leads_to_its_images_and_these_to_feature_maps(page: Page, run: folder.Run) -> None:
    found = result_of(run)
    truth, answer = worst(found)
    places = mistakes.of_cell(found, truth, answer)
    open_evaluate(page, run)
    expect(page.locator(CELLS)).to_have_count(100)
    cell(page, truth, answer).click()
    cards = page.locator(".gallery .card")
    expect(cards).to_have_count(min(24, len(places)))
    expect(cards.first).to_contain_text(f"{truth} → {answer}")
    sure = [float(text.split()[0]) for text in page.locator(".gallery .card small").all_inner_texts()]
    assert sure == sorted(sure, reverse=True)
    assert f"evaluate_cell={truth}-{answer}" in page.url
    cards.first.click()
    expect(page.get_by_role("heading", name="Feature maps", exact=True, level=1)).to_be_visible()
    index = int(found.index[places[0]])
    expect(page.get_by_text(f"test image {index:,}, a {truth}").first).to_be_attached()


def test_the_matrix_is_walked_and_chosen_with_keys(page: Page, run: folder.Run) -> None:
    found = result_of(run)
    open_evaluate(page, run)
    cell(page, 0, 0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".readout")).to_contain_text("test samples of class 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Class 1, rightly called so")).to_be_visible()
    expect(page.locator(".gallery .card").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".gallery")).to_have_count(0)
    page.get_by_role("button", name="Show all samples of class 3").click()
    expect(page.get_by_text(f"{found.confusion.support[3]} of 360")).to_be_visible()
    page.locator(".gallery").evaluate("(gallery) => (gallery.scrollTop = gallery.scrollHeight)")
    expect(page.locator(".gallery .card")).to_have_count(found.confusion.support[3])


def test_the_film_moves_matrix_and_figures(page: Page, run: folder.Run) -> None:
    open_evaluate(page, run, evaluate_split="validation")
    source = page.locator(".convlens-source")
    expect(source).to_contain_text(f"of epoch {EPOCHS},")
    page.locator(".film input[type=range]").focus()
    for epoch in (2, 1):
        page.keyboard.press("ArrowLeft")
        expect(source).to_contain_text(f"of epoch {epoch},")
        recorded = epoch_answers.result_at(run, "validation", epoch)
        expect(page.locator(".convlens-facts")).to_contain_text(f"{100 * (recorded.accuracy or 0):.2f} %")
        counted = str(recorded.confusion.counts[0, 0])
        expect(cell(page, 0, 0).locator("b")).to_have_text(counted)
    expect(page).to_have_url(re.compile("evaluate_epoch=1"))
    page.reload()
    settle(page, "Evaluate")
    expect(source).to_contain_text("of epoch 1,")


def test_answers_that_are_not_recorded_are_asked_in_the_background(page: Page, run: folder.Run) -> None:
    own = result_of(run).epoch
    epoch = 0
    assert own != epoch
    open_evaluate(page, run, evaluate_epoch=str(epoch))
    expect(page.get_by_text(f"The test answers of epoch {epoch} are not recorded")).to_be_visible()
    expect(page.locator(".convlens-source")).to_contain_text(f"of epoch {own}")
    page.get_by_role("button", name=re.compile("Ask those of all")).click()
    expect(page.locator(".convlens-source")).to_contain_text("the weights before the first step", timeout=90_000)
    assert epoch_answers.answered(run, "test", epoch)


def test_shares_and_orders(page: Page, run: folder.Run) -> None:
    found = result_of(run)
    open_evaluate(page, run, evaluate_order="by confusion")
    names = page.locator('.matrix th[scope="row"]')
    expect(names).to_have_text([str(at) for at in order.by_confusion(found.confusion)])
    page.get_by_role("combobox", name="Percentages").click()
    page.get_by_role("option", name="% of the answer").click()
    called = found.confusion.counts[:, 2].sum()
    cell(page, 2, 2).hover()
    right = found.confusion.counts[2, 2]
    said = f"Of {called} test samples called 2, {right} are rightly so ({100 * right / called:.1f} %)."
    expect(page.locator(".readout")).to_have_text(said)
    expect(page).to_have_url(re.compile("evaluate_shares="))


def test_counts_and_shares_share_their_cells_on_a_small_projected_screen(page: Page, run: folder.Run) -> None:
    counts = result_of(run).confusion.counts
    open_evaluate(page, run)
    expect(page.locator(f"{CELLS} small")).to_have_count(int((counts > 0).sum()))
    page.get_by_text("Projector mode").click()
    settle(page, "Evaluate")
    expect(page.locator(".matrix.large")).to_be_visible()
    told = cell(page, 0, 0)
    expect(told.locator("b")).to_have_text(str(counts[0, 0]))
    expect(told.locator("small")).to_have_text(f"{100 * counts[0, 0] / counts[0].sum():.1f}")
    box, share = told.bounding_box(), told.locator("small").bounding_box()
    assert box
    assert share
    assert share["y"] + share["height"] <= box["y"] + box["height"]


def test_a_class_tells_its_formulas_and_leads_to_its_samples(page: Page, run: folder.Run) -> None:
    found = result_of(run)
    open_evaluate(page, run)
    view(page, "Per class")
    table = page.locator(".classes")
    table.get_by_role("button", name="recall").click()
    recalls = [row.figures["recall"].value or 0.0 for row in found.per_class.rows]
    first = int(np.argsort(recalls, kind="stable")[0])
    expect(table.locator("tbody tr").first).to_have_attribute("data-label", str(first))
    table.locator(f'td[data-label="{first}"][data-column="1"]').hover()
    expect(table.locator(".told")).to_contain_text(found.per_class.rows[first].figures["recall"].formula)
    expect(table.locator(".told")).to_contain_text("(Wilson)")
    table.locator("tbody tr").first.get_by_role("button", name=str(first), exact=True).click()
    expect(page.get_by_role("heading", name=f"Class {first}", exact=True)).to_be_visible()
    expect(page.locator(CELLS)).to_have_count(100)


def test_what_two_runs_disagree_on(page: Page, pair: tuple[str, str], served_runs: Path) -> None:
    one, other = (folder.open_run(id) for id in pair)
    differ = mistakes.disagreement(result_of(one), result_of(other))
    open_evaluate(page, one)
    view(page, "Mistakes")
    wrong = mistakes.most_confident(result_of(one))
    expect(page.get_by_text(f"{len(wrong)} wrong answers among 360")).to_be_visible()
    page.get_by_text("two runs disagree").click()
    page.get_by_role("combobox", name="Other run").click()
    page.get_by_role("option", name="judged two").click()
    expect(page.get_by_text(f"{len(differ.first)} of 360 samples are answered differently")).to_be_visible()
    expect(page.locator(".gallery .card").first).to_contain_text("|")


@pytest.mark.parametrize(("label", "sign"), [("two runs disagree", "differently"), ("training", "training samples")])
def test_a_click_in_the_moment_in_which_the_gallery_asks_is_heard(
    page: Page, run: folder.Run, label: str, sign: str
) -> None:
    assert len(mistakes.most_confident(result_of(run))) > 24
    page.set_viewport_size({"width": 1000, "height": 420})  # the gallery asks only when it is scrolled
    open_evaluate(page, run, evaluate_view="Mistakes")
    gallery = page.locator(".gallery")
    expect(gallery.locator(".card")).to_have_count(24)
    click = page.get_by_role("radio", name=label, exact=True).element_handle()
    gallery.evaluate(  # the question, and the click before the browser has sent it
        """(gallery, click) => {
          gallery.scrollTop = gallery.scrollHeight;
          gallery.dispatchEvent(new Event("scroll"));
          click.click();
        }""",
        click,
    )
    expect(page.get_by_text(re.compile(f"samples are answered {sign}|to the {sign} are not recorded"))).to_be_attached()


def test_downloads_are_what_the_screen_shows(page: Page, run: folder.Run, tmp_path: Path) -> None:
    found = result_of(run)
    open_evaluate(page, run)
    page.get_by_role("button", name="Download", exact=True).click()
    lines = saved(page, page.get_by_role("button", name="Predictions (CSV)"), tmp_path / "p.csv")
    rows = list(csv.DictReader(io.StringIO(lines.read_text("utf-8-sig"))))
    assert [int(row["index"]) for row in rows] == found.index.tolist()
    assert [int(row["answer"]) for row in rows] == found.answers.tolist()
    report = saved(page, page.get_by_role("button", name="Report (HTML)"), tmp_path / "r.html")
    assert "<script" not in report.read_text("utf-8")
    page.keyboard.press("Escape")
    matrix = page.locator(".matrix")
    svg = saved(page, matrix.get_by_role("button", name="Download this figure as SVG"), tmp_path / "m.svg")
    words = [element.text for element in ElementTree.parse(svg).iter() if element.text]
    assert str(found.confusion.counts[0, 0]) in words
    png = saved(page, matrix.get_by_role("button", name="Download this figure as PNG"), tmp_path / "m.png")
    with Image.open(png) as picture:
        assert picture.format == "PNG"
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 10

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", name="judged one", level=1)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Loss by epoch"))).to_be_visible()
    loaded = "(image) => image.complete && image.naturalWidth > 0"
    assert all(image.evaluate(loaded) for image in page.locator("img").all())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
