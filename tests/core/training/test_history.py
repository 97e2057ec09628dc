"""Weights by epoch: whole, in part, from the seed, and damaged."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import RunError
from core.network.build import ConvNet, build
from core.network.layers import Convolution, Dense, Flatten
from core.network.spec import NetworkSpec
from core.runs.folder import Run, create
from core.runs.spec import RunSpec, TrainSpec
from core.training import checkpoints, history, snapshots

SMALL = NetworkSpec(input_shape=(1, 6, 6), layers=(Convolution(filters=3, kernel=3), Flatten(), Dense(units=2)))
LARGE = NetworkSpec(input_shape=(1, 28, 28), layers=(Convolution(filters=20, kernel=3), Flatten(), Dense(units=60)))


def run_of(network: NetworkSpec) -> Run:
    return create(RunSpec(network=network, train=TrainSpec(dataset="digits", seed=7)))


def same(network: ConvNet, other: ConvNet) -> bool:
    ours, theirs = network.state_dict(), other.state_dict()
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_each_epoch_gives_back_the_weights_that_it_had() -> None:
    run = run_of(SMALL)
    assert history.epochs_of(run) == []
    before = history.newest(run)
    networks = [build(SMALL, seed) for seed in range(3)]
    for epoch, network in enumerate(networks):
        snapshots.write_snapshot(run.path, epoch, network, np.full((4, 2), 0.5, np.float32))
    assert history.epochs_of(run) == [0, 1, 2]
    assert history.newest(run) != before
    for epoch, network in enumerate(networks):
        found = history.network_at(run, epoch)
        assert same(found, network)
        assert not found.training
        assert history.whole_at(run, epoch)
    assert set(history.weights_at(run, 1)) == set(networks[1].state_dict())
    assert set(history.weights_at(run, 1, ["0_convolution.weight"])) == {"0_convolution.weight"}
    answers = history.answers_at(run, 2)
    assert answers is not None
    assert answers.dtype == np.float32
    np.testing.assert_array_equal(answers, 0.5)
    assert history.answers_at(run, 9) is None


def test_a_large_network_is_whole_before_training_and_at_its_best_epoch() -> None:
    run = run_of(LARGE)
    first, second, third = build(LARGE, 7), build(LARGE, 1), build(LARGE, 2)  # 7: the run's seed
    for epoch, network in enumerate((first, second, third)):
        snapshots.write_snapshot(run.path, epoch, network, None)
    checkpoints.save_weights(run.path, "best", second, 1)
    assert [history.whole_at(run, epoch) for epoch in range(3)] == [True, True, False]
    assert same(history.network_at(run, 0), first)
    assert same(history.network_at(run, 1), second)
    assert same(history.network_at(run), second)
    assert set(history.weights_at(run, 2)) == {"0_convolution.weight"}
    with pytest.raises(RunError, match=r"Epoch 2 .* in part only.* epoch 1"):
        history.network_at(run, 2)
    assert set(history.weights_at(run, 0, ["2_dense.bias"])) == {"2_dense.bias"}


def test_first_weights_that_the_seed_does_not_give_are_not_made_up() -> None:
    run = run_of(LARGE)
    snapshots.write_snapshot(run.path, 0, build(LARGE, seed=8), None)
    with pytest.raises(RunError, match=r"in part only"):
        history.network_at(run, 0)


def test_the_best_epoch_counts_where_its_snapshot_has_gone() -> None:
    run = run_of(SMALL)
    snapshots.write_snapshot(run.path, 0, build(SMALL, 0), None)
    best = build(SMALL, 1)
    checkpoints.save_weights(run.path, "best", best, 5)
    assert history.best_epoch(run) == 5
    assert history.epochs_of(run) == [0, 5]
    assert same(history.network_at(run, 5), best)


def test_what_is_missing_or_damaged_is_one_sentence() -> None:
    run = run_of(SMALL)
    with pytest.raises(RunError, match=r"No epoch of .* is recorded yet"):
        history.weights_at(run, 3)
    snapshots.write_snapshot(run.path, 1, build(SMALL, 0), None)
    with pytest.raises(RunError, match=r"Epoch 3 .* is not recorded; the nearest one that is, is epoch 1"):
        history.weights_at(run, 3)
    path = history.snapshot_path(run.path, 1)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(RunError, match=r"snapshot of epoch 1 .* is damaged"):
        history.weights_at(run, 1)
    assert not history.whole_at(run, 1)
    snapshots.write_snapshot(run.path, 2, build(LARGE, 0), None)
    (run.path / "best").mkdir()
    (run.path / history.BEST).write_bytes(b"nothing")
    with pytest.raises(RunError, match=r"best weights of .* are damaged"):
        history.best_weights(run)


def test_a_stamp_changes_with_its_epoch_alone() -> None:
    run = run_of(SMALL)
    snapshots.write_snapshot(run.path, 0, build(SMALL, 0), None)
    first = history.stamp(run, 0)
    snapshots.write_snapshot(run.path, 1, build(SMALL, 1), None)
    assert history.stamp(run, 0) == first
    assert history.stamp(run, 1) != first


def test_another_best_epoch_changes_the_stamp_only_of_what_was_whole_in_it_alone() -> None:
    small, large = run_of(SMALL), run_of(LARGE)
    for run in (small, large):
        network = build(run.spec.network, 0)
        snapshots.write_snapshot(run.path, 1, network, None)
        checkpoints.save_weights(run.path, "best", network, 1)
    before = history.stamp(small, 1), history.stamp(large, 1)
    for run in (small, large):
        checkpoints.save_weights(run.path, "best", build(run.spec.network, 1), 2)
    assert history.stamp(small, 1) == before[0]
    assert history.stamp(large, 1) != before[1]
