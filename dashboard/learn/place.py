"""Where a stage stands. It follows the hand in the browser, and comes here, and into the link, when the hand rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.learn.controls import keep


@dataclass(frozen=True)
class Place:
    """Where the stage stands: the output at (row, column). pinned: held there. whole: all outputs are drawn."""

    row: int
    column: int
    pinned: bool = False
    whole: bool = True


def write_place(at: Place) -> str:
    """`4x7`, `4x7-pin`, `4x7-walk`: as the link has it."""
    return f"{at.row}x{at.column}{'-pin' if at.pinned else ''}{'' if at.whole else '-walk'}"


def read_place(text: str) -> Place | None:
    """What `write_place` made; None for anything else."""
    head, *flags = text.split("-")
    numbers = head.split("x")
    fits = len(numbers) == 2 and all(part.isascii() and part.isdigit() and len(part) < 5 for part in numbers)
    if not fits or not set(flags) <= {"pin", "walk"} or len(set(flags)) != len(flags):
        return None
    return Place(int(numbers[0]), int(numbers[1]), "pin" in flags, "walk" not in flags)


def clamped(at: Place, shape: Sequence[int]) -> Place:
    """The nearest place that an output of this shape has."""
    return Place(min(at.row, shape[0] - 1), min(at.column, shape[1] - 1), at.pinned, at.whole)


def place_faults(parameter: str, title: str, example: str) -> list[str]:
    """A sentence where the link's parameter is no place."""
    said = st.query_params.get(parameter)
    if said is None or read_place(said):
        return []
    return [f"{title} in the link is {said[:30]!r}, and should read like {example} (row and column)"]


@dataclass(frozen=True)
class Keeper:
    """Keeps the place of a page's stage, in the session and in the link. prefix: of the page's keys."""

    prefix: str
    default: Place

    @property
    def parameter(self) -> str:
        """The place's parameter in the link."""
        return f"{self.prefix}_at"

    @property
    def _key(self) -> str:
        return f"{self.prefix}_place"

    @property
    def _shape(self) -> str:
        return f"{self.prefix}_drawn_shape"

    def place(self) -> Place:
        """Where the stage stands, from the session, or else from the link."""
        if self._key not in st.session_state:
            st.session_state[self._key] = read_place(st.query_params.get(self.parameter, "")) or self.default
        kept: Place = st.session_state[self._key]
        return kept

    def stand(self, at: Place) -> None:
        """Go to this place; nothing is pinned to what was there before."""
        st.session_state[self._key] = at

    def stand_on(self, shape: tuple[int, int]) -> None:
        """The outputs that the browser is given now, (rows, columns): what its next index counts."""
        st.session_state[self._shape] = shape

    def stand_at(self, index: int, pinned: bool, whole: bool) -> None:
        """The browser is at this output of those that it was given."""
        rows, columns = st.session_state.get(self._shape, (1, 1))
        index = min(index, rows * columns - 1)
        self.stand(Place(index // columns, index % columns, pinned, whole))

    def keep_link(self) -> None:
        """Put the place into the link, where it is not the default one."""
        at = self.place()
        keep(self.parameter, None if at == self.default else write_place(at))

    def faults(self, example: str) -> list[str]:
        """A sentence where the link's place cannot be read."""
        return place_faults(self.parameter, "The position", example)
