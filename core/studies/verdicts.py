"""What a study's numbers say, in sentences. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import stdev
from typing import Literal

from core.studies.summary import MEASURES, Line, Spread, Summary, difference, spread, steadier
from core.studies.treatments import TREATMENTS, TreatmentName

State = Literal["holds", "fails", "open"]
CHANCE = 0.05


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


def points(change: Spread) -> str:
    """A difference of shares in percentage points, with its interval: `+37 points, 95 % interval +21 to +53`."""
    if change.mean is None:
        return "–"
    if change.low is None or change.high is None:
        return f"{_signed(change.mean)} points, one seed only"
    return f"{_signed(change.mean)} points, 95 % interval {_signed(change.low)} to {_signed(change.high)}"


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
    seeds = f" (mean of {len(none.known)} seeds)" if len(none.known) > 1 else ""
    return (
        f"Without treatment {share(none.spread('accuracy').mean)} of the answers are right, and {share(found.mean)} of "
        f"class {summary.rare_name} is found{seeds}; always saying {blind.common} would be right "
        f"{share(blind.accuracy)} of the time.",
    )


def _compared(summary: Summary, none: Line, treated: list[Line]) -> tuple[str, ...]:
    known = [line for line in treated if difference(line, none, "balanced").mean is not None]
    if not known:
        return ()
    best = max(known, key=lambda line: difference(line, none, "balanced").mean or 0.0)
    gain, price = difference(best, none, "balanced"), difference(best, none, "accuracy")
    title = best.title
    if gain.low is None:
        return (
            f"{title} changes balanced accuracy by {points(gain)}: whether that is more than chance, more seeds tell.",
        )
    if not gain.sure:
        return (
            f"No treatment's difference is larger than the noise: the best, {title}, changes balanced accuracy by "
            f"{points(gain)}.",
        )
    within = [line.title for line in known if line is not best and not difference(line, none, "balanced").sure]
    if gain.high is not None and gain.high < 0:
        return (f"Every treatment lowers balanced accuracy here; {title} least: {points(gain)}.",)
    cost = f"accuracy changes by {points(price)}" if price.sure else "accuracy does not change by more than the noise"
    told = f"{title} does most for balanced accuracy: {points(gain)}; {cost}."
    if within:
        verb = "is" if len(within) == 1 else "are"
        return told, f"{_listed(within)} {verb} within the noise."
    return (told,)


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
    repeat, fewest = summary.line("repeat"), summary.line("fewest")
    if repeat is None or fewest is None:
        return "open", _missing(summary, "repeat", "fewest")
    errors = {line.treatment: line.spread("balanced_error") for line in (repeat, fewest)}
    gap = difference(repeat, fewest, "balanced_error")
    if gap.low is None:
        return "open", "It needs two seeds or more."
    scatter = {
        name: 100 * stdev([value for value in error.values if value is not None]) for name, error in errors.items()
    }
    chance = steadier(*_paired(repeat, fewest))
    less = scatter["repeat"] < scatter["fewest"]
    steady = chance is not None and chance < CHANCE
    told = (
        f"Balanced error {share(errors['repeat'].mean)} repeated, {share(errors['fewest'].mean)} thrown away: "
        f"{points(gap)}, {'more than' if gap.sure else 'within'} the noise. Over the seeds it scatters by "
        f"{scatter['repeat']:.1f} against {scatter['fewest']:.1f} points"
    )
    tail = f" ({'more than' if steady else 'not more than'} chance would give)."
    if gap.sure and (gap.mean or 0) > 0:
        return "fails", f"{told}{tail} Throwing away did better here."
    if less and steady:
        what = "The error is the same as far as can be seen" if not gap.sure else "The error itself is smaller, too"
        return "holds", f"{told}{tail} {what}."
    if gap.sure:
        return "holds", f"{told}{tail} It is better already in the mean."
    if steady:
        return "fails", f"{told}{tail} Repeating scatters more here."
    return "open", f"{told}{tail} These seeds do not decide."


def _paired(first: Line, second: Line) -> tuple[Spread, Spread]:
    """Balanced errors of the seeds that both have."""
    of = MEASURES["balanced_error"].of
    others = dict(zip(second.seeds, second.scores, strict=True))
    both = [(score, others.get(seed)) for seed, score in zip(first.seeds, first.scores, strict=True)]
    whole = [(of(one), of(two)) for one, two in both if one is not None and two is not None]
    return spread(one for one, _ in whole), spread(two for _, two in whole)


def _hides(summary: Summary) -> tuple[State, str]:
    none = summary.line("none")
    if none is None:
        return "open", _missing(summary, "none")
    accuracy, balanced, recall = (none.spread(name) for name in ("accuracy", "balanced", "recall"))
    gap = _between(accuracy, balanced)
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


def _between(first: Spread, second: Spread) -> Spread:
    """Seed by seed, two figures of one treatment."""
    pairs = zip(first.values, second.values, strict=True)
    return spread(None if a is None or b is None else a - b for a, b in pairs)


def _loss(summary: Summary) -> tuple[State, str]:
    none = summary.line("none")
    if none is None:
        return "open", _missing(summary, "none")
    whole, rare = none.spread("loss"), none.spread("rare_loss")
    gap = _between(rare, whole)
    if gap.mean is None or whole.mean is None or rare.mean is None:
        return "open", f"The test part has no sample of class {summary.rare_name}."
    told = (
        f"Without treatment the mean cross-entropy is {whole.mean:.3g}, that of class {summary.rare_name} "
        f"{rare.mean:.3g}, {rare.mean / max(whole.mean, 1e-9):.3g} times as much"
    )
    if gap.low is None or gap.high is None:
        return "open", f"{told}. It needs two seeds or more."
    between = f"{told} (difference {gap.mean:.3g}, 95 % interval {gap.low:.3g} to {gap.high:.3g})."
    if gap.low > 0:
        return "holds", f"{between} The mean follows the common classes."
    return ("fails", between) if gap.high < 0 else ("open", f"{between} That is within the noise.")
