"""Lineage in Chromium: a click on a cell shows what made it, down to the pixels; what is written adds up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from torch import Tensor

from core.data.normalise import fit_normaliser
from core.data.sources import load
from core.lens.capture import Lens
from core.network.build import build
from core.network.layers import (
    Activation,
    AveragePooling,
    BatchNormalisation,
    Convolution,
    Dense,
    Flatten,
    GlobalPooling,
    MaxPooling,
)
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.runs import events, folder
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from core.training import checkpoints
from dashboard.components.maps import Cell
from dashboard.lens import lineage
from tests.browser.conftest import App, settle
from tests.dashboard.lineage_cases import looked, shaken

pytestmark = pytest.mark.browser

SENTENCES = """async ([base, cases]) => {
  const { sentence, partsOf, sentenceOfPart } = await import(base + "maps_lineage_words.js");
  return cases.map(({ head, arrays, room }) => {
    const typed = Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, new Float32Array(values)]));
    const windows = head.steps[0].reads.filter(({ weighted }) => weighted);
    const ofParts = (window) => partsOf(window, typed).slice(0, 5).map((part) => sentenceOfPart(window, part, room));
    const told = [sentence(head.steps, typed, head.name, room), ...windows.flatMap(ofParts)];
    return told.map((pieces) => pieces.map(([, text]) => text).join(""));
  });
}"""
NETWORKS = (
    NetworkSpec(
        name="plain",
        input_shape=(1, 12, 12),
        layers=(Convolution(filters=5, kernel=3), MaxPooling(), Convolution(filters=3, kernel=3, padding="same",
                activation="tanh"), AveragePooling(padding=1), Flatten(), Dense(units=4, activation="softmax")),
    ),
    NetworkSpec(
        name="normalised",
        input_shape=(3, 9, 9),
        layers=(Convolution(filters=40, kernel=5, activation="identity", bias=False), BatchNormalisation(),
                Activation(function="leaky-relu"), Convolution(filters=4, kernel=3, activation="sigmoid"),
                GlobalPooling(mode="max"), Dense(units=300), Dense(units=3)),
    ),
)  # fmt: skip


def cases() -> list[dict[str, Any]]:
    """Every layer of both networks, at several cells and room for few and many terms."""
    found = []
    draw = np.random.default_rng(0)
    for seed, spec in enumerate(NETWORKS):
        seen = looked(spec, seed)
        for node in seen.lens.graph:
            for room in (2, 5, 40):
                at = [int(draw.integers(size)) for size in (*node.shape, 1, 1)[:3]]
                lit = lineage.lit(seen, Cell(node.name, *at))
                arrays = {name: values.ravel().tolist() for name, values in lit.arrays.items()}
                found.append({"head": lit.head, "arrays": arrays, "room": room})
    return found


FUNCTIONS = {
    "max": lambda *values: max(values),
    "relu": lambda x: max(0.0, x),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
}
WORDS = (
    r"(map|unit) \d+: |[\d,]+ (more|products) that (add up to|are all) |, and \d+ more|"
    r"(the picture|red|green|blue): |bias "
)


def reckoned(written: str) -> float:
    """What a reader gets who takes the written numbers for what they are."""
    told = re.sub(WORDS, "", written).replace("−", "-").replace("·", "*").replace("leaky relu", "leaky_relu")
    return float(eval(told, FUNCTIONS))


def equations(sentence: str) -> list[tuple[str, str]]:
    """Each step of a sentence, and the result that is written after it."""
    steps = [re.split(" [=≈] ", step.strip()) for step in sentence.split("→")]
    return [(step[-2], step[-1].replace("−", "-")) for step in [steps[0][1:], *steps[1:]] if len(step) == 2]


def half(result: str) -> float:
    """Half of the last decimal that is written."""
    return 0.50001 * 10.0 ** -len(result.partition(".")[2])


def test_what_is_written_adds_up_to_what_is_written(page: Page, app: App) -> None:
    page.goto(f"{app.url}/app/static/logo.svg")
    given = cases()
    told = page.evaluate(SENTENCES, [f"{app.url}/app/static/", given])
    checked = 0
    for case, sentences in zip(given, told, strict=True):
        if case["head"]["steps"][0]["kind"] in ("softmax", "input"):
            sentences = sentences[1:]
        else:
            result = re.split(" [=≈] ", sentences[0])[-1].replace("−", "-")
            assert abs(float(result) - case["head"]["value"]) <= half(result), sentences[0]
        for sentence in sentences:
            for written, result in equations(sentence):
                assert abs(reckoned(written) - float(result)) <= half(result), sentence
                checked += 1
    assert checked > 200


@pytest.fixture
def run(served_runs: Path) -> folder.Run:
    """digits-small with random weights, as if it were trained."""
    known = [line for line in folder.list_runs() if line.name == "followed"]
    if known:
        return folder.open_run(known[0].id)
    spec = RunSpec(network=PRESETS["digits-small"].network, train=recipe("digits-small"))
    made = folder.create(spec, name="followed")
    checkpoints.save_weights(made.path, "best", shaken(build(spec.network, seed=4)), epoch=1)  # type: ignore[arg-type]
    events.append(made.path, "started", classes=[str(digit) for digit in range(10)])
    events.append(made.path, "finished", test_loss=2.0, test_accuracy=0.1, best_epoch=1, weights="best")
    made.write_summary(state="finished", epochs_done=1, best_epoch=1)
    return made


def own_values(run: folder.Run) -> dict[str, Tensor]:
    """The maps of the first test image, by the weights in the run's folder."""
    picture = torch.from_numpy(load("digits").test_x[:1])
    normalise = fit_normaliser(np.zeros((1, 1, 8, 8), np.uint8), run.spec.train.normalisation)
    return Lens(checkpoints.load_weights(run.path)).maps(normalise(picture))


def open_maps(page: Page, run: folder.Run) -> Locator:
    page.goto(f"/maps?run={run.id}")
    settle(page, "Feature maps")
    drawing = page.locator(".maps")
    expect(drawing).to_have_attribute("data-missing", "0")
    return drawing


def walk(page: Page, drawing: Locator, *keys: str) -> None:
    drawing.locator("canvas.over").focus()
    for key in keys:
        page.keyboard.press(key)


def shows(drawing: Locator, cell: str, value: float) -> None:
    panel = drawing.locator(".lineage")
    expect(panel).to_have_attribute("data-cell", cell)
    expect(panel).to_have_attribute("data-equal", "true")
    assert float(panel.get_attribute("data-value") or "nan") == pytest.approx(value, rel=1e-6, abs=1e-7)
    expect(panel.locator(".lineage-check")).to_contain_text("✓ the network's own value")


def test_a_cell_is_followed_down_to_the_pixels_by_keyboard(page: Page, run: folder.Run) -> None:
    own = own_values(run)
    drawing = open_maps(page, run)
    expect(drawing.locator(".lineage-hint")).to_be_visible()
    walk(page, drawing, "PageDown", "PageDown", "PageDown", "PageDown", *["ArrowRight"] * 2, "ArrowDown", "Enter")
    expect(drawing.locator(".lineage")).to_have_attribute("data-cell", re.compile("dense 1, unit"))
    expect(drawing.locator(".lineage-field")).to_have_text("sees the whole picture")
    unit = int((drawing.locator(".lineage").get_attribute("data-cell") or "").split()[-1])
    shows(drawing, f"dense 1, unit {unit}", float(own["4_relu"][0, unit]))
    names = ["max pooling 1", "convolution 2", "convolution 1", "pixel"]
    for depth, name in enumerate(names):
        drawing.locator(".parts").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(drawing.locator(".lineage")).to_have_attribute("data-cell", re.compile(f"^{name}"))
        expect(drawing.locator(".crumbs button")).to_have_count(depth + 2)
    found = drawing.locator(".lineage").get_attribute("data-cell") or ""
    row, column = map(int, re.findall(r"\d+", found))
    shows(drawing, found, float(own["input"][0, 0, row, column]))
    expect(drawing.locator(".line-box")).to_contain_text(" / 255")
    page.keyboard.press("Backspace")
    expect(drawing.locator(".lineage")).to_have_attribute("data-cell", re.compile("^convolution 1"))
    expect(drawing.locator(".crumbs button")).to_have_count(4)
    drawing.locator(".crumbs button").first.click()
    shows(drawing, f"dense 1, unit {unit}", float(own["4_relu"][0, unit]))
    page.keyboard.press("Escape")
    expect(drawing.locator(".lineage-hint")).to_be_visible()


def test_clicks_light_the_field_and_go_on_in_it(page: Page, run: folder.Run) -> None:
    own = own_values(run)
    drawing = open_maps(page, run)
    over = drawing.locator("canvas.over")
    walk(page, drawing, "PageDown", "PageDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "Enter")
    shows(drawing, "convolution 2, map 0 (2, 2)", float(own["1_relu"][0, 0, 2, 2]))
    expect(drawing.locator(".lineage-field")).to_have_text("sees 5×5 of 8×8 pixels")
    orange = coloured(over)
    assert orange > 200  # boxes over the picture and all 16 maps of convolution 1
    drawing.locator(".part canvas.patch").first.click(position={"x": 4, "y": 4})
    expect(drawing.locator(".crumbs button")).to_have_count(2)
    expect(drawing.locator(".lineage")).to_have_attribute("data-cell", re.compile(r"^convolution 1, map \d+ \(1, 1\)"))
    assert coloured(over) < orange
    walk(page, drawing, "PageDown", "PageDown", "PageDown", "Enter")  # later than what is lit: a new trail
    expect(drawing.locator(".lineage")).to_have_attribute("data-cell", re.compile("^dense 1"))
    expect(drawing.locator(".crumbs button")).to_have_count(1)


def coloured(canvas: Locator) -> int:
    """Pixels of the lit fields' colour."""
    return int(
        canvas.evaluate("""canvas => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let at = 0; at < data.length; at += 4) found += data[at + 3] > 100 && data[at] > 150 && data[at + 2] < 60;
      return found;
    }""")
    )


def test_the_cell_stays_while_picture_and_settings_change(page: Page, run: folder.Run) -> None:
    own = own_values(run)
    drawing = open_maps(page, run)
    walk(page, drawing, "PageDown", "ArrowDown", "ArrowRight", "Enter")
    shows(drawing, "convolution 1, map 0 (1, 1)", float(own["0_relu"][0, 0, 1, 1]))
    page.get_by_role("radio", name="before", exact=True).click()
    expect(drawing.locator(".line-box")).to_contain_text("relu(")
    before = drawing.locator(".lineage").get_attribute("data-shown")
    page.locator(".st-key-maps_controls").get_by_role("button").nth(1).click()
    expect(drawing.locator(".lineage")).not_to_have_attribute("data-shown", str(before))
    expect(drawing.locator(".lineage")).to_have_attribute("data-cell", "convolution 1, map 0 (1, 1)")
