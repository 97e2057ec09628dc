"""The training itself: tensors in memory, an outer epoch, an inner step, and an event for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from math import nan, sqrt
from time import perf_counter
from typing import Any
from zlib import crc32

import torch
from torch import Tensor, nn

from core.data.augment import NOTHING, augment
from core.data.prepare import Prepared
from core.errors import RunError
from core.network.build import ConvNet
from core.runs.spec import TrainSpec
from core.training import batches, losses
from core.training.devices import Place, resolve
from core.training.happenings import Diverged, EpochDone, Happening, StepDone
from core.training.judge import Evaluation, Judge
from core.training.optimizers import add_l1, make_optimizer
from core.training.probe import commonest, dead_units, gradient_of, layer_words, weighted
from core.training.randomness import Randomness
from core.training.schedules import learning_rate
from core.training.troubles import Divergence, EpochFacts, Explosion, Watch

PROBES = 256


@dataclass
class Sums:
    """Over the present epoch's steps: loss times samples, right answers, seconds, each gradient's squared norm."""

    loss: float = 0.0
    correct: int = 0
    seconds: float = 0.0
    squares: list[float] = field(default_factory=list)

    def add(self, loss: float, correct: int, count: int, norms: list[float]) -> None:
        self.loss += loss * count
        self.correct += correct
        self.squares = [total + norm * norm for total, norm in zip(self.squares, norms, strict=True)]


class Session:
    """One training of a network, from its first step to its last, whatever interrupts it.

    Iterating hands out what happens, one event after each step and epoch; between two of them the learning rate may be
    changed, `state()` taken, or the iteration left and begun again. It knows no folder, and reads the clock for speed
    alone. torch's own random numbers are left as they were between events.

    network: as built on the CPU; it is moved and trained in place. Raises `ConvLensError` where network, data and
    settings do not go together, `DeviceError` for a device that is not there.
    """

    def __init__(self, network: ConvNet, prepared: Prepared, train: TrainSpec, place: Place | None = None) -> None:
        units = batches.check_outputs(network.spec, len(prepared.classes))
        self.prepared, self.train = prepared, train
        self.plan = batches.plan(len(prepared.train), train.batch_size)
        batches.check_normalisation(network.spec, self.plan)
        self.place = place or resolve(train.device, train.precision, narrow=prepared.train.is_image)
        self.notes = (*prepared.notes, *self.plan.notes, self.place.note)
        self.network = network.to(self.place.device).train()
        self.judge = Judge(self.network, prepared.normaliser, train.loss, self.place)
        self.base_rate = train.learning_rate
        self.step = self.position = 0
        self.seconds = 0.0
        self.best_epoch: int | None = None
        self.best_accuracy = nan
        self.validation: Evaluation | None = None
        self.divergence: Divergence | None = None
        self._images, self._labels = (tensor.to(self.place.device) for tensor in (prepared.train.x, prepared.train.y))
        self._probes = prepared.normaliser(self._images[: min(PROBES, self.judge.batch)])
        self._answers = losses.answers_for(train.loss)
        self._chance_loss = losses.chance_loss(
            train.loss, prepared.train.y.bincount(minlength=len(prepared.classes)), units
        )
        self._optimizer = make_optimizer(self.network, train)
        self._parameters = dict(self.network.named_parameters())
        self._weights = weighted(self.network)
        self._random = Randomness(train.seed, self.place.device)
        self._draws = any(isinstance(module, nn.Dropout) for module in self.network)
        self._augments = train.augmentation != NOTHING
        self._explosion = Explosion(train.learning_rate, train.normalisation == "0..255")
        self._watch = Watch()
        self._order: Tensor | None = None
        self._sums = Sums()
        self._begin_epoch()

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return self.train.epochs * self.plan.steps

    @property
    def epoch(self) -> int:
        """Whole epochs that are done, their validation included."""
        return (self.step - self.position) // self.plan.steps

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do: all epochs are done, or the training diverged."""
        return self.epoch >= self.train.epochs or self.divergence is not None

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return learning_rate(self.train, self.base_rate, self.step, self.steps, self.plan.steps)

    @property
    def healthy(self) -> bool:
        """Whether a diverging training should come back to this: finite, and the last loss not far above the first."""
        return self._explosion.healthy and self.finite

    @property
    def finite(self) -> bool:
        """Whether the weights are numbers that a training can go on from."""
        norms = torch.stack(torch._foreach_norm([parameter.detach() for parameter in self._parameters.values()]))
        return self.divergence is None and bool(norms.isfinite().all())

    @property
    def last_healthy_step(self) -> int:
        """The last step whose loss was within ten times the first."""
        return self._explosion.last_healthy

    def set_learning_rate(self, rate: float) -> None:
        """Make `rate` the rate that the schedule scales, from the next step on."""
        self.base_rate = self._explosion.learning_rate = rate

    def __iter__(self) -> Iterator[Happening]:
        while not self.finished:
            yield self._take_step() if self.position < self.plan.steps else self._end_epoch()

    def _take_step(self) -> StepDone | Diverged:
        begin = perf_counter()
        first, last = self.plan.bounds(self.position)
        if self._order is None:
            self._order = self._random.permutation(self.plan.samples).to(self.place.device)
        index = self._order[first:last]
        rate = self.learning_rate
        with self._random.drawing(self._draws):
            measured = self._gradients(self._input(self._images[index]), self._labels[index])
        loss, correct, *norms = measured.tolist()
        norm = sqrt(sum(value * value for value in norms))
        self.divergence = self._explosion.see(self.step + 1, loss, norm)
        if self.divergence:
            return Diverged(self.divergence, self.epoch, self.step)
        if self.train.l1:
            add_l1(list(self._weights.values()), self.train.l1)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        count = last - first
        self._sums.add(loss, int(correct), count, norms)
        self.step += 1
        self.position += 1
        if self.position == self.plan.steps:
            self._random.end_order()
        spent = perf_counter() - begin
        self.seconds += spent
        self._sums.seconds += spent
        epoch = self.step / self.plan.steps
        return StepDone(self.step, epoch, self.seconds, loss, correct / count, rate, count / spent, norm)

    def _gradients(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Fills the gradients; returns loss, number of right answers and the norm of each parameter's gradient."""
        with self.place.autocast():
            answers = self._answers(self.network, inputs)
        loss = losses.loss_of(self.train.loss, self.network, answers, labels)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            correct = losses.correct_of(self.train.loss, self.network, answers, labels)
            gradients = [gradient_of(parameter) for parameter in self._parameters.values()]
            return torch.stack([loss.detach(), correct.float(), *torch._foreach_norm(gradients)])

    def _input(self, samples: Tensor) -> Tensor:
        if self._augments:
            samples = augment(samples, self.train.augmentation, self._random.augmentation)
        return self.place.arrange(self.prepared.normaliser(samples))

    def _begin_epoch(self) -> None:
        self.position = 0
        self._order = None
        self._sums = Sums(squares=[0.0] * len(self._parameters))

    def _end_epoch(self) -> EpochDone | Diverged:
        validation = self.judge.evaluate(self.prepared.validation) if len(self.prepared.validation) else None
        loss, accuracy = (validation.loss, validation.accuracy) if validation else (nan, nan)
        done = self.step // self.plan.steps
        best = validation is not None and not accuracy <= self.best_accuracy
        self.divergence = self._explosion.see_validation(done, loss) if validation else None
        if self.divergence:
            return Diverged(self.divergence, done, self.step)
        if best:
            self.best_epoch, self.best_accuracy = done, accuracy
        event = EpochDone(
            epoch=done,
            step=self.step,
            train_loss=self._sums.loss / self.plan.samples,
            train_accuracy=self._sums.correct / self.plan.samples,
            validation_loss=loss,
            validation_accuracy=accuracy,
            seconds=self.seconds,
            learning_rate=self._optimizer.param_groups[0]["lr"],
            images_per_second=self.plan.samples / max(self._sums.seconds, 1e-9),
            best=best,
        )
        troubles = self._watch.see(self._facts(event, validation))
        self._begin_epoch()
        self.validation = validation
        return replace(event, troubles=tuple(troubles))

    def _facts(self, done: EpochDone, answers: Evaluation | None) -> EpochFacts:
        squares = dict(zip(self._parameters, self._sums.squares, strict=True))
        return EpochFacts(
            epoch=done.epoch,
            step=done.step,
            train_loss=done.train_loss,
            validation_loss=done.validation_loss,
            chance_loss=self._chance_loss,
            common_answer=commonest(answers.probabilities.argmax(axis=1)) if answers else 0.0,
            common_label=commonest(self.prepared.validation.y.numpy()) if answers else 0.0,
            dead={self._words(name): share for name, share in dead_units(self.network, self._probes).items()},
            gradients={
                self._words(name): sqrt(squares[name] / self.plan.steps / weight.numel())
                for name, weight in self._weights.items()
            },
        )

    def _words(self, name: str) -> str:
        return layer_words(self.network.spec, name)

    def state(self) -> dict[str, Any]:
        """All that the rest of the training depends on, but for the network's own state: tensors and plain values."""
        return {
            "step": self.step,
            "position": self.position,
            "base_rate": self.base_rate,
            "optimizer": self._optimizer.state_dict(),
            "random": self._random.state(),
            "sums": asdict(self._sums),
            "seconds": self.seconds,
            "best": (self.best_epoch, self.best_accuracy),
            "explosion": self._explosion.state(),
            "watch": self._watch.state(),
            "threads": torch.get_num_threads(),
            "data": self._data(),
        }

    def forget_best(self) -> None:
        """No epoch is the best until the next one ends: for best weights that were lost."""
        self.best_epoch, self.best_accuracy = None, nan

    def _data(self) -> dict[str, Any]:
        """What tells these data from others at little cost: counts, classes, and every label in its order."""
        parts = (self.prepared.train, self.prepared.validation, self.prepared.test)
        digest = 0
        for part in parts:
            digest = crc32(part.index.tobytes(), crc32(part.y.numpy().tobytes(), digest))
        return {"samples": [len(part) for part in parts], "classes": list(self.prepared.classes), "labels": digest}

    def restore(self, weights: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken; weights: the network's `state_dict()` of that moment.

        On the CPU what follows is the same to the last bit; for that it takes the same number of threads, too.
        Raises RunError where it was trained on other data.
        """
        if state.get("data", self._data()) != self._data():
            raise RunError(_changed(state["data"], self._data()))
        torch.set_num_threads(state["threads"])
        self.network.load_state_dict(dict(weights))
        self._optimizer.load_state_dict(state["optimizer"])
        self.step, self.position = int(state["step"]), int(state["position"])
        self.set_learning_rate(float(state["base_rate"]))
        self._order = None
        self._random.restore(state["random"])
        self._sums = Sums(**state["sums"])
        self.seconds = float(state["seconds"])
        self.best_epoch, self.best_accuracy = state["best"]
        self._explosion.restore(state["explosion"])
        self._watch.restore(state["watch"])
        self.divergence = None


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    what = "its labels or their order are others"
    if before["classes"] != now["classes"]:
        what = f"it had {len(before['classes'])} classes and has {len(now['classes'])}, or they have other names"
    elif before["samples"] != now["samples"]:
        then, today = ("/".join(f"{count:,}" for count in told["samples"]) for told in (before, now))
        what = f"{then} samples trained, validated and tested, and now {today} would"
    return f"The data has changed since this training began ({what}); duplicate the run to train on the new data."
