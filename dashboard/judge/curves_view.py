"""ROC and precision-recall curves: of every class, their means, or one class; of several runs and splits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import parts, theme
from dashboard.charts.roc import Series, precision_recall_lines, roc_lines, roc_words
from dashboard.components.plots import Plot, plots
from dashboard.judge.views import PREFIX
from dashboard.live.curves import OTHER_COLOURS

if TYPE_CHECKING:
    from core.evaluation.result import Result
    from dashboard.judge.views import Judged
    from dashboard.theme import Palette

KEY = f"{PREFIX}_curves"
SHOWN, CORNER = f"{PREFIX}_curve", f"{PREFIX}_corner"
COMPARED = ("dash", "dot", "dashdot", "longdash")
EVERY, MEANS = "every class", "micro and macro average"
HEIGHT = "max(20rem, calc(100vh - var(--convlens-plots, 20.8rem)))"


@st.fragment
def show(judged: Judged) -> None:
    """Controls and figures; a change reruns this alone."""
    result = judged.result
    if not result.answered.any():
        st.info("No sample was answered by a number, so there is no curve to draw.")
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{KEY}_controls"):
        shown = st.selectbox(
            "Curves",
            [EVERY, MEANS, *dict.fromkeys(result.classes)],
            key=SHOWN,
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
            width=260,
        )
        corner = st.toggle("Zoom to the corner", key=CORNER, bind="query-params", persist_state="session")
        said = reasons(judged, shown)
        if said:
            st.caption(parts.plain(" ".join(said)))
    palette = theme.current()
    roc, precision = series(judged, shown, palette)
    plots(
        [
            Plot(roc_lines(roc, palette, corner), f"{result.run_name}-{result.split}-roc", roc_words(result.roc)),
            Plot(
                precision_recall_lines(precision, palette, corner),
                f"{result.run_name}-{result.split}-precision-recall",
                precision_words(precision),
            ),
        ],
        key=f"{KEY}_plots",
        height=HEIGHT,
        about=f"{result.run_id} {shown} {corner}",
    )


def series(judged: Judged, shown: str, palette: Palette) -> tuple[list[Series], list[Series]]:
    """The curves of both figures: of the result, and of those to compare with."""
    all_of_them = (judged.result, *judged.others)
    if shown == EVERY:
        return every_class(all_of_them)
    colours = dict(zip(all_of_them, colours_of(all_of_them, palette), strict=True))
    roc, precision = [], []
    for result in all_of_them:
        name = names(result, all_of_them)
        found = means(result, name, colours[result]) if shown == MEANS else one(result, shown, name, colours[result])
        roc += found[0]
        precision += found[1]
    return roc, precision


def every_class(results: tuple[Result, ...]) -> tuple[list[Series], list[Series]]:
    """A colour a class; each of those that are compared with has a dash of its own, and one line in the legend."""
    roc, precision = [], []
    for place, result in enumerate(results):
        said = names(result, results)
        legends = _means_of(result, said) if place else ("", "")
        for at, name in enumerate(results[0].classes):
            if name not in result.classes or result.rankings[result.classes.index(name)].reason:
                continue
            index = result.classes.index(name)
            dash = COMPARED[(place - 1) % len(COMPARED)] if place else theme.class_dash(at)
            shared: dict[str, Any] = {"colour": theme.class_colour(at), "dash": dash}
            shared["about"] = f"{name}, {said}" if said else name
            kept = "" if place else name
            roc.append(Series(kept, result.roc.curves[index], legend=legends[0], **shared))
            precision.append(Series(kept, result.precision_recall.curves[index], legend=legends[1], **shared))
            legends = ("", "")
    return roc, precision


def _means_of(result: Result, said: str) -> tuple[str, str]:
    """What the legends say of answers that are compared with."""
    areas = (result.roc.mean_auc, result.precision_recall.mean_average_precision)
    area, average = (said if value is None else f"{said} · mean {value:.4f}" for value in areas)
    return area, average


def means(result: Result, name: str, colour: str) -> tuple[list[Series], list[Series]]:
    """All decisions together, and the mean of the classes' curves. Precision-recall has the first alone."""
    from core.evaluation.precision_recall import precision_recall_curve
    from core.evaluation.roc import macro, roc_curve

    before = f"{name}, " if name else ""
    mean = macro(result.roc.curves)
    roc = [Series(f"{before}macro", mean, colour, "dash")] if mean.auc is not None else []
    if result.pooled.reason:
        return roc, []
    first = Series(f"{before}micro", roc_curve(result.pooled), colour, labelled=True)
    return [first, *roc], [Series(f"{before}micro", precision_recall_curve(result.pooled), colour, labelled=True)]


def one(result: Result, shown: str, name: str, colour: str) -> tuple[list[Series], list[Series]]:
    """One class, with intervals, and thresholds along its curves."""
    from core.evaluation import delong

    if shown not in result.classes:
        return [], []
    at = result.classes.index(shown)
    if result.rankings[at].reason:
        return [], []
    figures = result.per_class.rows[at].figures
    area, average = delong.interval(result.rankings[at]), figures["average_precision"].interval
    name = name or shown
    roc = Series(name, result.roc.curves[at], colour, interval=area, labelled=True)
    return [roc], [Series(name, result.precision_recall.curves[at], colour, interval=average, labelled=True)]


def reasons(judged: Judged, shown: str) -> list[str]:
    """Why something is not drawn."""
    said = []
    for result in (judged.result, *judged.others):
        of = f"{result.run_name}, {result.split}: " if judged.others else ""
        if shown not in (EVERY, MEANS) and shown not in result.classes:
            said.append(f"{of}There is no class {shown}.")
            continue
        wanted = [ranking for ranking in result.rankings if shown in (EVERY, MEANS, ranking.name) and ranking.reason]
        said += [f"{of}{ranking.reason}" for ranking in wanted[:2]]
        said += [f"{of}So it is of {len(wanted) - 2} more classes."] if len(wanted) > 2 else []
        if shown == MEANS and wanted:
            said.append("So there is no macro average.")
    return said


def names(result: Result, results: tuple[Result, ...]) -> str:
    """What tells these answers from those that they are compared with; empty where nothing is compared."""
    if len(results) == 1:
        return ""
    if len({each.run_id for each in results}) == 1:
        return result.split
    return f"{result.run_name}, {result.split}"


def colours_of(results: tuple[Result, ...], palette: Palette) -> list[str]:
    """One run's splits have the colours of these on every page; further runs have their own."""
    by_split = {"training": palette.training, "validation": palette.validation, "test": palette.text}
    if len(results) > 1 and len({each.run_id for each in results}) == 1:
        return [by_split[each.split] for each in results]
    others = OTHER_COLOURS["dark" if palette.dark else "light"]
    return [palette.training, *(others[(place + 1) % len(others)] for place in range(len(results) - 1))]


def precision_words(series: list[Series]) -> str:
    """The precision-recall curves in words."""
    told = [
        f"{each.about or each.name} {each.curve.average_precision:.4f}"  # type: ignore[union-attr]
        for each in series
    ]
    return f"Precision-recall curves; average precision: {', '.join(told)}." if told else "There is no curve to draw."
