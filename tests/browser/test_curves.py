"""Curves and calibration in Chromium: drawn in place, read back, and downloaded."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.judging import judged_run, predictions
from core.evaluation.result import result_of
from core.runs.folder import Run
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser

DRAWN = """() => [...document.querySelectorAll('.plots-plot')].map((plot) =>
  plot._fullData.map((trace) => [trace.name, Array.from(trace.x), Array.from(trace.y)]))"""


@pytest.fixture
def run(served_runs: Path) -> Run:
    return judged_run(*predictions(2000, 10, seed=3), preset="digits-small")


def test_curves_change_in_place_and_are_downloaded(page: Page, run: Run, tmp_path: Path) -> None:
    page.goto(f"/evaluate?run={run.id}&evaluate_view=Curves")
    settle(page, "Evaluate")
    plots = page.locator(".plots-plot")
    expect(plots.nth(1).locator(".main-svg").first).to_be_visible()
    found = result_of(run)
    roc, precision = ({name for name, _, _ in drawn} for drawn in page.evaluate(DRAWN))
    assert {f"{curve.name} · {curve.auc:.4f}" for curve in found.roc.curves} <= roc
    assert {f"{curve.name} · {curve.average_precision:.4f}" for curve in found.precision_recall.curves} <= precision
    x, y = next((x, y) for name, x, y in page.evaluate(DRAWN)[0] if name.startswith("3 "))
    assert np.trapezoid(y, x) == pytest.approx(found.roc.curves[3].auc, abs=1e-3)

    plots.first.evaluate("(plot) => { plot.dataset.stays = 'yes'; }")
    page.get_by_role("combobox", name="Curves").click()
    page.get_by_role("option", name="7", exact=True).click()
    expect(plots.first.locator(".legendtext").last).to_contain_text("7 ·")
    expect(plots.first).to_have_attribute("data-stays", "yes")
    expect(page).to_have_url(re.compile("evaluate_curve=7"))

    for kind in ("PNG", "SVG"):
        with page.expect_download() as waiting:
            page.get_by_label(f"Download this figure as {kind}").first.click()
        waiting.value.save_as(tmp_path / kind)
        assert waiting.value.suggested_filename.endswith(f"-roc.{kind.lower()}")
    assert (tmp_path / "PNG").read_bytes().startswith(b"\x89PNG")
    assert "false positive rate" in (tmp_path / "SVG").read_text()


def test_calibration_is_drawn_with_what_mends_it(page: Page, run: Run) -> None:
    page.goto(f"/evaluate?run={run.id}&evaluate_view=Calibration&evaluate_bins=5")
    settle(page, "Evaluate")
    expect(page.locator(".plots-plot .legendtext").first).to_contain_text("perfectly calibrated")
    expect(page.locator(".convlens-calibration")).to_contain_text("expected calibration error")
    points = next(x for name, x, _ in page.evaluate(DRAWN)[0] if name == "as trained")
    assert 0 < len(points) <= 5
