"""What a network is made of: its layers as nodes, each with what it reads and the shape of what it gives."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

import torch
from torch import fx, nn

from core.errors import ConvLensError
from core.lens.tracing import shadow, trace, values
from core.network.build import ConvNet
from core.network.kind import Shape

Kind = Literal[
    "input", "convolution", "transposed", "pool", "activation", "dense", "norm", "flatten", "dropout", "pad", "add",
    "concat", "other",
]  # fmt: skip
INPUT = "input"
CROPPED = " · cropped"  # ends the title of what cuts a transposed convolution's border off

_POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
_ACTIVATIONS = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish,
    nn.Hardsigmoid, nn.Hardtanh, nn.Softplus, nn.Sigmoid, nn.Tanh, nn.Softmax, nn.LogSoftmax,
)  # fmt: skip
_KINDS: tuple[tuple[tuple[type[nn.Module], ...], Kind], ...] = (
    ((nn.Conv2d,), "convolution"),
    ((nn.ConvTranspose2d,), "transposed"),
    (_POOLS, "pool"),
    (_ACTIVATIONS, "activation"),
    ((nn.Linear,), "dense"),
    ((nn.BatchNorm2d, nn.BatchNorm1d), "norm"),
    ((nn.Flatten,), "flatten"),
    ((nn.Dropout, nn.Dropout2d, nn.Identity), "dropout"),
    ((nn.ZeroPad2d,), "pad"),
)
_TITLES: dict[Kind, str] = {
    "convolution": "convolution",
    "transposed": "transposed convolution",
    "dense": "dense",
    "norm": "batch normalisation",
    "flatten": "flatten",
    "dropout": "dropout",
    "pad": "zeros around",
    "add": "sum",
    "concat": "maps put together",
}


@dataclass(frozen=True)
class Node:
    """One step of a network.

    name: `input`, a ConvNet's own names (`0_convolution`), else those of torch.fx (`layer1_0_conv1`).
    title: for the screen, counted within its kind: `convolution 2`; an activation carries what it activates, and what
    is cut off a transposed convolution's border, `· cropped`, what it is cut off.
    inputs: names of the nodes that it reads. shape: of what it gives, without the batch.
    layer: index in the spec of a ConvNet. activation_of: the node whose values this one activates.
    path: where its module lies in the network (`features.0`), None where it is a function.
    """

    name: str
    title: str
    kind: Kind
    inputs: tuple[str, ...]
    shape: Shape
    layer: int | None = None
    activation_of: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Graph:
    """The nodes in the order in which they are computed: the input first, the answer last."""

    nodes: tuple[Node, ...]
    _operations: dict[str, nn.Module] = field(default_factory=dict, repr=False, compare=False)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.nodes)

    @property
    def answer(self) -> Node:
        """The last node."""
        return self.nodes[-1]

    def node(self, name: str) -> Node:
        """The node of that name; raises `ConvLensError`."""
        if name in self._by_name:
            return self._by_name[name]
        close = get_close_matches(name, self.names, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"it goes from {self.names[0]!r} to {self.names[-1]!r}"
        raise ConvLensError(f"the network has no layer {name!r}; {hint}")

    def operation(self, name: str) -> nn.Module | None:
        """The module that makes a node's values; without weights of its own (`meta`), None for sums and the like."""
        return self._operations.get(name)

    def before(self, name: str) -> tuple[Node, ...]:
        """The node and all that it depends on, in order."""
        found = {self.node(name).name}
        for node in reversed(self.nodes):
            if node.name in found:
                found.update(node.inputs)
        return tuple(node for node in self.nodes if node.name in found)


def graph_of(network: nn.Module, input_shape: Iterable[int]) -> Graph:
    """The graph of a network that reads (N, *input_shape); costs no forward pass.

    Raises `ConvLensError` for a network that takes no such input, or whose path depends on the numbers.
    """
    traced = trace(shadow(network))
    shape = tuple(input_shape)
    steps = [step for step in traced.graph.nodes if step.op not in ("output", "get_attr")]
    try:
        with torch.no_grad():
            made = values(traced, torch.empty((1, *shape), device="meta"), set(steps))
    except (RuntimeError, ValueError) as error:
        raise ConvLensError(f"the network does not work on an input of {'x'.join(map(str, shape))}: {error}") from error
    names = names_of(traced, network)
    counts: Counter[str] = Counter()
    nodes: dict[str, Node] = {}
    operations: dict[str, nn.Module] = {}
    for step in steps:
        node = _node(step, traced, names, tuple(made[step].shape[1:]), nodes, counts, isinstance(network, ConvNet))
        nodes[node.name] = node
        if step.op == "call_module":
            operations[node.name] = traced.get_submodule(str(step.target))
    return Graph(tuple(nodes.values()), operations)


def names_of(traced: fx.GraphModule, network: nn.Module) -> dict[fx.Node, str]:
    """What the steps of a traced network are called here."""
    own = isinstance(network, ConvNet)
    return {
        step: INPUT if step.op == "placeholder" else str(step.target) if own and step.op == "call_module" else step.name
        for step in traced.graph.nodes
    }


def _node(
    step: fx.Node,
    traced: fx.GraphModule,
    names: dict[fx.Node, str],
    shape: Shape,
    earlier: dict[str, Node],
    counts: Counter[str],
    counted: bool,
) -> Node:
    name, inputs = names[step], tuple(names[read] for read in step.all_input_nodes if names[read] in earlier)
    module = traced.get_submodule(str(step.target)) if step.op == "call_module" else None
    kind = _kind(step, module)
    return Node(
        name=name,
        title=_title(kind, module, [earlier[read] for read in inputs], counts),
        kind=kind,
        inputs=inputs,
        shape=shape,
        layer=int(name.split("_")[0]) if counted and module is not None else None,
        activation_of=inputs[0] if kind == "activation" else None,
        path=None if module is None or str(step.target).startswith("_made_") else str(step.target),
    )


def _kind(step: fx.Node, module: nn.Module | None) -> Kind:
    if step.op == "placeholder":
        return "input"
    for types, kind in _KINDS:
        if isinstance(module, types):
            return kind
    tensors = len(step.all_input_nodes) > 1
    if step.target in (operator.add, operator.iadd, torch.add) and tensors:
        return "add"
    return "concat" if step.target in (torch.cat, torch.concat) else "other"


def _title(kind: Kind, module: nn.Module | None, read: list[Node], counts: Counter[str]) -> str:
    if kind == "input":
        return "input"
    if kind == "activation":
        return f"{read[0].title.removesuffix(CROPPED)} · {_spaced(module)}"
    if isinstance(module, nn.ZeroPad2d) and min(module.padding) < 0:
        return f"{read[0].title}{CROPPED}"
    words = _pool(module) if kind == "pool" else _TITLES.get(kind) or _spaced(module)
    counts[words] += 1
    return f"{words} {counts[words]}"


def _pool(module: nn.Module | None) -> str:
    mean = isinstance(module, nn.AvgPool2d | nn.AdaptiveAvgPool2d)
    size = getattr(module, "output_size", None)
    scope = "" if size is None else "global " if size in (1, (1, 1)) else "adaptive "
    return f"{scope}{'average' if mean else 'max'} pooling"


def _spaced(module: nn.Module | None) -> str:
    """`LeakyReLU` as `leaky relu`."""
    if module is None:
        return "step"
    words = {"ReLU": "relu", "LeakyReLU": "leaky relu", "ELU": "elu"}
    return words.get(type(module).__name__, type(module).__name__.lower())
