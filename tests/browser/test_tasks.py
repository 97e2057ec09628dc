"""Background tasks in a real browser: patches and dreams of a run's filters, found again, stopped, begun again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.network.build import build
from core.network.presets import PRESETS
from core.runs import events, folder, tasks
from core.runs.folder import Run
from core.runs.spec import RunSpec, TrainSpec
from core.runs.tasks import Task
from core.training import checkpoints, history
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser

BEGIN = 120_000  # ms: a task's process of the lowest priority imports torch first

NETWORK = PRESETS["digits-small"].network
DREAM = {
    "node": "0_convolution", "channel": 0, "epoch": 1, "reach": "map", "step": 0.02, "variation": 0.1, "decay": 0.0,
    "blur": 0.0, "steps": 200, "jitter": 0, "start": "noise", "seed": 0,
}  # fmt: skip


@pytest.fixture
def run(served_runs: Path) -> Iterator[Run]:
    """A run on the digits with weights, as if it had been trained for an epoch."""
    made = folder.create(RunSpec(network=NETWORK, train=TrainSpec(dataset="digits", normalisation="0..1")), "looked at")
    checkpoints.save_weights(made.path, "best", build(NETWORK, seed=1), 1)
    made.write_summary(state="finished", epochs_done=1, epochs=1)
    yield made
    folder.delete(made)


def opened(page: Page, run: Run, tab: str) -> None:
    page.goto(f"/filters?run={run.id}&filters_tab={tab}")
    settle(page, "Filters")


def cards(page: Page) -> Locator:
    return page.get_by_test_id("gallery").locator(".card")


def searches(run: Run) -> list[Path]:
    return list((run.path / "tasks").glob("patches-*"))


def test_patches_come_with_all_filters_of_the_layer_and_lead_to_their_picture(page: Page, run: Run) -> None:
    opened(page, run, "Patches")
    expect(cards(page)).to_have_count(12, timeout=BEGIN)
    expect(
        page.get_by_text(re.compile("^Filter 0 of convolution 1, before its activation: the strongest of all"))
    ).to_be_visible()
    task = Task(searches(run)[0])
    found = task.read("patches.npz")
    first = cards(page).first
    expect(first).to_have_attribute("data-index", str(found["index"][0, 0]))
    expect(first).to_contain_text(f"{found['values'][0, 0]:#.3g}".rstrip("."))
    assert first.locator("canvas").evaluate("(canvas) => [canvas.height, canvas.width]") == [3, 3]

    page.get_by_role("button", name="Next filter").or_(page.get_by_title("Next filter")).first.click()
    expect(page.get_by_text(re.compile("^Filter 1 of convolution 1"))).to_be_visible()
    expect(first).to_have_attribute("data-index", str(found["index"][1, 0]))
    assert len(searches(run)) == 1  # one search for all of them

    page.get_by_role("radio", name="Whole picture").click()
    expect(first.locator("canvas")).to_have_attribute("width", "8")
    first.click()
    settle(page, "Feature maps")
    expect(page).to_have_url(re.compile(f"maps_image={found['index'][1, 0]}"))


def test_a_dream_forms_is_kept_and_follows_its_settings(page: Page, run: Run) -> None:
    opened(page, run, "Dream")
    expect(
        page.get_by_text("Press Dream: a picture forms that excites filter 0 of convolution 1 most.")
    ).to_be_visible()
    page.get_by_role("button", name="Dream", exact=True).click()
    told = page.locator(".dream-said")
    expect(told).to_contain_text("after 200 of 200 steps", timeout=BEGIN)
    expect(page.get_by_role("button", name="Dream", exact=True)).to_be_disabled()
    excited = Task(next((run.path / "tasks").glob("dream-*"))).read("dream.npz")["values"]
    assert excited[-1] > excited[0]
    picture = page.get_by_test_id("dream").locator(".dream-picture canvas")
    last = picture.evaluate("(canvas) => canvas.toDataURL()")
    page.get_by_test_id("dream").get_by_role("slider").press("Home")
    expect(told).to_contain_text("after 0 of 200 steps")
    assert picture.evaluate("(canvas) => canvas.toDataURL()") != last

    page.reload()  # it is in the run's folder
    expect(told).to_contain_text("after 200 of 200 steps")
    assert picture.evaluate("(canvas) => canvas.toDataURL()") == last
    page.get_by_role("slider", name="Blur, in pixels").press("ArrowRight")
    expect(page.get_by_text("Dreamed with other settings")).to_be_visible()
    expect(told).to_contain_text("after 200 of 200 steps")  # the last good picture stays
    expect(page.get_by_role("button", name="Dream", exact=True)).to_be_enabled()


def test_a_task_is_found_again_after_a_reload_and_stopped(page: Page, run: Run) -> None:
    """The process that does it is this test."""
    given = {**DREAM, "stamp": [list(entry) for entry in history.stamp(run, 1)]}
    task = Task(tasks.folder_of(run.path, "dream", given))
    task.path.mkdir(parents=True)
    tasks.describe(task.path, "dream", given)
    lock = task.hold()
    events.append(task.path, "started")
    events.append(task.path, "message", share=0.42, sentence="Step 84 of 200", left=61.0)
    opened(page, run, "Dream")
    bar = page.locator(".st-key-filters_dream_bar")
    expect(bar).to_contain_text(re.compile(r"Step 84 of 200 · 42 % · (1 min|\d+(\.0)? s)"))
    events.append(task.path, "message", share=0.5, sentence="Step 100 of 200", left=50.0)
    expect(bar).to_contain_text("50 %")  # it looks again by itself
    page.reload()
    expect(bar).to_contain_text("Step 100 of 200")
    bar.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(0)
    for _ in range(300):
        if (task.path / tasks.STOP).exists():
            break
        page.wait_for_timeout(50)
    events.append(task.path, "stopped")
    lock.release(force=True)
    expect(bar).to_contain_text("Stopped · 50 %")
    bar.get_by_role("button", name="Start again").click()
    expect(page.locator(".dream-said")).to_contain_text("after 200 of 200 steps", timeout=BEGIN)


def test_a_task_whose_process_was_killed_says_so_and_begins_again(page: Page, run: Run) -> None:
    given = {**DREAM, "stamp": [list(entry) for entry in history.stamp(run, 1)]}
    task = Task(tasks.folder_of(run.path, "dream", given))
    task.path.mkdir(parents=True)
    tasks.describe(task.path, "dream", given)
    events.append(task.path, "started")
    opened(page, run, "Dream")
    expect(page.get_by_text("Stopped unexpectedly; it can be started again")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    expect(page.locator(".dream-said")).to_contain_text("after 200 of 200 steps", timeout=BEGIN)
