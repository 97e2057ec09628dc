"""Random signals, kernels and settings for the tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.signal.settings import BORDERS, MODES, Convolution

LONGEST = {1: 12, 2: 8, 3: 5}


@dataclass(frozen=True)
class Case:
    x: NDArray[np.float64]
    kernel: NDArray[np.float64]
    settings: Convolution


@st.composite
def settings(draw: st.DrawFn, groups: int = 1) -> Convolution:
    transposed = draw(st.booleans())
    return Convolution(
        mode=draw(st.sampled_from(MODES)),
        padding=draw(st.integers(0, 3)),
        border="zero" if transposed else draw(st.sampled_from(BORDERS)),
        stride=draw(st.integers(1, 4)),
        dilation=draw(st.integers(1, 3)),
        groups=groups,
        transposed=transposed,
        flipped=draw(st.booleans()),
    )


@st.composite
def plain(draw: st.DrawFn) -> Case:
    """A signal of 1 to 3 dimensions and a kernel that may not fit it."""
    dims = draw(st.integers(1, 3))
    shape = draw(st.lists(st.integers(1, LONGEST[dims]), min_size=dims, max_size=dims))
    sides = draw(st.lists(st.integers(1, 4), min_size=dims, max_size=dims))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Case(rng.normal(size=shape), rng.normal(size=sides), draw(settings()))


@st.composite
def channelled(draw: st.DrawFn) -> Case:
    """The same with groups of channels and filters."""
    dims, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    reads, writes = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    shape = draw(st.lists(st.integers(2, 6), min_size=dims, max_size=dims))
    sides = draw(st.lists(st.integers(1, 3), min_size=dims, max_size=dims))
    chosen = draw(settings(groups))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ends = (reads * groups, writes) if chosen.transposed else (writes * groups, reads)
    return Case(rng.normal(size=(reads * groups, *shape)), rng.normal(size=(*ends, *sides)), chosen)
