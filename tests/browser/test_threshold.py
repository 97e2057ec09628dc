"""The threshold in Chromium: the hand moves everything, and every number is Python's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.judging import judged_run
from core.evaluation import thresholds
from core.evaluation.counts import COUNTED, Counts
from core.evaluation.ranking import Ranking, ranked
from core.runs.folder import Run
from tests.browser.conftest import App, settle
from tests.core.evaluation.samples import overlapping

pytestmark = pytest.mark.browser

COUNT_ALL = """async ([base, cases]) => {
  const { Ranked, figures, cost } = await import(base + "threshold_counts.js");
  return cases.map(({ threshold, found, alarms, positives, negatives, at, prices, wanted }) => {
    const ranking = new Ranked({ threshold, found, alarms }, positives, negatives);
    const chosen = [ranking.bestF1(), ranking.bestYouden(), ranking.lowestCost(...prices), ranking.sensitivity(wanted)];
    return {
      counts: at.map((t) => ranking.at(ranking.place(t))),
      figures: at.map((t) => figures(ranking.at(ranking.place(t)))),
      costs: at.map((t) => cost(ranking.at(ranking.place(t)), ...prices)),
      chosen: chosen.map((place) => ranking.at(place)),
      shown: chosen.map((place) => ranking.at(ranking.place(ranking.thresholdOf(place)))),
    };
  });
}"""


def case(ranking: Ranking, seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    drawn = generator.choice(ranking.threshold, 3).tolist() if len(ranking.threshold) else []
    return {
        "threshold": ranking.threshold.tolist(),
        "found": ranking.found.tolist(),
        "alarms": ranking.alarms.tolist(),
        "positives": ranking.positives,
        "negatives": ranking.negatives,
        "at": [0.0, 0.5, 1.0, *drawn, *generator.random(4).tolist()],
        "prices": generator.integers(0, 20, 2).tolist(),
        "wanted": float(generator.random()),
    }


def test_the_browser_counts_as_python_does(page: Page, app: App) -> None:
    rankings = [ranked(*overlapping(seed, 1 + 7 * seed, 5 + 90 * seed, 1.5)) for seed in range(12)]
    rankings.append(ranked([True, False, False], np.full(3, 0.5, dtype=np.float32)))
    cases = [case(ranking, seed) for seed, ranking in enumerate(rankings)]
    page.goto(f"{app.url}/app/static/logo.svg")
    told = page.evaluate(COUNT_ALL, [f"{app.url}/app/static/", cases])
    for ranking, given, found in zip(rankings, cases, told, strict=True):
        for place, threshold in enumerate(given["at"]):
            counts = thresholds.counts_at(ranking, threshold)
            assert Counts(**found["counts"][place]) == counts
            assert found["costs"][place] == counts.cost(*given["prices"])
            for name in COUNTED:
                figure = found["figures"][place][name]
                assert figure["value"] == getattr(counts, name)
                bounds = counts.interval(name)
                assert figure["bounds"] == (bounds and pytest.approx(list(bounds), abs=1e-12))
        choices = (
            thresholds.best_f1(ranking),
            thresholds.best_youden(ranking),
            thresholds.lowest_cost(ranking, *given["prices"]),
            thresholds.sensitivity_of(ranking, given["wanted"]),
        )
        assert [Counts(**counts) for counts in found["chosen"]] == [choice.counts for choice in choices if choice]
        assert found["shown"] == found["chosen"]  # few decimals part the samples as the exact score does


@pytest.fixture
def run(served_runs: Path) -> Run:
    """Two classes, one of them rare, with 10,000 answers."""
    positive, scores = overlapping(5, 1000, 9000, 2)
    shares = np.column_stack([1 - scores, scores]).astype(np.float32)
    return judged_run(positive.astype(np.int64), shares, preset="digits-small")


def numbers(run: Run) -> Ranking:
    with np.load(run.path / "predictions-test.npz") as kept:
        return ranked(kept["labels"] == 1, kept["probabilities"][:, 1])


def open_threshold(page: Page, run: Run, more: str = "") -> Locator:
    page.goto(f"/evaluate?run={run.id}&evaluate_view=Threshold{more}")
    settle(page, "Evaluate")
    view = page.get_by_test_id("threshold")
    expect(view.locator("[data-figure=accuracy]")).to_contain_text("%")
    return view


def shows(view: Locator, counts: Counts) -> None:
    """The matrix and the figures are those of these counts."""
    four = (("tn", "true negatives"), ("fp", "false positives"), ("fn", "false negatives"), ("tp", "true positives"))
    told = ", ".join(f"{getattr(counts, name):,} {words}" for name, words in four)
    expect(view.locator(".threshold-matrix svg")).to_have_attribute("aria-label", told)
    for name in COUNTED:
        value = getattr(counts, name)
        expect(view.locator(f"[data-figure={name}]")).to_have_text("–" if value is None else f"{100 * value:.1f} %")


def test_the_hand_moves_the_matrix_both_points_and_every_figure(page: Page, run: Run) -> None:
    view = open_threshold(page, run)
    ranking = numbers(run)
    shows(view, thresholds.counts_at(ranking, 0.5))
    dots = view.locator("circle")
    before = [dots.nth(k).get_attribute("cx") for k in range(2)]
    slider = view.get_by_label("Threshold", exact=True)
    box = slider.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.04 * step), box["y"] + box["height"] / 2)
    expect(view.locator("output")).to_have_text(re.compile(r"0\.8\d+"))  # while it is still held
    shows(view, thresholds.counts_at(ranking, float(slider.input_value())))
    assert all(dots.nth(k).get_attribute("cx") != before[k] for k in range(2))
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"evaluate_at=0\.8"))


def test_keyboard_buttons_and_costs(page: Page, run: Run) -> None:
    view = open_threshold(page, run)
    ranking = numbers(run)
    slider = view.get_by_label("Threshold", exact=True)
    slider.press("ArrowRight")
    expect(view.locator("output")).to_have_text("0.51")
    slider.press("Shift+ArrowLeft")
    expect(view.locator("output")).to_have_text("0.509")
    shows(view, thresholds.counts_at(ranking, 0.509))
    slider.press("End")
    shows(view, thresholds.counts_at(ranking, 1))
    choices = {
        "best F1": thresholds.best_f1(ranking),
        "best J": thresholds.best_youden(ranking),
        "lowest cost": thresholds.lowest_cost(ranking, 1, 10),
    }
    view.get_by_label("What one of the false negatives costs").fill("10")
    for name, choice in choices.items():
        assert choice
        view.get_by_role("button", name=name).click()
        shows(view, choice.counts)
    expect(view.locator(".threshold-figures")).to_contain_text(f"{choices['lowest cost'].value:,.0f}")  # type: ignore[union-attr]
    wanted = view.get_by_label("Wanted sensitivity in per cent")
    wanted.fill("97")
    wanted.press("Enter")
    shows(view, thresholds.sensitivity_of(ranking, 0.97).counts)  # type: ignore[union-attr]
    expect(page).to_have_url(re.compile("evaluate_wanted=97"))
    expect(page).to_have_url(re.compile("evaluate_costs=1%2C10"))


def test_a_link_brings_threshold_class_and_costs_back(page: Page, run: Run) -> None:
    view = open_threshold(page, run, "&evaluate_class=0&evaluate_at=0.25&evaluate_costs=3,7")
    ranking = numbers(run)
    below = thresholds.counts_at(ranking, np.nextafter(0.75, 1))  # class 0 is what class 1 is not
    expect(view.locator("output")).to_have_text("0.25")
    counts = Counts(below.tn, below.fn, below.fp, below.tp)
    shows(view, counts)
    expect(view.locator(".threshold-figures")).to_contain_text(f"{counts.cost(3, 7):,.0f}")
    view.get_by_label("Class").select_option("1")
    expect(page).not_to_have_url(re.compile("evaluate_class=0"))
    shows(view, thresholds.counts_at(ranking, 0.5))


def test_a_press_on_the_curve_takes_its_nearest_threshold(page: Page, run: Run) -> None:
    view = open_threshold(page, run)
    plot = view.locator(".roc svg")
    box = plot.bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.12 * box["height"])
    expect(view.locator("output")).not_to_have_text("0.50")
    recall = float(view.locator("[data-figure=recall]").inner_text().split()[0])
    assert recall > 90


def test_a_cell_leads_to_its_samples(page: Page, run: Run) -> None:
    view = open_threshold(page, run)
    missed = thresholds.counts_at(numbers(run), 0.5).fn
    view.get_by_role("button", name="See the false negatives").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"False negatives of 1 at threshold 0.5: {missed:,}")
    expect(dialog).to_contain_text("train it again")  # these answers are of no data set
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    shows(view, thresholds.counts_at(numbers(run), 0.5))


def test_a_figure_is_downloaded(page: Page, run: Run, tmp_path: Path) -> None:
    view = open_threshold(page, run)
    content = {}
    for kind in ("PNG", "SVG"):
        with page.expect_download() as waiting:
            view.locator(".roc").get_by_label(f"Download this figure as {kind}").click()
        assert waiting.value.suggested_filename.endswith(f"-roc.{kind.lower()}")
        waiting.value.save_as(tmp_path / kind)
        content[kind] = (tmp_path / kind).read_bytes()
    assert content["PNG"].startswith(b"\x89PNG")
    assert int.from_bytes(content["PNG"][16:20], "big") > 400
    assert "false alarms among 0" in content["SVG"].decode()
    assert "<circle" in content["SVG"].decode()
