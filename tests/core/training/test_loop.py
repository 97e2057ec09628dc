"""The loop against one written out plainly, and what it does at the edges."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.data.normalise import Normaliser
from core.data.prepare import Part, Prepared
from core.errors import DataError
from core.network.build import build
from core.network.layers import BatchNormalisation, Dense
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.training.batches import plan
from core.training.happenings import Diverged, StepDone
from core.training.loop import Session
from core.training.randomness import Randomness
from tests.core.training.tools import (
    SMALL,
    dense,
    epochs,
    finish,
    images,
    points,
    same,
    session,
    settings,
    steps,
    weights,
)


def test_the_weights_are_those_of_a_plain_loop() -> None:
    """Two epochs of momentum, with batches of 16 out of 60 in the order that the seed gives."""
    data = points()
    running = session(dense(5, 2), data, optimizer="momentum", learning_rate=0.3, l2=0.01, epochs=2, seed=4)
    told = finish(running)

    network = build(dense(5, 2), seed=4)
    velocity = {name: torch.zeros_like(parameter) for name, parameter in network.named_parameters()}
    orders = Randomness(4, torch.device("cpu"))
    losses = []
    for _ in range(2):
        for index in orders.permutation(60).split(16):
            network.zero_grad()
            loss = functional.nll_loss(network(data.train.x[index]).log(), data.train.y[index])
            loss.backward()
            losses.append(loss.item())
            with torch.no_grad():
                for name, parameter in network.named_parameters():
                    assert parameter.grad is not None
                    decay = 0.01 * parameter if "weight" in name else 0.0
                    velocity[name] = 0.9 * velocity[name] + parameter.grad + decay
                    parameter -= 0.3 * velocity[name]
    assert [step.loss for step in steps(told)] == pytest.approx(losses, rel=1e-5)
    for name, parameter in network.named_parameters():
        torch.testing.assert_close(running.network.state_dict()[name], parameter.detach(), rtol=1e-4, atol=1e-6)


def test_every_sample_is_seen_once_an_epoch() -> None:
    order = Randomness(0, torch.device("cpu"))
    first, second = order.permutation(50), order.permutation(50)
    assert sorted(first.tolist()) == list(range(50)) == sorted(second.tolist())
    assert first.tolist() != second.tolist()


def test_events_tell_the_place_and_the_means() -> None:
    running = session(SMALL, images(90), epochs=2)
    told = finish(running)
    of_steps, of_epochs = steps(told), epochs(told)
    assert [step.step for step in of_steps] == list(range(1, 13))
    assert of_steps[2].epoch == 0.5
    assert [(epoch.epoch, epoch.step) for epoch in of_epochs] == [(1, 6), (2, 12)]
    counts = np.array([16] * 5 + [10])
    assert of_epochs[0].train_loss == pytest.approx((counts * [s.loss for s in of_steps[:6]]).sum() / 90)
    assert of_epochs[1].train_accuracy == pytest.approx((counts * [s.accuracy for s in of_steps[6:]]).sum() / 90)
    assert of_epochs[-1].seconds == running.seconds >= of_steps[-1].seconds > 0
    assert all(step.images_per_second > 0 and step.gradient_norm > 0 for step in of_steps)
    assert running.finished
    assert finish(running) == []


def test_the_gradient_norm_is_that_of_the_loss_alone() -> None:
    data = points()
    running = session(dense(4, 2), data, batch_size=60, l1=0.1, l2=0.1, seed=3)
    step = next(iter(running))
    network = build(dense(4, 2), seed=3)
    functional.cross_entropy(network.logits(data.train.x), data.train.y).backward()
    expected = torch.cat([p.grad.flatten() for p in network.parameters() if p.grad is not None]).norm()
    assert isinstance(step, StepDone)
    assert step.gradient_norm == pytest.approx(expected.item(), rel=1e-5)


def test_validation_is_measured_without_dropout_and_by_the_running_averages() -> None:
    running = session(SMALL, images(90), epochs=1)
    (done,) = epochs(finish(running))
    part = running.prepared.validation
    network = running.network.eval()
    with torch.no_grad():
        probabilities = network.probabilities(part.x.float() / 255)
    assert done.validation_accuracy == (probabilities.argmax(dim=1) == part.y).double().mean().item()
    assert done.validation_loss == pytest.approx(functional.nll_loss(probabilities.log(), part.y).item(), rel=1e-5)
    assert running.validation is not None
    np.testing.assert_allclose(running.validation.probabilities, probabilities.numpy(), rtol=1e-5)


def test_judging_leaves_training_as_it_was() -> None:
    quiet, watched = (session(SMALL, images(90), epochs=1) for _ in range(2))
    finish(quiet)
    for _ in watched:
        watched.judge.probabilities(watched.prepared.validation.x)
        assert watched.network.training
    assert same(weights(quiet), weights(watched))


def test_the_best_epoch_is_the_first_with_the_highest_accuracy() -> None:
    running = session(SMALL, images(60, noise=200), epochs=6, learning_rate=0.02)
    told = epochs(finish(running))
    accuracies = [epoch.validation_accuracy for epoch in told]
    assert running.best_epoch == 1 + int(np.argmax(accuracies))
    assert running.best_accuracy == max(accuracies)
    bests = [epoch.epoch for epoch in told if epoch.best]
    assert bests[0] == 1
    assert bests[-1] == running.best_epoch


@pytest.mark.parametrize(
    ("samples", "size", "expected"),
    [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (9, 4, [4, 5]), (5, 4, [5]), (3, 8, [3]), (3, 1, [1, 1, 1]), (1, 1, [1])],
)
def test_batches_cover_all_samples_and_none_is_single(samples: int, size: int, expected: list[int]) -> None:
    cut = plan(samples, size)
    bounds = [cut.bounds(position) for position in range(cut.steps)]
    assert [last - first for first, last in bounds] == expected
    assert cut.smallest == min(expected)
    assert bounds[0][0] == 0
    assert bounds[-1][1] == samples
    assert bool(cut.notes) == (size > samples)


def test_a_batch_larger_than_the_data_is_all_of_it_and_says_so() -> None:
    running = session(SMALL, images(30), batch_size=512, epochs=1)
    assert any("512" in note and "30 training samples" in note for note in running.notes)
    assert len(steps(finish(running))) == 1


def test_batch_normalisation_of_vectors_needs_two_samples() -> None:
    spec = NetworkSpec(input_shape=(2,), layers=(Dense(units=4), BatchNormalisation(), Dense(units=2)))
    with pytest.raises(DataError, match=r"layer 2 .* raise the batch size"):
        session(spec, points(), batch_size=1)
    assert steps(finish(session(spec, points(samples=33), batch_size=16, epochs=1)))[-1].step == 2


def test_outputs_that_are_not_the_classes_are_told() -> None:
    with pytest.raises(DataError, match="3 classes and the network tells 2 classes apart"):
        session(dense(4, 2), points(classes=3))


def test_a_learning_rate_set_while_it_runs_is_the_next_steps() -> None:
    running = session(dense(4, 2), points(), schedule="cosine", learning_rate=0.1, epochs=4)
    happenings = iter(running)
    first = next(happenings)
    running.set_learning_rate(0.05)
    second = next(happenings)
    assert isinstance(first, StepDone)
    assert isinstance(second, StepDone)
    assert first.learning_rate == 0.1
    assert second.learning_rate == pytest.approx(0.05 * (1 + np.cos(np.pi / 16)) / 2)


def test_two_sessions_in_turns_do_not_disturb_each_other() -> None:
    alone = session(SMALL, images(90), epochs=2, seed=1, augmentation={"noise": 0.1})
    finish(alone)
    one = session(SMALL, images(90), epochs=2, seed=1, augmentation={"noise": 0.1})
    other = session(SMALL, images(90), epochs=2, seed=2)
    outside = torch.get_rng_state()
    for _ in zip(one, other, strict=True):
        pass
    assert one.finished
    assert same(weights(alone), weights(one))
    assert torch.equal(outside, torch.get_rng_state())


def test_the_seed_decides_the_weights() -> None:
    runs = [session(SMALL, images(90), epochs=1, seed=seed) for seed in (1, 1, 2)]
    for running in runs:
        finish(running)
    assert same(weights(runs[0]), weights(runs[1]))
    assert not same(weights(runs[0]), weights(runs[2]))


def test_without_validation_samples_it_trains_and_knows_no_best() -> None:
    data = points()
    nothing = Part(data.train.x[:0], data.train.y[:0], data.train.index[:0])
    bare = Prepared(data.train, nothing, nothing, data.classes, data.normaliser, ())
    running = session(dense(4, 2), bare, epochs=2)
    told = epochs(finish(running))
    assert all(isnan(epoch.validation_loss) and not epoch.best for epoch in told)
    assert running.best_epoch is None


def test_bfloat16_learns_and_keeps_float32_weights() -> None:
    running = session(SMALL, images(90), precision="bfloat16", epochs=6, learning_rate=0.01)
    told = epochs(finish(running))
    assert told[-1].validation_accuracy > 0.9
    assert {tensor.dtype for tensor in running.network.parameters()} == {torch.float32}


def test_a_number_that_is_none_ends_the_training_without_a_step() -> None:
    data = points()
    running = session(dense(4, 2), data, epochs=2)
    happenings = iter(running)
    next(happenings)
    before = weights(running)
    running._images[:] = nan
    diverged = next(happenings)
    assert isinstance(diverged, Diverged)
    assert "step 2" in diverged.divergence.sentence
    assert same(before, weights(running))
    assert running.finished
    assert not running.healthy


def test_a_learning_rate_of_a_thousand_diverges_within_the_first_epochs() -> None:
    told = finish(
        session(SMALL, images(90), optimizer="sgd", learning_rate=10.0, epochs=3, l2=1.0, normalisation="0..255")
    )
    last = told[-1]
    assert isinstance(last, Diverged)
    assert "learning rate of 1" in last.divergence.advice
    assert "0..1" in last.divergence.advice


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_takes_a_step(name: str) -> None:
    spec = PRESETS[name].network
    generator = torch.Generator().manual_seed(0)
    classes = 2 if name in ("two-layer-sigmoid", "bee-ann", "bee-convnet") else 10
    if len(spec.input_shape) == 3:
        x = torch.randint(0, 256, (8, *spec.input_shape), generator=generator, dtype=torch.uint8)
    else:
        x = torch.randn(8, *spec.input_shape, generator=generator)
    part = Part(x, torch.arange(8) % classes, np.arange(8))
    normaliser = Normaliser(1.0, (0.0,) * x.shape[1], (1.0,) * x.shape[1])
    data = Prepared(part, part, part, tuple("abcdefghij"[:classes]), normaliser, ())
    running = Session(build(spec, seed=0), data, settings(epochs=1, batch_size=8))
    before = weights(running)
    step = next(iter(running))
    assert isinstance(step, StepDone)
    after = weights(running)
    assert all(not torch.equal(before[key], after[key]) for key in before if key.endswith(".weight"))
