"""Feature maps of huttunen-2016 in a real Chromium: drawing, another image, a cell's lineage; and twenty sessions."""

from __future__ import annotations

import asyncio
import math
import os
import time

from playwright.sync_api import Page

from benchmarks.chromium import browser_page, idle
from benchmarks.claims import Claim, median, p95
from benchmarks.places import has_mnist
from benchmarks.server import Server, serving
from benchmarks.viewer import Viewer
from core.network.build import build
from core.network.presets import PRESETS
from core.runs import events
from core.runs.folder import Run, create
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from core.training import checkpoints

PRESET = "huttunen-2016"
STROKES = 4  # of SECONDS each
SECONDS = 2.5
LIFTS = 25
CLICKS = 40
CELLS = 30
SESSIONS = 20

# `watched` resolves, in milliseconds from now, when something newer than what is drawn now has been painted.
CLOCKS = """
window.pictures = [];
window.watchMaps = () => {
  const maps = window.deep('.maps');
  new MutationObserver(() => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => window.pictures.push([performance.now(), maps.dataset.resting === 'true']);
    after.port2.postMessage(0);
  })).observe(maps, { attributeFilter: ['data-drawn'] });
};
window.after = (begin, rests) => new Promise((done) => {
  const look = () => {
    const found = window.pictures.find(([at, resting]) => at > begin && (resting || !rests));
    if (found) done(found[0] - begin);
    else requestAnimationFrame(look);
  };
  look();
});
window.lifted = () => new Promise((done) => {
  const up = () => window.after(performance.now(), true).then(done);
  window.deep('.pad canvas').addEventListener('pointerup', up, { once: true });
});
"""


def claims() -> list[Claim]:
    with serving() as server:
        run = untrained(server)
        server.settle()
        rates, lifts, images, cells = under_the_hand(server, run)
        grown = sessions(server, run)
    note = "all maps follow the pen"
    return [
        Claim(
            "pictures of the answer and all maps while drawing", median(rates), "a second", 15, tuple(rates), True, note
        ),
        Claim(
            "pen lifted to all maps, p95", p95(lifts), "ms", 200, tuple(lifts), note=f"median {median(lifts):.0f} ms"
        ),
        Claim(
            "click on another image to all its maps, p95",
            p95(images),
            "ms",
            200,
            tuple(images),
            note=f"{PRESET}, median {median(images):.0f} ms",
        ),
        Claim(
            "click on a cell to its lineage, p95",
            p95(cells),
            "ms",
            150,
            tuple(cells),
            note=f"median {median(cells):.0f} ms",
        ),
        Claim(
            "server's memory for a session on one run's maps",
            max(grown),
            "MB private",
            15,
            tuple(grown),
            note=f"{SESSIONS} sessions at a time",
        ),
    ]


def under_the_hand(server: Server, run: Run) -> tuple[list[float], list[float], list[float], list[float]]:
    """Pictures a second while drawing; milliseconds after a lifted pen, to another image, and to a lineage."""
    with browser_page() as page:
        page.add_init_script(CLOCKS)
        show(page, server, run, "maps_source=Draw")
        stroke(page, 0.5)  # until something is drawn there are no maps
        page.wait_for_function("() => window.deep('.maps')?.dataset.missing === '0'")
        page.wait_for_timeout(1500)
        page.evaluate("window.watchMaps()")
        rates = drawing(page)
        lifts = lifting(page)
        show(page, server, run, "maps_image=1")
        page.wait_for_function("() => window.deep('.maps')?.dataset.missing === '0'")
        page.evaluate("window.watchMaps()")
        images = stepping(page)
        cells = following(page)
    return rates, lifts, images, cells


def untrained(server: Server) -> Run:
    """A run with weights: what they say does not change how long it takes to show."""
    os.environ["CONVLENS_RUNS"] = str(server.runs)
    here = {"dataset": "mnist"} if has_mnist() else {"dataset": "digits", "resize": True}
    network = PRESETS[PRESET].network
    run = create(RunSpec(network=network, train=recipe(PRESET).model_copy(update=here)))
    checkpoints.save_weights(run.path, "best", build(network, seed=0), epoch=1)
    events.append(run.path, "finished")
    run.write_summary(state="finished", epochs_done=1, best_epoch=1)
    return run


def show(page: Page, server: Server, run: Run, query: str) -> None:
    page.goto(f"{server.url}/maps?run={run.id}&{query}")
    page.locator(".pad canvas" if "Draw" in query else ".maps .over").wait_for()
    idle(page)
    page.wait_for_timeout(1500)


def stroke(page: Page, seconds: float, lift: bool = True) -> None:
    """A circle, round and round."""
    box = page.locator(".pad canvas").bounding_box()
    if not box:
        raise RuntimeError("the pad is not on the screen")
    end, step = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        x, y = (0.5 + 0.3 * turn(step / 12) for turn in (math.cos, math.sin))
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if not step:
            page.mouse.down()
        step += 1
    if lift:
        page.mouse.up()


def drawing(page: Page) -> list[float]:
    """Pictures a second of each stroke."""
    rates = []
    for _ in range(STROKES):
        page.evaluate("() => { window.pictures = []; }")
        stroke(page, SECONDS, lift=False)
        times = [at for at, _ in page.evaluate("window.pictures")]
        page.mouse.up()
        rates.append(1000 * (len(times) - 1) / (times[-1] - times[0]))
        clear(page)
    return rates


def clear(page: Page) -> None:
    page.get_by_role("button", name="Clear", exact=True).click()
    page.wait_for_timeout(500)


def lifting(page: Page) -> list[float]:
    """Milliseconds from lifting the pen until the maps of all that was drawn are painted."""
    samples = []
    for _ in range(LIFTS):
        stroke(page, 0.3, lift=False)
        page.evaluate("() => { window.pictures = []; window.took = window.lifted(); }")
        page.mouse.up()
        samples.append(float(page.evaluate("window.took")))
        clear(page)
    return samples


def stepping(page: Page) -> list[float]:
    """Milliseconds from a click on 'the next one' until its maps are painted; the first few are not counted."""
    samples = []
    for _ in range(3 + CLICKS):
        samples.append(
            float(
                page.evaluate(
                    """() => {
                      const begin = performance.now();
                      document.querySelector('.st-key-maps_image_after button').click();
                      return window.after(begin, false);
                    }"""
                )
            )
        )
        page.wait_for_timeout(200)
    return samples[3:]


def following(page: Page) -> list[float]:
    """Milliseconds from a click on a cell until its equation stands there; the first few are not counted."""
    samples: list[float] = []
    for at in range(6 * CELLS):
        box = page.locator(".maps .over").bounding_box()  # the equation's panel takes some of its height
        if not box:
            raise RuntimeError("the maps are not on the screen")
        x, y = (
            box["x"] + box["width"] * (0.2 + 0.5 * ((at * 37) % 100) / 100),
            box["y"] + 60 + (at * 53) % (box["height"] - 80),
        )
        page.mouse.move(x, y)
        if page.evaluate("window.deep('.maps .over').style.cursor") != "pointer":
            continue  # between two maps
        page.evaluate("() => { window.timeChange('.lineage', 'click'); }")
        page.mouse.click(x, y)
        took = page.evaluate("Promise.race([window.took, new Promise((end) => setTimeout(end, 5000, null))])")
        if took is None:
            continue  # the same cell again: nothing is drawn anew
        samples.append(float(took))
        page.wait_for_timeout(150)
        if len(samples) == CELLS + 3:
            break
    return samples[3:]


def sessions(server: Server, run: Run) -> list[float]:
    """Megabytes that the server grows by for each of twenty sessions at once on the run's maps."""

    async def visit() -> None:
        viewers = [Viewer(server.stream, "maps", f"run={run.id}&maps_image={at}") for at in range(SESSIONS)]
        await asyncio.gather(*(viewer.watch(2.0) for viewer in viewers))

    grown = []
    for _ in range(3):
        before = server.private_mb()
        asyncio.run(visit())
        time.sleep(1)
        grown.append((server.private_mb() - before) / SESSIONS)
    return grown
