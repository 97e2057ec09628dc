"""The answers that tell most about a network: sure and wrong, hardly decided, or not what another network says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation import mistakes
from dashboard import choosing, judging, parts
from dashboard.components.gallery import Card
from dashboard.judge.samples import describer, show_samples
from dashboard.judge.views import PREFIX
from dashboard.lens import looking

if TYPE_CHECKING:
    from core.evaluation.result import Result
    from dashboard.judge.samples import Describe
    from dashboard.judge.views import Judged

KIND = f"{PREFIX}_mistakes"
OTHER = f"{PREFIX}_against"
ALL = f"{PREFIX}_right_too"
KINDS = ("most confident", "least sure", "two runs disagree")
HEIGHT = "calc(100vh - 20rem)"


def show(judged: Judged) -> None:
    """The chooser and one gallery."""
    found = judged.result
    with parts.card("evaluate_mistakes_card", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_mistakes_bar"):
            kind = st.segmented_control(
                "Mistakes",
                KINDS,
                default=KINDS[0],
                required=True,
                key=KIND,
                bind="query-params",
                persist_state="session",
                label_visibility="collapsed",
            )
            if kind == KINDS[2]:
                against = _other(found)
            else:
                right_too = kind == KINDS[1] and st.toggle("right answers too", key=ALL, persist_state="session")
                places = mistakes.most_confident(found) if kind == KINDS[0] else mistakes.least_sure(found, right_too)
                st.caption(_told(found, kind, right_too, len(places)))
        if kind == KINDS[2]:
            if against is not None:
                _disagreeing(found, against)
        elif len(places):
            show_samples(found, places, f"{PREFIX}_mistakes_gallery", height=HEIGHT)


def _told(found: Result, kind: str, right_too: bool, count: int) -> str:
    if not count:
        return f"No {found.split} sample was answered wrongly." if found.answered.any() else "No sample was answered."
    what = "answers" if right_too else "wrong answer" if count == 1 else "wrong answers"
    how = "most confident first" if kind == KINDS[0] else "smallest lead over the second best first"
    return f"{count:,} {what} among {found.total:,}, {how}"


def _other(found: Result) -> Result | None:
    """The answers of another run, which is chosen here; None where there are none, which is told."""
    others = [line for line in choosing.trained().values() if line.id != found.run_id]
    others.sort(key=lambda line: line.dataset != found.dataset)  # those that were asked the same come first
    known = {line.id: line for line in others}
    if not known:
        st.caption("There is no other trained run yet: train a second network on the same data.")
        return None
    other = st.selectbox(
        "Other run",
        list(known),
        format_func=lambda id: known[id].name,
        key=OTHER,
        label_visibility="collapsed",
        width=260,
    )
    against = judging.own(other, found.split)
    if against is None:
        st.caption(f"Its {found.split} answers are not recorded: choose it above, and ask it first.")
    return against


def _disagreeing(found: Result, against: Result) -> None:
    differ = mistakes.disagreement(found, against)
    if differ.reason:
        st.markdown(parts.plain(differ.reason))
        return
    runs = f"{parts.plain(found.run_name)} | {parts.plain(against.run_name)}"
    st.caption(f"{len(differ.first):,} of {differ.shared:,} samples are answered differently: {runs}")
    if len(differ.first):
        at = dict(zip(differ.first.tolist(), differ.second.tolist(), strict=True))
        describe = _both(found, against, at)
        show_samples(found, differ.first, f"{PREFIX}_disagree_gallery", height=HEIGHT, describe=describe)


def _both(found: Result, against: Result, at: dict[int, int]) -> Describe:
    """Cards that tell both answers."""
    usual, sure = describer(found, looking.raw(found.dataset)), mistakes.confidence(against)

    def card(place: int) -> Card:
        one, second = usual(place), at[place]
        truth, mine, theirs = (
            found.classes[index] for index in (found.labels[place], found.answers[place], against.answers[second])
        )
        words = f"{one.words}; {against.run_name} calls it {theirs} with {parts.percent(float(sure[second]), 1)}"
        return Card(place, f"{mine} | {theirs}", f"truly {truth}", words, one.right)

    return card
