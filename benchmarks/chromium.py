"""A real Chromium, and clocks that run inside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.server import FLAGS

# Finds an element through shadow roots too, and a clock that stops when what it shows is no more what it was.
KIT = """
window.deep = (selector, root = document) => {
  const here = root.querySelector(selector);
  if (here) return here;
  for (const e of root.querySelectorAll('*')) {
    const found = e.shadowRoot && window.deep(selector, e.shadowRoot);
    if (found) return found;
  }
  return null;
};
window.timeChange = (selector, event) => {
  const before = window.deep(selector).textContent;
  window.took = new Promise((done) => {
    document.addEventListener(event, () => {
      const begin = performance.now();
      const look = () => {
        const now = window.deep(selector);
        if (now && now.textContent !== before) done(performance.now() - begin);
        else requestAnimationFrame(look);
      };
      look();
    }, { once: true, capture: true });
  });
};
window.lastPoint = () => {
  let last = -1;
  for (const g of document.querySelectorAll('.js-plotly-plot'))
    for (const t of g.data || [])
      if ((t.name || '').startsWith('training') && t.x && t.x.length) last = Math.max(last, t.x[t.x.length - 1]);
  return last;
};
"""


def program() -> str | None:
    """The Chromium to drive: $CHROMIUM, which make sets, else one on the PATH."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@contextmanager
def browser_page() -> Iterator[Page]:
    """One page of 1280x720 in a browser of its own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(60_000)
        page.add_init_script(KIT)
        yield page
        browser.close()


def key_to_change(page: Page, slider: Locator, selector: str, key: str) -> float:
    """Milliseconds from a key on the slider until the text of `selector` has changed on the screen."""
    slider.focus()
    page.evaluate("([selector, event]) => { window.timeChange(selector, event); }", [selector, "keydown"])
    slider.press(key)
    return float(page.evaluate("window.took"))


def idle(page: Page) -> None:
    """Until the script has stopped running and nothing is a placeholder any more."""
    page.wait_for_function(
        """() => document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]')
                 && !document.querySelector('[data-testid="stSkeleton"]')"""
    )
