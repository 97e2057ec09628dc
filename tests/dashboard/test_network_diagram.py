"""What the diagram and the layer table say of a network."""

from __future__ import annotations

import pytest

from core.network import edits
from core.network.layers import LAYER_KINDS, Convolution
from core.network.presets import PRESETS
from core.network.shapes import trace
from core.network.spec import NetworkSpec
from dashboard.components.layer_table import table_data
from dashboard.components.network_diagram import picture

LENET = PRESETS["sakr-lenet"].network


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_drawn_whole(name: str) -> None:
    spec = PRESETS[name].network
    table = trace(spec)
    blocks = picture.blocks(spec, table, ())
    assert [block["index"] for block in blocks] == list(range(-1, len(spec.layers)))
    assert [tuple(block["shape"]) for block in blocks] == [spec.input_shape, *(row.output_shape for row in table.rows)]
    assert not any(block["stale"] or block["fault"] for block in blocks)
    text = picture.alternative_text(spec, table)
    assert all(row.layer.label in text for row in table.rows)
    assert f"{table.parameters:,} parameters" in text


@pytest.mark.parametrize("name", PRESETS)
def test_the_table_adds_up(name: str) -> None:
    spec = PRESETS[name].network
    data = table_data(spec, trace(spec))
    counts = [int(row["cells"][1].replace(",", "") or 0) for row in data["rows"]]
    assert sum(counts) == int(data["total"][3].replace(",", ""))
    assert sum(row.get("share", 0) for row in data["rows"]) == pytest.approx(1.0)
    assert all(len(row["cells"]) == len(data["columns"]) - 3 for row in data["rows"])
    assert len(data["total"]) == len(data["columns"])


def test_the_numbers_of_lenet() -> None:
    """Counted by hand: 20 (25 + 1), 50 (500 + 1), 500 (2450 + 1), 10 (500 + 1)."""
    rows = table_data(LENET, trace(LENET))["rows"]
    shown = {row["label"]: row["cells"] for row in rows}
    assert shown["convolution 20 · 5x5 same, relu"] == ["20×28×28", "520", "392,000", "61.2 KiB"]
    assert shown["convolution 50 · 5x5 same, relu"] == ["50×14×14", "25,050", "4,900,000", "38.3 KiB"]
    assert shown["dense 500, relu"] == ["500", "1,225,500", "1,225,000", "2.0 KiB"]
    assert shown["dense 10, softmax"] == ["10", "5,010", "5,000", "40 B"]


def test_the_last_picture_stays_behind_a_fault() -> None:
    kept = picture.outlines(trace(LENET))
    broken = edits.replace(LENET, 2, kernel=31, padding="valid")
    blocks = picture.blocks(broken, trace(broken), kept)
    before = picture.blocks(LENET, trace(LENET), ())
    assert [block["shape"] for block in blocks] == [block["shape"] for block in before]
    assert [block["stale"] for block in blocks] == [False] * 3 + [True] * 5
    assert [bool(block["fault"]) for block in blocks] == [index == 3 for index in range(8)]
    assert "31" in blocks[3]["fault"]
    assert blocks[3]["fault"] in blocks[3]["aria"]


def test_a_layer_that_was_never_drawn_is_unknown() -> None:
    """Inserted and impossible: what follows keeps its own picture, the new one has none."""
    kept = picture.outlines(trace(LENET))
    broken = edits.insert(LENET, 5, Convolution())
    broken = edits.insert(broken, 5, Convolution())
    shapes = picture.drawn_shapes(broken, trace(broken), kept)
    assert shapes[5:] == [(None, True), (None, True), ((500,), True), ((10,), True)]


def test_a_broken_table_has_the_sentence_and_the_totals_so_far() -> None:
    broken = edits.replace(LENET, 2, kernel=31, padding="valid")
    data = table_data(broken, trace(broken))
    assert "14x14" in data["rows"][3]["fault"]
    assert data["rows"][4]["waiting"]
    assert data["total"][1] == "total so far"
    assert data["total"][3] == "520"


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_every_kind_is_in_the_menu_and_has_a_short_name(kind: str) -> None:
    entry = next(entry for entry in picture.menu() if entry["kind"] == kind)
    assert entry["title"]
    assert entry["hint"]
    assert 0 < len(picture.short(LAYER_KINDS[kind]())) <= 16


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (40, "40 B"), (999, "999 B"), (1024, "1.0 KiB"), (62720, "61.2 KiB"), (1024**2 * 128, "128 MiB")],
)
def test_memory_is_told_in_the_unit_that_suits(count: int, text: str) -> None:
    assert picture.memory_text(count) == text


def test_the_window_is_as_wide_as_its_dilation_spreads_it() -> None:
    assert picture.window(Convolution(kernel=3, dilation=4)) == 9


def test_an_empty_network_is_drawn() -> None:
    spec = NetworkSpec(input_shape=(2,))
    assert [block["short"] for block in picture.blocks(spec, trace(spec), ())] == ["input"]
