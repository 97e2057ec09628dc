"""Networks that everybody knows, from torchvision: with random weights at once, or with what ImageNet taught them.

The weights are torchvision's `IMAGENET1K_V1` files. They are taken from torch hub's cache or from `models/` in the
folder of data sets, checked against the checksum that is part of their name, and read without unpickling code.
"""

from __future__ import annotations

import hashlib
import math
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torchvision
from torch import nn

from core.data.download import Remote, Unreachable, fetch
from core.data.normalise import Normaliser
from core.errors import ConvLensError, DataError
from core.lens.capture import Lens
from core.lens.inputs import Eye
from core.network.kind import Shape
from core.paths import data_root

FOLDER = "models"  # of the data root
SEED = 0
POOL = 2**20 + 7  # numbers that a large random layer repeats; odd, so that its rows differ


@dataclass(frozen=True)
class Known:
    """name: torchvision's for the builder. weights: torchvision's name of them. side: of the picture that it reads.
    mean, std: what they expect to be subtracted and divided by, in 0..1.
    """

    name: str
    title: str
    year: int
    story: str
    weights: str
    side: int = 224
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)

    @property
    def input_shape(self) -> Shape:
        return (3, self.side, self.side)

    @property
    def _meta(self) -> Any:
        return torchvision.models.get_weight(self.weights)

    @property
    def url(self) -> str:
        return str(self._meta.url)

    @property
    def file(self) -> str:
        """Name of the file with its weights, such as `vgg16-397923af.pth`."""
        return self.url.rsplit("/", 1)[1]

    @property
    def megabytes(self) -> float:
        """Size of that file."""
        return float(self._meta.meta["_file_size"]) * 2**20 / 1e6

    @property
    def classes(self) -> tuple[str, ...]:
        """ImageNet's thousand."""
        return tuple(self._meta.meta["categories"])

    @property
    def accuracy(self) -> float:
        """Top-1 on ImageNet's validation pictures, as torchvision reports it, 0 to 1."""
        return float(self._meta.meta["_metrics"]["ImageNet-1K"]["acc@1"]) / 100


KNOWN: dict[str, Known] = {
    known.name: known
    for known in (
        Known("alexnet", "AlexNet", 2012, "won ImageNet and began it all", "AlexNet_Weights.IMAGENET1K_V1"),
        Known("vgg16", "VGG16", 2014, "nothing but 3x3, again and again", "VGG16_Weights.IMAGENET1K_V1"),
        Known("googlenet", "GoogLeNet", 2014, "four widths side by side", "GoogLeNet_Weights.IMAGENET1K_V1"),
        # torchvision's own transform of its input, from ImageNet's statistics to these, is left out.
        Known("inception_v3", "Inception v3", 2015, "5x5 made of 3x3, and 7x7 of 1x7 and 7x1",
              "Inception_V3_Weights.IMAGENET1K_V1", 299, (0.5,) * 3, (0.5,) * 3),
        Known("resnet18", "ResNet18", 2015, "each block adds to what it was given", "ResNet18_Weights.IMAGENET1K_V1"),
    )
}  # fmt: skip


def known(name: str) -> Known:
    """The network of that name. Raises ConvLensError."""
    if name not in KNOWN:
        raise ConvLensError(f"There is no known network {name[:40]!r}; there are {', '.join(KNOWN)}.")
    return KNOWN[name]


def eye(name: str) -> Eye:
    """How the network is shown pictures."""
    this = known(name)
    return Eye(Normaliser(1.0, this.mean, this.std), this.input_shape, this.classes)


def load(name: str, pretrained: bool) -> Lens:
    """The network, taken apart; random weights are the same ones each time.

    Raises DataError where its weights are not on the disk (`place` says where they belong) or are damaged.
    """
    this = known(name)
    network = _structure(name)
    if pretrained:
        _take(network, this)
    else:
        fill(network, SEED)
    return Lens(network, this.classes, this.input_shape)


def _structure(name: str) -> nn.Module:
    """Without numbers yet: torchvision's own start draws every one of them first, which takes VGG16 seconds."""
    extra = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with torch.device("meta"):
        network: nn.Module = torchvision.models.get_model(name, weights=None, **extra)
    return network.eval()


def fill(network: nn.Module, seed: int) -> None:
    """Gives a network that was made on torch's device `meta` random weights, in place: He's for all but the norms.

    A layer of more than `POOL` weights repeats that many numbers, so that VGG16's 124 million dense ones come at once.
    """
    network.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(seed)
    pool = torch.empty(POOL).normal_(generator=generator)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                weight = module.weight
                if module.bias is not None:
                    module.bias.zero_()
                numbers, spread = weight.view(-1), math.sqrt(2 / weight[0].numel())
                if len(numbers) <= POOL:
                    numbers.normal_(0, spread, generator=generator)
                    continue
                for part in torch.split(numbers, POOL):
                    torch.mul(pool[: len(part)], spread, out=part)
            elif isinstance(module, nn.BatchNorm2d):
                module.reset_parameters()


def place(name: str) -> Path | None:
    """Where the file of the weights lies, None where it is not on this disk."""
    file = known(name).file
    folders = (Path(torch.hub.get_dir()) / "checkpoints", data_root() / FOLDER)
    return next((folder / file for folder in folders if (folder / file).is_file()), None)


def advice(name: str) -> str:
    """What to do without a connection."""
    this = known(name)
    return f"download {this.url} elsewhere and put the file into {data_root() / FOLDER}"


def download(name: str, progress: Callable[[float, str], None]) -> None:
    """Fetches the weights into the folder of data sets; the file appears whole or not at all.

    progress: told the share done and a short text; may raise to stop. Raises DataError.
    """
    this = known(name)
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        words = f"Downloading {this.title}'s weights, {done / 1e6:.0f} of {this.megabytes:.0f} MB"
        progress(min(0.99, done / 1e6 / this.megabytes), words)

    remote = Remote((this.url,), data_root() / FOLDER / this.file, _mark(this), "sha256")
    try:
        fetch(remote, tell)
    except Unreachable as error:
        raise DataError(
            f"{this.title}'s weights could not be downloaded ({error}): try again with a connection, or {advice(name)}."
        ) from error


def _mark(this: Known) -> str:
    """The beginning of the file's sha256, which its name ends with."""
    return this.file.removesuffix(".pth").rsplit("-", 1)[1]


def _take(network: nn.Module, this: Known) -> None:
    path = place(this.name)
    if path is None:
        raise DataError(
            f"{this.title}'s trained weights ({this.megabytes:.0f} MB) are not here: download them, or "
            f"{advice(this.name)}."
        )
    damaged = DataError(f"{path} is damaged: delete it and download {this.title}'s weights again.")
    try:
        if not _is_whole(path, path.stat().st_mtime_ns, _mark(this)):
            raise damaged
        state = torch.load(path, map_location="cpu", weights_only=True)
        wanted = network.state_dict().keys()
        network.load_state_dict(
            {name: state[name] for name in wanted if name in state} | _counters(wanted), assign=True
        )
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}): allow it.") from error
    except (
        RuntimeError,
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise damaged from error


def _counters(wanted: Any) -> dict[str, torch.Tensor]:
    """What batch normalisation counts, which files from before torch 0.4.1 lack, and nobody needs here."""
    return {name: torch.tensor(0) for name in wanted if name.endswith("num_batches_tracked")}


@cache
def _is_whole(path: Path, changed: int, mark: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(mark)
