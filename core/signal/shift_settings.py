"""The choices of the shift lab; without torch."""

from __future__ import annotations

from typing import Literal

Measure = Literal["change", "similarity"]
Direction = Literal["right", "down", "diagonal"]
STEPS: dict[Direction, tuple[int, int]] = {"right": (0, 1), "down": (1, 0), "diagonal": (1, 1)}  # rows, columns
MOST = 8  # pixels that the picture is moved by
POOLED: tuple[Literal["max", "average"], ...] = ("max", "average")
