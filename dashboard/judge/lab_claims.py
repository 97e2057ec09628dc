"""What the lecture says about rare classes, each with an experiment and what its numbers say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.studies.treatments import TREATMENTS
from core.studies.verdicts import Verdict, verdicts
from dashboard import parts
from dashboard.judge import lab_state as lab

if TYPE_CHECKING:
    from core.studies.summary import Summary
    from dashboard.judge.lab_results import Studied

WORDS = {"holds": "holds here", "fails": "not here", "open": "undecided"}
CHIPS = {"holds": "finished", "fails": "failed", "open": "paused"}


def show(about: Studied | None) -> None:
    """Three cards; without a study the experiments alone."""
    summary: Summary | None = about.summary if about else None
    for verdict in verdicts(summary):
        _card(verdict)


def _card(verdict: Verdict) -> None:
    claim = verdict.claim
    with st.container(border=True, key=f"imbalance_claim_{claim.name}", gap="small"):
        words, verdict_chip, button = st.columns([0.62, 0.2, 0.18], vertical_alignment="center", gap="small")
        words.markdown(f"**{claim.title}.** {claim.story}")
        verdict_chip.html(f'<span class="convlens-chip {CHIPS[verdict.state]}">{WORDS[verdict.state]}</span>')
        names = ", ".join(TREATMENTS[name].title.lower() for name in claim.needs)
        with button:
            if st.button(
                "Try it",
                key=f"imbalance_try_{claim.name}",
                help=f"With the bars as they are: {names}; {claim.seeds} seeds.",
                width="stretch",
            ):
                lab.try_claim(claim.needs, claim.seeds)
                st.rerun()
        st.caption(parts.plain(verdict.sentence))
