"""Known networks: VGG16 at once, its maps on the screen and all of them as bytes, and its memory given back."""

from __future__ import annotations

import gc
import time

import numpy as np
import psutil
import torch
from playwright.sync_api import Page

from benchmarks.chromium import browser_page, idle
from benchmarks.claims import Claim, median
from benchmarks.server import serving
from core.lens import known
from core.signal import pictures
from dashboard.components.maps import DrawnNetwork, Request, block
from dashboard.lens.known import Shelf, id_of
from dashboard.lens.pictured import exact, pictured
from dashboard.lens.views import Looked, Sample

NAME = "vgg16"
TURNS = 5
PAGE = f"/maps?run=known:{NAME}"

# Resolves when another photograph's maps, all that are in sight, are drawn.
SHOWN = """(words) => new Promise((done) => {
  const begin = performance.now();
  const look = () => {
    const root = window.deep('[data-drawn]');
    if (root && root.dataset.words.includes(words) && Number(root.dataset.missing) === 0)
      requestAnimationFrame(() => requestAnimationFrame(() => done((performance.now() - begin) / 1000)));
    else requestAnimationFrame(look);
  };
  look();
})"""


def claims() -> list[Claim]:
    return [*on_the_server(), *on_the_screen()]


def on_the_server() -> list[Claim]:
    torch.set_num_threads(2)
    process = psutil.Process()
    known.load("alexnet", False)  # what is imported on the way counts once
    gc.collect()
    before = float(process.memory_full_info().uss) / 1e6
    shelf, loads, maps, sizes = Shelf(seconds=0.5), [], [], []
    for turn in range(TURNS):
        began = time.perf_counter()
        looked = _looked(shelf, turn)
        loads.append(time.perf_counter() - began)
        began = time.perf_counter()
        sizes.append(len(_all_maps(looked)) / 1e6)
        maps.append(time.perf_counter() - began)
        del looked
        time.sleep(1.5)
    kept = float(process.memory_full_info().uss) / 1e6 - before
    return [
        Claim("VGG16 with random weights, ready to look into", median(loads), "s", 2.0, tuple(loads)),
        Claim("all maps of VGG16 at 224x224 as thumbnails", median(maps), "s", 4.0, tuple(maps), note="2 threads"),
        Claim("their size", max(sizes), "MB", 2.0, tuple(sizes)),
        Claim("memory that VGG16 leaves behind", kept, "MB private", 50, note=f"{TURNS} times loaded and let go"),
    ]


def _looked(shelf: Shelf, turn: int) -> Looked:
    lens, eye = shelf.take(id_of(NAME, False)), known.eye(NAME)
    pixels = (pictures.photograph("china") * 255).round().astype(np.uint8)
    seen = eye.see(pixels, whole=False)
    sample = Sample(seen.picture, seen.x, None, "photograph: china", stamp=str(turn))
    return Looked(NAME, None, lens, eye, sample, lens.answer(seen.x)[0].numpy(), (turn,))


def _all_maps(looked: Looked) -> bytes:
    """As if the browser had asked for every layer."""
    maps = pictured(looked, True)
    drawn = DrawnNetwork(
        maps, looked.sample.picture, looked.sample.words, looked.probabilities, looked.classes, None, "",
        lambda name, channel: exact(looked, name, channel),
    )  # fmt: skip
    return block(drawn, Request(want=tuple(range(len(maps)))))


def on_the_screen() -> list[Claim]:
    with serving() as server, browser_page() as page:
        server.settle()
        received: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(_size(frame))))
        page.goto(f"{server.url}{PAGE}")
        page.wait_for_function("() => window.deep('[data-drawn]')", timeout=60_000)
        idle(page)
        seconds, sent = [], []
        for turn in range(2 * TURNS):
            received.clear()
            seconds.append(_other_photograph(page, "china" if turn % 2 else "flower"))
            sent.append(sum(received) / 1e6)
            idle(page)
    note = "1280x720, from the click on a photograph; only what is in sight is sent"
    first, later = seconds[:2], seconds[2:]
    return [
        Claim("VGG16's maps in sight, another photograph", max(first), "s", 4.0, tuple(first), note=note),
        Claim("the same, photographs seen before", median(later), "s", 4.0, tuple(later)),
        Claim("sent for it", max(sent), "MB", 2.0, tuple(sent)),
    ]


def _size(frame: str | bytes) -> int:
    return len(frame)


def _other_photograph(page: Page, name: str) -> float:
    button = page.get_by_role("radio", name=name)
    button.click(no_wait_after=True)
    return float(page.evaluate(SHOWN, name))
