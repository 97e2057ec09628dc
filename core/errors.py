"""Everything that ConvLens can say no to.

ConvLensError
 +-- SpecError        a network or a training description that is wrong; carries every fault
 +-- DataError        a data set that is missing, damaged or does not fit
 +-- RunError         a run's folder that is missing, damaged, read-only or of another version
 +-- SignalError      a convolution, a pooling or a sound that does not fit its input
 +-- DeviceError      a device or a precision that this machine does not have

`str(error)` is one clear sentence for the screen: where, what is allowed, what was given, what would mend it.
"""

from __future__ import annotations

from dataclasses import dataclass


class ConvLensError(Exception):
    """Base of all; its text is fit for a user's eyes."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a description.

    place: dotted path from the root, such as `layers.3.kernel` (empty for the whole).
    sentence: what is wrong there, what is allowed, what was given.
    fix: what would mend it, or an empty string.
    """

    place: str
    sentence: str
    fix: str = ""

    @property
    def layer(self) -> int | None:
        """Index of the layer that the fault lies in, None where it lies in none."""
        parts = self.place.split(".")
        return int(parts[1]) if len(parts) > 1 and parts[0] == "layers" and parts[1].isdigit() else None

    @property
    def in_table(self) -> str:
        """The same for who sees the layers in a table that counts from 1: `layer 4 (layers.3.kernel): ...`."""
        return str(self) if self.layer is None else f"layer {self.layer + 1} ({self.place}): {self._words}"

    @property
    def _words(self) -> str:
        return f"{self.sentence}{'; ' + self.fix if self.fix else ''}"

    def __str__(self) -> str:
        return f"{self.place}: {self._words}" if self.place else self._words


class SpecError(ConvLensError):
    """A description with one or more faults, all of them told."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class DataError(ConvLensError):
    """A data set that cannot be read or does not fit."""


class RunError(ConvLensError):
    """A run's folder that cannot be read or written."""


class SignalError(ConvLensError):
    """Settings of a convolution or a pooling that do not fit, or a signal that cannot be used."""


class DeviceError(ConvLensError):
    """A device or precision that is not there."""
