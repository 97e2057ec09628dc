"""A network as a runnable PyTorch file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.network.kind import Argument, TorchCall, words
from core.network.shapes import Row, check
from core.network.spec import NetworkSpec

_INITIALISERS = {
    "glorot": "nn.init.xavier_uniform_({weight})",
    "he": 'nn.init.kaiming_normal_({weight}, mode="{mode}", nonlinearity="relu")',
    "normal": "nn.init.normal_({weight}, std=0.05)",
    "zeros": "nn.init.zeros_({weight})",
}

_HEAD = '''\
"""A network exported from ConvLens: PyTorch. Run this file to see what flows through it.

Weights that ConvLens saved are loaded by
    network.load_state_dict(safetensors.torch.load_file("weights.safetensors"))
"""

from collections import OrderedDict

import torch
from torch import nn

NAME = {name}
INPUT_SHAPE = {shape}


def build():
    """The network, with fresh weights."""
    network = nn.Sequential(
        OrderedDict(
            [
'''

_TAIL = '''\
            ]
        )
    )
    initialise(network)
    return network


def initialise(network):
    """Draw all weights anew."""
{initialise}

if __name__ == "__main__":
    network = build().eval()
    print(f"{{NAME}}, input {{INPUT_SHAPE}}")
    x = torch.zeros(1, *INPUT_SHAPE)
    with torch.no_grad():
        for name, module in network.named_children():
            x = module(x)
            count = sum(p.numel() for p in module.parameters())
            print(f"{{name:28}} {{type(module).__name__:20}} {{str(tuple(x.shape[1:])):20}} {{count:>12,}}")
    print(f"{{sum(p.numel() for p in network.parameters()):,}} parameters")
'''


def to_pytorch(spec: NetworkSpec) -> str:
    """Source with `build()`, whose modules have `ConvNet`'s names; raises `SpecError` for an impossible network."""
    rows = check(spec).rows
    modules = "".join(f"                {line}\n" for row in rows for line in _modules(row))
    steps = "".join(f"    {line}\n" for row in rows for line in _initialise(row)) or "    pass\n"
    head = _HEAD.format(name=ascii(spec.name), shape=spec.input_shape)
    return head + modules + _TAIL.format(initialise=steps)


def _modules(row: Row) -> Iterator[str]:
    calls = row.layer.calls(row.input_shape)
    for call in calls:
        given = ((key, value) for key, value in call.arguments.items() if value != _defaults(call).get(key))
        arguments = ", ".join(f"{key}={value!r}" for key, value in given)
        comment = f"  # -> {words(row.output_shape)}" if call is calls[-1] else ""
        yield f'("{row.index}_{call.name}", {call.function}({arguments})),{comment}'


def _defaults(call: TorchCall) -> Mapping[str, Argument]:
    """What torch takes without being told; a pooling's stride is not 1 there, so it is always written."""
    common: dict[str, Argument] = {"padding": 0, "output_padding": 0, "dilation": 1, "groups": 1, "bias": True}
    return common if "Pool" in call.function else {**common, "stride": 1}


def _initialise(row: Row) -> Iterator[str]:
    initialisation = getattr(row.layer, "initialisation", None)
    for call in row.layer.calls(row.input_shape):
        if initialisation is None or "bias" not in call.arguments:
            continue
        module = f'network.get_submodule("{row.index}_{call.name}")'
        mode = "fan_out" if call.function == "nn.ConvTranspose2d" else "fan_in"
        yield _INITIALISERS[initialisation].format(weight=f"{module}.weight", mode=mode)
        if call.arguments["bias"]:
            yield f"nn.init.zeros_({module}.bias)"
