"""What can be done about a rare class. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TreatmentName = Literal["none", "fewest", "repeat", "noise", "moves", "weights", "focal", "threshold"]


@dataclass(frozen=True)
class Treatment:
    """title: on chips and beside results; story: what it does, a sentence."""

    name: TreatmentName
    title: str
    story: str


_ALL = (
    Treatment("none", "Nothing", "The samples as they are: what every treatment is compared with."),
    Treatment("fewest", "Throw away", "Of every class only as many training samples as the rarest has."),
    Treatment("repeat", "Repeat", "Samples of rarer classes are repeated up to the commonest class."),
    Treatment("noise", "Repeat with noise", "The same, each repeat with Gaussian noise of 10 % of the range."),
    Treatment("moves", "Repeat, moved", "The same, each repeat shifted by up to 10 % and turned by up to 15 degrees."),
    Treatment("weights", "Weighted loss", "Cross-entropy in which each class weighs as much as any other."),
    Treatment("focal", "Focal loss", "Samples that are answered well count less: (1 - p)^gamma times cross-entropy."),
    Treatment(
        "threshold",
        "Moved threshold",
        "The untreated network; it says the rare class from a lower probability on, chosen on the validation part.",
    ),
)
TREATMENTS: dict[TreatmentName, Treatment] = {treatment.name: treatment for treatment in _ALL}
TRAINED: tuple[TreatmentName, ...] = tuple(name for name in TREATMENTS if name != "threshold")
