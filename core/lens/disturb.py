"""What a picture's disturbance does to the answer and, layer by layer, to the maps.

Each kind has a slider of 41 positions. All of them are asked at once; of the maps only the similarities are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.lens.capture import Lens
from core.lens.cost import macs
from core.lens.disturbances import MOVING, Kind, Place, disturbed, moved, positions
from core.lens.fields import field_size
from core.lens.graph import Graph, Node

Floats = npt.NDArray[np.float32]
Progress = Callable[[float], None]

MOST_LAYERS = 14  # curves that can be told apart
CHUNK_BYTES = 96_000_000  # of maps that are alive at once
QUICK, SLOW = 1e9, 5e9  # multiply-adds of one picture, beyond which every second, every fourth position is asked


@dataclass(frozen=True)
class LayerCurve:
    """How similar a layer's maps are to those of the undisturbed picture, at each position of the slider.

    pools: name of the layer in the list whose maps this one pools, None where it is no pooling.
    same: cosine, cell by cell: 1 where nothing changed (invariance); NaN where one of both is all zero.
    moved: cosine with the undisturbed map moved along with the picture (equivariance), None where nothing moves.
    """

    name: str
    title: str
    shape: tuple[int, ...]
    pooled: bool
    pools: str | None
    same: Floats
    moved: Floats | None


@dataclass(frozen=True)
class Disturbed:
    """values: of the slider, (P,), in the kind's unit; start: index of the undisturbed position.

    pictures: float32 (P, C, H, W) in 0..1. probabilities: (P, classes). layers: in order, the picture itself first.
    """

    kind: Kind
    values: npt.NDArray[np.float64]
    start: int
    pictures: Floats
    probabilities: Floats
    layers: tuple[LayerCurve, ...]


def every(graph: Graph) -> int:
    """Which positions are asked: every 1st, 2nd or 4th, by what one picture costs."""
    cost = macs(graph)
    return 1 if cost <= QUICK else 2 if cost <= SLOW else 4


def watched(graph: Graph) -> tuple[Node, ...]:
    """The layers whose maps are compared: after normalisation and activation, without what changes no number.

    Of more than 14 the poolings, what they pool, and where branches meet; evenly spread where there are more of these.
    """
    normalised = {name for node in graph if node.kind == "norm" for name in node.inputs}
    finished = {node.name for node in graph if node.name in normalised and node.kind != "pool"}
    finished |= {node.activation_of for node in graph if node.activation_of}
    skipped = {"input", "flatten", "dropout", "pad"}
    found = [node for node in graph if node.kind not in skipped and node.name not in finished]
    if len(found) <= MOST_LAYERS:
        return tuple(found)
    meeting = {node.name for node in graph if node.kind in ("add", "concat")}
    pools = [node for node in found if node.kind == "pool"]
    named = {
        found[-1].name,
        *meeting,
        *(node.name for node in pools),
        *(pooled_by(graph, node, found) for node in pools),
    }
    first = [node for node in found if {node.name, node.activation_of} & named]
    if len(first) > MOST_LAYERS:
        return tuple(_spread(first, MOST_LAYERS))
    others = _spread([node for node in found if node not in first], MOST_LAYERS - len(first))
    return tuple(node for node in found if node in first or node in others)


def _spread(nodes: list[Node], count: int) -> list[Node]:
    """So many of them from the first to the last."""
    places = np.linspace(0, len(nodes) - 1, min(count, len(nodes))).round().astype(int)
    return [nodes[at] for at in places]


def pooled_by(graph: Graph, pool: Node, among: list[Node] | tuple[Node, ...]) -> str | None:
    """Name of the layer whose maps a pooling reads, looked for through dropout and the like; None where not listed."""
    names = {node.name for node in among}
    read = pool.inputs
    while len(read) == 1:
        if read[0] in names:
            return read[0]
        node = graph.node(read[0])
        if node.kind not in ("dropout", "pad"):
            return None
        read = node.inputs
    return None


def disturb(
    lens: Lens,
    normalise: Callable[[Tensor], Tensor],
    picture: Tensor,
    kind: Kind,
    *,
    place: Place = (0.5, 0.5),
    progress: Progress | None = None,
) -> Disturbed:
    """All curves of one picture, float32 (C, H, W) in 0..1 as the network sees it before it is normalised.

    normalise: from (N, C, H, W) in 0..1 to what the network reads. progress: hears the share that is done, 0..1, and
    may raise to stop. A network that takes long for a picture is asked at every second or fourth position only.
    """
    values = positions(kind, min(picture.shape[-2:]))[:: every(lens.graph)]
    neutral = 1.0 if kind == "scale" else 0.0
    start = int(np.argmin(abs(values - neutral)))
    pictures = disturbed(picture, kind, values, place)
    pictures[start] = picture
    nodes = watched(lens.graph)
    answer = lens.graph.answer.name
    names = list(dict.fromkeys([*(node.name for node in nodes), answer]))
    reference = {name: maps[0] for name, maps in lens.maps(normalise(picture[None]), names).items()}
    same: dict[str, list[Tensor]] = {name: [] for name in names}
    along: dict[str, list[Tensor]] = {name: [] for name in names}
    answers = []
    for part in _chunks(lens.graph, names, len(values)):
        maps = lens.maps(normalise(pictures[part]), names)
        answers.append(lens.probabilities(maps[answer]))
        for node in nodes:
            before = reference[node.name]
            same[node.name].append(cosine(maps[node.name], before.unsqueeze(0)))
            if kind in MOVING and before.ndim == 3:
                jump = field_size(lens.graph, node.name).jump
                along[node.name].append(cosine(maps[node.name], moved(before, kind, values[part], jump)))
        if progress:
            progress(part.stop / len(values))
    return Disturbed(
        kind=kind,
        values=values,
        start=start,
        pictures=pictures.numpy(),
        probabilities=torch.cat(answers).numpy(),
        layers=(
            LayerCurve("input", "the picture", tuple(picture.shape), False, None,
                       cosine(pictures, picture[None]).numpy(), None),
            *(_curve(lens.graph, node, nodes, same[node.name], along[node.name]) for node in nodes),
        ),
    )  # fmt: skip


def _chunks(graph: Graph, names: list[str], count: int) -> Iterator[slice]:
    """The positions in parts whose maps have room."""
    each = 4 * sum(int(np.prod(graph.node(name).shape)) for name in names)
    size = max(1, min(count, CHUNK_BYTES // each))
    for start in range(0, count, size):
        yield slice(start, min(count, start + size))


def _curve(graph: Graph, node: Node, nodes: tuple[Node, ...], same: list[Tensor], along: list[Tensor]) -> LayerCurve:
    return LayerCurve(
        name=node.name,
        title=node.title,
        shape=node.shape,
        pooled=node.kind == "pool",
        pools=pooled_by(graph, node, nodes) if node.kind == "pool" else None,
        same=torch.cat(same).numpy(),
        moved=torch.cat(along).numpy() if along else None,
    )


def cosine(first: Tensor, second: Tensor) -> Tensor:
    """Of the angle between the values of each pair, (N, ...) and (N or 1, ...): float32 (N,); NaN where one is zero."""
    a, b = first.flatten(1).float(), second.flatten(1).float()
    lengths = a.norm(dim=1) * b.norm(dim=1)
    found = (a * b).sum(dim=1) / lengths
    return torch.where(lengths > 0, found.clamp(-1, 1), torch.nan)
