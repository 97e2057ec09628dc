"""The arrays that pages draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.network.build import build
from core.training import history, snapshots
from tests.core.training.tools import SMALL, dense, images, points, session


def test_pinned_samples_take_turns_by_class() -> None:
    labels = np.array([2, 2, 0, 2, 1, 0, 2, 2])
    assert snapshots.choose_pinned(labels).tolist() == [2, 4, 0, 5, 1, 3, 6, 7]
    assert len(snapshots.choose_pinned(np.arange(1000) % 10)) == 16


def test_pinned_samples_keep_their_place_and_class(tmp_path: Path) -> None:
    part = images(90).validation
    chosen = snapshots.choose_pinned(part.y.numpy())
    snapshots.write_pinned(tmp_path, part, chosen, ("a", "b", "c"))
    with np.load(tmp_path / "pinned.npz") as found:
        assert found["x"].dtype == np.uint8
        np.testing.assert_array_equal(found["x"], part.x.numpy()[found["index"]])
        assert found["y"].tolist()[:3] == [0, 1, 2]
        assert found["classes"].tolist() == ["a", "b", "c"]


def test_the_surface_is_the_networks_answer_at_each_place(tmp_path: Path) -> None:
    running = session(dense(5, 1, last="sigmoid"), points())
    snapshots.Surface(running.prepared.train).write(tmp_path, running.judge)
    with np.load(tmp_path / "surface.npz") as found:
        grid, (left, right, bottom, top) = found["probabilities"], found["extent"]
    assert grid.shape == (2, 64, 64)
    corners = torch.tensor([[left, bottom], [right, bottom], [left, top]])
    expected = running.network.probabilities(corners).detach().numpy()
    np.testing.assert_allclose([grid[:, 0, 0], grid[:, 0, -1], grid[:, -1, 0]], expected, rtol=1e-5)
    low, high = running.prepared.train.x.min(0).values, running.prepared.train.x.max(0).values
    assert left < low[0]
    assert bottom < low[1]
    assert right > high[0]
    assert top > high[1]


def test_a_small_network_is_kept_whole_and_a_large_one_by_its_first_layer(tmp_path: Path) -> None:
    network = build(SMALL, seed=0)
    snapshots.write_snapshot(tmp_path, 1, network, np.full((4, 3), 1 / 3, np.float32))
    with np.load(tmp_path / "snapshots" / "epoch-00001.npz") as found:
        assert set(found) == {*network.state_dict(), "validation_probabilities"}
        np.testing.assert_array_equal(found["6_dense.weight"], network.get_parameter("6_dense.weight").detach().numpy())
        assert found["validation_probabilities"].dtype == np.float16
    large = build(dense(4, 1000, 1000, 2), seed=0)
    snapshots.write_snapshot(tmp_path, 2, large, None)
    with np.load(tmp_path / "snapshots" / "epoch-00002.npz") as found:
        assert set(found) == {"0_dense.weight"}


def test_many_epochs_leave_a_bounded_number_of_even_spacing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MOST_SNAPSHOTS", 10)
    network = build(dense(2, 2), seed=0)
    for epoch in range(100):
        snapshots.write_snapshot(tmp_path, epoch, network, None)
        assert len(history.snapshot_epochs(tmp_path)) <= 10
    assert history.snapshot_epochs(tmp_path) == list(range(0, 100, 16))
