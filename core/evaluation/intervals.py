"""How far a share that was counted can be trusted."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    low: float
    high: float


def wilson(hits: float, total: int, level: float = 0.95) -> Interval | None:
    """Wilson's score interval for a share of `hits` in `total`, within 0..1; None without samples.

    Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if not total:
        return None
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = hits / total
    centre = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return Interval(max(0.0, min(low, share)), min(1.0, max(high, share)))  # rounding must not part it from its share
