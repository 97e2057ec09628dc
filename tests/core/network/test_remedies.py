"""Every remedy that is offered is a real one."""

from __future__ import annotations

import pytest

from core.network.layers import AnyLayer, Convolution, Dense, Flatten, MaxPooling
from core.network.presets import PRESETS
from core.network.remedies import remedies
from core.network.shapes import trace
from core.network.spec import NetworkSpec

IMAGE = (1, 8, 8)


def network(*layers: AnyLayer, shape: tuple[int, ...] = IMAGE) -> NetworkSpec:
    return NetworkSpec.model_validate({"input_shape": shape, "layers": layers})


BROKEN: dict[str, tuple[NetworkSpec, str]] = {
    "kernel": (network(Convolution(kernel=11), Flatten(), Dense()), "Kernel 8"),
    "same": (network(Convolution(kernel=11), Flatten(), Dense()), "Padding 'same'"),
    "dilation": (network(Convolution(dilation=7)), "Dilation 1"),
    "dense": (network(Convolution(), Dense()), "Put a flatten before it"),
    "after flatten": (network(Flatten(), Convolution(), Dense()), "Remove this layer"),
    "flatten too early": (network(Flatten(), Convolution()), "Move the flatten behind it"),
    "pooling": (network(MaxPooling(size=9), Flatten()), "Size 8"),
    "pool padding": (network(MaxPooling(size=2, padding=2)), "Padding 0"),
    "groups": (network(Convolution(filters=4, groups=3), shape=(4, 8, 8)), "Groups 1"),
    "softmax of one": (network(Dense(units=1, activation="softmax"), shape=(4,)), "Activation sigmoid"),
}


@pytest.mark.parametrize(("spec", "label"), BROKEN.values(), ids=BROKEN.keys())
def test_a_remedy_mends_the_layer_that_cannot_work(spec: NetworkSpec, label: str) -> None:
    broken = trace(spec).faults[0].layer
    assert broken is not None
    behind = len(spec.layers) - broken
    offered = {remedy.label: remedy.network for remedy in remedies(spec)}
    assert label in offered
    for mended in offered.values():
        assert len(mended.layers) - len(trace(mended).rows) < behind


def test_the_largest_kernel_that_fits_is_offered() -> None:
    spec = network(Convolution(kernel=11))
    mended = next(remedy.network for remedy in remedies(spec) if remedy.label.startswith("Kernel"))
    assert trace(mended).output_shape == (32, 1, 1)


def test_what_mends_all_comes_first() -> None:
    spec = network(Convolution(kernel=11), MaxPooling(), Flatten(), Dense())
    faults = [bool(trace(remedy.network).faults) for remedy in remedies(spec)]
    assert faults == sorted(faults)
    assert not faults[0]


@pytest.mark.parametrize("name", PRESETS)
def test_a_network_that_works_needs_none(name: str) -> None:
    assert remedies(PRESETS[name].network) == ()
