"""Whether the network knows how sure it may be."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from dashboard import judging, parts, theme
from dashboard.charts.calibration import reliability_figure, reliability_words
from dashboard.components.plots import Plot, plots
from dashboard.judge.views import PREFIX

if TYPE_CHECKING:
    from core.evaluation.calibration import Calibration
    from core.evaluation.result import Result
    from dashboard.judge.views import Judged

KEY = f"{PREFIX}_calibration"
BINS = f"{PREFIX}_bins"
CHOICES = (5, 10, 15, 20)
HEIGHT = "max(20rem, calc(100vh - var(--convlens-plots, 17.3rem)))"


@dataclass(frozen=True)
class Told:
    """before: as trained. after, temperature: once it is set; None where it cannot be, `reason` says why."""

    before: Calibration
    after: Calibration | None
    temperature: float | None
    reason: str


@st.fragment
def show(judged: Judged) -> None:
    """The diagram, and beside it what follows; a change reruns this alone."""
    result = judged.result
    if not result.answered.any():
        st.info("No sample was answered by a number, so there is no probability to trust or not.")
        return
    left, right = st.columns([1.9, 1], gap="small")
    with right, parts.card(f"{KEY}_facts", height="stretch"):
        bins = st.segmented_control(
            "Bins", CHOICES, default=10, required=True, key=BINS, bind="query-params", persist_state="session"
        )
        told = calibrated(judged.stamp, bins, result, validation(result))
        st.html(facts(told, result))
    with left:
        before, after = told.before, told.after
        figure = reliability_figure(before.bins, after.bins if after else None, theme.current())
        words = reliability_words(before.bins, before.error)
        file = f"{result.run_name}-{result.split}-reliability"
        plots([Plot(figure, file, words)], key=f"{KEY}_plots", height=HEIGHT, about=f"{result.run_id} {bins}")


def validation(result: Result) -> Result | str:
    """The answers of the same weights to the validation samples, or a sentence why there are none."""
    if result.split == "validation":
        return result
    try:
        found = None if result.epoch is None else judging.at_epoch(result.run_id, "validation", result.epoch)
        if found is None:
            own = judging.own(result.run_id, "validation")
            found = own if own is not None and own.epoch == result.epoch else None
    except ConvLensError as error:
        return str(error)
    if found is None or not found.answered.any():
        when = "these weights" if result.epoch is None else f"the weights of epoch {result.epoch}"
        return f"Temperature is fitted on validation samples, and the answers of {when} to these are not recorded."
    return found


@st.cache_resource(max_entries=64, ttl=1800, show_spinner=False)
def calibrated(stamp: tuple[object, ...], bins: int, _result: Result, _validation: Result | str) -> Told:
    """Before and after. stamp: of the result; the leading underscores keep the rest out of the key."""
    from core.evaluation import calibration

    labels, shares = _result.labels[_result.answered], _result.probabilities[_result.answered]
    before = calibration.calibration(labels, shares, bins)
    if isinstance(_validation, str):
        return Told(before, None, None, _validation)
    known = _validation.answered
    found = calibration.fitted(_validation.labels[known], _validation.probabilities[known])
    if found.value is None:
        return Told(before, None, None, f"No temperature is set, from the validation samples: {found.reason}")
    after = calibration.calibration(labels, calibration.scaled(shares, found.value), bins)
    return Told(before, after, found.value, "")


def facts(told: Told, result: Result) -> str:
    """Both errors side by side, the temperature, and what they were found on."""
    both = [each for each in (told.before, told.after) if each]
    rows = [
        ("expected calibration error", [parts.percent(each.error) for each in both]),
        ("negative log likelihood", ["–" if each.loss is None else f"{each.loss:.4f}" for each in both]),
        ("accuracy", [parts.percent(result.confusion.accuracy) for _ in both]),
    ]
    body = "".join(
        f"<tr><td>{name}</td>{''.join(f'<td><b>{value}</b></td>' for value in values)}</tr>" for name, values in rows
    )
    said = [verdict(told), source(told, result), told.reason]
    sentences = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in said if sentence)
    head = f"<tr><th></th><th>as trained</th>{'<th>temperature set</th>' if told.after else ''}</tr>"
    value = f"<p>Temperature <b>{told.temperature:.2f}</b></p>" if told.temperature else ""
    return f'<div class="convlens-calibration"><table>{head}{body}</table>{value}{sentences}</div>'


def verdict(told: Told) -> str:
    """Whether it is too sure, from the numbers."""
    full = [each for each in told.before.bins if each.count]
    gap = sum(each.hits - (each.confidence or 0) * each.count for each in full) / sum(each.count for each in full)
    if abs(gap) < 0.005:
        return "On average its probabilities are as high as its share of right answers."
    direction = "surer than it may be" if gap < 0 else "less sure than it may be"
    return f"On average it is {100 * abs(gap):.1f} points {direction}."


def source(told: Told, result: Result) -> str:
    """What the temperature was fitted on, and applied to."""
    if told.temperature is None:
        return ""
    if result.split == "validation":
        return "The temperature was fitted on these very samples, so what it mends is told too well here."
    return f"The temperature was fitted on the validation samples and applied to these {result.split} samples."
