"""Exported source is run, and gives the same outputs from the same weights."""

from __future__ import annotations

import ast
import json
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from safetensors.torch import load_file, save_file

from core.errors import SpecError
from core.network.build import ConvNet, build
from core.network.export import to_keras, to_pytorch
from core.network.kind import LayerKind
from core.network.layers import (
    LAYER_KINDS,
    Activation,
    AveragePooling,
    BatchNormalisation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    MaxPooling,
    TransposedConvolution,
)
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from tests.conftest import PROJECT
from tests.core.network.networks import vector_shapes, working

TOLERANCE = 1e-4
Reply = dict[str, float | str]
Check = Callable[..., None]


def network(shape: tuple[int, ...], *layers: LayerKind) -> NetworkSpec:
    return NetworkSpec.model_validate({"input_shape": shape, "layers": layers})


def trained(spec: NetworkSpec) -> ConvNet:
    """The network with no number left at a start of 0 or 1, but small enough that no output saturates."""
    net = build(spec, seed=0)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if value.ndim == 1:
                value.add_(0.3 * torch.rand(value.shape, generator=generator))
            elif value.ndim and not value.any():
                value.copy_(0.1 * torch.randn(value.shape, generator=generator))
            assert "num_batches" in name or value.ndim
    return net.eval()


def same_in_pytorch(spec: NetworkSpec, folder: Path) -> None:
    net = trained(spec)
    path = folder / "weights.safetensors"
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, path)
    file = folder / "exported.py"
    file.write_text(to_pytorch(spec), "utf-8")
    exported = runpy.run_path(str(file))["build"]().eval()
    exported.load_state_dict(load_file(path))
    x = torch.randn(2, *spec.input_shape)
    assert torch.allclose(exported(x), net(x), atol=1e-6)
    assert [name for name, _ in exported.named_children()] == [name for name, _ in net.named_children()]


@pytest.mark.parametrize("name", PRESETS)
def test_exported_pytorch_gives_the_same_for_every_preset(name: str, tmp_path: Path) -> None:
    same_in_pytorch(PRESETS[name].network, tmp_path)


@given(working())
def test_exported_pytorch_gives_the_same_for_random_networks(tmp_path: Path, spec: NetworkSpec) -> None:
    same_in_pytorch(spec, tmp_path)


@pytest.fixture(scope="session")
def keras_process() -> Iterator[subprocess.Popen[str]]:
    """One process with Keras on torch: importing it takes seconds, and it changes settings of its process."""
    command = [sys.executable, "-m", "tests.core.network.keras_runner"]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def keras_gives_the_same(keras_process: subprocess.Popen[str], tmp_path: Path) -> Check:
    def check(spec: NetworkSpec, source: str | None = None, same: bool = True) -> None:
        net = trained(spec)
        x = torch.randn(2, *spec.input_shape)
        with torch.no_grad():
            np.save(tmp_path / "outputs.npy", net(x).numpy())
        np.save(tmp_path / "inputs.npy", x.numpy())
        save_file(
            {name: value.contiguous() for name, value in net.state_dict().items()}, tmp_path / "weights.safetensors"
        )
        (tmp_path / "exported.py").write_text(source or to_keras(spec), "utf-8")
        assert keras_process.stdin is not None
        assert keras_process.stdout is not None
        keras_process.stdin.write(json.dumps({"folder": str(tmp_path)}) + "\n")
        keras_process.stdin.flush()
        reply: Reply = json.loads(keras_process.stdout.readline())
        assert "error" not in reply, reply["error"]
        assert (float(reply["difference"]) < TOLERANCE) == same
        counted = (value for name, value in net.state_dict().items() if "num_batches" not in name)
        assert reply["parameters"] == sum(value.numel() for value in counted)

    return check


@pytest.mark.parametrize("name", PRESETS)
def test_exported_keras_gives_the_same_for_every_preset(name: str, keras_gives_the_same: Check) -> None:
    keras_gives_the_same(PRESETS[name].network)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("lenet-5", ".transpose(0, 2, 3, 1)", ""),
        ("huttunen-2016", ".transpose(0, 2, 3, 1)", ""),
        ("kulyukin-2", ".transpose(0, 2, 3, 1)", ".transpose(0, 3, 2, 1)"),
        ("speedrun", "epsilon=1e-5", "epsilon=1e-3"),
        ("digits-small", "ZeroPadding2D(1)", "ZeroPadding2D(((0, 2), (1, 1)))"),
    ],
)
def test_a_wrong_keras_export_would_be_noticed(name: str, right: str, wrong: str, keras_gives_the_same: Check) -> None:
    spec = PRESETS[name].network
    source = to_keras(spec)
    assert right in source
    keras_gives_the_same(spec, source.replace(right, wrong), same=False)


@settings(max_examples=60)
@given(working())
def test_exported_keras_gives_the_same_for_random_networks(keras_gives_the_same: Check, spec: NetworkSpec) -> None:
    keras_gives_the_same(spec)


@settings(max_examples=15)
@given(working(vector_shapes))
def test_exported_keras_gives_the_same_for_random_networks_of_vectors(
    keras_gives_the_same: Check, spec: NetworkSpec
) -> None:
    keras_gives_the_same(spec)


CORNERS = {
    "even kernel, same": [Convolution(filters=5, kernel=4, padding="same")],
    "even kernel, same, stride": [Convolution(filters=5, kernel=4, padding="same", stride=3)],
    "full": [Convolution(filters=5, kernel=3, padding="full")],
    "stride and dilation": [Convolution(filters=5, kernel=3, stride=2, dilation=2, padding="same")],
    "groups": [Convolution(filters=8, kernel=3, groups=4, padding=1)],
    "depthwise, no bias": [Convolution(filters=4, kernel=3, groups=4, bias=False, activation="elu")],
    "transposed, same": [TransposedConvolution(filters=3, kernel=4)],
    "transposed, same, odd crop": [TransposedConvolution(filters=3, kernel=3)],
    "transposed, same, short kernel": [TransposedConvolution(filters=3, kernel=2, stride=5)],
    "transposed, valid, short kernel": [TransposedConvolution(filters=3, kernel=2, stride=5, padding="valid")],
    "transposed, full": [TransposedConvolution(filters=3, kernel=3, stride=2, padding="full")],
    "transposed, padding 1": [TransposedConvolution(filters=3, kernel=4, stride=2, padding=1)],
    "transposed, dilation": [TransposedConvolution(filters=3, kernel=3, stride=1, dilation=2)],
    "transposed, stride and dilation": [TransposedConvolution(filters=3, kernel=3, stride=2, dilation=3)],
    "transposed, stride and dilation, short": [TransposedConvolution(filters=3, kernel=1, stride=3, dilation=2)],
    "transposed, groups": [TransposedConvolution(filters=6, kernel=3, groups=2, bias=False)],
    "transposed, groups, bias": [TransposedConvolution(filters=8, kernel=3, groups=4, stride=3, dilation=2)],
    "pooling with padding": [MaxPooling(size=3, stride=2, padding=1)],
    "flatten order through batch normalisation": [
        *(Flatten(), BatchNormalisation(), Dropout(), Activation(function="tanh"), Flatten()),
        *(Dense(units=6), BatchNormalisation(), Dense(units=3)),
    ],
    "flatten without dense": [Convolution(filters=5), Flatten(), BatchNormalisation(), Activation(function="softmax")],
    "softmax over channels": [Convolution(filters=5, activation="softmax")],
    "global pooling": [GlobalPooling(mode="max"), Dense(units=3, bias=False)],
    "initialisations": [
        Convolution(initialisation="he"),
        Convolution(initialisation="normal"),
        TransposedConvolution(initialisation="zeros"),
    ],
    "nothing to load": [MaxPooling(size=3, stride=1), AveragePooling(size=2, stride=1, padding=1)],
}


@pytest.mark.parametrize("name", CORNERS)
def test_exported_pytorch_gives_the_same_in_corner_cases(name: str, tmp_path: Path) -> None:
    same_in_pytorch(network((4, 7, 10), *CORNERS[name]), tmp_path)


@pytest.mark.parametrize("name", CORNERS)
def test_exported_keras_gives_the_same_in_corner_cases(name: str, keras_gives_the_same: Check) -> None:
    keras_gives_the_same(network((4, 7, 10), *CORNERS[name]))


KERAS_SAME = """
import keras
from safetensors.numpy import load_file

def build():
    inputs = keras.Input((7, 10, 4))
    layer = keras.layers.{kind}(3, {kernel}, strides={stride}, dilation_rate={dilation}, padding="same", name="same")
    return keras.Model(inputs, layer(inputs))

def load_weights(model, path):
    weight, bias = (load_file(path)["0_{name}." + part] for part in ("weight", "bias"))
    model.get_layer("same").set_weights([weight.transpose(2, 3, 1, 0), bias])
"""


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (1, 3)])
@pytest.mark.parametrize("kind", [Convolution, TransposedConvolution])
def test_same_is_what_keras_means_by_it(
    kind: type[Convolution | TransposedConvolution],
    stride: int,
    dilation: int,
    kernel: int,
    keras_gives_the_same: Check,
) -> None:
    layer = kind(filters=3, kernel=kernel, stride=stride, dilation=dilation, padding="same", activation="identity")
    name = layer.kind.replace("-", "_")
    keras_kind = "Conv2D" if kind is Convolution else "Conv2DTranspose"
    source = KERAS_SAME.format(kind=keras_kind, kernel=kernel, stride=stride, dilation=dilation, name=name)
    keras_gives_the_same(network((4, 7, 10), layer), source)


@pytest.mark.parametrize("kind", LAYER_KINDS)
@pytest.mark.parametrize("export", [to_pytorch, to_keras])
def test_every_kind_is_exported(kind: str, export: Callable[[NetworkSpec], str]) -> None:
    shape = (10,) if kind == "dense" else (4, 8, 8)
    tree = ast.parse(export(network(shape, LAYER_KINDS[kind]())))
    assert {"build"} <= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("export", [to_pytorch, to_keras])
def test_a_name_cannot_become_code(export: Callable[[NetworkSpec], str], tmp_path: Path) -> None:
    name = "'''\"\"\"\nraise SystemExit(3)\n\\ Ünï \u2028 {x}"
    spec = network((3,), Dense(units=2)).model_copy(update={"name": name})
    file = tmp_path / "exported.py"
    file.write_text(export(spec), "utf-8")
    tree = ast.parse(file.read_text("utf-8"))
    values = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "NAME"]  # type: ignore[attr-defined]
    assert ast.literal_eval(values[0]) == name


@pytest.mark.parametrize("export", [to_pytorch, to_keras])
def test_an_impossible_network_is_not_exported(export: Callable[[NetworkSpec], str]) -> None:
    with pytest.raises(SpecError, match="does not fit"):
        export(network((1, 3, 3), Convolution(kernel=9)))


def test_exported_pytorch_starts_as_described_and_tells_its_layers_when_run(tmp_path: Path) -> None:
    spec = network(
        (1, 12, 12),
        Convolution(filters=60, kernel=5, initialisation="he"),
        Flatten(),
        Dense(units=40, initialisation="normal"),
        Dense(units=10, initialisation="zeros"),
    )
    file = tmp_path / "exported.py"
    file.write_text(to_pytorch(spec), "utf-8")
    net = runpy.run_path(str(file))["build"]()
    assert net.get_submodule("0_convolution").weight.std().item() == pytest.approx((2 / 25) ** 0.5, rel=0.1)
    assert net.get_submodule("2_dense").weight.std().item() == pytest.approx(0.05, rel=0.05)
    assert not net.get_submodule("3_dense").weight.any()
    assert not net.get_submodule("2_dense").bias.any()
    shown = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True).stdout
    assert "(60, 8, 8)" in shown
    assert f"{60 * 26 + 3840 * 40 + 40 + 410:,} parameters" in shown
