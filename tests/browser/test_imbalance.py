"""The imbalance lab in the browser: from bars to results, live, stopped, and back by its link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.network.presets import PRESETS
from core.studies import folder
from core.studies.spec import StudySpec
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


def opened(page: Page) -> None:
    page.goto("/imbalance")
    settle(page, "Imbalance lab")
    expect(page.get_by_role("slider", name="Samples of 9")).to_have_attribute("aria-valuenow", "18")


def facts(page: Page) -> str:
    return page.locator(".imbalance-facts").inner_text()


def set_budget(page: Page, steps: int, seeds: int) -> None:
    page.get_by_role("button", name="Settings").click()
    for label, value in (("Steps each", steps), ("Seeds", seeds)):
        field = page.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")
    expect(page.get_by_text(re.compile(f"trainings of {steps} steps"))).to_be_visible()
    page.keyboard.press("Escape")


def test_bars_by_hand_by_keys_and_by_number(page: Page) -> None:
    opened(page)
    nine = page.get_by_role("slider", name="Samples of 9")
    box = nine.bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    dragged = int(nine.get_attribute("aria-valuenow") or 0)
    assert 85 <= dragged <= 97  # half of the longest bar's 183
    page.mouse.move(box["x"] + 3 * box["width"], box["y"] + box["height"] / 2)
    expect(nine).to_have_attribute("aria-valuetext", "180 of 180")  # past the end: all there are
    page.mouse.up()
    expect(page.locator(".imbalance-facts")).to_contain_text("9: 108 of 21")
    nine.press("Home")
    expect(nine).to_have_attribute("aria-valuenow", "0")
    expect(page.locator(".imbalance-facts")).to_contain_text("two classes or more")
    nine.press("ArrowRight")
    nine.press("PageUp")
    expect(nine).to_have_attribute("aria-valuenow", "19")
    number = page.get_by_label("Number of samples of 5")
    number.fill("1,000")
    number.press("Enter")
    expect(number).to_have_value("182")
    expect(page.get_by_role("slider", name="Samples of 5")).to_have_attribute("aria-valuenow", "182")
    page.get_by_role("button", name="5", exact=True).click()
    expect(page.locator(".imbalance-facts")).to_contain_text("5: ")
    page.get_by_role("button", name="1 %", exact=True).click()
    expect(page.locator(".imbalance-facts")).to_contain_text("1 % is 16 here")
    expect(nine).to_have_attribute("aria-valuenow", "16")


def test_the_mark_follows_the_rarest_class_until_another_is_chosen(page: Page) -> None:
    opened(page)
    mark = {name: page.get_by_role("button", name=name, exact=True) for name in ("3", "5", "9")}
    number = {name: page.get_by_label(f"Number of samples of {name}") for name in mark}

    def fill(name: str, value: int) -> None:
        number[name].fill(str(value))
        number[name].press("Enter")

    expect(mark["9"]).to_have_attribute("aria-pressed", "true")
    fill("3", 7)
    expect(mark["3"]).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".imbalance-facts")).to_contain_text("3: 7 of 25 train")
    fill("3", 0)
    expect(mark["9"]).to_have_attribute("aria-pressed", "true")
    fill("5", 100)
    mark["5"].click()
    fill("9", 10)
    expect(page.locator(".imbalance-facts")).to_contain_text("5: ")
    expect(mark["5"]).to_have_attribute("aria-pressed", "true")


def test_from_bars_to_results_and_back_by_the_link(page: Page) -> None:
    opened(page)
    set_budget(page, 8, 2)
    page.get_by_role("button", name="Moved threshold").click()
    page.get_by_role("button", name="Train and compare").click()
    expect(page.locator(".imbalance-said")).to_contain_text("Without treatment", timeout=60_000)
    expect(page.get_by_text("2 seeds.", exact=False).first).to_be_visible(timeout=60_000)
    scores = page.get_by_role("group", name=re.compile("^Scores of the treatments"))
    expect(scores).to_have_count(1)  # the live picture may still stand beside the final one
    for title in ("Nothing", "Throw away", "Repeat", "Weighted loss", "Moved threshold", "Always 3", "Guessing, 1/2"):
        expect(scores.get_by_text(title, exact=True)).to_be_visible()
    cell = scores.get_by_label(re.compile("^Repeat, recall of 9: .*mean of 2 seeds.*Against nothing"))
    cell.hover()
    expect(scores.locator(".readout")).to_contain_text("Repeat, recall of 9")
    for view, seen in (("Curves", "ROC of 9"), ("Matrices", "Train as a run"), ("Loss", "logarithmic")):
        page.get_by_test_id("stButtonGroup").first.get_by_text(view, exact=True).click()
        expect(page.get_by_text(seen).first).to_be_visible()
        if view == "Matrices":
            page.get_by_role("button", name=re.compile("^Nothing: of .* class 3, .* called 3 ")).click()
            expect(
                page.get_by_text(re.compile(r"^Nothing: \d+ samples? of class 3 called 3, 2 seeds$"))
            ).to_be_visible()
            expect(page.get_by_label(re.compile(r"^Seed \d, sample \d.*truly 3, called 3 with")).first).to_be_visible()
            page.get_by_role("button", name="All matrices").click()
            expect(page.get_by_text(seen).first).to_be_visible()
    page.get_by_test_id("stButtonGroup").first.get_by_text("Claims", exact=True).click()
    expect(page.get_by_text("Repeating beats throwing away")).to_be_visible()
    expect(page.locator(".convlens-chip")).to_have_count(3)
    expect(page.get_by_text("Balanced error")).to_be_visible()
    link = page.url
    assert "study=" in link
    page.goto("/")
    page.goto(link)
    settle(page, "Imbalance lab")
    expect(page.get_by_text(re.compile("10 trainings|8 trainings of 8 steps"))).to_be_visible()
    expect(page.get_by_text("Cross-entropy suffers too")).to_be_visible()


@pytest.mark.usefixtures("served_runs")
def test_a_study_can_be_stopped_and_goes_on(page: Page) -> None:
    spec = StudySpec(
        counts=(0, 0, 0, 183, 0, 0, 0, 0, 0, 18),
        rare=9,
        treatments=("repeat",),
        network=PRESETS["digits-small"].network,
        steps=30,
        seeds=30,
    )
    folder.start(spec)
    page.goto(f"/imbalance?study={spec.id}")
    settle(page, "Imbalance lab")
    expect(page.locator(".imbalance-said")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    done = len(folder.outcomes(folder.task_of(spec.id), spec))
    assert 0 < done < 60
    expect(page.get_by_role("group", name=re.compile("^Scores"))).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    assert len(folder.outcomes(folder.task_of(spec.id), spec)) >= done


def test_what_cannot_be_studied_is_told(page: Page) -> None:
    page.goto("/imbalance?study=0123456789abcdef")
    settle(page, "Imbalance lab")
    expect(page.get_by_text("There is no study 0123456789abcdef here.")).to_be_visible()
    page.get_by_role("slider", name="Samples of 9").press("Home")
    expect(page.locator(".imbalance-facts")).to_contain_text("two classes or more")
    page.get_by_role("button", name="Train and compare").click()
    expect(page.get_by_text("A study needs samples of at least two classes, but only 3 has any")).to_be_visible()
