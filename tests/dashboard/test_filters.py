"""The Filters page: what its blocks hold, what is said where something is missing, and the film's place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from core.errors import ConvLensError, DataError, RunError
from core.network.build import ConvNet, build
from core.network.layers import Convolution, Dense, Flatten
from core.network.spec import NetworkSpec
from core.paths import PROJECT
from core.runs import folder
from core.runs.folder import Run
from core.runs.spec import RunSpec, TrainSpec
from core.training import checkpoints, history, snapshots
from core.training.history import snapshot_path
from core.training.pinned import gradients
from dashboard import choosing
from dashboard.components.packed import unpack
from dashboard.lens import filters_block, filters_probe, filters_source, filters_state, looking
from dashboard.lens.filters_block import Other
from dashboard.lens.filters_source import RunSource
from tests.core.training.tools import images
from tests.dashboard.test_pages import open_app

SMALL = NetworkSpec(
    input_shape=(1, 8, 8),
    layers=(Convolution(filters=4, kernel=3), Convolution(filters=5, kernel=3), Flatten(), Dense(units=3)),
)
WIDE = NetworkSpec(
    input_shape=(1, 8, 8), layers=(Convolution(filters=6, kernel=3), Flatten(), Dense(units=3, activation="softmax"))
)
LARGE = NetworkSpec(input_shape=(1, 28, 28), layers=(Convolution(filters=20, kernel=3), Flatten(), Dense(units=60)))
FIRST, SECOND = "0_convolution", "1_convolution"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_resource.clear()


def recorded(network: NetworkSpec, epochs: int = 3, seed: int = 0) -> tuple[Run, list[ConvNet]]:
    """A finished run whose network was drawn anew for every epoch."""
    run = folder.create(RunSpec(network=network, train=TrainSpec(dataset="digits", normalisation="0..1", seed=seed)))
    networks = [build(network, seed + epoch) for epoch in range(epochs)]
    for epoch, drawn in enumerate(networks):
        snapshots.write_snapshot(run.path, epoch, drawn, None)
    checkpoints.save_weights(run.path, "best", networks[-1], epochs - 1)
    part = images().validation
    snapshots.write_pinned(run.path, part, np.arange(12), ("a", "b", "c"))
    run.write_summary(state="finished", epochs_done=epochs - 1, epochs=epochs - 1, best_epoch=epochs - 1)
    return run, networks


def block(run: Run, node: str, other: Other | None = None, filter: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    layer = filters_block.get_layer(RunSource(run.id), node)
    partner = None if other is None else filters_block.partner_of(layer, other)
    return unpack(filters_block.block(layer, filter, partner, name=run.name))


def weight(network: ConvNet, node: str) -> np.ndarray:
    return network.get_parameter(f"{node}.weight").detach().numpy()


def test_a_small_layer_goes_to_the_browser_with_all_its_epochs() -> None:
    run, networks = recorded(SMALL)
    head, arrays = block(run, SECOND)
    assert (head["epochs"], head["shape"], head["exact"]) == ([0, 1, 2], [5, 4, 3, 3], True)
    expected = np.stack([weight(network, SECOND) for network in networks])
    np.testing.assert_array_equal(arrays["weights"].reshape(expected.shape), expected)
    lengths = np.sqrt((expected.astype(float) ** 2).sum(axis=(2, 3, 4)))
    np.testing.assert_allclose(arrays["norms"].reshape(3, 5), lengths, rtol=1e-6)
    by_plane = np.sqrt((expected[-1].astype(float) ** 2).sum(axis=(2, 3)))
    assert arrays["strongest"].astype(int).tolist() == by_plane.argmax(axis=1).tolist()
    assert arrays["histograms"].reshape(3, -1).sum(axis=1).tolist() == [180, 180, 180]
    assert head["limit"] == pytest.approx(np.abs(expected).max())


def test_of_a_large_layer_the_chosen_filter_goes_whole_and_the_others_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters_block, "EXACT", 100)
    run, networks = recorded(SMALL)
    head, arrays = block(run, SECOND, filter=3)
    assert (head["exact"], head["filter"]) == (False, 3)
    chosen = arrays["weights"].reshape(3, 4, 3, 3)
    np.testing.assert_array_equal(chosen, np.stack([weight(network, SECOND)[3] for network in networks]))
    assert arrays["weights_at"].tolist() == [0, 1, 2]
    small = (arrays["small"].reshape(3, 5, 3, 3).astype(float) - 128) / 127 * head["strip"]["limit"]
    strongest = arrays["strongest"].astype(int)
    expected = np.stack([weight(network, SECOND)[np.arange(5), strongest] for network in networks])
    np.testing.assert_allclose(small, expected, atol=head["strip"]["limit"] / 250)


def test_many_epochs_are_thinned_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert filters_source.thinned(range(101), 5) == [0, 25, 50, 75, 100]
    assert filters_source.thinned([3, 9], 5) == [3, 9]
    monkeypatch.setattr(filters_block, "MOST_NUMBERS", 4 * 180)
    run, _ = recorded(SMALL, epochs=9)
    layer = filters_block.get_layer(RunSource(run.id), SECOND)
    assert layer.epochs == (0, 3, 5, 8)
    assert layer.recorded.notes == ("4 of 9 epochs are shown.",)


def test_two_epochs_of_a_run_are_compared() -> None:
    run, networks = recorded(SMALL)
    head, arrays = block(run, FIRST, Other(RunSource(run.id), 0))
    assert head["partner"] == {"name": run.name, "at": [0, 0, 0], "epochs": [0]}
    np.testing.assert_array_equal(arrays["others"].reshape(4, 1, 3, 3), weight(networks[0], FIRST))
    apart = [weight(network, FIRST) - weight(networks[0], FIRST) for network in networks]
    expected = [np.sqrt((values.astype(float) ** 2).sum(axis=(1, 2, 3))) for values in apart]
    np.testing.assert_allclose(arrays["moved"].reshape(3, 4), expected, rtol=1e-5, atol=1e-7)
    assert head["apart"] == pytest.approx(np.abs(apart).max())


def test_two_runs_are_compared_in_step() -> None:
    run, _ = recorded(SMALL)
    shorter, theirs = recorded(SMALL, epochs=2, seed=5)
    head, arrays = block(run, FIRST, Other(RunSource(shorter.id), None))
    assert head["partner"]["at"] == [0, 1, 1]
    np.testing.assert_array_equal(arrays["others"].reshape(2, 4, 1, 3, 3)[1], weight(theirs[1], FIRST))


def test_layers_that_cannot_be_compared_are_told() -> None:
    run, _ = recorded(SMALL)
    wide, _ = recorded(WIDE)
    layer = filters_block.get_layer(RunSource(run.id), FIRST)
    with pytest.raises(ConvLensError, match="is 6 filters, 3x3, here it is 4 filters, 3x3: only layers of one shape"):
        filters_block.partner_of(layer, Other(RunSource(wide.id), None))
    second = filters_block.get_layer(RunSource(run.id), SECOND)
    with pytest.raises(ConvLensError, match="has no convolution 2"):
        filters_block.partner_of(second, Other(RunSource(wide.id), None))


def test_a_damaged_snapshot_is_left_out_and_told() -> None:
    run, _ = recorded(SMALL)
    snapshot_path(run.path, 1).write_bytes(b"PK nothing")
    layer = filters_block.get_layer(RunSource(run.id), FIRST)
    assert layer.epochs == (0, 2)
    assert layer.recorded.notes == ("Epoch 1 cannot be read and is left out.",)
    for epoch in (0, 2):
        snapshot_path(run.path, epoch).write_bytes(b"PK nothing")
    (run.path / "best" / "weights.safetensors").unlink()
    with pytest.raises(RunError, match=r"Epochs 0, 1 and 2 of .* cannot be read"):
        filters_block.get_layer(RunSource(run.id), FIRST)


def test_a_run_without_any_weights_says_when_they_come() -> None:
    run = folder.create(RunSpec(network=SMALL, train=TrainSpec(dataset="digits")))
    with pytest.raises(RunError, match=r"Nothing of .* is recorded yet"):
        filters_block.get_layer(RunSource(run.id), FIRST)


def test_a_large_network_shows_its_later_layers_where_they_are_known() -> None:
    run, networks = recorded(LARGE)
    assert filters_block.get_layer(RunSource(run.id), FIRST).epochs == (0, 1, 2)
    layer = filters_block.get_layer(RunSource(run.id), "2_dense")
    assert layer.epochs == (0, 2)
    assert layer.recorded.notes[-1] == "Dense 1 is known at epochs 0 and 2 only: the network is large."
    np.testing.assert_array_equal(layer.recorded.pictures[1].reshape(60, -1), weight(networks[2], "2_dense"))


def test_weights_that_tell_no_epoch_are_shown_as_they_are() -> None:
    run, networks = recorded(SMALL)
    for epoch in range(3):
        snapshot_path(run.path, epoch).unlink()
    checkpoints.save_weights(run.path, "best", networks[1])
    layer = filters_block.get_layer(RunSource(run.id), FIRST)
    assert layer.epochs == (filters_source.AS_LOADED,)
    np.testing.assert_array_equal(layer.recorded.pictures[0], weight(networks[1], FIRST))


def test_a_probe_has_the_maps_and_the_gradient_of_every_epoch() -> None:
    run, networks = recorded(WIDE)
    probe = filters_probe.probe_of(run.id, FIRST)
    assert probe.extend((0, 1, 2), 60)
    found = probe.answers((0, 1, 2))
    assert list(found) == [0, 1, 2]
    for epoch, network in enumerate(networks):
        maps = network[:2](probe.inputs).detach().numpy()  # the convolution and its relu
        np.testing.assert_allclose(found[epoch].maps, maps[:10], rtol=1e-3, atol=1e-4)
        gradient = gradients(network, "cross-entropy", probe.inputs, probe.labels, [f"{FIRST}.weight"])
        lengths = gradient[f"{FIRST}.weight"].flatten(1).norm(dim=1)
        np.testing.assert_allclose(found[epoch].lengths, lengths, rtol=1e-4, atol=1e-7)
        assert found[epoch].counts.sum() == 6 * 9


def one_that_pinned_samples_do_not_wake() -> tuple[Run, filters_probe.Probe]:
    """Filter 2 stays just below zero on all pinned samples; filter 4 can never answer."""
    run, networks = recorded(WIDE)
    probe = filters_probe.probe_of(run.id, FIRST)
    chosen = networks[2].get_submodule(FIRST)
    chosen.weight.data[4], chosen.bias.data[4] = 0, -1
    chosen.bias.data[2] -= chosen(probe.inputs)[:, 2].max().detach() + 1e-3
    snapshots.write_snapshot(run.path, 2, networks[2], None)
    assert probe.extend((2,), 60)
    return run, probe


def test_a_filter_is_silent_only_where_many_samples_of_the_data_leave_it_so() -> None:
    run, probe = one_that_pinned_samples_do_not_wake()
    asked = looking.raw("digits").test_x / 255.0
    network = history.network_at(run, 2)
    loud = network[:2](torch.from_numpy(asked).float()).detach().amax(dim=(0, 2, 3)) > 0
    assert loud[2]
    assert not loud[4]
    assert probe.answers((2,))[2].silent == (4,)
    assert probe.listener.more == min(len(asked), 512)


def test_without_its_data_the_pinned_samples_alone_tell_who_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(dataset: str) -> None:
        raise DataError("The data is gone.")

    monkeypatch.setattr(looking, "raw", gone)
    _, probe = one_that_pinned_samples_do_not_wake()
    assert probe.answers((2,))[2].silent == (2, 4)
    assert probe.listener.more == 0


def test_a_probe_goes_on_where_it_stopped_and_looks_again_at_what_changed() -> None:
    run, _ = recorded(WIDE)
    probe = filters_probe.probe_of(run.id, FIRST)
    assert not probe.extend((0, 1, 2), -1)
    assert probe.extend((0, 1, 2), 60)
    before = probe.answers((0, 1, 2))
    snapshots.write_snapshot(run.path, 1, build(WIDE, 77), None)
    assert probe.extend((0, 1, 2), 60)
    after = probe.answers((0, 1, 2))
    assert after[0] is before[0]
    assert after[1] is not before[1]


def test_epochs_are_asked_from_coarse_to_fine() -> None:
    order = filters_probe.coarse_to_fine(tuple(range(17)))
    assert order[:2] == [16, 0]
    assert sorted(order) == list(range(17))
    assert {8, 4, 12} < set(order[:6])
    assert filters_probe.coarse_to_fine((3,)) == [3]
    assert filters_probe.coarse_to_fine((3, 5)) == [5, 3]


def texts(app: AppTest) -> str:
    return " ".join(str(found.value) for found in [*app.warning, *app.error, *app.caption, *app.info])


def test_the_page_opens_on_a_run_and_says_what_a_link_has_wrong() -> None:
    run, _ = recorded(SMALL)
    app = AppTest.from_file(str(PROJECT / "dashboard/app.py"), default_timeout=60)
    app.run()
    for name, value in {"run": run.id, "filters_filter": "many", "filters_with": "@77", "filters_layer": "9_x"}.items():
        app.query_params[name] = value
    app.switch_page("../pages/filters.py").run()
    assert not app.exception
    said = texts(app).replace("\\", "")
    assert "Filter in the link is 'many'" in said
    assert "There is no '@77' to compare with here" in said
    assert "has no layer '9_x'; this is its first one" in said
    assert "4 filters, 3x3" in said


def test_the_page_opens_on_a_run_that_has_only_begun() -> None:
    run = folder.create(RunSpec(network=SMALL, train=TrainSpec(dataset="digits")))
    snapshots.write_snapshot(run.path, 0, build(SMALL, 0), None)
    app = open_app("filters")
    assert "4 filters, 3x3" in texts(app)
    assert not app.error


def test_while_a_run_trains_one_looks_at_the_epoch_of_the_first_look_until_a_newer_one_is_wanted() -> None:
    def script(id: str) -> None:
        import streamlit as st

        from core.runs.folder import open_run
        from dashboard.lens.filters_view import held_epoch

        st.write(f"Epoch {held_epoch(open_run(id))} is shown")

    run, _ = recorded(SMALL)
    app = AppTest.from_function(script, default_timeout=60, kwargs={"id": run.id}).run()
    assert app.markdown[0].value == "Epoch 2 is shown"
    assert not app.button
    newest = build(SMALL, 9)
    snapshots.write_snapshot(run.path, 3, newest, None)
    checkpoints.save_weights(run.path, "best", newest, 3)
    app.run()
    assert app.markdown[0].value == "Epoch 2 is shown"
    assert app.caption[0].value == "The run trains: this is with its weights of epoch 2."
    assert app.button[0].label == "Take epoch 3"
    app.button[0].click().run()
    assert app.markdown[0].value == "Epoch 3 is shown"


@pytest.mark.parametrize("tab", ["Patches", "Dream"])
def test_of_points_no_picture_is_looked_for(tab: str) -> None:
    points = NetworkSpec(input_shape=(2,), layers=(Dense(units=4), Dense(units=2)))
    run = folder.create(RunSpec(network=points, train=TrainSpec(dataset="moons")))
    snapshots.write_snapshot(run.path, 0, build(points, 0), None)
    run.write_summary(state="finished", epochs_done=0, epochs=1)
    app = open_app("filters", run=run.id, filters_tab=tab)
    assert not app.exception
    assert f"This network reads points, not pictures: {tab} has nothing to show." in [info.value for info in app.info]
    assert not (run.path / "tasks").exists()


def test_what_the_hand_did_is_kept_and_nonsense_is_not() -> None:
    def script() -> None:
        from dashboard.lens import filters_state

        filters_state.begin()
        filters_state.take({"filter": 3, "epoch": 2, "following": False, "order": "norm", "scale": "each"})
        filters_state.take({"filter": "3", "epoch": None})
        filters_state.take({"filter": 4, "epoch": 5, "following": True, "order": "upwards"})
        filters_state.keep_link()

    app = AppTest.from_function(script).run()
    assert not app.exception
    kept = app.session_state[f"{filters_state.PREFIX}_place"]
    assert kept == filters_state.Place(filter=4, epoch=None, order="norm", scale="each", asked=1)
    assert app.query_params["filters_filter"] == "4"
    assert "filters_epoch" not in app.query_params


def test_the_films_place_is_the_nearest_recorded_epoch_and_follows_the_newest() -> None:
    def script() -> None:
        import streamlit as st

        from dashboard.components.film import film, set_epoch

        st.write(f"first {film('a', [0, 1, 2], 1)}")
        st.session_state["b_at"] = None
        st.write(f"newest {film('b', [0, 1, 2])}")
        set_epoch("a", 7)
        from dashboard.components.film import chosen

        st.write(f"near {chosen('a', [0, 5, 8])}")
        set_epoch("a", None)
        st.write(f"following {chosen('a', [0, 5, 8])} {chosen('a', [0, 5, 8, 9])}")

    app = AppTest.from_function(script).run()
    assert not app.exception
    assert [line.value for line in app.markdown] == ["first 1", "newest 2", "near 8", "following 8 9"]


def test_runs_of_one_name_are_told_apart_in_the_lists() -> None:
    runs = [recorded(SMALL)[0] for _ in range(3)]
    runs[2].rename("another")
    titles = choosing.titles({run.id: run.summary() for run in runs})
    assert len(set(titles.values())) == 3
    assert titles[runs[2].id] == "another · crashed"  # nobody holds it, and no event ends it
    clock = runs[0].id.split("-")[1]
    assert f"{clock[:2]}:{clock[2:4]}:{clock[4:]} " in titles[runs[0].id]
