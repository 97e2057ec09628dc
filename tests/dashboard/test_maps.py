"""Feature maps without a browser: what is sent, and what a user's mistakes get."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from core.data import sources
from core.data.normalise import Normaliser
from core.lens.capture import Lens
from core.lens.graph import graph_of
from core.lens.inputs import Eye
from core.network.build import build
from core.network.convolutions import TransposedConvolution
from core.network.layers import Dense, Flatten
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.runs import archive, folder
from core.training import history
from dashboard.components.maps import Cell, DrawnNetwork, Request, block, cell, request
from dashboard.components.packed import unpack
from dashboard.learn import own
from dashboard.lens import data_images, looking, pair_view
from dashboard.lens.layers import layers
from dashboard.lens.pictured import exact, pictured, thumbnails
from dashboard.lens.views import Looked, Sample
from tests.core.lens.known import SIDES, every_known, known
from tests.dashboard.test_pages import make_run, open_app
from tests.trained import trained

NOTHING = Request()


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of digits-small, four epochs, without class 7."""
    counts = tuple(0 if label == 7 else None for label in range(10))
    root = tmp_path_factory.mktemp("maps")
    trained(root, epochs=4, class_counts=counts)
    return root


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    """Runs of other tests have the same ids."""
    st.cache_resource.clear()


@pytest.fixture
def run(once: Path, runs_root: Path) -> folder.Run:
    (found,) = (path for path in once.iterdir() if (path / "spec.json").exists())
    shutil.copytree(found, runs_root / found.name)
    return folder.open_run(found.name)


def looked_at(run: folder.Run, epoch: int | None = None, index: int = 0) -> Looked:
    eye = looking.eye(run.id)
    raw = looking.raw("digits")
    seen = eye.see(raw.test_x[index])
    stamp = looking.stamp_of(run.id, epoch)
    lens = looking.lens_of(run.id, epoch, stamp)
    sample = Sample(seen.picture, seen.x, int(raw.test_y[index]), "a digit", "test", index, stamp=f"test {index}")
    return Looked(run.id, epoch, lens, eye, sample, lens.answer(seen.x)[0].numpy(), (run.id, epoch, stamp))


def sent(looked: Looked, asked: Request = NOTHING, after: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    drawn = DrawnNetwork(
        maps=pictured(looked, after),
        picture=looked.sample.picture,
        words="a digit",
        probabilities=looked.probabilities,
        classes=looked.classes,
        label=looked.sample.label,
        stamp="1",
        exact=lambda name, channel: exact(looked, name, channel),
    )
    return unpack(block(drawn, asked))


@pytest.mark.parametrize("after", [True, False])
def test_the_browser_gets_the_networks_own_numbers(run: folder.Run, after: bool) -> None:
    looked = looked_at(run)
    head, arrays = sent(looked, after=after)
    network = history.network_at(run, None)
    x, expected = looked.sample.x, {}
    with torch.no_grad():
        for name, module in network.named_children():  # not in place, and nothing of the lens
            x = module(x)
            expected[name] = x[0].numpy()
    names = [layer["name"] for layer in head["layers"]]
    ends = "relu" if after else "convolution"
    assert any(name.endswith(ends) for name in names)
    assert head["layers"][-1]["shape"] == [10]
    for number, layer in enumerate(head["layers"]):
        np.testing.assert_allclose(arrays[f"values{number}"], expected[layer["name"]].ravel(), rtol=1e-5, atol=1e-6)
        maps = expected[layer["name"]].reshape(layer["shape"][0], -1)
        np.testing.assert_allclose(arrays[f"low{number}"], maps.min(axis=1), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(arrays[f"high{number}"], maps.max(axis=1), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(arrays[f"strength{number}"], np.abs(maps).mean(axis=1), rtol=1e-4, atol=1e-6)
    assert np.array_equal(arrays["picture"], looked.sample.picture.ravel())
    assert arrays["probabilities"].sum() == pytest.approx(1, abs=1e-5)


def large() -> Looked:
    """A network whose maps are too many to be sent as they are."""
    network = build(PRESETS["sakr-cifar-deep"].network.model_copy(update={"input_shape": (3, 96, 96)}), seed=0)
    lens = Lens(network.eval(), [str(label) for label in range(10)])
    eye = Eye(Normaliser(1.0, (0.0,) * 3, (1.0,) * 3), (3, 96, 96))
    seen = eye.see(np.random.default_rng(0).integers(0, 256, (3, 96, 96), dtype=np.uint8))
    return Looked("large", None, lens, eye, Sample(seen.picture, seen.x, None, "noise"), np.zeros(10, np.float32), ())


def test_of_a_large_network_only_what_is_on_the_screen_is_sent() -> None:
    looked = large()
    head, arrays = sent(looked, Request(stamp="1", have=(0,), want=(0, 1)))
    inexact = [number for number, layer in enumerate(head["layers"]) if not layer["exact"]]
    assert len(inexact) >= 4
    there = [number for number in inexact if f"values{number}" in arrays]
    assert there == [1]
    assert arrays["values1"].dtype == np.uint8
    head, arrays = sent(looked, Request(stamp="another picture", have=(0,), want=(0, 1)))
    assert "values0" in arrays  # what the browser has is of another picture


def test_numbers_of_large_maps_come_exactly_when_they_are_asked_for() -> None:
    looked = large()
    name = pictured(looked, True)[1].node.name
    head, arrays = sent(looked, Request(stamp="1", have=(0, 1), want=(1,), probe=(name, 3)))
    assert head["probe"] == {"name": name, "channel": 3, "shape": [1, 94, 94]}
    own_values = looked.lens.maps(looked.sample.x, [name])[name][0, 3].numpy()
    assert np.array_equal(arrays["probe"].reshape(94, 94), own_values)
    head, _ = sent(looked, Request(stamp="1", probe=("no such layer", 0)))
    assert "probe" not in head


def test_thumbnails_are_means_between_the_ends() -> None:
    maps = torch.randn(3, 40, 60, generator=torch.Generator().manual_seed(0)).cumsum(2)
    made = thumbnails(maps, cells=3 * 20 * 30)
    assert made.shape == (3, 20, 30)
    for small, whole in zip(made, maps.numpy(), strict=True):
        low, high = whole.min(), whole.max()
        means = whole.reshape(20, 2, 30, 2).mean(axis=(1, 3))
        np.testing.assert_allclose(low + small / 255 * (high - low), means, atol=(high - low) / 400)
    flat = thumbnails(torch.full((1, 4, 4), 2.5))
    assert not flat.any()


@every_known
def test_every_layer_of_a_known_network_has_one_place(name: str) -> None:
    graph = graph_of(known(name), (3, SIDES[name], SIDES[name]))
    drawn = layers(graph)
    assert len(drawn) == len({layer.after.name for layer in drawn})
    names = {node.name for layer in drawn for node in (layer.before, layer.after)}
    seen = ("dense", "pool", "add", "concat", "activation")
    assert {node.name for node in graph.nodes if node.kind in seen} <= names
    assert all(layer.before.shape == layer.after.shape for layer in drawn)
    if name == "resnet18":
        sums = [layer for layer in drawn if layer.before.kind == "add"]
        assert len(sums) == 8
        assert all(layer.after.activation_of == layer.before.name for layer in sums)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_a_cropped_transposed_convolution_is_one_layer(padding: Any, activation: Any) -> None:
    upwards = TransposedConvolution(filters=3, kernel=3, stride=2, padding=padding, activation=activation)
    spec = NetworkSpec(name="upwards", input_shape=(1, 8, 8), layers=(upwards, Flatten(), Dense(units=4)))
    (first, last) = layers(graph_of(build(spec, seed=0), spec.input_shape))
    assert (first.title, last.title) == ("transposed convolution 1", "dense 1")
    side = 16 if padding == "same" else 17
    assert first.before.shape == first.after.shape == (3, side, side)
    assert (first.after.title == "transposed convolution 1 · relu") == (activation == "relu")


def test_what_the_browser_says_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    assert cell("k") is None
    assert request("k") == Request()
    state["k"] = {"cell": {"node": "0_relu", "channel": 1, "row": 2, "column": 3}, "look": {"want": [0, -1, "x", True]}}
    assert cell("k") == Cell("0_relu", 1, 2, 3)
    assert request("k").want == (0,)
    for wrong in ({"node": 5}, {"channel": -1}, {"row": None}, {"column": True}):
        state["k"] = {"cell": {"node": "0_relu", "channel": 1, "row": 2, "column": 3, **wrong}, "look": "nonsense"}
        assert cell("k") is None
        assert request("k") == Request()


def test_the_second_network_is_sorted_as_the_first(run: folder.Run) -> None:
    first = looked_at(run)
    other = pair_view.second(first, run.id, 0)
    assert not np.allclose(first.probabilities, other.probabilities)
    together = pair_view.in_step(pictured(other, True), pictured(first, True))
    for one, two in zip(pictured(first, True), together, strict=True):
        assert np.array_equal(one.strength, two.strength)
        assert not np.array_equal(one.values, two.values)


def test_sessions_share_networks_and_maps(run: folder.Run) -> None:
    stamp = looking.stamp_of(run.id, None)
    assert looking.lens_of(run.id, None, stamp) is looking.lens_of(run.id, None, stamp)
    assert pictured(looked_at(run), True) is pictured(looked_at(run), True)


# ---- the page ----
def errors(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


def maps_page(**query: str) -> AppTest:
    app = open_app()
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page("../pages/maps.py").run()
    assert not app.exception
    return app


def drawn(app: AppTest, key: str = "maps_network") -> dict[str, Any] | None:
    for component in app.get("bidi_component"):
        data = component.proto.bytes
        if data:
            head, _ = unpack(bytes(data))
            if head.get("key") == key:
                return head
    return None


def test_the_page_draws_the_network_of_the_run_in_the_link(run: folder.Run) -> None:
    make_run("digits-small")
    head = drawn(maps_page(run=run.id, maps_image="5"))
    assert head is not None
    assert head["words"].startswith("test image 5, a")


def test_an_image_that_another_page_asked_for_is_opened(run: folder.Run) -> None:
    label = sources.load("digits").train_y[37]
    head = drawn(maps_page(run=run.id, maps_part="train", maps_image="37"))
    assert head is not None
    assert head["words"].startswith("training image 37, ")
    assert head["label"] == label


def test_a_number_beyond_the_last_image_shows_one_that_is_there(run: folder.Run) -> None:
    head = drawn(maps_page(run=run.id, maps_image="99999999"))
    assert head is not None
    assert "test image" in head["words"]


def test_a_network_that_reads_points_is_told_in_one_sentence(run: folder.Run) -> None:
    points = make_run("two-layer-sigmoid", "started", "epoch")
    points.write_summary(state="finished", epochs_done=1, best_epoch=1)
    app = maps_page(run=points.id)
    assert any("reads 2 numbers, not images" in text for text in errors(app))
    assert app.selectbox(key="maps_run") is not None


def test_a_damaged_snapshot_leaves_the_other_epochs(run: folder.Run) -> None:
    history.snapshot_path(run.path, 1).write_bytes(b"nothing of use")
    app = maps_page(run=run.id, maps_epoch="1")
    (said,) = errors(app)
    assert "The snapshot of epoch 1" in said
    assert not errors(maps_page(run=run.id, maps_epoch="2"))


@pytest.mark.parametrize("said", ["1", "999", "x"])
def test_an_epoch_that_is_not_recorded_is_told(run: folder.Run, said: str) -> None:
    history.snapshot_path(run.path, 1).unlink()
    app = maps_page(run=run.id, maps_epoch=said)
    assert not errors(app)
    assert [toast.value for toast in app.toast] == [
        f"Epoch {said} of this run is not recorded; the nearest one that is recorded is shown."
    ]


def test_without_its_data_a_run_can_still_be_drawn_for(run: folder.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = run.path / "spec.json"
    spec.write_text(spec.read_text().replace('"dataset": "digits"', '"dataset": "folder:gone"'))
    app = maps_page(run=run.id)
    assert len(errors(app)) == 1
    assert "gone" in errors(app)[0]
    assert drawn(app) is None
    app.session_state[own.KEY] = {"draw": own.OwnPicture(np.eye(40, dtype=np.uint8)[None] * 255, "drawing")}
    app.segmented_control(key="maps_source").set_value("draw").run()
    assert not errors(app)
    assert drawn(app) is not None


def test_a_class_that_the_run_never_saw_is_told(run: folder.Run) -> None:
    raw = looking.raw("digits")
    app = maps_page(run=run.id)
    app.selectbox(key="maps_class").set_value("7").run()
    assert any("never saw an image of 7" in caption.value for caption in app.caption)
    head = drawn(app)
    assert head is not None
    assert head["label"] == 7
    assert not looking.trained_on(run.id, raw.classes.index("7"))
    assert looking.trained_on(run.id, raw.classes.index("6"))


def test_mistakes_come_first(run: folder.Run) -> None:
    raw = looking.raw("digits")
    wrong = data_images.recorded_mistakes(run.id)
    assert wrong is not None
    with np.load(run.path / "predictions-test.npz") as found:
        asked = found["index"][found["probabilities"].argmax(axis=1) != found["labels"]]
    assert set(wrong) == set(asked)
    app = maps_page(run=run.id, maps_part="mistakes")
    app.button(key="maps_image_after").click().run()
    head = drawn(app)
    assert head is not None
    assert app.session_state["maps_image"] in set(wrong) if len(wrong) else True
    listed = set()
    for _ in range(len(wrong) - 1):
        listed.add(app.session_state["maps_image"])
        app.button(key="maps_image_after").click().run()
    assert listed <= set(wrong)
    assert max(wrong) < raw.test_count


def test_a_loaded_run_without_epochs_is_drawn(run: folder.Run) -> None:
    loaded = archive.unpack(archive.pack(run))
    assert drawn(maps_page(run=loaded.id)) is not None


def test_a_run_that_is_not_there_is_told(run: folder.Run) -> None:
    app = maps_page(run="20010101-000000-no-run")
    assert any("no trained run" in warning.value for warning in app.warning)
    assert drawn(app) is not None


def test_a_diverged_network_is_drawn_all_the_same(run: folder.Run) -> None:
    path = run.path / "snapshots" / "epoch-00002.npz"
    with np.load(path) as arrays:
        state = {
            name: np.full_like(values, np.nan) if values.dtype.kind == "f" else values
            for name, values in arrays.items()
        }
    content = io.BytesIO()
    np.savez(content, **state)
    path.write_bytes(content.getvalue())
    app = maps_page(run=run.id, maps_epoch="2")
    assert not errors(app)
    assert drawn(app) is not None
