"""The views of the Feature maps page, one line each, and what they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.views import Chooser, View

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from core.lens.capture import Lens
    from core.lens.inputs import Eye

PREFIX = "maps"


@dataclass(frozen=True, eq=False)
class Sample:
    """What the network looks at.

    picture: uint8 (C, H, W), at the network's own size and channels, read-only. x: float32 (1, C, H, W), normalised.
    label: index of its class, None of an own picture. words: where it came from: `test image 123, a 7`.
    part, index: its place in the data set's `train` or `test` samples, None of an own picture.
    resting: False while a hand draws it; what takes long may wait until it is True.
    stamp: equal for equal pictures: with the network's own stamp a key for what is computed of it.
    """

    picture: NDArray[np.uint8]
    x: Tensor
    label: int | None
    words: str
    part: str | None = None
    index: int | None = None
    resting: bool = True
    stamp: str = ""


@dataclass(frozen=True, eq=False)
class Looked:
    """What a view shows: a network and the sample that it looks at.

    run: id; epoch: None for the best weights so far. lens: the network, shared by all sessions, never to be changed.
    probabilities: float32 (K,), the network's answer to the sample. stamp: changes with the network's weights.
    """

    run: str
    epoch: int | None
    lens: Lens
    eye: Eye
    sample: Sample
    probabilities: NDArray[np.float32]
    stamp: tuple[object, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of `probabilities`."""
        return self.lens.classes

    @property
    def answer(self) -> int:
        """Index of the most probable class."""
        return int(self.probabilities.argmax())


VIEWS: tuple[View, ...] = (
    View("maps", "Maps", "Click any cell to see where it came from.", "dashboard.lens.maps_view"),
    View(
        "disturb",
        "Disturb",
        "Which layer notices first?",
        "dashboard.lens.disturb_view",
        (
            "Shift a digit by 1, 2, 4 pixels: does pooling help?",
            "Turn a 6 by 180°.",
            "Moved along: which layers follow the picture?",
        ),
    ),
    View(
        "why",
        "Why",
        "Which pixels speak for the answer?",
        "dashboard.lens.why_view",
        (
            "A mistake: why its answer, why the right one?",
            "Ask for a class that is not there.",
            "Grad-CAM at an early layer, then at the last.",
        ),
    ),
    View(
        "teach",
        "Teach",
        "One gradient step on this picture, on a copy.",
        "dashboard.lens.teach_view",
        ("Call a 7 a 3: who pays for it?", "Find the largest step that costs no other picture.", "Teach it a mistake."),
    ),
    View("pair", "Two networks", "The same picture through two networks, in step.", "dashboard.lens.pair_view"),
)
CHOOSER = Chooser(PREFIX, VIEWS)
