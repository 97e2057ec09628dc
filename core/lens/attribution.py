"""Why this answer: which pixels it hangs on, by five methods of Captum.

All of them ask for the number before the final softmax or sigmoid (the logit): behind a sure softmax every gradient is
nearly zero. Hooks and gradients live on a twin that shares the weights and is thrown away: nobody else sees them.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, prod
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from captum.attr import GuidedBackprop, IntegratedGradients, LayerGradCam, Occlusion, Saliency
from torch import Tensor, nn

from core.errors import ConvLensError
from core.lens.capture import Lens
from core.lens.cost import macs
from core.lens.fields import field_size, receptive_field
from core.lens.graph import INPUT, Graph, Node
from core.lens.scores import Scores, scores_of

Method = Literal["saliency", "integrated-gradients", "guided-backpropagation", "occlusion", "grad-cam"]
Floats = npt.NDArray[np.float32]
Progress = Callable[[float], None]

MOST_TRIED = 6  # layers that Grad-CAM looks at until one says something
STEPS = 50  # of the path that integrated gradients walk
BATCH_BYTES, BATCH_MACS = 64_000_000, 2_000_000_000  # of inputs that are asked about at once
_WARNINGS = threading.Lock()  # the filters of warnings are the process's


@dataclass(frozen=True)
class Entry:
    """A method for the reader. signed: whether what speaks against the class is negative."""

    title: str
    signed: bool
    words: str
    source: str


METHODS: MappingProxyType[Method, Entry] = MappingProxyType(
    {
        "saliency": Entry(
            "Saliency",
            False,
            "How much the class's score changes with each pixel: |∂ score / ∂ pixel|, the largest of the channels.",
            "Simonyan, Vedaldi, Zisserman 2013",
        ),
        "integrated-gradients": Entry(
            "Integrated gradients",
            True,
            "What each pixel adds to the score on the way from a black picture to this one.",
            "Sundararajan, Taly, Yan 2017",
        ),
        "guided-backpropagation": Entry(
            "Guided backpropagation",
            True,
            "The gradient, of which every ReLU lets only the positive part pass backwards.",
            "Springenberg, Dosovitskiy, Brox, Riedmiller 2014",
        ),
        "occlusion": Entry(
            "Occlusion",
            True,
            "How much the score falls when a square is hidden behind black; it is moved over the whole picture.",
            "Zeiler, Fergus 2013",
        ),
        "grad-cam": Entry(
            "Grad-CAM",
            False,
            "The layer's maps, each weighed by its mean gradient, added up; what is negative is cut.",
            "Selvaraju et al. 2016",
        ),
    }
)


@dataclass(frozen=True)
class Attribution:
    """What one method says of one picture and class.

    values: float32 (H, W) of the picture's pixels, or of a layer's cells (Grad-CAM).
    box: top, left, bottom, right in pixels of the picture that `values` cover.
    score: of the class before the softmax. baseline: its score for the black picture (integrated gradients).
    layer: that Grad-CAM looked at. note: a sentence where there is nothing to see, or something to know, else empty.
    """

    method: Method
    target: int
    values: Floats
    box: tuple[float, float, float, float]
    score: float
    baseline: float | None = None
    layer: Node | None = None
    note: str = ""

    @property
    def empty(self) -> bool:
        """Whether no value differs from zero."""
        return not bool(np.any(self.values))


def layers_with_maps(graph: Graph) -> tuple[Node, ...]:
    """The layers that Grad-CAM can look at: those with maps, after their activation."""
    activated = {node.activation_of for node in graph if node.activation_of}
    skipped = {"input", "dropout", "pad"}
    return tuple(
        node for node in graph if len(node.shape) == 3 and node.kind not in skipped and node.name not in activated
    )


def best_layers(graph: Graph) -> tuple[Node, ...]:
    """Where Grad-CAM says most: the last layers with maps larger than one cell first, pooled ones at the end."""
    found = [node for node in reversed(layers_with_maps(graph)) if node.shape[1] * node.shape[2] > 1]
    return tuple(sorted(found, key=lambda node: node.kind == "pool"))


def attribute(
    lens: Lens,
    x: Tensor,
    method: Method,
    target: int,
    *,
    black: Tensor | None = None,
    layer: str | None = None,
    window: int | None = None,
    progress: Progress | None = None,
) -> Attribution:
    """What `method` says of the class `target` for one normalised input x, float32 (1, C, H, W).

    black: what the network reads for a black picture, where that is not zeros. layer: for Grad-CAM, None chooses.
    window: side of the occluding square in pixels. progress: hears the share done and may raise to stop. Raises
    ConvLensError where there is no such class, or the input is no picture.
    """
    if x.ndim != 4:
        raise ConvLensError("This network reads numbers, not pictures: there are no pixels to point at.")
    if method == "grad-cam" and layer is None and best_layers(lens.graph):
        return _telling(lens, x, target)
    chosen = lens.graph.node(layer) if layer and method == "grad-cam" else None
    scores, tapped = scores_of(lens, chosen.name if chosen else None)
    with torch.no_grad():
        answers = scores(x)[0]
    if not 0 <= target < len(answers):
        raise ConvLensError(f"The network knows {len(answers)} classes: there is no class number {target}.")
    asked = _Asked(lens, scores, x, target, torch.zeros_like(x) if black is None else black, float(answers[target]))
    if method == "grad-cam":
        return asked.grad_cam(tapped, chosen)
    if method == "integrated-gradients":
        return asked.integrated(progress)
    if method == "occlusion":
        return asked.occlusion(window or usual_window(min(x.shape[2:])), progress)
    return asked.saliency() if method == "saliency" else asked.guided()


def _telling(lens: Lens, x: Tensor, target: int) -> Attribution:
    """Grad-CAM at the best layer, or at the next one where that has nothing to say."""
    tried = [attribute(lens, x, "grad-cam", target, layer=best_layers(lens.graph)[0].name)]
    for node in best_layers(lens.graph)[1:MOST_TRIED]:
        if not tried[-1].empty:
            break
        tried.append(attribute(lens, x, "grad-cam", target, layer=node.name))
    first, last = tried[0], tried[-1]
    if last.empty or first is last or first.layer is None or last.layer is None:
        return first
    note = f"Nothing in {first.layer.title} speaks for this class: this is {last.layer.title}, the next one that does."
    return replace(last, note=note)


def usual_window(side: int) -> int:
    """Side of the occluding square for a picture of that side, in pixels: about a seventh."""
    return max(1, round(side / 7))


def samples_asked(method: Method, shape: tuple[int, ...], window: int | None = None) -> int:
    """How many inputs of (C, H, W) the network is asked about, roughly: what a method costs."""
    if method == "integrated-gradients":
        return STEPS
    if method != "occlusion":
        return 1
    side = window or usual_window(min(shape[1:]))
    counts = [ceil(max(0, length - side) / _stride(side)) + 1 for length in shape[1:]]
    return counts[0] * counts[1]


def _stride(window: int) -> int:
    return max(1, window // 2)


@dataclass
class _Asked:
    """One question: the class `target` of the input x, float32 (1, C, H, W)."""

    lens: Lens
    scores: Scores
    x: Tensor
    target: int
    black: Tensor
    score: float

    def __post_init__(self) -> None:
        self.x = self.x.detach().clone().requires_grad_()

    def saliency(self) -> Attribution:
        found = Saliency(self.scores).attribute(self.x, target=self.target)
        values = found[0].amax(dim=0)
        return self._made("saliency", values, _flat(values))

    def guided(self) -> Attribution:
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # Captum tells that it sets hooks
            found = GuidedBackprop(self.scores).attribute(self.x, target=self.target)
        values = found[0].sum(dim=0)
        relus = any(isinstance(module, nn.ReLU) for module in self.scores.modules())
        plain = "This network has no ReLU: guided backpropagation is the plain gradient here."
        cut = "" if values.any() else "No positive gradient gets through to the pixels: some ReLU on every way cuts it."
        return self._made("guided-backpropagation", values, cut if relus else plain)

    def integrated(self, progress: Progress | None) -> Attribution:
        self._tell(progress, STEPS)
        found = IntegratedGradients(self.scores).attribute(
            self.x, baselines=self.black, target=self.target, n_steps=STEPS, internal_batch_size=self._batch()
        )
        self.scores.heard = None
        with torch.no_grad():
            baseline = float(self.scores(self.black)[0, self.target])
        values = found[0].sum(dim=0)
        note = "The picture is black, as the baseline is: there is no way to go." if _same(self.x, self.black) else ""
        return self._made("integrated-gradients", values, note or _flat(values), baseline=baseline)

    def occlusion(self, window: int, progress: Progress | None) -> Attribution:
        channels, *sides = self.x.shape[1:]
        window = min(window, *sides)
        self._tell(progress, samples_asked("occlusion", tuple(self.x.shape[1:]), window))
        found = Occlusion(self.scores).attribute(
            self.x.detach(),
            sliding_window_shapes=(channels, window, window),
            strides=(channels, _stride(window), _stride(window)),
            baselines=self.black,
            target=self.target,
            perturbations_per_eval=self._batch(),
        )
        note = (
            ""
            if found.any()
            else "No square that is hidden changes the score: this class does not hang on this picture."
        )
        return self._made("occlusion", found[0, 0], note)  # a square hides all channels: each has the same number

    def grad_cam(self, tapped: nn.Module | None, layer: Node | None) -> Attribution:
        if tapped is None or layer is None:
            note = "This network has no layer with maps larger than one cell: Grad-CAM has nowhere to look."
            return self._made("grad-cam", torch.zeros(1, 1), note)
        found = LayerGradCam(self.scores, tapped).attribute(self.x, target=self.target, relu_attributions=True)
        values = found[0, 0].detach()
        note = ""
        if values.numel() == 1:
            note = f"The maps of {layer.title} are one cell each: they say what is in the picture, not where."
        elif not values.any():
            note = (
                f"Nothing in {layer.title} speaks for this class: every cell's weighed sum is zero or below. Choose "
                "another layer or another class."
            )
        made = self._made("grad-cam", values, note)
        return replace(made, layer=layer, box=cells_box(self.lens.graph, layer))

    def _made(self, method: Method, values: Tensor, note: str, baseline: float | None = None) -> Attribution:
        height, width = self.x.shape[2:]
        pixels = np.ascontiguousarray(values.detach().numpy(), np.float32)
        return Attribution(method, self.target, pixels, (0, 0, height, width), self.score, baseline, note=note)

    def _batch(self) -> int:
        """Inputs at once: what memory and a picture that moves on allow."""
        each = 4 * sum(prod(node.shape) for node in self.lens.graph)
        return max(1, min(64, BATCH_BYTES // each, BATCH_MACS // max(1, macs(self.lens.graph))))

    def _tell(self, progress: Progress | None, total: int) -> None:
        done = 0

        def heard(samples: int) -> None:
            nonlocal done
            done += samples
            if progress:
                progress(min(1.0, done / total))

        self.scores.heard = heard


def _same(first: Tensor, second: Tensor) -> bool:
    return bool(torch.equal(first.detach(), second))


def _flat(values: Tensor) -> str:
    if values.any():
        return ""
    return (
        "Every gradient is exactly zero: all ways to this class lead through ReLUs that do not answer to this picture."
    )


def cells_box(graph: Graph, layer: Node) -> tuple[float, float, float, float]:
    """Top, left, bottom, right in the picture's pixels of what a layer's cells stand for, each around its centre.

    The whole picture, where every cell sees more than fits in.
    """
    sides = graph.node(INPUT).shape[1:]
    field = field_size(graph, layer.name)
    ends = []
    for axis in range(2):
        cells, middle = layer.shape[1 + axis], layer.shape[1 + axis] // 2
        box = receptive_field(graph, layer.name, (layer.shape[1] // 2, layer.shape[2] // 2))[INPUT]
        low, high = ((box.top, box.bottom), (box.left, box.right))[axis]
        if high - low < (field.height, field.width)[axis]:
            ends.append((0.0, float(sides[axis])))
            continue
        first = (low + high) / 2 - (middle + 0.5) * field.jump[axis]
        ends.append((first, first + cells * field.jump[axis]))
    (top, bottom), (left, right) = ends
    return top, left, bottom, right
