"""Home, Runs and Evaluate in a real browser: the first training, and everything that is done with runs."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from core.network.presets import PRESETS
from core.runs import archive, events, folder
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from tests.browser.conftest import App, settle, workers_of

pytestmark = pytest.mark.browser


def make_run(name: str, *kinds: str) -> folder.Run:
    """A run of which nothing but its events is there."""
    run = folder.create(RunSpec(network=PRESETS["digits-small"].network, train=recipe("digits-small")), name=name)
    for kind in kinds:
        events.append(run.path, kind)
    return run


def row(page: Page, name: str) -> Locator:
    return page.locator("tbody tr").filter(has=page.get_by_role("cell", name=name, exact=True))


def select(page: Page, *names: str) -> None:
    for name in names:
        row(page, name).get_by_role("checkbox").click()
    expect(page.get_by_text(re.compile(rf"{len(names)} selected"))).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_be_enabled()


@pytest.fixture
def trained(page: Page, served_runs: Path) -> folder.Run:
    """A run that Home's button has trained to its end, once for all tests."""
    finished = [line for line in folder.list_runs() if line.name == "trained first" and line.state == "finished"]
    if finished:
        return folder.open_run(finished[0].id)
    known = {line.id for line in folder.list_runs()}
    page.goto("/")
    settle(page, "See a network learn")
    page.get_by_role("button", name="Train a first network").dblclick()
    settle(page, "Train")
    expect(page.get_by_text("finished", exact=True).first).to_be_visible(timeout=90_000)
    (new,) = [line for line in folder.list_runs() if line.id not in known]  # two clicks, one run
    run = folder.open_run(new.id)
    run.rename("trained first")
    return run


def test_two_clicks_on_home_train_one_network_to_its_end(page: Page, trained: folder.Run) -> None:
    assert trained.summary().test_accuracy is not None
    assert trained.summary().test_accuracy > 0.9
    page.goto("/")
    expect(page.get_by_role("row", name=re.compile("trained first.*finished.*test"))).to_be_visible()


def test_evaluate_shows_the_run_and_reads_out_its_cells(page: Page, trained: folder.Run) -> None:
    page.goto("/runs")
    settle(page, "Runs")
    row(page, "trained first").dblclick()
    settle(page, "Evaluate")
    accuracy = f"{100 * (trained.summary().test_accuracy or 0):.2f} %"
    expect(page.locator(".convlens-facts")).to_contain_text(accuracy)
    expect(page.locator(".convlens-source")).to_contain_text("360 test samples of digits")
    counts = [int(text) for text in page.locator(".matrix td b").all_inner_texts()]
    assert sum(counts) == 360
    page.locator('td[data-row="2"][data-column="2"]').hover()
    expect(page.locator(".readout")).to_contain_text("test samples of class 2")
    page.locator('td[data-row="0"][data-column="0"]').focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".readout")).to_contain_text("of class 1")
    expect(page.locator(".js-plotly-plot .legendtext")).to_have_count(11)
    page.get_by_role("radio", name="validation").or_(page.get_by_role("button", name="validation")).first.click()
    expect(page.locator(".convlens-source")).to_contain_text("validation samples of digits")


def test_projector_mode_enlarges_and_lasts_over_pages(page: Page, trained: folder.Run) -> None:
    page.goto("/evaluate")
    settle(page, "Evaluate")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.get_by_text("Projector mode").click()
    page.wait_for_function(f"{size} > {before} * 1.2")
    page.get_by_role("link", name="Runs").first.click()
    settle(page, "Runs")
    assert page.evaluate(size) > before * 1.2
    select(page, "trained first")
    page.get_by_role("button", name="Watch").click()  # a button that leads to another page
    settle(page, "Train")
    assert page.evaluate(size) > before * 1.2
    for part in (page.locator(".curves-plot"), page.get_by_test_id("answers")):
        expect(part).to_be_in_viewport(ratio=1)


def test_renaming(page: Page, served_runs: Path) -> None:
    run = make_run("to rename", "started", "stopped")
    page.goto("/runs")
    settle(page, "Runs")
    select(page, "to rename")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("by button")
    page.get_by_role("button", name="Save").click()
    expect(row(page, "by button")).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("has <i>another</i> name")
    page.get_by_role("textbox", name="Name").press("Enter")
    expect(row(page, "has <i>another</i> name")).to_be_visible()
    assert run.name == "has <i>another</i> name"


def test_deleting_asks_first(page: Page, served_runs: Path) -> None:
    kept, gone = make_run("to keep", "started", "stopped"), make_run("to delete", "started", "stopped")
    page.goto("/runs")
    settle(page, "Runs")
    select(page, "to delete")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("to delete")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog).to_have_count(0)
    assert gone.path.is_dir()
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(row(page, "to delete")).to_have_count(0)
    expect(row(page, "to keep")).to_be_visible()
    assert not gone.path.exists()
    assert kept.path.is_dir()


def test_a_selection_stays_with_its_run_when_others_come(page: Page, served_runs: Path) -> None:
    make_run("selected one", "started", "stopped")
    page.goto("/runs")
    settle(page, "Runs")
    select(page, "selected one")
    make_run("came later", "started", "stopped")
    expect(row(page, "came later")).to_be_visible()
    expect(row(page, "selected one").get_by_role("checkbox")).to_be_checked()
    expect(row(page, "came later").get_by_role("checkbox")).not_to_be_checked()


def test_sorting_and_filtering(page: Page, served_runs: Path) -> None:
    for name, accuracy in (("sorted a", 0.5), ("sorted b", 0.9), ("sorted c", 0.7)):
        make_run(name, "started", "stopped").write_summary(best_accuracy=accuracy)
    page.goto("/runs")
    settle(page, "Runs")
    page.get_by_role("searchbox").fill("sorted stopped")
    names = page.locator("tbody td.name")
    expect(names).to_have_text(["sorted c", "sorted b", "sorted a"])
    page.get_by_role("button", name="Best validation").click()
    expect(names).to_have_text(["sorted b", "sorted c", "sorted a"])
    page.get_by_role("button", name=re.compile("Best validation")).click()
    expect(names).to_have_text(["sorted a", "sorted c", "sorted b"])


def test_download_and_load_back(page: Page, trained: folder.Run, tmp_path: Path) -> None:
    page.goto("/runs")
    settle(page, "Runs")
    select(page, "trained first")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    saved = tmp_path / "weights.zip"
    download.value.save_as(saved)
    assert "weights.safetensors" in zipfile.ZipFile(saved).namelist()
    before = {line.id for line in folder.list_runs()}
    page.get_by_role("button", name="Load weights").click()
    page.locator(".st-key-runs_upload input[type=file]").set_input_files(saved)
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    (loaded,) = [line for line in folder.list_runs() if line.id not in before]
    expect(page.get_by_text("1 selected")).to_be_visible()
    weights = [
        zipfile.ZipFile(io.BytesIO(archive.pack(folder.open_run(id)))).read("weights.safetensors")
        for id in (trained.id, loaded.id)
    ]
    assert weights[0] == weights[1]
    page.get_by_role("button", name="Evaluate").click()
    settle(page, "Evaluate")
    page.get_by_role("button", name="Ask about the test samples").click()
    accuracy = f"{100 * (trained.summary().test_accuracy or 0):.2f} %"
    expect(page.locator(".convlens-facts")).to_contain_text(accuracy)


def test_loading_something_else_is_one_sentence(page: Page, served_runs: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(b"no zip at all")
    page.goto("/runs")
    settle(page, "Runs")
    page.get_by_role("button", name="Load weights").click()
    page.locator(".st-key-runs_upload input[type=file]").set_input_files(wrong)
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("zip")


def test_duplicating_with_changes_opens_train(page: Page, served_runs: Path) -> None:
    make_run("to copy", "started", "stopped")
    page.goto("/runs")
    settle(page, "Runs")
    select(page, "to copy")
    page.get_by_role("button", name="Duplicate").click()
    settle(page, "Train")
    expect(page.get_by_text(re.compile("to copy are loaded"))).to_be_visible()


def test_a_damaged_folder_is_shown_with_its_sentence(page: Page, served_runs: Path) -> None:
    (served_runs / "20260101-000000-bad-folder").mkdir()
    page.goto("/runs")
    settle(page, "Runs")
    expect(page.get_by_role("row", name=re.compile("bad-folder"))).to_contain_text("has no spec.json")
    select(page, "20260101-000000-bad-folder")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("row", name=re.compile("bad-folder"))).to_have_count(0)


def test_a_broken_link_tells_so_and_the_app_works(page: Page) -> None:
    page.goto("/?net=broken")
    settle(page, "See a network learn")
    expect(page.get_by_role("alert")).to_contain_text(
        "The link's network cannot be read; copy the whole link again. The default network is here instead."
    )
    expect(page).not_to_have_url(re.compile("net="))


def test_dark_follows_the_system(dark_page: Page) -> None:
    dark_page.goto("/")
    settle(dark_page, "See a network learn")
    assert dark_page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == "rgb(18, 22, 28)"
    assert (
        dark_page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--convlens-paper')")
        == "#12161c"
    )


def test_pages_fit_the_projected_screen(page: Page, trained: folder.Run) -> None:
    for path, title in (("/", "See a network learn"), ("/evaluate", "Evaluate")):
        page.goto(path)
        settle(page, title)
        main = page.get_by_test_id("stMain")
        expect(page.get_by_text("Try this").first).to_be_in_viewport()
        assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_a_killed_worker_is_replaced(app: App) -> None:
    def living() -> set[int]:
        return {worker.pid for worker in workers_of(app.runs) if worker.status() != psutil.STATUS_ZOMBIE}

    def wait_until(change: Callable[[], bool]) -> None:
        for _ in range(600):
            if change():
                return
            time.sleep(0.1)
        pytest.fail("it did not happen within a minute")

    wait_until(lambda: bool(living()))
    first = living()
    for pid in first:
        psutil.Process(pid).kill()
    wait_until(lambda: bool(living() - first))
