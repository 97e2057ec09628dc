"""One class against the rest: where the line is drawn, and what each place of it costs."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from dashboard import parts
from dashboard.components.gallery import Card
from dashboard.components.threshold import sent, threshold
from dashboard.judge.views import PREFIX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.evaluation.intervals import Interval
    from core.evaluation.ranking import Ranking
    from core.evaluation.result import Result
    from dashboard.judge.views import Judged

KEY = f"{PREFIX}_threshold"
CLASS, AT, COSTS, WANTED = (f"{PREFIX}_{name}" for name in ("class", "at", "costs", "wanted"))  # in the link
CLASSES = f"{KEY}_classes"  # the names that the browser chooses among by number
USUAL = {AT: "0.5", COSTS: "1,1", WANTED: "90"}
MOST_COST = 1e6
CELLS = {"tp": "True positives", "fp": "False positives", "fn": "False negatives", "tn": "True negatives"}


@st.fragment
def show(judged: Judged) -> None:
    """The component; a change in it reruns this alone, to keep the link."""
    result = judged.result
    if not result.answered.any():
        st.info("No sample was answered by a number, so there is no threshold to choose.")
        return
    st.session_state[CLASSES] = result.classes
    at = chosen(result)
    keep(CLASS, result.classes[at], result.classes[rarest(result)])
    for name, usual in USUAL.items():
        keep(name, said(name), usual)
    others = [other for other in judged.others if result.classes[at] in other.classes]
    head, arrays = drawn(result, at, others)
    with st.container(key=f"{KEY}_view"):
        cell = threshold(head, arrays, KEY, moved)
    missing = [parts.plain(other.run_name) for other in judged.others if other not in others]
    if missing:
        st.caption(f"No class {parts.plain(result.classes[at])} in {', '.join(missing)}.")
    if cell and cell.get("name") in CELLS:
        samples(result, at, cell["name"], number(str(cell.get("threshold")), 0.5))


def drawn(result: Result, at: int, others: list[Result]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What the browser is given of class `at` against the rest. others: drawn behind, their class of the same name."""
    from core.evaluation import delong
    from core.evaluation.thresholds import offered

    ranking = result.rankings[at]
    few = offered(ranking)
    two = len(result.classes) == 2
    head = {
        "about": [about(each) for each in (result, *others)],
        "name": ranking.name,
        "rest": result.classes[1 - at] if two else f"not {ranking.name}",
        "classes": list(result.classes),
        "at": at,
        "positives": ranking.positives,
        "negatives": ranking.negatives,
        "reason": ranking.reason,
        "no_skill": ranking.positives / ranking.total,
        "auc": _area(ranking.auc, delong.interval(ranking)),
        "ap": _area(ranking.average_precision, None),
        "others": [other.run_name for other in others],
        "whole": few is ranking,
        "note": _note(ranking, few, result, others),
        "file": f"{result.run_name}-{result.split}-{ranking.name}",
        "sequence": sent(KEY).get("sequence", 0),
        "threshold": number(said(AT), 0.5),
        "costs": costs(said(COSTS)),
        "wanted": min(1.0, number(said(WANTED), 90.0) / 100),
    }
    head["threshold"] = head["threshold"] if isfinite(head["threshold"]) else "inf"
    arrays = {"threshold": few.threshold, "found": few.found, "alarms": few.alarms, **_curves(ranking)}
    for place, other in enumerate(others):
        behind = other.rankings[other.classes.index(ranking.name)]
        arrays |= {f"{place}/{name}": values for name, values in _curves(behind).items()}
    return head, arrays


def samples(result: Result, at: int, cell: str, threshold: float) -> None:
    """A dialog with the samples of a cell; each leads to Feature maps."""
    from dashboard.judge.samples import show_samples

    places, said = of_cell(result, at, cell, threshold), result.classes[at]
    told = f"{CELLS[cell]} of {said} at threshold {threshold:.6g}: {len(places):,}"

    def card(place: int) -> Card:
        truth, share = result.classes[int(result.labels[place])], float(result.probabilities[place, at])
        words = f"truly {truth}, P({said}) {parts.percent(share, 1)}"
        return Card(place, truth, f"P {parts.percent(share, 1)}", words, cell in ("tp", "tn"))

    @st.dialog(parts.plain(told), width="large")
    def show_them() -> None:
        if len(places):
            show_samples(result, places, f"{KEY}_samples", height="55vh", describe=card)
        else:
            st.caption("There is none.")

    show_them()


def of_cell(result: Result, at: int, cell: str, threshold: float) -> NDArray[np.int64]:
    """Places of the samples that are counted as tp, fp, fn or tn, the most confident first."""
    scores = result.probabilities[:, at]
    called, truly = cell in ("tp", "fp"), cell in ("tp", "fn")
    wanted = result.answered & ((scores >= threshold) == called) & ((result.labels == at) == truly)
    places = np.flatnonzero(wanted)
    order = np.argsort(scores[places], kind="stable")
    return places[order[::-1] if called else order]


def about(result: Result) -> list[str | int | None]:
    """Which answers these are."""
    return [result.run_id, result.split, result.weights, result.epoch, result.total, result.hits]


def _curves(ranking: Ranking) -> dict[str, NDArray[Any]]:
    from core.evaluation.precision_recall import precision_recall_curve
    from core.evaluation.roc import roc_curve

    roc, pr = roc_curve(ranking), precision_recall_curve(ranking)
    return {
        "roc_x": roc.false_positive_rate,
        "roc_y": roc.true_positive_rate,
        "pr_x": pr.recall,
        "pr_y": pr.precision,
    }


def _area(value: float | None, bounds: Interval | None) -> dict[str, str] | None:
    if value is None:
        return None
    return {"value": f"{value:.4f}", "bounds": f"{bounds.low:.4f} – {bounds.high:.4f}" if bounds else ""}


def _note(ranking: Ranking, few: Ranking, result: Result, others: list[Result]) -> str:
    missing = int(np.count_nonzero(~result.answered))
    return " ".join(
        said
        for said in (
            f"{missing:,} samples without an answer are left out." if missing else "",
            f"{len(few.threshold):,} of {len(ranking.threshold):,} thresholds can be chosen, counted exactly."
            if few is not ranking
            else "",
            f"Grey: {', '.join(f'{other.run_name}, {other.split}' for other in others)}." if others else "",
        )
        if said
    )


def chosen(result: Result) -> int:
    """Index of the class that is told from the rest: the session's, else the link's, else the rarest."""
    for name in (st.session_state.get(CLASS), st.query_params.get(CLASS)):
        if name in result.classes:
            return result.classes.index(name)
    return rarest(result)


def rarest(result: Result) -> int:
    """Of the classes that have samples; of several the last."""
    support = np.bincount(result.labels, minlength=len(result.classes))
    counted = np.where(support > 0, support, support.max() + 1)[::-1]
    return len(result.classes) - 1 - int(np.argmin(counted))


def said(name: str) -> str:
    """What the session holds, else the link, else what is usual."""
    return str(st.session_state.get(name) or st.query_params.get(name) or USUAL[name])


def keep(name: str, value: str, usual: str) -> None:
    """In the session for this page's next visit, and in the link where it is not what is usual."""
    st.session_state[name] = value
    if value == usual:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def moved() -> None:
    """The hand has rested."""
    message = sent(KEY)
    names = st.session_state.get(CLASSES, ())
    at = message.get("class")
    if isinstance(at, int) and 0 <= at < len(names):
        st.session_state[CLASS] = names[at]
    st.session_state[AT] = f"{number(str(message.get('threshold')), 0.5):.12g}"
    st.session_state[COSTS] = ",".join(f"{cost:.12g}" for cost in costs(",".join(map(str, message.get("costs", ())))))
    st.session_state[WANTED] = f"{100 * number(str(message.get('wanted')), 0.9):.12g}"


def number(text: str, usual: float) -> float:
    """A number that is not negative, infinity too; what is usual instead of anything else."""
    try:
        value = float(text)
    except ValueError:
        return usual
    return value if value >= 0 else usual


def costs(text: str) -> list[float]:
    """Of a false positive and of a false negative, each 0 to a million; 1 instead of anything else."""
    told = text.split(",")
    values = [number(each, 1.0) for each in told] if len(told) == 2 else [1.0, 1.0]
    return [value if value <= MOST_COST else 1.0 for value in values]
