"""A network as a chain of torch's own modules that share its weights, none of them working in place."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Container, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from core.errors import ConvLensError

# A function of torch and the module that does the same; its arguments without the input.
_AS_MODULE: dict[Any, Callable[..., nn.Module]] = {
    F.relu: lambda inplace=False: nn.ReLU(),
    torch.relu: nn.ReLU,
    torch.sigmoid: nn.Sigmoid,
    torch.tanh: nn.Tanh,
    torch.flatten: nn.Flatten,
    F.avg_pool2d: nn.AvgPool2d,
    F.max_pool2d: lambda kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False: (
        nn.MaxPool2d(kernel_size, stride, padding, dilation, ceil_mode=ceil_mode)
    ),
    F.adaptive_avg_pool2d: nn.AdaptiveAvgPool2d,
    F.adaptive_max_pool2d: nn.AdaptiveMaxPool2d,
    F.dropout: lambda p=0.5, training=True, inplace=False: nn.Dropout(p),
    "relu": nn.ReLU,
    "flatten": nn.Flatten,
}


_ALONE = threading.Lock()  # torch.fx patches every module's call while it traces, and two tracings undo it crosswise
_OWN = nn.Module.__call__, nn.Module.__getattr__
TRIES = 5


class _Tracer(fx.Tracer):
    """Records the calls of its own network alone: other threads go on calling theirs meanwhile."""

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if m not in (self.submodule_paths or {}) and m is not self.root:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)


def twin(network: nn.Module) -> nn.Module:
    """A copy in eval mode with modules of its own that share the weights: nothing in place, no hooks.

    Whoever hangs hooks on a twin disturbs nobody else. The network itself is left as it is.
    """
    return _copy(network, {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())})


def shadow(network: nn.Module) -> nn.Module:
    """The same without numbers (torch's device `meta`): to ask for shapes, which then costs nothing."""
    memo: dict[int, Any] = {id(p): nn.Parameter(p.to("meta"), p.requires_grad) for p in network.parameters()}
    return _copy(network, memo | {id(tensor): tensor.to("meta") for tensor in network.buffers()})


def _copy(network: nn.Module, memo: dict[int, Any]) -> nn.Module:
    own = copy.deepcopy(network, memo).eval()
    for module in own.modules():
        if getattr(module, "inplace", False):
            module.__dict__["inplace"] = False
        module._forward_hooks.clear()
        module._forward_pre_hooks.clear()
        module._backward_hooks.clear()
        module._backward_pre_hooks.clear()
    return own


def trace(own: nn.Module) -> fx.GraphModule:
    """The chain of a twin or a shadow; where torch has a module for a function, it stands in the function's place.

    Raises `ConvLensError` for a network whose path depends on the numbers.
    """
    for left in reversed(range(TRIES)):
        try:
            with _ALONE:
                tracer = _Tracer()
                try:
                    graph = tracer.trace(own)
                finally:  # a patch that another thread's call kept alive would record that thread's network for ever
                    nn.Module.__call__, nn.Module.__getattr__ = _OWN  # type: ignore[method-assign]
                traced = fx.GraphModule(tracer.root, graph)
            break
        except Exception as error:  # what a foreign network raises while it is traced can be anything
            if left:  # another thread's call may have undone torch.fx's patches meanwhile
                continue
            raise ConvLensError(
                f"the network cannot be taken apart into layers ({error}): only one that takes the same path for "
                "every input can be looked into"
            ) from error
    for node in traced.graph.nodes:
        if node.op in ("call_function", "call_method"):
            _as_module(traced, node)
    traced.graph.eliminate_dead_code()
    traced.recompile()
    return traced


def _as_module(traced: fx.GraphModule, node: fx.Node) -> None:
    make = _AS_MODULE.get(node.target)
    read = node.all_input_nodes
    if make is None or len(read) != 1 or node.args[:1] != (read[0],):
        return
    place = f"_made_{node.name}"
    traced.add_submodule(place, make(*node.args[1:], **node.kwargs))
    node.op, node.target, node.args, node.kwargs = "call_module", place, (read[0],), {}


def values(
    traced: fx.GraphModule, x: Tensor, wanted: set[fx.Node], known: Mapping[fx.Node, Any] | None = None
) -> dict[fx.Node, Any]:
    """What the wanted nodes give for `x`; others are let go as soon as nobody reads them, or never computed.

    known: what some nodes are known to give for it, which is not computed again.
    """
    runner = fx.Interpreter(traced)
    known = known or {}
    needed = _needed(wanted, known)
    kept: dict[fx.Node, Any] = {}
    runner.args_iter = iter((x,))
    for node in traced.graph.nodes:
        if node not in needed:
            continue
        runner.env[node] = known[node] if node in known else runner.run_node(node)
        if node in wanted:
            kept[node] = runner.env[node]
        for read in runner.user_to_last_uses.get(node, ()):
            runner.env.pop(read, None)
    return kept


def _needed(wanted: set[fx.Node], known: Container[fx.Node]) -> set[fx.Node]:
    found: set[fx.Node] = set()
    ahead = list(wanted)
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead.extend(() if node in known else node.all_input_nodes)
    return found
