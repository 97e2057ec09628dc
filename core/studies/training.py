"""One training of a study: the same network, seed and number of steps, whatever is done about the rare class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

from core.data.augment import augment
from core.data.normalise import Normaliser, fit_normaliser
from core.data.prepare import Part
from core.data.resample import Resampled, to_fewest, to_most
from core.data.resize import resize_images
from core.data.settings import Augmentation
from core.errors import DataError
from core.network.build import build
from core.network.edits import fit_to
from core.network.spec import NetworkSpec
from core.runs.spec import TrainSpec
from core.studies.data import Dealt, Pool, small_shape
from core.studies.outcome import Outcome
from core.studies.spec import StudySpec
from core.studies.treatments import TreatmentName
from core.training.batches import Plan, check_normalisation, check_outputs
from core.training.class_losses import balanced_weights, focal, weighted_cross_entropy
from core.training.devices import Place, resolve
from core.training.judge import Judge
from core.training.losses import loss_of
from core.training.optimizers import make_optimizer
from core.training.randomness import Randomness
from core.training.schedules import learning_rate

CHANGES = {"noise": Augmentation(noise=0.1), "moves": Augmentation(shift=0.1, rotation=15.0)}
LOOK_STEPS = 10  # between looks at whether the loss is a number, and whether to stop


@dataclass(frozen=True)
class Course:
    """What all trainings of one seed share. parts: indices into the pool."""

    spec: StudySpec
    network: NetworkSpec
    pool: Pool
    parts: Dealt
    normaliser: Normaliser
    place: Place
    seed: int


def shrunk(pool: Pool) -> tuple[Pool, str]:
    """Large images made smaller, and a note that says so; copies stay copies."""
    given = tuple(int(side) for side in pool.x.shape[1:])
    shape = small_shape(given)
    if shape == given:
        return pool, ""
    sizes = "x".join(map(str, given[1:])), "x".join(map(str, shape[1:]))
    return replace(pool, x=resize_images(pool.x, shape)), f"Images are made smaller, from {sizes[0]} to {sizes[1]}."


def fitted(spec: StudySpec, pool: Pool) -> tuple[NetworkSpec, tuple[str, ...]]:
    """The study's network for these data and classes, and what was changed. Raises ConvLensError where none fits."""
    shape = tuple(int(side) for side in pool.x.shape[1:])
    network, notes = fit_to(spec.network, shape, len(pool.classes))
    check_outputs(network, len(pool.classes))
    check_normalisation(network, Plan(spec.batch_size, spec.batch_size, 1))
    return network, notes


def course(spec: StudySpec, network: NetworkSpec, pool: Pool, parts: Dealt, seed: int) -> Course:
    """Standardised by the training samples as they are, before any treatment."""
    normaliser = fit_normaliser(pool.x[parts.train], "standardised")
    return Course(spec, network, pool, parts, normaliser, resolve(narrow=pool.is_image), seed)


def always(share: float) -> bool:
    """Go on to the end."""
    return True


def train(course: Course, treatment: TreatmentName, goes_on: Callable[[float], bool] = always) -> Outcome | None:
    """Train, then ask about validation and test. Raises DataError for points that move.

    goes_on: told the share that is done now and then; says False to end it, and None is returned.
    """
    begin = perf_counter()
    spec, place, seed = course.spec, course.place, course.seed
    samples, labels = treated(course, treatment)
    samples, labels = samples.to(place.device), labels.to(place.device)
    network = build(course.network, seed).to(place.device).train()
    settings = TrainSpec(learning_rate=spec.learning_rate, schedule="one-cycle", seed=seed)
    optimizer = make_optimizer(network, settings)
    random = Randomness(seed, place.device)
    weights = balanced_weights(labels.bincount(minlength=len(course.pool.classes)))
    diverged: int | None = None
    for step, index in enumerate(_batches(len(labels), spec, random)):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(settings, spec.learning_rate, step, spec.steps, spec.steps)
        index = index.to(place.device)
        with random.drawing():
            inputs = place.arrange(course.normaliser(samples[index]))
            with place.autocast():
                logits = network.logits(inputs)
        if treatment == "weights":
            loss = weighted_cross_entropy(logits, labels[index], weights)
        elif treatment == "focal":
            loss = focal(logits, labels[index], spec.gamma)
        else:
            loss = loss_of("cross-entropy", network, logits, labels[index])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if step % LOOK_STEPS == 0 or step == spec.steps - 1:
            if not bool(loss.isfinite()):
                diverged = step + 1
                break
            if not goes_on(step / spec.steps):
                return None
    judge = Judge(network, course.normaliser, "cross-entropy", place)
    validation, test = (_answers(judge, course, index) for index in (course.parts.validation, course.parts.test))
    if diverged is None and not (np.isfinite(test).all() and np.isfinite(validation).all()):
        diverged = spec.steps
    classes = len(course.pool.classes)
    return Outcome(
        treatment=treatment,
        seed=seed,
        labels=course.pool.y[course.parts.test],
        probabilities=test,
        validation_labels=course.pool.y[course.parts.validation],
        validation_probabilities=validation,
        trained_on=np.bincount(labels.cpu().numpy(), minlength=classes),
        seconds=perf_counter() - begin,
        diverged=diverged,
        tested=course.pool.index[course.parts.test],
    )


def treated(course: Course, treatment: TreatmentName) -> tuple[Tensor, Tensor]:
    """The samples that are trained on, as they are stored, and their labels; validation and test stay as they are."""
    own = course.pool.y[course.parts.train]
    chosen = _resampled(own, treatment, course.seed)
    index = course.parts.train[chosen.index]
    samples = torch.from_numpy(course.pool.x[index])
    if treatment in CHANGES and chosen.is_repeat.any():
        samples = _changed(samples, chosen.is_repeat, treatment, course)
    return samples, torch.from_numpy(course.pool.y[index])


def _resampled(labels: np.ndarray, treatment: TreatmentName, seed: int) -> Resampled:
    if treatment == "fewest":
        return to_fewest(labels, seed)
    if treatment in ("repeat", *CHANGES):
        return to_most(labels, seed)
    return Resampled(np.arange(len(labels)), np.zeros(len(labels), bool))


def _changed(samples: Tensor, repeats: np.ndarray, treatment: TreatmentName, course: Course) -> Tensor:
    """The repeats changed, each once and for all; noise on points is a share of each coordinate's deviation."""
    generator = torch.Generator().manual_seed(course.seed)
    again = torch.from_numpy(repeats)
    if samples.ndim == 4:
        samples[again] = (augment(samples[again], CHANGES[treatment], generator) * 255).round().to(torch.uint8)
    elif treatment == "moves":
        raise DataError("Points are neither shifted nor turned: choose another treatment.")
    else:
        spread = CHANGES[treatment].noise * torch.tensor(course.normaliser.std)
        samples[again] += spread * torch.randn(samples[again].shape, generator=generator)
    return samples


def _batches(samples: int, spec: StudySpec, random: Randomness) -> Iterator[Tensor]:
    """Indices of each step's samples: every order is used up before the next begins, also within a batch."""
    rest = torch.empty(0, dtype=torch.long)
    for _ in range(spec.steps):
        while len(rest) < spec.batch_size:
            rest = torch.cat([rest, random.permutation(samples)])
        yield rest[: spec.batch_size]
        rest = rest[spec.batch_size :]


def _answers(judge: Judge, course: Course, index: np.ndarray) -> np.ndarray:
    """Probabilities float32 (N, classes)."""
    if not len(index):
        return np.zeros((0, len(course.pool.classes)), np.float32)
    part = Part(torch.from_numpy(course.pool.x[index]), torch.from_numpy(course.pool.y[index]), index)
    return judge.probabilities(part.x)
