"""Troubles of a training, told from its numbers alone: watchers are fed and answer with a sentence, or with nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any, Literal

Kind = Literal["dead-relus", "vanishing-gradients", "never-moved", "constant-answers", "overfitting"]
Severity = Literal["warning", "over"]

EXPLODED = 1000.0  # times the loss at the start
EXPLODED_STEPS = 3  # in a row
DEAD_SHARE = 0.8  # of a layer's units; half of them die in many a training that ends well
VANISHED = 1e-4  # root mean square of the first weights' gradient over the last's
STILL = 0.98  # of the loss that guessing has
CONSTANT = 0.99  # of the answers
MANY_STEPS = 300  # after which a training can be said to stand still,
FEW_STEPS, FEW_EPOCHS = 50, 3  # or after these
CONSTANT_EPOCHS = 2  # in a row
RISING_EPOCHS = 3
RISEN = 1.1  # times the smallest validation loss


@dataclass(frozen=True)
class Trouble:
    """One trouble: what is seen, and what to try. severity `over`: it is seen no longer."""

    kind: Kind
    sentence: str
    advice: str
    severity: Severity = "warning"


@dataclass(frozen=True)
class Divergence:
    """Why a training cannot go on, and what to try."""

    sentence: str
    advice: str


@dataclass(frozen=True)
class EpochFacts:
    """What the watchers see of an epoch.

    chance_loss: what guessing by the classes' shares costs. common_answer, common_label: share of the most
    frequent class among the validation answers and labels. dead: share of a layer's units that answer zero to
    every probe. gradients: root mean square of the loss's gradient, from the first layer with weights to the last.
    Layers are named in words. Losses that were not measured are NaN.
    """

    epoch: int
    step: int
    train_loss: float
    validation_loss: float
    chance_loss: float
    common_answer: float
    common_label: float
    dead: Mapping[str, float]
    gradients: Mapping[str, float]


@dataclass
class Explosion:
    """Feeds on every step's loss; the first finite one is the measure."""

    learning_rate: float
    raw_pixels: bool
    start: float = 0.0
    high: int = 0  # steps in a row with an exploded loss
    last: int = 0
    last_healthy: int = 0  # the last step whose loss was within ten times the first

    def see(self, step: int, loss: float, gradient_norm: float) -> Divergence | None:
        """step: from 1. None while the training can go on."""
        self.last = step
        if not isfinite(loss) or not isfinite(gradient_norm):
            what = "loss" if not isfinite(loss) else "gradient"
            return self._tell(f"The {what} was no longer a finite number at step {step:,}")
        self.start = self.start or max(loss, 0.1)
        self.high = self.high + 1 if loss > EXPLODED * self.start else 0
        if loss <= 10 * self.start:
            self.last_healthy = step
        if self.high >= EXPLODED_STEPS:
            return self._tell(f"The loss exploded: {loss:.3g} at step {step:,}, after {self.start:.3g} at the start")
        return None

    def state(self) -> dict[str, Any]:
        """Plain values, for a checkpoint."""
        return {"start": self.start, "high": self.high, "last": self.last, "last_healthy": self.last_healthy}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.start, self.high = float(state["start"]), int(state["high"])
        self.last, self.last_healthy = int(state["last"]), int(state["last_healthy"])

    def see_validation(self, epoch: int, loss: float) -> Divergence | None:
        """The validation loss at an epoch's end, which must be a number."""
        if isfinite(loss):
            return None
        return self._tell(f"The validation loss was no longer a finite number after epoch {epoch}")

    @property
    def healthy(self) -> bool:
        """Whether the last loss was within ten times the first; true before any."""
        return self.last == self.last_healthy

    def _tell(self, what: str) -> Divergence:
        advice = f"Try a learning rate of {self.learning_rate / 10:.1g} or less (it was {self.learning_rate:.3g})"
        if self.raw_pixels:
            advice += ", and normalise the pixels to 0..1 or standardise them"
        return Divergence(f"{what}; the training was ended and the last good weights are kept.", advice + ".")


@dataclass
class Watch:
    """All watchers of epochs. Each kind is told once, and once more when it is over."""

    told: set[str] = field(default_factory=set)
    history: list[tuple[float, float]] = field(default_factory=list)  # (train, validation) losses of the last epochs
    best: tuple[float, float] = (inf, inf)  # validation loss, and the training loss of that epoch
    constant: int = 0  # epochs in a row with one answer to everything

    def see(self, facts: EpochFacts) -> list[Trouble]:
        """What is new after this epoch."""
        self.history = [*self.history, (facts.train_loss, facts.validation_loss)][-RISING_EPOCHS - 1 :]
        if facts.validation_loss < self.best[0]:
            self.best = (facts.validation_loss, facts.train_loss)
        found = {
            trouble.kind: trouble
            for trouble in (
                self._never_moved(facts),
                self._constant(facts),
                self._vanishing(facts),
                self._dead(facts),
                self._overfitting(facts),
            )
            if trouble is not None
        }
        if "never-moved" in found:
            found.pop("constant-answers", None)
        new = [trouble for kind, trouble in found.items() if kind not in self.told]
        over = [Trouble(kind, _OVER[kind], "", "over") for kind in _OVER if kind in self.told and kind not in found]
        self.told = set(found)
        return new + over

    def state(self) -> dict[str, Any]:
        """Plain values, for a checkpoint."""
        return {"told": sorted(self.told), "history": self.history, "best": self.best, "constant": self.constant}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.told = set(state["told"])
        self.history = [(float(train), float(validation)) for train, validation in state["history"]]
        self.best = (float(state["best"][0]), float(state["best"][1]))
        self.constant = int(state["constant"])

    def _never_moved(self, facts: EpochFacts) -> Trouble | None:
        if _is_early(facts) or facts.train_loss < STILL * facts.chance_loss:
            return None
        return Trouble(
            "never-moved",
            f"The loss has not moved: {facts.train_loss:.3g} after {facts.step:,} steps is what guessing gives "
            f"({facts.chance_loss:.3g}).",
            "Try another learning rate (ten times larger or smaller), Glorot or He initialisation in place of zeros, "
            "or ReLU in place of sigmoids.",
        )

    def _constant(self, facts: EpochFacts) -> Trouble | None:
        constant = facts.common_answer >= CONSTANT and facts.common_label <= CONSTANT - 0.05
        self.constant = self.constant + 1 if constant else 0
        if _is_early(facts) or self.constant < CONSTANT_EPOCHS:
            return None
        return Trouble(
            "constant-answers",
            f"The network gives the same class to {facts.common_answer:.0%} of the validation samples, of which "
            f"{facts.common_label:.0%} belong to one class.",
            "Try a lower learning rate, or more even class counts.",
        )

    def _vanishing(self, facts: EpochFacts) -> Trouble | None:
        layers = list(facts.gradients.items())
        if len(layers) < 3 or not layers[-1][1] > 0:
            return None
        ratio = layers[0][1] / layers[-1][1]
        if ratio >= VANISHED:
            return None
        factor = f"{1 / ratio:,.0f} times smaller than" if ratio > 1e-12 else "nothing beside"
        return Trouble(
            "vanishing-gradients",
            f"The gradient vanishes on its way back: in {layers[0][0]} it is {factor} that in {layers[-1][0]}, "
            "so the first layers hardly learn.",
            "Try ReLU in place of sigmoids, batch normalisation, He or Glorot initialisation, or fewer layers.",
        )

    def _dead(self, facts: EpochFacts) -> Trouble | None:
        dead = {layer: share for layer, share in facts.dead.items() if share > DEAD_SHARE}
        if not dead:
            return None
        layer, share = max(dead.items(), key=lambda item: item[1])
        others = f" (and {len(dead) - 1} more layer{'s' if len(dead) > 2 else ''})" if len(dead) > 1 else ""
        return Trouble(
            "dead-relus",
            f"{share:.0%} of the ReLUs of {layer}{others} are zero whatever comes in: they no longer learn.",
            "Try a lower learning rate, leaky ReLU or ELU, or He initialisation.",
        )

    def _overfitting(self, facts: EpochFacts) -> Trouble | None:
        train, validation = self.history[-1]
        if len(self.history) <= RISING_EPOCHS or not validation > max(RISEN * self.best[0], self.best[0] + 0.01):
            return None
        if "overfitting" not in self.told:
            pairs = list(zip(self.history, self.history[1:], strict=False))
            rising = all(after[1] > before[1] for before, after in pairs)
            if not rising or not train < self.history[0][0]:
                return None
        elif not train < self.best[1]:
            return None
        return Trouble(
            "overfitting",
            f"The network begins to learn by heart: the validation loss rose to {validation:.3g} (its best was "
            f"{self.best[0]:.3g}) while the training loss fell to {train:.3g}.",
            "The best epoch's weights are kept. Try dropout, L2, augmentation, more samples, or a smaller network.",
        )


def _is_early(facts: EpochFacts) -> bool:
    return facts.step < MANY_STEPS and (facts.step < FEW_STEPS or facts.epoch < FEW_EPOCHS)


_OVER: dict[Kind, str] = {
    "never-moved": "The loss moves now.",
    "constant-answers": "The network tells classes apart now.",
    "vanishing-gradients": "The gradient reaches the first layer now.",
    "dead-relus": "Most ReLUs answer again.",
    "overfitting": "The validation loss is near its best again.",
}
