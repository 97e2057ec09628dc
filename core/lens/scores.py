"""A class's score, the number before the final softmax or sigmoid, on a twin that bears hooks and gradients."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, fx, nn

from core.errors import ConvLensError
from core.lens.capture import Lens
from core.lens.graph import names_of
from core.lens.tracing import trace, twin


class Scores(nn.Module):
    """Logits (N, classes) of a traced network; one unit gives two columns. Tells how many samples it was asked."""

    def __init__(self, traced: fx.GraphModule) -> None:
        super().__init__()
        self.traced = traced
        self.heard: Callable[[int], None] | None = None

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.traced(x)
        if logits.ndim != 2:
            raise ConvLensError(
                "the network answers with maps, not with one number for each class: there is no class to ask about"
            )
        if self.heard:
            self.heard(len(x))
        return torch.cat([-logits, logits], dim=1) if logits.shape[1] == 1 else logits


def scores_of(lens: Lens, tap: str | None = None) -> tuple[Scores, nn.Module | None]:
    """A twin of the network that ends before its final softmax or sigmoid.

    And a module that passes on the values of the node `tap`, for hooks; None without one.
    """
    traced = trace(twin(lens.network))
    steps = {name: step for step, name in names_of(traced, lens.network).items()}
    tapped: nn.Module | None = None
    if tap is not None:
        node = lens.graph.node(tap)
        tapped = nn.Identity()
        traced.add_submodule("_tapped", tapped)
        with traced.graph.inserting_after(steps[node.name]):
            passed = traced.graph.call_module("_tapped", (steps[node.name],))
        steps[node.name].replace_all_uses_with(passed, delete_user_cb=lambda user: user is not passed)
    _end_early(traced)
    traced.recompile()
    return Scores(traced).eval(), tapped


def _end_early(traced: fx.GraphModule) -> None:
    end = next(step for step in traced.graph.nodes if step.op == "output")
    last = end.args[0]
    while isinstance(last, fx.Node) and last.op == "call_module":
        module = traced.get_submodule(str(last.target))
        if isinstance(module, nn.Softmax | nn.Sigmoid | nn.LogSoftmax):
            end.args = (last.args[0],)
            return
        if not isinstance(module, nn.Identity | nn.Dropout):
            return
        last = last.args[0]
