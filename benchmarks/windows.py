"""The stage of the convolution page under the hand, in a real Chromium: dragging, pointing, scrubbing, opening."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, Page

from benchmarks.chromium import browser_page, idle
from benchmarks.claims import Claim, median, p95
from benchmarks.server import Server, serving

DRAGS = 4  # of SECONDS each
SECONDS = 2.5
RELEASES = 25
POINTS = 200
FRAMES = 240
CLICKS = 10
PHOTOGRAPH = "convolution_in=Photograph&convolution_h={side}&convolution_w={side}&convolution_k={kernel}"

# All clocks run in the page. `painted` comes when the browser has drawn the frame that follows.
CLOCKS = """
window.painted = (done) => requestAnimationFrame(() => {
  const after = new MessageChannel();
  after.port1.onmessage = () => done(performance.now());
  after.port2.postMessage(0);
});
window.watchStage = () => {
  const stage = window.deep('.stage');
  window.hand = []; window.pictures = []; window.released = [];
  const moved = {};
  let last = 0;
  stage.addEventListener('pointermove', () => { last = performance.now(); }, true);
  new MutationObserver(() => { moved[stage.dataset.sent] = last; }).observe(stage, { attributeFilter: ['data-sent'] });
  new MutationObserver(() => {
    const from = moved[stage.dataset.answered];
    window.painted((now) => { window.pictures.push(now); window.hand.push(now - from); });
  }).observe(stage, { attributeFilter: ['data-answered'] });
  stage.addEventListener('pointerup', () => {
    const begin = performance.now();
    const look = () => {
      if (stage.dataset.waits === 'false') window.painted((now) => window.released.push(now - begin));
      else requestAnimationFrame(look);
    };
    look();
  }, true);
};
window.pointing = async (count) => {
  const canvas = window.deep('.panel-output');
  const box = canvas.getBoundingClientRect();
  const took = [];
  for (let at = 0; at < count; at++) {
    await new Promise((done) => requestAnimationFrame(() => {
      const begin = performance.now();
      const [x, y] = [(at * 37) % 100, (at * 61) % 100].map((share) => (share + 0.5) / 100);
      const place = { clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true };
      canvas.dispatchEvent(new PointerEvent('pointermove', place));
      const after = new MessageChannel();
      after.port1.onmessage = () => { took.push(performance.now() - begin); done(); };
      after.port2.postMessage(0);
    }));
  }
  return took;
};
window.scrubbing = async (count) => {
  const range = window.deep('.player-range');
  const times = [];
  for (let at = 0; at < count; at++) {
    times.push(await new Promise((done) => requestAnimationFrame(() => done(performance.now()))));
    range.value = (at * 5) % (Number(range.max) + 1);
    range.dispatchEvent(new Event('input'));
  }
  return times.slice(1).map((time, at) => time - times[at]);
};
"""


def claims() -> list[Claim]:
    with serving() as server, browser_page() as page:
        page.add_init_script(CLOCKS)
        server.settle()
        show(page, server, side=64, kernel="sobel-x-3x3")
        rates, hand = dragging(page)
        hover = pointing(page)
        show(page, server, side=512, kernel="gaussian-11x11")
        released = releasing(page)
        large = pointing(page)
        show(page, server, side=32, kernel="sobel-x-3x3")
        gaps = scrubbing(page)
        opened = opening(page, server)
    return [
        Claim("pictures while a kernel cell is dragged, 64x64", median(rates), "a second", 25, tuple(rates), True),
        Claim("hand to picture, p95", p95(hand), "ms", 100, tuple(hand), note=f"64x64, median {median(hand):.0f} ms"),
        Claim("pointer to highlight, p95", p95(hover), "ms", 16, tuple(hover), note="64x64, with the frame's painting"),
        Claim(
            "the same on a 512x512 photograph", p95(large), "ms", 16, tuple(large), note="11x11 kernel, with the lens"
        ),
        Claim(
            "release to picture, 512x512 photograph, p95",
            p95(released),
            "ms",
            250,
            tuple(released),
            note=f"11x11 kernel, median {median(released):.0f} ms",
        ),
        Claim(
            "frames while scrubbing on 32x32",
            1000 * len(gaps) / sum(gaps),
            "a second",
            59,
            tuple(1000 / gap for gap in gaps),
            True,
            note=f"the screen has 60; p95 from one to the next {p95(gaps):.1f} ms",
        ),
        Claim("click on Convolution to an idle page, slowest", max(opened), "ms", 700, tuple(opened)),
    ]


def show(page: Page, server: Server, side: int, kernel: str) -> None:
    """The page on a grey photograph of this size."""
    page.goto(f"{server.url}/convolution?{PHOTOGRAPH.format(side=side, kernel=kernel)}")
    page.wait_for_function("() => window.deep('.stage')?.dataset.drawn")
    idle(page)
    page.wait_for_timeout(1500)
    page.evaluate("window.watchStage()")


def cell(page: Page) -> Locator:
    """The middle cell of the kernel."""
    cells = page.locator(".kernel input")
    return cells.nth(cells.count() // 2)


def grip(page: Page) -> tuple[float, float]:
    """Press on the middle cell; returns where."""
    box = cell(page).bounding_box()
    if not box:
        raise RuntimeError("the kernel is not on the screen")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def dragging(page: Page) -> tuple[list[float], list[float]]:
    """Pictures a second of each drag, and milliseconds from the hand to every picture."""
    rates, hand = [], []
    for _ in range(DRAGS):
        x, y = grip(page)
        page.evaluate("() => { window.pictures = []; window.hand = []; }")
        end, step = time.perf_counter() + SECONDS, 0
        while time.perf_counter() < end:
            step += 1
            page.mouse.move(x, y - 7 * abs((step % 40) - 20))
        times, delays = page.evaluate("[window.pictures, window.hand]")
        page.mouse.up()
        page.wait_for_timeout(700)
        rates.append(1000 * (len(times) - 1) / (times[-1] - times[0]))
        hand.extend(delays)
    return rates, hand


def releasing(page: Page) -> list[float]:
    """Milliseconds from letting a cell go until the picture of what it then holds is there."""
    for at in range(RELEASES):
        x, y = grip(page)
        for step in range(1, 6):
            page.mouse.move(x, y - (4 + 3 * step) * (1 if at % 2 else -1))
        page.mouse.up()
        page.wait_for_function(f"() => window.released.length > {at}")
        page.wait_for_timeout(250)
    return [float(took) for took in page.evaluate("window.released")]


def pointing(page: Page) -> list[float]:
    """Milliseconds of a frame in which the pointer went to another output cell, its painting included."""
    page.mouse.move(2, 2)
    page.wait_for_timeout(500)
    return [float(took) for took in page.evaluate(f"window.pointing({POINTS})")]


def scrubbing(page: Page) -> list[float]:
    """Milliseconds from frame to frame while the scrubber moves in every one."""
    return [float(gap) for gap in page.evaluate(f"window.scrubbing({FRAMES})")]


def opening(page: Page, server: Server) -> list[float]:
    """Milliseconds from the click on the link until the stage is drawn and nothing runs; the first is not counted."""
    page.goto(server.url)
    samples = []
    for _ in range(1 + CLICKS):
        links = page.get_by_test_id("stSidebarNavLink")
        links.filter(has_text="Home").click()
        page.get_by_role("heading", name="See a network learn", exact=True, level=1).wait_for()
        idle(page)
        page.wait_for_timeout(500)
        begin = time.perf_counter()
        links.filter(has_text="Convolution").click()
        page.wait_for_function("() => window.deep('.stage')?.dataset.drawn", polling="raf")
        idle(page)
        samples.append(1000 * (time.perf_counter() - begin))
    return samples[1:]
