"""A network as an estimator of scikit-learn."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan, prod
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import assert_all_finite, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from core.errors import ConvLensError
from core.network import files
from core.network.build import build
from core.network.spec import NetworkSpec, Shape
from core.runs.spec import TrainSpec
from core.training.arrays import Array, fit_scaler, network_for, prepared, unscaled
from core.training.devices import resolve, threads_for
from core.training.happenings import Diverged, EpochDone
from core.training.judge import Judge
from core.training.loop import Session

SETTINGS = (
    "epochs",
    "batch_size",
    "optimizer",
    "learning_rate",
    "schedule",
    "loss",
    "l2",
    "normalisation",
    "validation",
    "precision",
    "device",
)


class ConvNetClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A convolutional (or plain dense) network, trained by the same engine as the app.

    X may be images (N, C, H, W) or (N, H, W), or rows (N, D): these stay rows for a network that takes vectors and
    become images for one whose input has D numbers. Where a network does not fit the samples or the classes, it is
    fitted to them.

    Parameters
    ----------
    network : None, a preset's name, a NetworkSpec, or JSON or YAML text; None picks a small network for the samples.
    epochs, batch_size, optimizer, learning_rate, schedule, loss, l2 : as in `core.runs.spec.TrainSpec`.
    normalisation : "standardised" (each channel or feature), "0..1" (by the range of X) or "0..255" (X as it is).
    validation : share of the samples held back to measure `history_` on, 0 to 0.5; they are not trained on.
    precision, device : as in TrainSpec.
    random_state : an int gives the same network every time (on the CPU); None a new one.
    verbose : 1 prints a line an epoch.

    Attributes
    ----------
    classes_ : (K,) the labels, sorted. n_features_in_ : numbers in one sample.
    network_ : the NetworkSpec that was trained. notes_ : sentences on how it was fitted to the samples.
    module_ : the trained torch module; it takes scaled samples. history_ : a dict for each epoch.
    """

    def __init__(
        self,
        network: NetworkSpec | str | None = None,
        *,
        epochs: int = 20,
        batch_size: int = 32,
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        schedule: str = "constant",
        loss: str = "cross-entropy",
        l2: float = 0.0,
        normalisation: str = "standardised",
        validation: float = 0.0,
        precision: str = "float32",
        device: str = "cpu",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.network = network
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.loss = loss
        self.l2 = l2
        self.normalisation = normalisation
        self.validation = validation
        self.precision = precision
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train anew on samples X, (N, C, H, W), (N, H, W) or (N, D), and their labels y, (N,).

        Raises ValueError for data that cannot be learnt from, ConvLensError for settings, and where the loss diverges.
        """
        rows, shape = self._rows(X, reset=True)
        labels = self._labels(y, len(rows))
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self._train = train = self._settings(seed)
        self.network_, self.notes_ = network_for(self.network, shape, len(self.classes_))
        samples = rows.reshape(-1, *self.network_.input_shape)
        self._scaler = fit_scaler(samples, train.normalisation)
        names = tuple(map(str, self.classes_))
        data = prepared(self._scaler(samples), labels, names, train.validation, seed)
        threads = torch.get_num_threads()
        try:
            torch.set_num_threads(threads_for(self.network_, train.batch_size))
            session = Session(build(self.network_, seed), data, train)
            self.history_ = self._run(session)
        finally:
            torch.set_num_threads(threads)
        self.notes_ = (*self.notes_, *session.notes)
        self.module_ = session.network.cpu().eval()
        self.n_iter_ = session.step
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities of the classes, float64 (N, K), in the order of `classes_`."""
        check_is_fitted(self)
        rows, _ = self._rows(X, reset=False)
        samples = self._scaler(rows.reshape(-1, *self.network_.input_shape))
        place = resolve(self._train.device, "float32")
        judge = Judge(self.module_.to(place.device), unscaled(samples.shape[1]), self._train.loss, place)
        try:
            answers = judge.probabilities(samples).astype(np.float64)
        finally:
            self.module_.cpu()
        shares: Array = answers / answers.sum(axis=1, keepdims=True)
        return shares

    def predict(self, X: ArrayLike) -> Array:
        """The most probable label of each sample, (N,)."""
        answers: Array = self.predict_proba(X).argmax(axis=1)
        labels: Array = self.classes_[answers]
        return labels

    def _rows(self, X: Any, reset: bool) -> tuple[Array, Shape]:
        """Checked numbers (N, D), and the shape of one sample: (C, H, W) or (D,)."""
        if not hasattr(X, "shape"):
            X = np.asarray(X)
        sides = tuple(X.shape[1:])
        if X.ndim > 4:
            raise ValueError(f"X must be (N, C, H, W), (N, H, W) or (N, D), not {X.shape}")
        if X.ndim > 2:
            X = np.asarray(X).reshape(len(X), prod(sides))
        rows: Array = validate_data(self, X, reset=reset, dtype="numeric", ensure_min_samples=1)
        shape = (1, *sides) if len(sides) == 2 else sides if len(sides) == 3 else rows.shape[1:]
        return rows, shape

    def _labels(self, y: ArrayLike, samples: int) -> Array:
        """Indices 0..K-1 of the labels; sets `classes_`."""
        if y is None:
            raise ValueError("This ConvNetClassifier estimator requires y to be passed, but the target y is None")
        given = column_or_1d(y, warn=True)
        assert_all_finite(given, input_name="y")
        check_classification_targets(given)
        if len(given) != samples:
            raise ValueError(f"Found input variables with inconsistent numbers of samples: [{samples}, {len(given)}]")
        self.classes_, labels = np.unique(given, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("ConvNetClassifier learns to tell two classes or more apart, but y has 1 class")
        return labels

    def _settings(self, seed: int) -> TrainSpec:
        """The settings as the engine knows them; raises SpecError."""
        fields = {name: _plain(getattr(self, name)) for name in SETTINGS}
        return files.validate(TrainSpec, {**fields, "seed": seed}, "the settings")

    def _run(self, session: Session) -> list[dict[str, Any]]:
        history = []
        for happening in session:
            if isinstance(happening, Diverged):
                raise ConvLensError(f"{happening.divergence.sentence} {happening.divergence.advice}")
            if isinstance(happening, EpochDone):
                history.append({**asdict(happening), "troubles": [found.sentence for found in happening.troubles]})
                if self.verbose:
                    print(_line(happening))
        return history


def _plain(value: Any) -> Any:
    """Python's own number for NumPy's, as a grid search hands them in."""
    return value.item() if isinstance(value, np.generic) else value


def _line(done: EpochDone) -> str:
    held = (
        ""
        if isnan(done.validation_loss)
        else f", validation {_figures(done.validation_loss, done.validation_accuracy)}"
    )
    return f"epoch {done.epoch}: training {_figures(done.train_loss, done.train_accuracy)}{held}, {done.seconds:.1f} s"


def _figures(loss: float, accuracy: float) -> str:
    return f"loss {loss:.4f}, accuracy {100 * accuracy:.2f} %"
