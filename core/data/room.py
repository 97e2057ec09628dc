"""How much memory resized images may take. No torch."""

from __future__ import annotations

from math import prod

MOST_BYTES = 4_000_000_000


def too_large(count: int, shape: tuple[int, ...]) -> str:
    """What `count` resized uint8 images of this shape would take, where that is too much; empty where it is not."""
    needed = count * prod(shape)
    if needed <= MOST_BYTES:
        return ""
    return f"the {count:,} resized images would take {needed / 1e9:.1f} GB, and {MOST_BYTES / 1e9:.1f} GB is the most"
