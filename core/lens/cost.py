"""What it costs to ask a network about one picture."""

from __future__ import annotations

from math import prod

from torch import nn

from core.lens.graph import Graph


def macs(graph: Graph) -> int:
    """Multiply-adds of convolutions and dense layers for one input; biases and activations are not counted."""
    total = 0
    for node in graph:
        module = graph.operation(node.name)
        if isinstance(module, nn.Conv2d):
            total += prod(node.shape) * prod(module.weight.shape[1:])
        elif isinstance(module, nn.ConvTranspose2d):
            total += prod(graph.node(node.inputs[0]).shape) * prod(module.weight.shape[1:])
        elif isinstance(module, nn.Linear):
            total += module.weight.numel() * prod(node.shape[:-1])
    return total
