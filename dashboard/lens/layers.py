"""The layers of a drawn network: which nodes are drawn, and which of them are one layer before and after activation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.lens.graph import Graph, Node

UNSEEN = ("input", "flatten", "dropout", "pad")  # they change no number that is worth a picture of its own
MANY = 24  # of more layers than that a normalisation is drawn with the layer it normalises


@dataclass(frozen=True)
class Layer:
    """before, after: the nodes with its values before and after its activation; the same where it has none."""

    title: str
    before: Node
    after: Node

    def node(self, after: bool) -> Node:
        return self.after if after else self.before


def layers(graph: Graph) -> tuple[Layer, ...]:
    """All layers worth drawing, in order; the last one is drawn before its softmax, which is the answer."""
    found = _layers(graph, merged=False)
    if len(found) > MANY:
        found = _layers(graph, merged=True)
    last = found[-1] if found else None
    if last and last.after is graph.answer and last.before is not last.after:
        found[-1] = Layer(last.title, last.before, last.before)
    return tuple(found)


def _layers(graph: Graph, merged: bool) -> list[Layer]:
    from core.lens.graph import CROPPED  # brings torch

    readers = Counter(name for node in graph.nodes for name in node.inputs)
    found: dict[str, Layer] = {}  # by the name of the last node so far
    for node in graph.nodes:
        source = found.get(node.inputs[0]) if node.inputs else None
        alone = source is not None and readers[node.inputs[0]] == 1
        if source is not None and alone and node.title.endswith(CROPPED):
            del found[node.inputs[0]]
            found[node.name] = Layer(source.title, node, node)
            continue
        if node.kind in UNSEEN:
            continue
        if source is not None and node.activation_of and (alone or source.after.name == node.activation_of):
            del found[node.inputs[0]]
            found[node.name] = Layer(source.title, source.before, node)
        elif merged and source is not None and alone and node.kind == "norm":
            del found[node.inputs[0]]
            found[node.name] = Layer(source.title, node, node)
        else:
            found[node.name] = Layer(node.title, node, node)
    return list(found.values())
