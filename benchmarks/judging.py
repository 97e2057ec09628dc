"""Judging: a million predictions, the threshold under the hand, and Evaluate from a click to an idle page."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from benchmarks.chromium import browser_page, idle
from benchmarks.claims import Claim, median, p95
from benchmarks.server import Server, serving
from core.evaluation import precision_recall, roc
from core.evaluation.ranking import one_against_rest
from core.network.presets import PRESETS
from core.runs import events
from core.runs.folder import Run, create
from core.runs.recipes import recipe
from core.runs.spec import RunSpec

MILLION, CLASSES = 1_000_000, 10
PREDICTIONS = 10_000
TURNS = 3
SECONDS = 4  # of one drag
CLICKS = 6
VIEWS = {  # what stands there when a view is drawn
    "Per class": "[data-testid=classes] td",
    "Curves": "[data-testid=plots][data-drawn]",
    "Threshold": "[data-figure=accuracy]:not(:empty)",
    "Calibration": ".convlens-calibration",
    "Mistakes": ".st-key-evaluate_mistakes_card",
    "Matrix": ".matrix td",
}

# Moves the slider with every picture, and notes when the number beside it has followed.
DRAG = """(seconds) => new Promise((done) => {
  const host = window.deep('[data-testid="threshold"]');
  const range = host.querySelector('input[type=range]');
  const output = host.querySelector('output');
  const [waits, asked, begin] = [[], new Map(), performance.now()];
  let [pictures, last] = [0, output.textContent];
  const move = () => {
    const now = performance.now();
    if (output.textContent !== last) {
      last = output.textContent;
      pictures += 1;
      if (asked.has(last)) waits.push(now - asked.get(last));
      asked.clear();
    }
    if (now - begin > 1000 * seconds) return done({ waits, pictures, seconds: (now - begin) / 1000 });
    const value = Math.round(1000 * (0.5 + 0.49 * Math.sin((now - begin) / 400))) / 1000;
    const words = value.toFixed(Math.max(2, (String(value).split('.')[1] ?? '').length));
    range.value = value;
    range.dispatchEvent(new Event('input', { bubbles: true }));
    if (!asked.has(words)) asked.set(words, now);
    requestAnimationFrame(move);
    return undefined;
  };
  move();
})"""


def claims() -> list[Claim]:
    seconds = [million() for _ in range(TURNS)]
    learned = [scikit_learn()]
    with serving() as server, browser_page() as page:
        server.settle()
        os.environ["CONVLENS_RUNS"] = str(server.runs)
        judged_run(*predictions(PREDICTIONS, CLASSES, seed=0))
        waits, rates = drags(page, server)
        clicks = page_clicks(page, server)
    slow = f"median {median(waits):.0f} ms"
    note = f"scikit-learn's curves, areas and micro average: {learned[0]:.1f} s"
    return [
        Claim(
            "1,000,000 predictions of 10 classes: exact areas, thinned curves, micro and macro",
            max(seconds),
            "s",
            3,
            tuple(seconds),
            note=note,
        ),
        Claim("threshold on 10,000 predictions, pictures", min(rates), "/s", 25, tuple(rates), at_least=True),
        Claim(
            "threshold from hand to picture, p95",
            p95(waits),
            "ms",
            100,
            tuple(waits),
            note=slow,
        ),
        Claim(
            "Evaluate with 10,000 predictions, from a click to idle, slowest",
            max(clicks),
            "ms",
            900,
            tuple(clicks),
            note=f"{CLICKS} times from Home, then each view for the first time: {', '.join(VIEWS)}",
        ),
    ]


def predictions(count: int, classes: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Labels (N,) and probabilities (N, K) of a network that is right in two of three cases."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    logits = generator.normal(size=(count, classes)).astype(np.float32)
    logits[np.arange(count), labels] += 2
    shares = np.exp(logits)
    return labels, shares / shares.sum(axis=1, keepdims=True)


def judged_run(
    labels: NDArray[np.int64], shares: NDArray[np.float32], preset: str = "huttunen-2016", name: str | None = None
) -> Run:
    """A finished run with these answers to its test samples, in the folder of runs."""
    run = create(RunSpec(network=PRESETS[preset].network, train=recipe(preset)), name)
    classes = [str(k) for k in range(shares.shape[1])]
    events.append(run.path, "started", classes=classes)
    events.append(run.path, "finished", test_loss=0.5, test_accuracy=0.5, best_epoch=1, weights="best")
    for split in ("test", "validation"):
        np.savez(
            run.path / f"predictions-{split}.npz", labels=labels, probabilities=shares, index=np.arange(len(labels))
        )
    run.write_summary(state="finished", epochs_done=1, best_epoch=1)
    return run


def million() -> float:
    """Seconds for every area and every curve."""
    labels, shares = predictions(MILLION, CLASSES, seed=1)
    names = [str(k) for k in range(CLASSES)]
    begin = time.perf_counter()
    rankings = one_against_rest(labels, shares, names)
    curves = [roc.roc_curve(ranking) for ranking in rankings]
    both = [precision_recall.precision_recall_curve(ranking) for ranking in rankings]
    areas = [*(ranking.auc for ranking in rankings), *(ranking.average_precision for ranking in rankings)]
    roc.macro(curves)
    roc.micro(labels, shares, names)
    took = time.perf_counter() - begin
    most = max(len(thresholds) for thresholds in (*(c.threshold for c in curves), *(c.threshold for c in both)))
    if None in areas or most > 2000:
        raise RuntimeError("the curves are not those that were promised")
    return took


def scikit_learn() -> float:
    """Seconds that scikit-learn needs for the ROC curves, their areas, and the micro average."""
    from sklearn import metrics

    labels, shares = predictions(MILLION, CLASSES, seed=1)
    begin = time.perf_counter()
    for k in range(CLASSES):
        metrics.auc(*metrics.roc_curve(labels == k, shares[:, k])[:2])
    marks = labels[:, None] == np.arange(CLASSES)
    metrics.auc(*metrics.roc_curve(marks.ravel(), shares.ravel())[:2])
    return time.perf_counter() - begin


def drags(page: Page, server: Server) -> tuple[list[float], list[float]]:
    """Milliseconds from each move to its picture, and pictures a second of each drag."""
    page.goto(f"{server.url}/evaluate?evaluate_view=Threshold")
    page.wait_for_function("() => window.deep('[data-figure=accuracy]')?.textContent")
    idle(page)
    waits: list[float] = []
    rates: list[float] = []
    for _ in range(TURNS):
        told = page.evaluate(DRAG, SECONDS)
        waits += told["waits"]
        rates.append(told["pictures"] / told["seconds"])
    return waits, rates


def page_clicks(page: Page, server: Server) -> list[float]:
    """Milliseconds from a click on Evaluate, and on each of its views, until nothing runs any more."""
    took: list[float] = []
    for _ in range(CLICKS):
        page.goto(f"{server.url}/")
        idle(page)
        page.wait_for_timeout(3000)  # Home has loaded ahead what others need
        link = page.get_by_role("link", name="Evaluate", exact=True)
        took.append(_until_idle(page, link.click, VIEWS["Matrix"]))
    for view, drawn in VIEWS.items():
        took.append(_until_idle(page, page.get_by_role("radio", name=view, exact=True).click, drawn))
    return took


def _until_idle(page: Page, act: Callable[[], None], selector: str) -> float:
    begin = time.perf_counter()
    act()
    page.wait_for_function("(selector) => window.deep(selector)", arg=selector)
    idle(page)
    return 1000 * (time.perf_counter() - begin)
