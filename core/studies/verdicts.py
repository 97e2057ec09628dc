"""What a study's numbers say, in sentences. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import stdev
from typing import Literal

from core.studies.summary import Line, Spread, Summary, difference, paired, spread_between, steadier
from core.studies.treatments import TREATMENTS, TreatmentName

State = Literal["holds", "fails", "open"]
CHANCE = 0.05
FEW = 20  # test samples of the rare class, below which their number is told


@dataclass(frozen=True)
class Claim:
    """A claim of the lecture. needs: treatments that an experiment on it must have; seeds: how many at least."""

    name: str
    title: str
    story: str
    needs: tuple[TreatmentName, ...]
    seeds: int


@dataclass(frozen=True)
class Verdict:
    """holds, fails: what the numbers say; open: they do not decide, or are not there. `sentence` has the numbers."""

    claim: Claim
    state: State
    sentence: str


_ALL = (
    Claim(
        "repeat",
        "Repeating beats throwing away",
        "The same expected error, and less variance.",
        ("none", "fewest", "repeat"),
        10,
    ),
    Claim("hides", "Accuracy hides it", "It stays high while the rare class is missed.", ("none",), 5),
    Claim("loss", "Cross-entropy suffers too", "Its mean is small; the rare class's own is not.", ("none",), 5),
)
CLAIMS: dict[str, Claim] = {claim.name: claim for claim in _ALL}


def share(value: float | None) -> str:
    """As per cent; one digit where it lies near 0 or 100."""
    if value is None:
        return "–"
    percent = 100 * value
    return f"{percent:.1f} %" if 0 < percent < 10 or 90 < percent < 100 else f"{percent:.0f} %"


def points(change: Spread, compared: int = 1) -> str:
    """A difference of shares in percentage points, with its interval: `+37 points, 95 % interval +21 to +53`.

    compared: how many differences the interval was widened for.
    """
    if change.mean is None:
        return "–"
    if change.low is None or change.high is None:
        return f"{_signed(change.mean)} points, one seed only"
    many = f" ({compared} compared)" if compared > 1 else ""
    low, high = max(-1.0, change.low), min(1.0, change.high)
    return f"{_signed(change.mean)} points, 95 % interval {_signed(low)} to {_signed(high)}{many}"


def _signed(value: float) -> str:
    percent = 100 * value
    text = f"{percent:+.1f}" if abs(percent) < 9.95 else f"{percent:+.0f}"
    return text.replace("-", "−")


def sentences(summary: Summary) -> tuple[str, ...]:
    """What was seen: the untreated network, the best treatment, and which differences are within the noise."""
    none = summary.line("none")
    if none is None:
        return ("Without treatment no training gave an answer yet.",) if summary.done else ()
    treated = [line for line in summary.lines if line.treatment != "none" and line.known]
    return (*_untreated(summary, none), *_compared(summary, none, treated), *_diverged(summary))


def _untreated(summary: Summary, none: Line) -> tuple[str, ...]:
    blind, found = summary.blind, none.spread("recall")
    if found.mean is None:
        return (f"The test part has no sample of class {summary.rare_name}: whether it is found cannot be told.",)
    shown = none.known[0]
    tested = int((shown.labels == shown.rare).sum())
    few = f"{tested} test sample{'' if tested == 1 else 's'}" if tested < FEW else ""
    mean = f"mean of {len(none.known)} seeds" if len(none.known) > 1 else ""
    told = ", ".join(part for part in (mean, few + (" each" if mean and few else "")) if part)
    seeds = f" ({told})" if told else ""
    return (
        f"Without treatment {share(none.spread('accuracy').mean)} of the answers are right, and {share(found.mean)} of "
        f"class {summary.rare_name} is found{seeds}; always saying {blind.common}: {share(blind.accuracy)} right.",
    )


def _compared(summary: Summary, none: Line, treated: list[Line]) -> tuple[str, ...]:
    """Who looks for the best of several finds one by chance: the intervals are wider (Bonferroni)."""
    gains = {line.title: (difference(line, none, "balanced", len(treated)), line) for line in treated}
    gains = {title: (gain, line) for title, (gain, line) in gains.items() if gain.mean is not None}
    if not gains:
        return ()
    many = len(treated)
    top = max(gains, key=lambda title: gains[title][0].mean or 0.0)
    told = points(gains[top][0], many)
    if gains[top][0].low is None:
        return (f"{top} changes balanced accuracy by {told}: whether that is more than chance, more seeds tell.",)
    if all(gain.mean == 0 and not gain.sure and gain.low == 0 for gain, _ in gains.values()):
        return (f"Balanced accuracy is the same {'under every treatment' if many > 1 else f'with {top}'}.",)
    helps = {title: line for title, (gain, line) in gains.items() if gain.sure and (gain.mean or 0) > 0}
    harms = [title for title, (gain, _) in gains.items() if gain.sure and (gain.mean or 0) < 0]
    within = [title for title, (gain, _) in gains.items() if not gain.sure]
    if not helps and not within:
        which = (
            f"Every treatment lowers balanced accuracy here; {top} least"
            if many > 1
            else f"{top} lowers balanced accuracy here"
        )
        return (f"{which}: {told}.",)
    if not helps:
        which = f"{top} changes balanced accuracy within the noise"
        if many > 1:
            which = f"No treatment raises balanced accuracy beyond the noise; {top} most"
        return (f"{which}: {told}.", *_others(harms, []))
    best = max(helps, key=lambda title: gains[title][0].mean or 0.0)
    price = difference(helps[best], none, "accuracy")
    cost = f"accuracy changes by {points(price)}" if price.sure else "accuracy does not change beyond the noise"
    most = "does most for" if best == top and len(gains) > 1 else "raises"
    return f"{best} {most} balanced accuracy: {points(gains[best][0], many)}; {cost}.", *_others(harms, within)


def _others(harms: list[str], within: list[str]) -> tuple[str, ...]:
    told = []
    if within:
        told.append(f"{_listed(within)} {'is' if len(within) == 1 else 'are'} within the noise.")
    if harms:
        told.append(f"{_listed(harms)} {'lowers' if len(harms) == 1 else 'lower'} it.")
    return tuple(told)


def _diverged(summary: Summary) -> tuple[str, ...]:
    gone = [f"{line.title} ({line.diverged} of {len(line.seeds)})" for line in summary.lines if line.diverged]
    return (f"The loss became no number, so these trainings are left out: {_listed(gone)}.",) if gone else ()


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def verdicts(summary: Summary | None) -> tuple[Verdict, ...]:
    """One for each claim, in their order."""
    judges = {"repeat": _repeat, "hides": _hides, "loss": _loss}
    return tuple(
        Verdict(claim, *(judges[name](summary) if summary else ("open", "Not tried yet.")))
        for name, claim in CLAIMS.items()
    )


def _missing(summary: Summary, *names: TreatmentName) -> str:
    lacking = [TREATMENTS[name].title for name in names if summary.line(name) is None]
    return f"It needs results of {_listed(lacking)}." if lacking else ""


def _repeat(summary: Summary) -> tuple[State, str]:
    """It holds where repeating scatters less beyond chance and its error is not larger beyond the noise."""
    repeat, fewest = summary.line("repeat"), summary.line("fewest")
    if repeat is None or fewest is None:
        return "open", _missing(summary, "repeat", "fewest")
    errors = paired(repeat, fewest, "balanced_error")
    gap = spread_between(*errors)
    if gap.mean is None:
        return "open", "No seed has both results yet."
    if gap.low is None:
        return "open", "It needs two seeds or more."
    ours, theirs = (stdev(value for value in error.values if value is not None) for error in errors)
    chance = steadier(*errors)
    sure = chance is not None and chance < CHANCE
    told = (
        f"Balanced error {share(errors[0].mean)} repeated, {share(errors[1].mean)} thrown away: "
        f"{points(gap)}, {'beyond' if gap.sure else 'within'} the noise. Over the seeds it scatters by "
        f"{100 * ours:.1f} against {100 * theirs:.1f} points, {'beyond' if sure else 'within'} the noise."
    )
    if gap.sure and gap.mean > 0:
        return "fails", f"{told} Throwing away did better here."
    if sure:
        return ("holds", told) if ours < theirs else ("fails", f"{told} Repeating scatters more here.")
    if gap.sure:
        return "open", f"{told} Repeating errs less here; whether it scatters less, more seeds tell."
    return "open", f"{told} More seeds tell."


def _hides(summary: Summary) -> tuple[State, str]:
    none = summary.line("none")
    if none is None:
        return "open", _missing(summary, "none")
    accuracy, balanced, recall = (none.spread(name) for name in ("accuracy", "balanced", "recall"))
    gap = spread_between(accuracy, balanced)
    if gap.mean is None or recall.mean is None:
        return "open", f"The test part has no sample of class {summary.rare_name}."
    told = (
        f"Without treatment accuracy is {share(accuracy.mean)} and balanced accuracy {share(balanced.mean)} "
        f"({points(gap)}); {share(recall.mean)} of class {summary.rare_name} is found. Always saying "
        f"{summary.blind.common} reaches {share(summary.blind.accuracy)} accuracy."
    )
    if gap.low is None:
        return "open", f"{told} It needs two seeds or more."
    if gap.sure and gap.mean > 0:
        return "holds", told
    if gap.high is not None and gap.high < 0:
        return "fails", told
    return "open", f"{told} The difference is within the noise."


def _loss(summary: Summary) -> tuple[State, str]:
    none = summary.line("none")
    if none is None:
        return "open", _missing(summary, "none")
    whole, rare = none.spread("loss"), none.spread("rare_loss")
    gap = spread_between(rare, whole)
    if gap.mean is None or whole.mean is None or rare.mean is None:
        return "open", f"The test part has no sample of class {summary.rare_name}."
    told = (
        f"Without treatment the mean cross-entropy is {whole.mean:.3g}, that of class {summary.rare_name} "
        f"{rare.mean:.3g}, {rare.mean / max(whole.mean, 1e-9):.3g} times as much"
    )
    if gap.low is None or gap.high is None:
        return "open", f"{told}. It needs two seeds or more."
    between = f"{told} (difference {gap.mean:.3g}, 95 % interval {gap.low:.3g} to {gap.high:.3g}).".replace("-", "−")
    if gap.low > 0:
        return "holds", f"{between} The mean follows the common classes."
    return ("fails", between) if gap.high < 0 else ("open", f"{between} That is within the noise.")
