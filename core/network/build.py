"""From the description of a network to the module of torch."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from core.errors import ConvLensError
from core.network.initialise import initialise
from core.network.kind import TorchCall, words
from core.network.shapes import check
from core.network.spec import NetworkSpec

_WEIGHTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


class ConvNet(nn.Sequential):
    """The layers in order, named `{index of the layer}_{name of the call}`, such as `0_convolution` or `0_relu`."""

    spec: NetworkSpec

    def logits(self, inputs: Tensor) -> Tensor:
        """All layers but a final softmax, or the final sigmoid of a single unit: what cross-entropy wants."""
        final = self.final()
        outputs = inputs
        for module in self:
            if module is final and (isinstance(module, nn.Softmax) or outputs.shape[1] == 1):
                continue
            outputs = module(outputs)
        return outputs

    def probabilities(self, inputs: Tensor) -> Tensor:
        """Probabilities of the classes, float32 (N, classes); one output unit gives two columns."""
        outputs: Tensor = self(inputs)
        return self.probabilities_of(outputs)

    def probabilities_of(self, outputs: Tensor) -> Tensor:
        """The same from what `forward` gave.

        One unit: the probability of the second class, as it is after a sigmoid, else through one. Several units: as
        they are after a softmax, divided by their sum after sigmoids, else through a softmax.
        """
        if outputs.ndim != 2:
            raise ConvLensError(
                f"the network answers with maps of {words(tuple(outputs.shape[1:]))}, not with one number for each "
                "class: end it with a flatten or a global pooling and a dense layer"
            )
        values, final = outputs.float(), self.final()
        if values.shape[1] == 1:
            second = values if isinstance(final, nn.Sigmoid) else values.sigmoid()
            return torch.cat([1 - second, second], dim=1)
        if isinstance(final, nn.Softmax):
            return values
        if isinstance(final, nn.Sigmoid):
            return values / values.sum(dim=1, keepdim=True).clamp_min(torch.finfo(values.dtype).tiny)
        return values.softmax(dim=1)

    def final(self) -> nn.Module | None:
        """The final softmax or sigmoid; dropout and identity after it count as nothing."""
        for module in reversed(list(self)):
            if isinstance(module, nn.Softmax | nn.Sigmoid):
                return module
            if not isinstance(module, nn.Identity | nn.Dropout):
                return None
        return None


def build(spec: NetworkSpec, seed: int | None = None) -> ConvNet:
    """The module that `spec` describes, on the CPU, in training mode; raises `SpecError` where it cannot work.

    The same seed gives the same weights and leaves torch's own random numbers alone; without one they are drawn from.
    """
    rows = check(spec).rows
    generator = torch.Generator()
    generator.manual_seed(int(torch.randint(2**62, ()).item()) if seed is None else seed)
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    with torch.random.fork_rng(devices=[]):
        for row in rows:
            for call in row.layer.calls(row.input_shape):
                module = modules[f"{row.index}_{call.name}"] = perform(call)
                if isinstance(module, _WEIGHTED):
                    initialise(module, getattr(row.layer, "initialisation", "glorot"), generator)
    network = ConvNet(modules)
    network.spec = spec
    return network


def perform(call: TorchCall) -> nn.Module:
    """The module that a call stands for."""
    module: nn.Module = getattr(nn, call.function.removeprefix("nn."))(**call.arguments)
    return module
