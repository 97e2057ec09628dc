"""What is said follows from the numbers."""

from __future__ import annotations

import pytest

from core.studies.outcome import Outcome
from core.studies.summary import Summary, spread, summarise
from core.studies.treatments import TreatmentName
from core.studies.verdicts import points, sentences, share, verdicts
from tests.core.studies.cases import outcome

NAMES = ("common", "rare")


def summed(**found: tuple[float, ...]) -> Summary:
    """Recalls of the rare class by treatment, one a seed."""
    made: list[Outcome] = []
    names: list[TreatmentName] = [name for name in ("none", "fewest", "repeat") if name in found]  # type: ignore[misc]
    for name in names:
        made += [outcome(name, seed, recall, rare=100) for seed, recall in enumerate(found[name])]
    summary = summarise(made, names, NAMES, 1)
    assert summary is not None
    return summary


def said(**found: tuple[float, ...]) -> str:
    return " ".join(sentences(summed(**found)))


def state(name: str, summary: Summary | None) -> str:
    return next(verdict.state for verdict in verdicts(summary) if verdict.claim.name == name)


def test_a_clear_gain_is_told_with_its_interval() -> None:
    told = said(none=(0.2, 0.25, 0.22, 0.21), repeat=(0.8, 0.82, 0.79, 0.85))
    assert "22 % of class rare is found (mean of 4 seeds)" in told
    assert "Repeat raises balanced accuracy: +30 points, 95 % interval +2" in told


def test_noise_is_called_noise() -> None:
    told = said(none=(0.2, 0.6, 0.4), repeat=(0.5, 0.3, 0.5))
    assert "Repeat changes balanced accuracy within the noise: " in told
    assert "−" in told
    told = said(none=(0.2, 0.6, 0.4), fewest=(0.2, 0.5, 0.4), repeat=(0.5, 0.3, 0.5))
    assert "No treatment raises balanced accuracy beyond the noise; Repeat most: " in told


def test_a_second_treatment_within_the_noise_is_named() -> None:
    told = said(none=(0.2, 0.25, 0.22, 0.21), fewest=(0.3, 0.1, 0.4, 0.15), repeat=(0.8, 0.82, 0.79, 0.85))
    assert "Repeat does most for balanced accuracy" in told
    assert "Throw away is within the noise." in told


def test_a_sure_gain_is_told_where_a_larger_one_is_noise() -> None:
    told = said(none=(0.2, 0.25, 0.22, 0.21), fewest=(0.1, 1.0, 0.2, 1.0), repeat=(0.3, 0.35, 0.33, 0.3))
    assert "Repeat raises balanced accuracy: +" in told
    assert "Throw away is within the noise." in told


def test_who_harms_beside_one_who_helps_is_named() -> None:
    assert "Throw away lowers it." in said(none=(0.4, 0.45, 0.42), fewest=(0.1, 0.14, 0.12), repeat=(0.8, 0.82, 0.83))


def test_the_best_of_several_needs_more_than_one_alone() -> None:
    gains = {"none": (0.2, 0.2, 0.2, 0.2, 0.2), "repeat": (0.24, 0.3, 0.28, 0.22, 0.21)}
    assert "Repeat raises balanced accuracy: " in said(**gains)
    several = said(**gains, fewest=(0.2, 0.21, 0.19, 0.2, 0.2))
    assert "No treatment raises balanced accuracy beyond the noise" in several
    assert "(2 compared)" in several


def test_all_treatments_that_harm_are_told() -> None:
    harmed = {"none": (0.8, 0.81, 0.79), "repeat": (0.2, 0.22, 0.2)}
    assert "Repeat lowers balanced accuracy here: −" in said(**harmed)
    assert "Every treatment lowers balanced accuracy here; Throw away least: −" in said(
        **harmed, fewest=(0.5, 0.5, 0.5)
    )


def test_what_changes_nothing_is_told_without_an_interval() -> None:
    assert "Balanced accuracy is the same with Repeat." in said(none=(0.5, 0.5), repeat=(0.5, 0.5))
    alike = said(none=(0.5, 0.4), repeat=(0.5, 0.4), fewest=(0.5, 0.4))
    assert "Balanced accuracy is the same under every treatment." in alike


@pytest.mark.parametrize(("rare", "told"), [(1, "1 test sample each"), (9, "9 test samples each"), (20, "")])
def test_few_test_samples_of_the_rare_class_are_told(rare: int, told: str) -> None:
    summary = summarise([outcome(seed=seed, rare=rare) for seed in range(2)], ("none",), NAMES, 1)
    assert summary is not None
    assert f"(mean of 2 seeds{', ' if told else ''}{told})" in " ".join(sentences(summary))


def test_no_interval_of_a_difference_reaches_beyond_all() -> None:
    assert points(spread([0.0, 0.5])) == "+25 points, 95 % interval −100 to +100"


def test_one_seed_decides_nothing() -> None:
    assert "more seeds tell" in said(none=(0.2,), repeat=(0.8,))


def test_no_rare_sample_in_the_test_part() -> None:
    summary = summarise([outcome(rare=0, seed=seed) for seed in range(2)], ("none",), NAMES, 1)
    assert summary is not None
    assert "cannot be told" in " ".join(sentences(summary))
    assert {verdict.state for verdict in verdicts(summary)} == {"open"}


def test_divergence_is_told() -> None:
    summary = summarise([outcome(), outcome("repeat", diverged=3)], ("none", "repeat"), NAMES, 1)
    assert summary is not None
    assert "Repeat (1 of 1)" in " ".join(sentences(summary))
    alone = summarise([outcome(diverged=3)], ("none",), NAMES, 1)
    assert alone is not None
    assert sentences(alone) == ("Without treatment no training gave an answer yet.",)


def test_repeating_wins_by_less_variance_where_its_error_is_not_larger() -> None:
    steady = summed(fewest=(0.2, 0.8, 0.4, 0.7, 0.3, 0.6, 0.5), repeat=(0.5, 0.51, 0.5, 0.52, 0.49, 0.5, 0.5))
    assert state("repeat", steady) == "holds"
    better = summed(fewest=(0.3, 0.32, 0.31), repeat=(0.6, 0.63, 0.6))
    assert state("repeat", better) == "open"  # a smaller mean alone is another claim
    (told, *_) = verdicts(better)
    assert "beyond the noise" in told.sentence
    assert "whether it scatters less, more seeds tell" in told.sentence
    wild = summed(repeat=(0.2, 0.8, 0.4, 0.7, 0.3, 0.6, 0.5), fewest=(0.5, 0.51, 0.5, 0.52, 0.49, 0.5, 0.5))
    assert state("repeat", wild) == "fails"
    wild_but_better = summed(
        repeat=(0.6, 0.99, 0.7, 0.9, 0.65, 0.8, 0.75), fewest=(0.1, 0.11, 0.1, 0.12, 0.1, 0.1, 0.1)
    )
    assert state("repeat", wild_but_better) == "fails"
    worse = summed(repeat=(0.3, 0.32, 0.31), fewest=(0.6, 0.63, 0.6))
    assert state("repeat", worse) == "fails"
    alike = summed(fewest=(0.4, 0.5, 0.6), repeat=(0.5, 0.6, 0.45))
    assert state("repeat", alike) == "open"
    assert state("repeat", summed(none=(0.4, 0.5))) == "open"
    assert state("repeat", None) == "open"


def test_accuracy_hides_a_class_that_is_missed() -> None:
    assert state("hides", summed(none=(0.2, 0.22, 0.25))) == "holds"
    assert state("hides", summed(none=(1.0, 1.0, 1.0))) == "fails"
    assert state("hides", summed(none=(0.2,))) == "open"


def test_cross_entropy_of_the_rare_class() -> None:
    assert state("loss", summed(none=(0.2, 0.22, 0.25))) == "holds"
    assert state("loss", summed(none=(1.0, 1.0, 1.0))) == "fails"


def test_shares_near_the_ends_have_a_decimal() -> None:
    assert [share(value) for value in (0, 0.012, 0.5, 0.964, 1, None)] == [
        "0 %",
        "1.2 %",
        "50 %",
        "96.4 %",
        "100 %",
        "–",
    ]
