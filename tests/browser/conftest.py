"""A server of its own and a real Chromium for the tests in this folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from benchmarks.chromium import program

PROJECT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOISE = ("_stcore/", "metrics config", "ERR_NAME_NOT_RESOLVED", "ERR_INTERNET_DISCONNECTED", "favicon")
SECONDS = 30_000  # how long a browser test waits for what must appear, in ms: machines are slow when they are shared

expect.set_options(timeout=SECONDS)


@dataclass(frozen=True)
class App:
    """A running server. runs, data: its own folders."""

    url: str
    runs: Path
    data: Path
    log: Path


def chromium() -> str:
    found = program()
    if found:
        return found
    pytest.fail("no Chromium: install one, or set CHROMIUM to the program's path")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"the server ended at once:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not answer:\n{log.read_text()[-3000:]}")


def workers_of(runs: Path) -> list[psutil.Process]:
    """The processes that train and do tasks for this folder of runs."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            ours = {"core.jobs.worker", "core.jobs.tasks"} & set(process.info["cmdline"] or [])
            if ours and process.environ().get("CONVLENS_RUNS") == str(runs):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The server, as `make run` starts it; it and its workers are gone afterwards."""
    root = tmp_path_factory.mktemp("browser")
    port = free_port()
    served = App(f"http://127.0.0.1:{port}", root / "runs", root / "data", root / "server.log")
    served.runs.mkdir()
    served.data.mkdir()
    environment = {
        **os.environ,
        "CONVLENS_RUNS": str(served.runs),
        "CONVLENS_DATA": str(served.data),
        "CONVLENS_SLOTS": "1",
    }
    with served.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "--server.port", str(port), "--server.address", "127.0.0.1"],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(served.url, process, served.log)
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        gone = workers_of(served.runs)
        for worker in gone:
            worker.kill()
        psutil.wait_procs(gone, timeout=5)


@pytest.fixture
def served_runs(app: App, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The server's folder of runs, which `core.runs` in the test itself then works on too."""
    monkeypatch.setenv("CONVLENS_RUNS", str(app.runs))
    return app.runs


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: Browser, app: App, theme: str = "light", **viewport: int) -> tuple[Page, list[str]]:
    """A page in a session of its own, and the list that its console's errors are added to."""
    context = browser.new_context(
        viewport={"width": viewport.get("width", 1280), "height": viewport.get("height", 720)},
        color_scheme="dark" if theme == "dark" else "light",
        accept_downloads=True,
        base_url=app.url,
    )
    page = context.new_page()
    page.set_default_timeout(SECONDS)
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        text = message.text + str(message.location.get("url", ""))
        if message.type == "error" and not any(noise in text for noise in NOISE):
            errors.append(text)

    page.on("console", heard)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page, errors


@pytest.fixture
def page(browser: Browser, app: App) -> Iterator[Page]:
    """A light page of 1280x720; the test fails where the browser's console or the page shows an error."""
    page, errors = open_page(browser, app)
    yield page
    shown = page.get_by_test_id("stException").all_inner_texts()
    page.context.close()
    assert not shown
    assert not errors


@pytest.fixture
def dark_page(browser: Browser, app: App) -> Iterator[Page]:
    """The same in dark."""
    page, errors = open_page(browser, app, "dark")
    yield page
    page.context.close()
    assert not errors


def settle(page: Page, title: str) -> None:
    """Wait until the page with this title is drawn and nothing on it is stale."""
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_attached()
