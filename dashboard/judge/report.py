"""A report of a run as one file: to hand in, to keep, to read without ConvLens."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ConvLensError
from core.evaluation import mistakes
from core.evaluation.per_class import TITLES
from core.network.shapes import trace
from core.runs import events, folder
from dashboard import theme
from dashboard.judge import report_figures as figures
from dashboard.judge.report_figures import Line
from dashboard.judge.samples import describer
from dashboard.lens import looking
from dashboard.live.thumbnails import small
from dashboard.parts import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.evaluation.mistakes import Places
    from core.evaluation.result import Result
    from core.runs.folder import Run
    from dashboard.judge.views import Judged

SHOWN = 24  # mistakes of each kind
MOST_CURVES = 20  # ROC curves that can still be told apart
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#14202b;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}h2{margin-top:2rem;border-bottom:1px solid #e0e3e8}.quiet,caption{color:#566270}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.2rem .6rem;text-align:left}
tr+tr td,tr+tr th{border-top:1px solid #e0e3e8}th{font-weight:600}small{display:block;font-size:.75em;opacity:.85}
.matrix td{border:2px solid #fff;text-align:center;min-width:2.2rem;height:2rem;padding:0 .2rem}.matrix th{border:0}
.figures{display:flex;flex-wrap:wrap;gap:1.5rem}figure{margin:0;flex:1 1 24rem;max-width:32rem}
figcaption{font-weight:600}svg text{font-size:11px;fill:#566270}.grid{stroke:#e6e9ed}
.legend{display:flex;flex-wrap:wrap;gap:.1rem .9rem;font-size:.85rem}.key svg{margin-right:.3rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.5rem,1fr));gap:.6rem}
.cards figure{max-width:none;font-size:.85rem;text-align:center}
.cards img{width:5.6rem;image-rendering:pixelated;border-radius:3px}
@media print{h2{break-after:avoid}figure,tr{break-inside:avoid}}
"""


def report(judged: Judged) -> str:
    """The whole HTML file: it loads nothing and runs nothing. Raises RunError where the run cannot be read."""
    found = judged.result
    run = folder.open_run(found.run_id)
    title = escape(f"{found.run_name}: {found.split} report")
    body = "".join(
        f"<section><h2>{heading}</h2>{content}</section>"
        for heading, content in (
            ("Key figures", _key_figures(found)),
            ("Network", _network(run)),
            ("Training", _settings(run) + _training(run)),
            ("Confusion matrix", figures.matrix(found.confusion)),
            ("ROC, one class against the rest", _roc(found)),
            ("Every class", _classes(found)),
            ("Most confident mistakes", _gallery(found, mistakes.most_confident(found))),
            ("Least sure mistakes", _gallery(found, mistakes.least_sure(found))),
        )
        if content
    )
    made = f"{datetime.now():%d %B %Y, %H:%M}".lstrip("0")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head><body>'
        f'<h1>{escape(found.run_name)}</h1><p class="quiet">From {escape(found.source)} ConvLens, {made}.</p>'
        f"{body}</body></html>"
    )


def _key_figures(found: Result) -> str:
    interval = found.interval
    spread = f" (95 % interval {percent(interval.low)} to {percent(interval.high)})" if interval else ""
    rows = [
        ("Accuracy", percent(found.accuracy) + spread),
        ("Wrong", f"{found.total - found.hits:,} of {found.total:,}"),
        ("Loss", "–" if found.loss is None else f"{found.loss:.4f}"),
        ("Mean AUC", "–" if found.roc.mean_auc is None else f"{found.roc.mean_auc:.4f}"),
    ]
    unanswered = int(np.count_nonzero(~found.answered))
    if unanswered:
        rows.append(("Without an answer", f"{unanswered:,}: the network diverged"))
    return _table(rows)


def _network(run: Run) -> str:
    traced = trace(run.spec.network)
    shape = " x ".join
    rows = [
        (str(row.index + 1), row.layer.label, shape(map(str, row.output_shape)), f"{row.parameters:,}")
        for row in traced.rows
    ]
    head = ("layer", "", "output", "parameters")
    return (
        f"<p>{escape(run.spec.network.name)}: {traced.parameters:,} parameters, "
        f"{traced.macs:,} multiplications a sample.</p>{_table(rows, head)}"
    )


def _settings(run: Run) -> str:
    told = run.spec.train.model_dump(mode="json", exclude_none=True)
    return _table([(name.replace("_", " "), _said(value)) for name, value in told.items()])


def _said(value: Any) -> str:
    if isinstance(value, dict):
        inside = [
            f"{name.replace('_', ' ')} {_said(one)}" for name, one in value.items() if one not in (0, False, None)
        ]
        return ", ".join(inside) or "none"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _training(run: Run) -> str:
    """Loss and accuracy by epoch."""
    done = events.epochs(run.events()[0])
    if not done:
        return ""
    epochs = [event["epoch"] for event in done]

    def line(part: str, what: str) -> Line:
        values = [event.get(f"{part}_{what}") for event in done]
        numbers = [np.nan if value is None or not events.is_number(value) else float(value) for value in values]
        colour, dash = (theme.TRAINING, "") if part == "train" else (theme.VALIDATION, "5 3")
        return Line("training" if part == "train" else part, epochs, numbers, colour, dash)

    charts = [
        figures.line_chart(title, "epoch", what, [line("train", what), line("validation", what)])
        for title, what in (("Loss by epoch", "loss"), ("Accuracy by epoch", "accuracy"))
    ]
    return f'<div class="figures">{"".join(charts)}</div>'


def _roc(found: Result) -> str:
    """Where there are very many classes, those that are told apart least."""
    known = [(at, curve) for at, curve in enumerate(found.roc.curves) if curve.auc is not None]
    worst = sorted(known, key=lambda one: one[1].auc or 0.0)[:MOST_CURVES]
    lines = [
        Line(
            f"{curve.name} {curve.auc:.4f}",
            curve.false_positive_rate,
            curve.true_positive_rate,
            theme.class_colour(at),
            "" if at < len(theme.CLASSES) else "5 3",
        )
        for at, curve in sorted(worst, key=lambda one: one[0])
    ]
    guessing = Line("guessing 0.5", [0, 1], [0, 1], "#566270", "2 3")
    reasons = "".join(f"<p>{escape(curve.reason)}</p>" for curve in found.roc.curves if curve.reason)
    if not lines:
        return reasons
    chart = figures.line_chart(
        "Area under the curve beside each class", "false positive rate", "true positive rate", [guessing, *lines], True
    )
    return chart + reasons


def _classes(found: Result) -> str:
    rows = []
    for row in found.per_class.rows:
        cells = []
        for name in TITLES:
            figure = row.figures[name]
            value = "–" if figure.value is None else _number(figure.value)
            spread = f"{_number(figure.interval.low)} – {_number(figure.interval.high)}" if figure.interval else ""
            cells.append(f"<td>{value}<small>{spread}</small></td>")
        rows.append(f"<tr><th scope='row'>{escape(row.name)}</th><td>{row.support:,}</td>{''.join(cells)}</tr>")
    head = "".join(f"<th>{escape(title)}</th>" for title in ("class", "samples", *TITLES.values()))
    return f"<table><caption>Below each figure its 95 % interval.</caption><tr>{head}</tr>{''.join(rows)}</table>"


def _number(share: float) -> str:
    """With three decimals, near 1 with four: 0.9998 is not 1.000."""
    return f"{share:.{4 if 0.999 < share < 1 else 3}f}"


def _gallery(found: Result, places: Places) -> str:
    """Embedded pictures; words alone where the data set is not here any more, or has points."""
    if not len(places):
        return ""
    try:
        raw = looking.raw(found.dataset)
    except ConvLensError:
        raw = None
    some = places[:SHOWN]
    told = f"<p class='quiet'>{len(some)} of {len(places):,}: true class → answer, and the answer's probability.</p>"
    if raw is None or not raw.is_image:
        sure = mistakes.confidence(found)
        rows = [
            (
                f"{found.index[at]:,}",
                found.classes[found.labels[at]],
                found.classes[found.answers[at]],
                percent(float(sure[at]), 1),
            )
            for at in some
        ]
        return told + _table(rows, ("sample", "true class", "answer", "probability"))
    x, describe = raw.train_x if found.part == "train" else raw.test_x, describer(found, raw)
    cards = []
    for at, image in zip(some.tolist(), small(x[found.index[some]]), strict=True):
        card = describe(at)
        alt = escape(card.words, quote=True)
        cards.append(
            f'<figure><img src="{figures.picture(image)}" alt="{alt}" title="{alt}"><br>'
            f"{escape(card.head)}<br><span class='quiet'>{escape(card.note)}</span></figure>"
        )
    return f"{told}<div class='cards'>{''.join(cards)}</div>"


def _table(rows: Sequence[tuple[str, ...]], head: tuple[str, ...] = ()) -> str:
    """Rows of plain text; without a head the first cell of each names it."""
    top = f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>" if head else ""
    lines = []
    for first, *rest in rows:
        lead = f"<td>{escape(first)}</td>" if head else f"<th scope='row'>{escape(first)}</th>"
        lines.append(f"<tr>{lead}{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>")
    return f"<table>{top}{''.join(lines)}</table>"
