"""What a network makes of an input, at every node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from core.errors import ConvLensError
from core.lens.graph import INPUT, Graph, graph_of, names_of
from core.lens.tracing import trace, twin, values
from core.network.build import ConvNet
from core.network.kind import Shape


class Lens:
    """A network that can be looked into: in eval mode, nothing in place, no hooks, no gradients.

    network: a twin of the one that was given, which shares its weights; graph: its nodes; classes: names of the
    classes, an empty tuple where they are not known. Any number of threads may ask at once. Whoever needs hooks or
    gradients takes `tracing.twin(lens.network)`, which is made in a moment.
    """

    def __init__(
        self, network: nn.Module, classes: Iterable[str] = (), input_shape: Iterable[int] | None = None
    ) -> None:
        """`input_shape` (without the batch) is that of the spec for a ConvNet, and needed for others.

        Raises `ConvLensError` where the network cannot be taken apart or does not work on that input.
        """
        if input_shape is None:
            if not isinstance(network, ConvNet):
                raise ConvLensError("a network without a spec needs the shape of its input to be looked into")
            input_shape = network.spec.input_shape
        self.input_shape: Shape = tuple(input_shape)
        self.classes = tuple(classes)
        self.network = twin(network)
        self.graph: Graph = graph_of(network, self.input_shape)
        self._traced = trace(twin(network))
        names = names_of(self._traced, network)
        self._steps = {names[step]: step for step in self._traced.graph.nodes if names[step] in self.graph.names}

    def maps(
        self,
        x: Tensor,
        names: Iterable[str] | None = None,
        gradients: bool = False,
        known: Mapping[str, Tensor] | None = None,
    ) -> dict[str, Tensor]:
        """The values of the named nodes (None: of all) for x (N, *input_shape) float32, already normalised.

        Only those are kept, and only what they need is computed. gradients: they can be differentiated by x.
        known: maps of the same x that are there already, from which it goes on.
        Raises `ConvLensError` for an unknown name or another shape.
        """
        if tuple(x.shape[1:]) != self.input_shape:
            wanted, given = ("x".join(map(str, shape)) for shape in (self.input_shape, x.shape[1:]))
            raise ConvLensError(f"the network reads {wanted}, not {given}: change the picture's size")
        asked = self.graph.names if names is None else [self.graph.node(name).name for name in names]
        with torch.set_grad_enabled(gradients):
            there = {self._steps[name]: found for name, found in (known or {}).items()}
            found = values(self._traced, x, {self._steps[name] for name in asked}, there)
        return {name: found[self._steps[name]] for name in asked}

    def answer(self, x: Tensor) -> Tensor:
        """Probabilities of the classes, float32 (N, K), on the CPU or wherever the weights are."""
        return self.probabilities(self.maps(x, [self.graph.answer.name])[self.graph.answer.name])

    def probabilities(self, answer: Tensor) -> Tensor:
        """The same from the values of the last node, for who has them already."""
        if isinstance(self.network, ConvNet):
            return self.network.probabilities_of(answer)
        final = self.graph.operation(self.graph.answer.name)
        return answer.float() if isinstance(final, nn.Softmax) else answer.float().softmax(dim=1)

    def weights(self, name: str) -> nn.Module | None:
        """The module of a node with the network's own weights; None for sums and the like."""
        step = self._steps[self.graph.node(name).name]
        return self._traced.get_submodule(str(step.target)) if step.op == "call_module" else None


__all__ = ["INPUT", "Lens"]
