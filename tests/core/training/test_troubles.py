"""The watchers on numbers, and on real trainings that go wrong on purpose."""

from __future__ import annotations

from dataclasses import replace
from math import inf, log, nan

import pytest
import torch

from core.data.prepare import Part, Prepared
from core.network.build import build
from core.network.layers import Activation, Dense
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.training.happenings import Diverged, Happening
from core.training.loop import Session
from core.training.probe import dead_units, layer_words
from core.training.troubles import EpochFacts, Explosion, Trouble, Watch
from tests.core.training.tools import SMALL, dense, epochs, finish, images, points, session, settings

FINE = EpochFacts(
    epoch=5,
    step=500,
    train_loss=0.5,
    validation_loss=0.6,
    chance_loss=log(3),
    common_answer=0.4,
    common_label=0.35,
    dead={"layer 1": 0.1},
    gradients={"layer 1": 0.1, "layer 2": 0.2, "layer 3": 0.3},
)


def _told(happenings: list[Happening]) -> list[Trouble]:
    return [trouble for epoch in epochs(happenings) for trouble in epoch.troubles]


def _kinds(happenings: list[Happening]) -> set[str]:
    return {trouble.kind for trouble in _told(happenings)}


class TestOnNumbers:
    def test_a_good_epoch_says_nothing(self) -> None:
        assert Watch().see(FINE) == []

    @pytest.mark.parametrize(
        ("change", "kind", "words"),
        [
            ({"train_loss": 1.1}, "never-moved", "1.1 after 500 steps"),
            (
                {"dead": {"layer 1": 0.7, "layer 4": 0.85}},
                "dead-relus",
                "85% of the ReLUs of layer 4",
            ),
            ({"gradients": {"a": 1e-9, "b": 1e-3, "c": 1.0}}, "vanishing-gradients", "in a it is 1,000,000,000 times"),
            ({"gradients": {"a": 0.0, "b": 1e-3, "c": 1.0}}, "vanishing-gradients", "nothing beside"),
        ],
    )
    def test_each_kind_is_told_once_and_when_it_is_over(self, change: dict[str, object], kind: str, words: str) -> None:
        watch = Watch()
        (trouble,) = watch.see(replace(FINE, **change))  # type: ignore[arg-type]
        assert (trouble.kind, trouble.severity) == (kind, "warning")
        assert words in trouble.sentence
        assert trouble.advice.startswith("Try")
        assert watch.see(replace(FINE, **change)) == []  # type: ignore[arg-type]
        (over,) = watch.see(FINE)
        assert (over.kind, over.severity) == (kind, "over")
        assert watch.see(FINE) == []

    def test_constant_answers_need_two_epochs_and_more_than_one_class(self) -> None:
        watch = Watch()
        constant = replace(FINE, common_answer=1.0)
        assert watch.see(constant) == []
        assert [trouble.kind for trouble in watch.see(constant)] == ["constant-answers"]
        one_class = replace(constant, common_label=1.0)
        other = Watch()
        assert [*other.see(one_class), *other.see(one_class)] == []

    def test_a_loss_that_did_not_move_is_not_told_early(self) -> None:
        assert Watch().see(replace(FINE, train_loss=1.1, step=100, epoch=1)) == []
        assert Watch().see(replace(FINE, train_loss=1.1, step=20, epoch=9)) == []

    def test_two_layers_have_no_way_back_to_vanish_on(self) -> None:
        assert Watch().see(replace(FINE, gradients={"a": 0.0, "b": 1.0})) == []

    def test_overfitting_needs_a_rising_validation_loss_under_a_falling_training_loss(self) -> None:
        falling, rising = [0.5, 0.4, 0.3, 0.2], [0.6, 0.65, 0.7, 0.75]
        watch = Watch()
        told = [
            watch.see(replace(FINE, train_loss=train, validation_loss=validation))
            for train, validation in zip(falling, rising, strict=True)
        ]
        assert [len(found) for found in told] == [0, 0, 0, 1]
        assert told[3][0].kind == "overfitting"
        assert "0.75" in told[3][0].sentence
        (over,) = watch.see(replace(FINE, train_loss=0.15, validation_loss=0.55))
        assert over.severity == "over"

    @pytest.mark.parametrize(
        ("train", "validation"),
        [
            ([0.5, 0.5, 0.5, 0.5], [0.6, 0.65, 0.7, 0.75]),  # the training loss does not fall
            ([0.5, 0.4, 0.3, 0.2], [0.6, 0.601, 0.602, 0.603]),  # hardly rises
            ([0.5, 0.4, 0.3, 0.2], [0.6, 0.7, 0.65, 0.75]),  # goes up and down
            ([0.5, 0.4, 0.3, 0.2], [nan] * 4),
        ],
    )
    def test_noise_is_not_overfitting(self, train: list[float], validation: list[float]) -> None:
        watch = Watch()
        for pair in zip(train, validation, strict=True):
            assert watch.see(replace(FINE, train_loss=pair[0], validation_loss=pair[1])) == []

    def test_a_watch_goes_on_from_its_state(self) -> None:
        first, second = Watch(), Watch()
        first.see(replace(FINE, train_loss=1.1, common_answer=1.0))
        second.restore(first.state())
        assert second == first
        assert second.see(replace(FINE, train_loss=1.1, common_answer=1.0)) == []

    @pytest.mark.parametrize(("loss", "norm"), [(nan, 1.0), (inf, 1.0), (1.0, nan), (1.0, inf)])
    def test_numbers_that_are_not_finite_end_it(self, loss: float, norm: float) -> None:
        explosion = Explosion(0.5, raw_pixels=False)
        assert explosion.see(1, 2.0, 1.0) is None
        found = explosion.see(2, loss, norm)
        assert found is not None
        assert "step 2" in found.sentence
        assert "0.05 or less" in found.advice

    def test_an_explosion_needs_three_steps_and_a_spike_is_none(self) -> None:
        explosion = Explosion(0.5, raw_pixels=True)
        for step, loss in enumerate([2.0, 5000.0, 5000.0, 2.0, 5000.0, 5000.0], start=1):
            assert explosion.see(step, loss, 1.0) is None
        assert not explosion.healthy
        assert explosion.last_healthy == 4
        found = explosion.see(7, 6000.0, 1.0)
        assert found is not None
        assert "exploded" in found.sentence
        assert "0..1" in found.advice


class TestOnTrainings:
    def test_weights_of_zero_never_move(self) -> None:
        told = finish(session(dense(8, 8, 3, activation="relu", start="zeros"), points(240, classes=3), epochs=5))
        assert "never-moved" in _kinds(told)
        assert "constant-answers" not in _kinds(told)

    def test_many_sigmoids_vanish(self) -> None:
        deep = dense(*[10] * 9, 2, activation="sigmoid")
        told = finish(session(deep, points(120), epochs=3, optimizer="sgd", learning_rate=0.1))
        (trouble,) = [trouble for trouble in _told(told) if trouble.kind == "vanishing-gradients"]
        assert "layer 1 (dense 10, sigmoid)" in trouble.sentence
        assert "layer 10" in trouble.sentence

    def test_as_many_relus_do_not(self) -> None:
        deep = dense(*[10] * 9, 2, activation="relu", start="he")
        told = finish(session(deep, points(120), epochs=3, optimizer="sgd", learning_rate=0.01))
        assert "vanishing-gradients" not in _kinds(told)

    def test_a_huge_step_kills_relus(self) -> None:
        running = session(dense(16, 16, 2, activation="relu"), points(120), epochs=3, learning_rate=0.001)
        with torch.no_grad():
            running.network.get_parameter("1_dense.bias").fill_(-1000.0)
        (trouble,) = [trouble for trouble in _told(finish(running)) if trouble.kind == "dead-relus"]
        assert "100% of the ReLUs of layer 2 (dense 16, relu)" in trouble.sentence

    def test_few_samples_and_many_weights_overfit(self) -> None:
        data = points(24, validation=60, noise=1.2)
        told = finish(session(dense(64, 64, 2, activation="relu"), data, epochs=60, learning_rate=0.02, batch_size=24))
        assert "overfitting" in _kinds(told)

    @pytest.mark.parametrize("rate", [1e3, 1e30])
    def test_a_learning_rate_beyond_reason_diverges(self, rate: float) -> None:
        spec = dense(8, 2, activation="tanh", last="identity")
        running = session(spec, points(120), epochs=20, optimizer="sgd", loss="mean-squared-error")
        running.set_learning_rate(rate)
        last = finish(running)[-1]
        assert isinstance(last, Diverged)
        assert f"it was {rate:.3g}" in last.divergence.advice

    def test_a_good_training_has_no_trouble(self) -> None:
        told = finish(session(SMALL, images(300), epochs=8, learning_rate=0.01))
        assert _kinds(told) == set()
        assert epochs(told)[-1].validation_accuracy > 0.95

    @pytest.mark.parametrize("name", ["digits-small", "lenet-5", "logistic-regression", "sakr-lenet"])
    def test_presets_raise_no_false_alarm_on_digits(self, name: str) -> None:
        from core.data.prepare import prepare
        from core.data.sources import load
        from core.runs.recipes import recipe

        spec = PRESETS[name].network
        fields = recipe(name).model_dump() | {"dataset": "digits", "resize": True, "epochs": 2, "device": "cpu"}
        train = settings(**(fields | {"class_counts": (40,) * 10, "precision": "float32"}))
        told = finish(Session(build(spec, seed=0), prepare(load("digits"), train, spec.input_shape), train))
        assert _kinds(told) == set()
        assert not isinstance(told[-1], Diverged)


class TestProbing:
    def test_dead_units_are_counted_by_hand(self) -> None:
        spec = NetworkSpec(input_shape=(2,), layers=(Dense(units=4), Dense(units=2, activation="identity")))
        network = build(spec, seed=0)
        with torch.no_grad():
            network.get_parameter("0_dense.weight").copy_(torch.tensor([[1.0, 0], [-1, 0], [0, 1], [0, 0]]))
            network.get_parameter("0_dense.bias").copy_(torch.tensor([0.0, 0, -5, -1]))
        assert dead_units(network, torch.tensor([[1.0, 2.0], [3.0, 4.0]])) == {"0_relu": 0.75}
        assert dead_units(network, torch.tensor([[1.0, 2.0], [-3.0, 6.0]])) == {"0_relu": 0.25}

    def test_a_unit_of_a_convolution_is_a_map(self) -> None:
        network = build(SMALL, seed=0)
        inputs = torch.rand(5, 1, 8, 8)
        with torch.no_grad():
            network.get_parameter("1_batch_normalisation.bias").copy_(torch.tensor([1e6, 1e6, -1e6, 1e6]))
        found = dead_units(network, inputs)
        assert list(found) == ["2_relu", "6_relu"]
        assert found["2_relu"] == 0.25

    def test_hooks_are_removed_even_where_the_network_fails(self) -> None:
        network = build(SMALL, seed=0)
        with pytest.raises(RuntimeError):
            dead_units(network, torch.rand(2, 7))
        assert not any(module._forward_hooks for module in network.modules())
        assert network.training

    def test_layers_are_named_as_on_the_screen(self) -> None:
        assert layer_words(SMALL, "6_dense.weight") == f"layer 7 ({SMALL.layers[6].label})"

    def test_leaky_units_never_die(self) -> None:
        spec = NetworkSpec(input_shape=(2,), layers=(Dense(units=4, activation="identity"), Activation(function="elu")))
        assert dead_units(build(spec, seed=0), torch.rand(3, 2)) == {}


def test_an_all_wrong_validation_set_does_not_stop_a_training() -> None:
    data = points()
    wrong = Part(data.validation.x, 1 - data.validation.y, data.validation.index)
    running = session(dense(4, 2), Prepared(data.train, wrong, wrong, data.classes, data.normaliser, ()), epochs=4)
    assert epochs(finish(running))[-1].epoch == 4
