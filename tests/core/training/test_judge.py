"""What is asked of a network at once, so that large inputs fit into the memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.data.normalise import Normaliser
from core.data.prepare import Part, Prepared
from core.network.layers import Convolution, Dense, GlobalPooling
from core.network.spec import NetworkSpec
from core.training import judge
from tests.core.training.tools import SMALL, finish, images, session


def _wide(side: int = 224, filters: int = 64) -> NetworkSpec:
    layers = (
        Convolution(filters=filters, kernel=3, padding="same"),
        GlobalPooling(),
        Dense(units=3, activation="softmax"),
    )
    return NetworkSpec(name="wide", input_shape=(1, side, side), layers=layers)


def _large(samples: int, side: int) -> Prepared:
    def part(count: int) -> Part:
        x = torch.randint(0, 255, (count, 1, side, side), dtype=torch.uint8)
        return Part(x, torch.arange(count) % 3, np.arange(count))

    return Prepared(part(samples), part(samples), part(3), ("a", "b", "c"), Normaliser(1.0, (0.0,), (1.0,)), ())


def test_a_layer_of_many_bytes_is_asked_few_samples_at_once() -> None:
    most = judge.evaluation_batch(_wide())
    one = 4 * 224 * 224 * 64  # the convolution's output
    assert most * one <= 256e6 < (most + 1) * (one + 4 * 224 * 224) + one
    assert judge.evaluation_batch(SMALL) == 500
    assert judge.evaluation_batch(_wide(2048, 64)) == 1


def test_no_batch_of_an_epoch_is_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "EVALUATION_BYTES", 1_000_000)
    running = session(_wide(32, 16), _large(40, 32), epochs=1, batch_size=4)
    seen: list[int] = []
    running.network.register_forward_pre_hook(lambda _module, inputs: seen.append(len(inputs[0])))
    finish(running)
    assert max(seen) == judge.evaluation_batch(_wide(32, 16)) == 1_000_000 // (4 * 32 * 32 * 17)


def test_the_batch_does_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    running = session(SMALL, images(90))
    whole = running.judge.evaluate(running.prepared.validation)
    monkeypatch.setattr(judge, "EVALUATION_BATCH", 7)
    parted = session(SMALL, images(90)).judge.evaluate(running.prepared.validation)
    assert parted.accuracy == whole.accuracy
    assert parted.loss == pytest.approx(whole.loss, rel=1e-5)
    np.testing.assert_allclose(parted.probabilities, whole.probabilities, atol=1e-6)
