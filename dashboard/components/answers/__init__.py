"""What the network answers while it learns: pinned images, or a decision surface; and the troubles it has."""

from __future__ import annotations

from dashboard.components import component


def answers(block: bytes, key: str) -> None:
    """Show a block of `dashboard.live.answers.answers_block`."""
    component("answers")(key=key, data=block)
