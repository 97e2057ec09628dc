"""Evaluate: how good a run's network is, on samples that it has learned from and on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.evaluation.result import SPLITS
from dashboard import choosing, judging, listing, parts
from dashboard.boot import STATIC
from dashboard.judge import asking, compare, downloads
from dashboard.judge.views import CHOOSER, PREFIX, Judged
from dashboard.task_bar import task_bar

if TYPE_CHECKING:
    from core.evaluation.result import Split
    from core.runs.folder import Summary
    from dashboard.views import View

SPLIT, RUN = f"{PREFIX}_split", f"{PREFIX}_run"  # keys of what the page's header chooses
LIVE_SECONDS, TASK_SECONDS = 3, 1  # between two looks at a run that trains, and at answers that are on their way


def shown(summary: Summary, split: Split) -> None:
    """Everything about one run on one part of its data."""
    if (st.session_state.get(SPLIT, split), st.session_state.get(RUN, summary.id)) != (split, summary.id):
        st.rerun()  # chosen in the same moment as something here: the browser's one message reruns only this
    try:
        stamp = judging.stamp(summary.id)
        if choosing.live(summary) and stamp[0] not in choosing.LIVE:
            listing.forget()
            st.rerun()  # it has ended: the page need not look again
        _judge(summary, split, stamp)
    except ConvLensError as error:
        parts.show_error(error)
    parts.try_this(*CHOOSER.chosen().prompts)


def _judge(summary: Summary, split: Split, stamp: judging.Stamp) -> None:
    """Choosers, figures, and the view that was chosen. Raises ConvLensError."""
    own = asking.own(summary.id, split, stamp)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_choosers"):
        view = CHOOSER.choose()
        epoch = asking.epoch_choice(summary.id, split, own)
    found, exact = asking.answers(summary.id, split, epoch, own)
    if found is None:
        asking.offer(summary.id, split, stamp, epoch)
        return
    status = task_bar(asking.task_of(summary.id, split), asking.TASK)
    if not exact and epoch is not None and not (status and status.live):
        asking.missing(summary.id, split, epoch, found)
    judged = Judged(found, stamp=(summary.id, split, found.epoch, *stamp))
    judged = _figures(judged, split, stamp, view)
    if judging.unanswered(found):
        st.warning(judging.unanswered(found))
    view.show(judged)


def _figures(judged: Judged, split: Split, stamp: judging.Stamp, view: View) -> Judged:
    """The strip of key figures, what to compare with, and what can be taken away. Returns it with the former."""
    found = judged.result
    older = asking.stale(found.run_id, split, stamp)
    with (
        parts.card("evaluate_facts"),
        st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_figures"),
    ):
        st.html(judging.facts(found))
        if older and st.button("Ask again", icon=":material/refresh:", key="evaluate_again", help=older):
            asking.ask(found.run_id, split, stamp)
        judged = compare.with_others(judged, view.name)
        downloads.offer(judged)
    return judged


def page() -> None:
    """Header with the choices, then the result; read again while the run trains."""
    st.html(STATIC / "evaluate.css")
    controls = parts.page_header("Evaluate", "How good it is, and where it errs.")
    known = choosing.trained_or_offer(PREFIX)
    if known is None:
        parts.try_this(*CHOOSER.chosen().prompts)
        return
    with controls:
        summary = choosing.run_choice(PREFIX, known, on_pick=asking.forget_epoch)
        split = st.segmented_control(
            "Samples",
            SPLITS,
            default="test",
            required=True,
            key=SPLIT,
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
        )
    choosing.say_unknown(known)
    pause = TASK_SECONDS if asking.at_work(summary.id, split) else LIVE_SECONDS if choosing.live(summary) else None
    st.fragment(shown, run_every=pause)(summary, split)


page()
