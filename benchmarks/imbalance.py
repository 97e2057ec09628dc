"""The imbalance lab: MNIST with one class at 1 %, every treatment over 5 seeds, live on the page."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.chromium import browser_page, idle
from benchmarks.claims import Claim
from benchmarks.places import NO_MNIST, has_mnist
from benchmarks.server import serving
from core.data.sources import load
from core.network.presets import PRESETS
from core.studies import folder, scenes
from core.studies.spec import StudySpec
from core.studies.treatments import TREATMENTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOUND = 180.0  # seconds
LONGEST = 900.0


def study() -> StudySpec:
    """The scene `1 %` as the page would set it, with all treatments."""
    raw = load("mnist")
    available = np.bincount(np.concatenate([raw.train_y, raw.test_y]), minlength=len(raw.classes)).tolist()
    made = scenes.setting("percent", "mnist", available, raw.title)
    return StudySpec(
        dataset="mnist",
        counts=made.counts,
        rare=made.rare,
        treatments=tuple(TREATMENTS),
        network=PRESETS["speedrun"].network,
    )


def claims() -> list[Claim]:
    if not has_mnist():
        return [Claim("imbalance lab on MNIST", float("nan"), "s", None, note=NO_MNIST)]
    spec = study()
    with serving() as server, browser_page() as page:
        os.environ["CONVLENS_RUNS"] = str(server.runs)
        server.settle()
        begin = time.perf_counter()
        folder.start(spec)
        page.goto(f"{server.url}/imbalance?study={spec.id}")
        page.get_by_role("group", name=re.compile("^Scores")).wait_for(timeout=1000 * LONGEST)
        first = time.perf_counter() - begin
        whole = f"{spec.seeds} seeds."
        page.get_by_text(re.compile(rf"never repeated; {re.escape(whole)}")).wait_for(timeout=1000 * LONGEST)
        page.get_by_role("button", name="Stop").wait_for(state="detached", timeout=1000 * LONGEST)
        idle(page)
        seconds = time.perf_counter() - begin
        shown = recalls(page)
    note = (
        f"{len(spec.trainings)} trainings of {spec.steps} steps of {spec.batch_size}; recall of the rare class shown: "
    )
    return [
        Claim(
            "imbalance lab: MNIST at 1 %, 8 treatments, 5 seeds, on the screen", seconds, "s", BOUND, note=note + shown
        ),
        Claim("imbalance lab: the first result on the screen", first, "s", None),
    ]


def recalls(page: Page) -> str:
    """What the page says of every treatment's recall."""
    found = page.locator('[aria-label*=", recall of"]').evaluate_all("all => all.map(each => each.ariaLabel)")
    told = [re.match(r"(.+?), recall of .+?: ([\d.]+ %), mean of 5", text) for text in found]
    shown = [f"{match[1].lower()} {match[2]}" for match in told if match]
    if len(shown) != len(TREATMENTS):
        raise RuntimeError(f"the page shows the recall of {len(shown)} treatments instead of {len(TREATMENTS)}")
    return ", ".join(shown)
