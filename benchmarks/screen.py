"""What a hand waits for, in a real Chromium, beside the echo of a bare Streamlit page."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from benchmarks.chromium import browser_page, idle, key_to_change
from benchmarks.claims import Claim, median, p95
from benchmarks.live import submit_long_run, wait_for_steps
from benchmarks.server import Server, serving
from core.network.presets import PRESETS
from core.runs import events
from core.runs.folder import Run, create
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from core.runs.steps import StepWriter

CHANGES = 40
CLICKS = 8
EVENTS = 30
STARTS = 5
PAGES = ("Build", "Train", "Runs", "Evaluate", "Home")
BARE = ("-m", "streamlit", "run", str(Path(__file__).with_name("bare.py")))


def claims() -> list[Claim]:
    echo = bare_echo()
    bare, first = [], []
    for _ in range(STARTS):
        bare.append(first_page(BARE, "slider"))
        first.append(first_page())
    with serving() as server, browser_page() as page:
        server.settle()  # torch is there, the worker is warm
        build = build_changes(page, server)
        links = link_clicks(page, server)
        started = [train_to_first_point(page, server) for _ in range(STARTS)]
        points = events_to_points(page, server)
    beside = f"bare Streamlit page: median {median(echo):.0f} ms, p95 {p95(echo):.0f} ms"
    note = f"median {median(build):.0f} ms; {beside}"
    return [
        Claim("change in Build to the updated table, p95", p95(build), "ms", 150, tuple(build), note=note),
        Claim("the same, times the bare echo", median(build) / median(echo), "x", None, note="medians"),
        Claim("click on a link to an idle page, slowest", max(links), "ms", 700, tuple(links), note=", ".join(PAGES)),
        Claim("Train to the curve's first point", max(started), "s", 1.5, tuple(started), note="warm worker"),
        Claim("event written to its point, p95", p95(points), "s", 1.0, tuple(points), note="another run is training"),
        Claim(
            "process start to the first page usable",
            max(first),
            "s",
            2.0,
            tuple(first),
            note=f"before torch; a bare Streamlit page: median {median(bare):.2f} s, slowest {max(bare):.2f} s",
        ),
        Claim("the same, times the bare page's", median(first) / median(bare), "x", None, note="medians, in turns"),
    ]


def bare_echo() -> list[float]:
    with serving(BARE) as server, browser_page() as page:
        page.goto(server.url)
        slider = page.get_by_role("slider")
        slider.wait_for()
        page.wait_for_timeout(500)
        return [key_to_change(page, slider, '[data-testid="stText"]', "ArrowRight") for _ in range(CHANGES)]


def first_page(command: tuple[str, ...] = ("-m", "dashboard"), role: Literal["button", "slider"] = "button") -> float:
    """Seconds from the start of the server's process until the first `role` of its page can be used: Home's button."""
    with browser_page() as page, serving(command, wait=False) as server:
        while True:
            try:
                page.goto(server.url, wait_until="commit")
                break
            except Exception as error:  # the port is not open yet
                if time.perf_counter() - server.began > 60:
                    raise RuntimeError("the app did not start within 60 s") from error
                time.sleep(0.02)
        page.get_by_test_id("stMain").get_by_role(role).first.wait_for()
        return time.perf_counter() - server.began


def build_changes(page: Page, server: Server) -> list[float]:
    """A layer's slider moved by one key at a time, back and forth."""
    page.goto(f"{server.url}/build")
    page.get_by_test_id("block-0").click()
    slider = page.get_by_role("slider", name="Filters")
    slider.wait_for()
    page.wait_for_timeout(1000)
    samples = []
    for i in range(CHANGES):
        samples.append(key_to_change(page, slider, '[data-testid="totals"]', "ArrowLeft" if i % 2 else "ArrowRight"))
        page.wait_for_timeout(100)
    return samples


def link_clicks(page: Page, server: Server) -> list[float]:
    """Every page's link clicked in turn; the first round, which imports, is not counted."""
    page.goto(server.url)
    idle(page)
    samples = []
    for round_ in range(1 + CLICKS // 2):
        for name in PAGES:
            begin = time.perf_counter()
            page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
            heading = "See a network learn" if name == "Home" else name
            page.get_by_role("heading", name=heading, exact=True, level=1).wait_for()
            idle(page)
            if round_:
                samples.append(1000 * (time.perf_counter() - begin))
            page.wait_for_timeout(300)
    return samples


def train_to_first_point(page: Page, server: Server) -> float:
    """Seconds from the click on Home's button to a point of the curve."""
    page.goto(server.url)
    button = page.get_by_role("button", name="Train a first network")
    button.wait_for()
    idle(page)
    page.wait_for_timeout(500)
    begin = time.perf_counter()
    button.click()
    page.wait_for_function("() => window.lastPoint() > 0", polling="raf")
    took = time.perf_counter() - begin
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(2500)
    return took


def events_to_points(page: Page, server: Server) -> list[float]:
    """Steps written by hand into a run that is being watched, while the server's worker trains another."""
    wait_for_steps(submit_long_run(server), 20)
    run = written_by_hand(server)
    with run.hold():
        events.append(run.path, "started", device="cpu", precision="float32")
        writer = StepWriter(run.path)
        page.goto(f"{server.url}/train?run={run.id}")
        samples = []
        for step in range(1, EVENTS + 3):
            writer.append(step, step / 100, float(step), 1 / step, 0.5, 0.1, 100.0, 1.0)
            writer.flush()
            written = time.perf_counter()
            page.wait_for_function(f"() => window.lastPoint() >= {step / 100 - 1e-6}", polling="raf")
            samples.append(time.perf_counter() - written)
            page.wait_for_timeout(137)  # out of step with the refresh
        writer.close()
    return samples[2:]  # the first belong to the page's load


def written_by_hand(server: Server) -> Run:
    os.environ["CONVLENS_RUNS"] = str(server.runs)
    return create(RunSpec(network=PRESETS["digits-small"].network, train=recipe("digits-small")), name="by hand")
