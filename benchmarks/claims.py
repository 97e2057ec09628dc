"""A claim and its measurement, with the spread and the conditions that it holds under."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("torch", "torchvision", "streamlit", "plotly", "numpy", "pydantic")


@dataclass(frozen=True)
class Claim:
    """One figure against its bound.

    bound: the value that must not be passed; `at_least` says from which side.
    samples: every single measurement, in `unit`; `value` is what is compared.
    """

    name: str
    value: float
    unit: str
    bound: float | None
    samples: tuple[float, ...] = ()
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the bound is kept; None where the figure has no bound of its own."""
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def row(self) -> str:
        """A line of the result table, in Markdown."""
        bound = "" if self.bound is None else f"{'at least' if self.at_least else 'at most'} {self.bound:g}"
        spread = f"{min(self.samples):.4g} to {max(self.samples):.4g}" if self.samples else ""
        verdict = {True: "met", False: "**missed**", None: ""}[self.met]
        return (
            f"| {self.name} | {self.value:.4g} {self.unit} | {bound} | {verdict} "
            f"| {len(self.samples) or ''} | {spread} | {self.note} |"
        )


HEADER = "| what | measured | bound | | n | least to most | conditions |\n|---|---|---|---|---|---|---|"


def median(samples: Sequence[float]) -> float:
    return statistics.median(samples)


def p95(samples: Sequence[float]) -> float:
    """The value that 95 % of the samples do not pass (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def processor() -> str:
    """The processor's name and what it can do with bfloat16."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    name = next((line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")), "?")
    return f"{name}, avx512_bf16 {'yes' if 'avx512_bf16' in text else 'no'}"


def conditions() -> str:
    """Hardware and versions, one line."""
    packages = ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    load = f", load at the start {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{os.cpu_count()} cores ({processor()}){load}; {platform.system()}, "
        f"Python {platform.python_version()}, {packages}"
    )
