"""Training in a real browser: from a preset to its confusion matrix, and what can happen on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from core.network import links
from core.network.presets import PRESETS
from core.runs import folder, queue, steps
from core.runs.folder import Run
from core.runs.spec import RunSpec, TrainSpec
from tests.browser.conftest import App, settle, workers_of

pytestmark = pytest.mark.browser

FIRST = PRESETS["digits-small"].network
LONG = TrainSpec(dataset="digits", learning_rate=1e-3, epochs=5000, seed=1)


def plot(page: Page) -> Locator:
    return page.locator(".curves-plot")


def drawn_step(page: Page) -> int:
    return int(plot(page).get_attribute("data-step") or 0)


def wait_for_step(page: Page, step: int) -> None:
    page.wait_for_function("(step) => Number(document.querySelector('.curves-plot')?.dataset.step) >= step", arg=step)


def state_is(page: Page, word: str, seconds: float = 60) -> None:
    expect(page.locator(".train-line .convlens-chip")).to_have_text(re.compile(f"^{word}"), timeout=1000 * seconds)


def slide(page: Page, name: str | re.Pattern[str], key: str, times: int = 1) -> None:
    slider = page.get_by_role("slider", name=name)
    slider.focus()
    for _ in range(times):
        slider.press(key)


def started(spec: TrainSpec = LONG, preset: str = "digits-small") -> Run:
    run = folder.create(RunSpec(network=PRESETS[preset].network, train=spec))
    queue.submit(run)
    return run


def stopped(run: Run) -> None:
    if not run.status().ended:
        queue.control(run, "stop")


def set_smoothing(page: Page, value: int) -> None:
    """Of a run that has ended: nothing but this draws the curves again."""
    before = int(plot(page).get_attribute("data-updates") or 0)
    page.get_by_role("slider", name="Smoothing").fill(str(value))
    page.wait_for_function(
        "(before) => Number(document.querySelector('.curves-plot').dataset.updates) > before", arg=before
    )


@pytest.fixture(autouse=True)
def free_slot(served_runs: Path) -> Iterator[None]:
    """Leave the slot to the next test."""
    yield
    for line in folder.list_runs():
        stopped(folder.open_run(line.id))


def watch(page: Page, run: Run) -> None:
    page.goto(f"/train?run={run.id}")
    settle_watch(page)


def settle_watch(page: Page) -> None:
    expect(page.get_by_role("heading", name="Train", exact=True, level=1)).to_be_visible()
    expect(plot(page)).to_have_attribute("data-updates", re.compile(r"\d+"))


def x_range(page: Page) -> list[float]:
    found = plot(page).evaluate("(graph) => graph._fullLayout.xaxis.range.map(Number)")
    assert isinstance(found, list)
    return found


@pytest.mark.slow
def test_the_whole_path_from_a_preset_to_its_confusion_matrix(page: Page, served_runs: Path) -> None:
    before = {line.id for line in folder.list_runs()}
    page.goto(f"/train?net={links.encode(PRESETS['two-layer-sigmoid'].network)}")
    settle(page, "Train")
    page.get_by_role("combobox", name="Network").fill("Digits, small")
    page.get_by_role("option", name="Digits, small").click()
    expect(page.get_by_text("38,282 parameters")).to_be_visible()
    page.get_by_role("tab", name="Learning").click()
    page.get_by_role("spinbutton", name="Epochs").fill("60")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.get_by_role("button", name="Train", exact=True).dblclick()
    settle_watch(page)
    (id,) = {line.id for line in folder.list_runs()} - before
    run = folder.open_run(id)
    assert run.spec.train.epochs == 60
    assert id in page.url

    state_is(page, "running")
    wait_for_step(page, 5)
    wait_for_step(page, drawn_step(page) + 20)
    curves_at = plot(page).bounding_box()
    page.get_by_role("button", name="Pause").click()
    state_is(page, "paused")
    assert plot(page).bounding_box() == curves_at
    resting = steps.count_steps(run.path)
    wait_for_step(page, resting)
    assert drawn_step(page) == resting
    page.get_by_role("button", name="One step").click()
    wait_for_step(page, resting + 1)
    assert drawn_step(page) == steps.count_steps(run.path) == resting + 1

    slide(page, re.compile("Learning rate"), "ArrowLeft", 3)
    page.wait_for_function("() => !document.body.innerText.includes('Learning rate: sent')")
    changed = [event for event in run.events()[0] if event["type"] == "changed"]
    assert changed
    assert changed[-1]["learning_rate"] < run.spec.train.learning_rate

    page.reload()
    settle_watch(page)
    state_is(page, "paused")
    expect(page.get_by_test_id("answers").locator("[data-right]")).to_have_count(16)
    page.get_by_role("button", name="Resume").click()
    state_is(page, "finished", 180)
    expect(page.locator(".train-said")).to_contain_text(re.compile(r"Test accuracy 9\d\.\d\d %"))
    assert plot(page).bounding_box() == curves_at
    page.get_by_role("button", name="Evaluate").click()
    settle(page, "Evaluate")
    expect(page.locator(".matrix td")).to_have_count(100)
    counts = [int(cell.replace(",", "")) for cell in page.locator(".matrix td b").all_inner_texts()]
    assert sum(counts) == 360


def test_a_network_that_diverges_says_why(page: Page, served_runs: Path) -> None:
    train = TrainSpec(dataset="digits", optimizer="sgd", learning_rate=10.0, normalisation="0..255", epochs=50)
    run = started(train)
    watch(page, run)
    state_is(page, "diverged")
    expect(page.locator(".train-said")).to_contain_text("learning rate")
    expect(page.get_by_role("button", name="Change and train again")).to_be_visible()


def test_zoom_hidden_curves_and_hover_survive_updates(page: Page, served_runs: Path) -> None:
    run = started()
    watch(page, run)
    wait_for_step(page, 60)
    page.locator('[data-curve="validation"]').click()
    box = plot(page).bounding_box()
    assert box is not None
    y = box["y"] + 100
    page.mouse.move(box["x"] + 90, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, y + 2, steps=6)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('.curves-plot')._fullLayout.xaxis.range[0] > 0")
    zoomed = x_range(page)
    node = plot(page).evaluate_handle("(graph) => graph")
    wait_for_step(page, drawn_step(page) + 60)
    assert x_range(page) == pytest.approx(zoomed)
    assert plot(page).evaluate("(graph, before) => graph === before", node)
    hidden = "(graph) => graph._fullData.filter((t) => String(t.meta).endsWith('-validation')).map((t) => t.visible)"
    assert set(plot(page).evaluate(hidden)) == {"legendonly"}
    page.mouse.dblclick(box["x"] + 200, y)
    page.wait_for_function("() => document.querySelector('.curves-plot')._fullLayout.xaxis.range[0] === 0")
    stopped(run)


def test_the_view_changes_axes_and_smoothing_without_the_server(page: Page, served_runs: Path) -> None:
    run = started(TrainSpec(dataset="digits", epochs=3))
    watch(page, run)
    state_is(page, "finished")
    wait_for_step(page, steps.count_steps(run.path))
    page.get_by_text("View", exact=True).click()
    layout = "(graph) => graph._fullLayout"
    assert plot(page).evaluate(f"{layout}.yaxis.type") == "linear"
    assert plot(page).evaluate(f"{layout}.yaxis.range[0]") == 0
    page.get_by_label("Logarithmic loss").check()
    page.wait_for_function("() => document.querySelector('.curves-plot')._fullLayout.yaxis.type === 'log'")
    expect(page.locator(".curves-kind")).to_have_text("cross entropy, logarithmic")
    texts = plot(page).evaluate(f"{layout}.yaxis.ticktext")
    values = plot(page).evaluate(f"{layout}.yaxis.tickvals")
    assert len(texts) > 1
    assert [float(text) for text in texts] == pytest.approx(values)
    page.get_by_label("Logarithmic loss").uncheck()
    page.get_by_role("button", name="by step", exact=True).click()
    page.wait_for_function("() => document.querySelector('.curves-plot')._fullLayout.xaxis.range[1] > 50")
    curve = "(graph) => Array.from(graph._fullData.find((t) => t.meta === 'loss-step').y)"
    set_smoothing(page, 0)
    raw = plot(page).evaluate(curve)
    assert raw == pytest.approx([float(value) for value in run.curve().mean["loss"]], rel=1e-5)
    set_smoothing(page, 90)
    assert plot(page).evaluate(curve) != raw
    page.get_by_label("Learning rate", exact=True).check()
    expect(page.locator('[data-panel="rate"]')).to_be_visible()


def test_a_plotting_program_that_does_not_arrive_is_told_and_asked_for_again(page: Page, served_runs: Path) -> None:
    run = started()
    program = re.compile(r"plotly\.min\.js")
    page.route(program, lambda route: route.fulfill(status=200, body="", content_type="text/javascript"))
    page.goto(f"/train?run={run.id}")
    expect(page.get_by_text("The curves cannot be drawn")).to_be_visible()
    page.unroute(program)
    wait_for_step(page, 1)
    expect(page.get_by_text("The curves cannot be drawn")).to_have_count(0)
    stopped(run)


def test_two_runs_wait_in_a_queue_and_overlay(page: Page, served_runs: Path) -> None:
    first, second = started(), started(LONG.model_copy(update={"seed": 2, "loss": "mean-squared-error"}))
    first.rename("<b>bold</b> %{y} & co")
    page.goto(f"/train?run={second.id}")
    state_is(page, "queued, place 1")
    watch(page, first)
    wait_for_step(page, 10)
    stopped(first)
    page.goto(f"/train?run={second.id},{first.id}")
    settle_watch(page)
    wait_for_step(page, 10)
    expect(page.locator(f'[data-curve="{first.id}"]')).to_be_visible()
    names = plot(page).evaluate("(graph) => graph._fullData.map((t) => t.meta)")
    assert {f"loss-other-{first.id}", f"loss-other-validation-{first.id}"} <= set(names)
    runs = page.locator(".curves-runs")
    expect(runs).to_contain_text(second.name)
    expect(runs).to_contain_text(re.compile(r"bold.*cross entropy, best \d+\.\d\d %, test \d+\.\d\d %"))
    expect(runs).to_contain_text("solid: training, dashed: validation")
    expect(runs).to_contain_text("two kinds of loss")
    box = plot(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 90, box["y"] + 100)
    expect(plot(page).locator(".hoverlayer")).to_contain_text("<b>bold</b> %{y} & co, training")
    stopped(second)


def test_points_show_their_decision_surface(page: Page, served_runs: Path) -> None:
    train = TrainSpec(dataset="moons", optimizer="adam", learning_rate=0.01, loss="mean-squared-error", epochs=30)
    run = started(train, "two-layer-sigmoid")
    watch(page, run)
    surface = page.locator(".answers-surface canvas")
    expect(surface).to_have_attribute("aria-label", re.compile("Decision surface"))
    state_is(page, "finished")
    pixels = "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
    reds = surface.evaluate(f"(canvas) => new Set({pixels}.filter((_, at) => at % 4 === 0)).size")
    assert reds > 20


def test_a_killed_worker_shows_as_crashed_and_goes_on(page: Page, app: App, served_runs: Path) -> None:
    run = started()
    watch(page, run)
    wait_for_step(page, 50)
    gone = workers_of(app.runs)
    for worker in gone:
        worker.kill()
    psutil.wait_procs(gone, timeout=5)
    state_is(page, "crashed")
    reached = drawn_step(page)
    page.get_by_role("button", name="Resume").click()
    state_is(page, "running")
    wait_for_step(page, reached + 5)
    stopped(run)
    state_is(page, "stopped")


@pytest.mark.parametrize("way", ["Resize the images", "Fit the network"])
def test_a_misfit_offers_two_ways_out(page: Page, served_runs: Path, way: str) -> None:
    page.goto(f"/train?net={links.encode(PRESETS['lenet-5'].network)}")
    settle(page, "Train")
    begin = page.get_by_role("button", name="Train", exact=True)
    expect(begin).to_be_disabled()
    data_set = page.get_by_role("combobox", name="Data set")
    before = data_set.bounding_box()
    page.get_by_role("button", name=way).click()
    expect(page.get_by_role("button", name=way)).to_have_count(0)
    expect(begin).to_be_enabled()
    assert data_set.bounding_box() == before  # what is said moves no control


def test_a_run_that_is_not_there_leaves_a_way_out(page: Page) -> None:
    page.goto("/train?run=20260101-000000-no-run")
    settle(page, "Train")
    expect(page.get_by_text("There is no run '20260101-000000-no-run' here")).to_be_visible()
    page.get_by_role("button", name="Set up a training").click()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
