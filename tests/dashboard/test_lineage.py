"""What a click on a cell sends to the browser: little, exact, and never another network's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from core.lens.lineage import Cell, lineage, needed
from core.network.layers import Convolution, Dense, Flatten, GlobalPooling, MaxPooling
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from dashboard.components.maps import Cell as Clicked
from dashboard.components.maps import Lit
from dashboard.components.packed import pack, unpack
from dashboard.lens import lineage as shown
from dashboard.lens.views import Looked
from tests.dashboard.lineage_cases import looked

DIGITS = tuple("0123456789")


def network(*layers: object, shape: tuple[int, ...] = (1, 12, 12)) -> NetworkSpec:
    return NetworkSpec.model_validate({"input_shape": shape, "layers": layers})


def lit(seen: Looked, node: str, channel: int, row: int = 0, column: int = 0) -> Lit:
    return shown.lit(seen, Clicked(node, channel, row, column))


def window_of(found: Lit) -> tuple[dict[str, Any], np.ndarray, np.ndarray | None]:
    (window,) = found.head["steps"][0]["reads"]
    return window, found.arrays["lit_values0_0"], found.arrays.get("lit_weights0_0")


def test_nothing_is_sent_of_no_cell_and_of_another_networks() -> None:
    seen = looked(PRESETS["digits-small"].network)
    assert shown.lit(seen, None) is shown.NOTHING
    for cell in (Clicked("0_relu", 99, 0, 0), Clicked("9_relu", 0, 0, 0), Clicked("0_relu", 0, 8, 0)):
        assert shown.lit(seen, cell).head == {"cell": None}


@pytest.mark.parametrize(
    ("cell", "name", "field"),
    [
        (("0_relu", 3, 4, 5), "convolution 1, map 3 (4, 5)", "sees 3×3 of 8×8 pixels"),
        (("0_relu", 3, 0, 0), "convolution 1, map 3 (0, 0)", "sees 2×2 of 8×8 pixels"),
        (("input", 0, 7, 2), "pixel (7, 2)", ""),
        (("5_dense", 7, 0, 0), "dense 2, 7", "sees the whole picture"),
        (("4_relu", 7, 0, 0), "dense 1, unit 7", "sees the whole picture"),
    ],
)
def test_cells_are_named_as_the_screen_counts_them(cell: tuple[str, int, int, int], name: str, field: str) -> None:
    seen = looked(PRESETS["digits-small"].network, classes=DIGITS)
    found = lit(seen, *cell)
    assert (found.head["name"], found.head["field"]) == (name, field)


def test_the_patches_of_the_strongest_maps_and_the_rest_make_the_sum() -> None:
    seen = looked(network(Convolution(filters=80, kernel=3), Convolution(filters=2, kernel=5)))
    cell = Cell("1_relu", 1, 3, 3)
    own = lineage(seen.lens, seen.lens.maps(seen.sample.x, needed(seen.lens.graph, cell)), cell)
    found = lit(seen, *cell)
    window, values, weights = window_of(found)
    assert weights is not None
    assert window["maps"] == 80
    assert window["more"] == 80 - shown.PARTS
    assert values.shape == (shown.PARTS, 5, 5)
    sums = (values.astype(np.float64) * weights).reshape(shown.PARTS, 25).sum(1)
    assert sums == pytest.approx(window["sums"])
    assert list(np.abs(sums)) == sorted(np.abs(sums), reverse=True)
    assert sums.sum() + window["rest"] + found.head["steps"][0]["bias"] == pytest.approx(own.steps[0].result)
    assert min(np.abs(sums)) >= sorted(np.abs(own.steps[0].reads[0].sums))[-shown.PARTS]


def test_a_dense_cell_over_many_inputs_sends_its_strongest_terms_and_says_so() -> None:
    seen = looked(network(Flatten(), Dense(units=2), shape=(1, 70, 70)))
    found = lit(seen, "1_relu", 1)
    window, values, weights = window_of(found)
    assert weights is not None
    assert (window["single"], window["inputs"], window["more"]) == (True, 4900, 4900 - shown.TERMS)
    assert len(values) == len(weights) == len(window["rows"]) == shown.TERMS
    picture = seen.sample.x[0, 0].numpy()
    assert np.array_equal(picture[window["rows"], window["columns"]], values)
    step = found.head["steps"][0]
    total = (values.astype(np.float64) * weights).sum() + window["rest"] + step["bias"]
    assert total == pytest.approx(step["value"], abs=1e-4)


def test_little_is_sent_whatever_the_network() -> None:
    seen = looked(network(Convolution(filters=512, kernel=1), Flatten(), Dense(units=2), shape=(1, 7, 7)))
    found = lit(seen, "2_relu", 0)
    window, values, _ = window_of(found)
    assert window["inputs"] == 25088
    assert len(pack(found.head, found.arrays)) < 100_000
    assert values.size <= shown.NUMBERS


def test_a_winner_and_the_parents_of_a_pool() -> None:
    seen = looked(network(Convolution(filters=3, kernel=3, activation="identity"), MaxPooling()))
    found = lit(seen, "1_max_pooling", 2, 4, 4)
    window, values, _ = window_of(found)
    (row, column) = found.head["steps"][0]["winner"]
    assert values.reshape(2, 2)[row, column] == values.max() == np.float32(found.head["value"])
    assert (window["node"], window["channels"], window["rows"]) == ("0_convolution", [2], [8, 9])
    boxes = {name: box for name, *box in found.head["fields"]}
    assert boxes["0_convolution"] == [8, 8, 10, 10, 2]
    assert boxes["input"] == [8, 8, 12, 12, None]


def test_a_pixel_tells_how_it_became_a_number() -> None:
    seen = looked(network(Convolution(filters=1, kernel=3), shape=(3, 8, 8)))
    found = lit(seen, "input", 1, 7, 7)
    (step,) = found.head["steps"]
    told = step["pixel"]
    assert told["values"] == seen.sample.picture[:, 7, 7].tolist()
    assert (told["values"][1] / 255 - told["mean"]) / told["std"] == pytest.approx(found.head["value"])


def test_a_diverged_network_is_sent_as_json_without_nan() -> None:
    seen = looked(network(Convolution(filters=2, kernel=3), GlobalPooling(), Dense(units=2)))
    with torch.no_grad():
        seen.lens.network.get_parameter("0_convolution.weight").fill_(torch.nan)
    for cell in (("0_relu", 0, 3, 3), ("1_global_pooling", 1), ("2_relu", 1)):
        found = lit(seen, *cell)
        head, arrays = unpack(pack(found.head, found.arrays))
        assert head == json.loads(json.dumps(found.head))
        assert head["value"] is None
        assert set(arrays) == set(found.arrays)


def test_maps_are_read_once_for_clicks_in_one_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looked(network(Convolution(filters=4, kernel=3)), seed=11)
    asked = []
    maps = seen.lens.maps
    monkeypatch.setattr(seen.lens, "maps", lambda x, names, known: asked.append(names) or maps(x, names))
    for channel in range(4):
        lit(seen, "0_relu", channel, 2, 2)
    assert len(asked) == 1


def test_a_large_network_is_asked_from_its_last_pooling_on(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = network(Convolution(filters=4, kernel=3), MaxPooling(), Convolution(filters=2, kernel=3))
    wanted = lit(looked(spec, seed=5), "2_relu", 1, 1, 1)
    seen = looked(spec, seed=5)
    monkeypatch.setattr(shown, "LARGE", 1)
    begun = []
    maps = seen.lens.maps
    monkeypatch.setattr(
        seen.lens, "maps", lambda x, names, known=None: begun.append(sorted(known or ())) or maps(x, names, known=known)
    )
    shown._kept.clear()
    found = lit(seen, "2_relu", 1, 1, 1)
    assert begun == [[], ["1_max_pooling"]]
    assert found.head == wanted.head
    assert all(np.array_equal(found.arrays[name], wanted.arrays[name]) for name in wanted.arrays)
