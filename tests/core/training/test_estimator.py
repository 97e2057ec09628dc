"""The estimator by scikit-learn's own rules, and with its tools."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import ConvLensError, SpecError
from core.network.files import to_json, to_yaml
from core.network.presets import PRESETS
from core.network.shapes import trace
from core.training.arrays import fit_scaler
from core.training.estimator import ConvNetClassifier

ROWS, LABELS = (part[:300] for part in load_digits(return_X_y=True))
IMAGES = ROWS.reshape(-1, 1, 8, 8)
QUICK = {"network": "digits-small", "epochs": 3, "learning_rate": 0.01, "random_state": 0}


# One check is skipped by scikit-learn itself, without SCIPY_ARRAY_API; none is declared as expected to fail.
@parametrize_with_checks([ConvNetClassifier()])
def test_keeps_scikit_learns_contract(estimator: ConvNetClassifier, check) -> None:
    check(estimator)


@pytest.mark.parametrize("shape", [(-1, 64), (-1, 8, 8), (-1, 1, 8, 8)])
def test_learns_digits_in_every_form(shape: tuple[int, ...]) -> None:
    samples = ROWS.reshape(shape)
    model = ConvNetClassifier(**QUICK).fit(samples[:200], LABELS[:200])
    assert model.network_.input_shape == (1, 8, 8)
    assert model.n_features_in_ == 64
    assert model.score(samples[200:], LABELS[200:]) > 0.7
    assert model.predict(samples[200:]).tolist() == model.predict(ROWS[200:]).tolist()


def test_probabilities_are_the_modules_own() -> None:
    model = ConvNetClassifier(**QUICK).fit(IMAGES, LABELS)
    mean, deviation = IMAGES.mean(), IMAGES.std()
    with torch.no_grad():
        expected = model.module_.probabilities(torch.from_numpy((IMAGES - mean) / deviation).float()).numpy()
    assert model.predict_proba(IMAGES) == pytest.approx(expected, abs=1e-5)
    assert model.predict_proba(IMAGES).sum(axis=1) == pytest.approx(np.ones(300))


def test_the_same_seed_gives_the_same_network_and_leaves_torchs_random_numbers_alone() -> None:
    before = torch.get_rng_state()
    first, second = (ConvNetClassifier(**QUICK).fit(IMAGES, LABELS) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert (first.predict_proba(IMAGES) == second.predict_proba(IMAGES)).all()
    other = clone(first).set_params(random_state=1).fit(IMAGES, LABELS)
    assert (first.predict_proba(IMAGES) != other.predict_proba(IMAGES)).any()


def test_a_small_network_has_one_thread_and_the_caller_his_own(monkeypatch: pytest.MonkeyPatch) -> None:
    before, seen = torch.get_num_threads(), []
    monkeypatch.setattr(ConvNetClassifier, "_run", lambda *_: seen.append(torch.get_num_threads()) or [])
    torch.set_num_threads(2)
    try:
        ConvNetClassifier(**QUICK).fit(IMAGES, LABELS)
        assert (seen, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


def test_is_cloned_unfitted_and_pickled_fitted() -> None:
    model = ConvNetClassifier(**{**QUICK, "network": PRESETS["digits-small"].network}).fit(IMAGES, LABELS)
    assert clone(model).get_params() == model.get_params()
    assert not hasattr(clone(model), "module_")
    loaded = pickle.loads(pickle.dumps(model))
    assert (loaded.predict_proba(IMAGES) == model.predict_proba(IMAGES)).all()


def test_grid_search_and_cross_validation() -> None:
    search = GridSearchCV(
        ConvNetClassifier(**QUICK), {"learning_rate": [1e-6, 0.01], "batch_size": np.array([16, 32])}, cv=2
    )
    search.fit(IMAGES, LABELS)
    assert search.best_params_["learning_rate"] == 0.01
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    scores = cross_val_score(make_pipeline(StandardScaler(), ConvNetClassifier(**QUICK)), ROWS, LABELS, cv=3)
    assert scores.min() > 0.6


def test_labels_may_be_words() -> None:
    words = np.array(["even", "odd"])[LABELS % 2]
    model = ConvNetClassifier(**QUICK).fit(IMAGES, words)
    assert model.classes_.tolist() == ["even", "odd"]
    assert set(model.predict(IMAGES)) <= {"even", "odd"}
    assert trace(model.network_).classes == 2
    assert model.notes_


@pytest.mark.parametrize("write", [to_json, to_yaml])
def test_a_network_may_be_text(write) -> None:
    spec = PRESETS["digits-small"].network
    assert ConvNetClassifier(**{**QUICK, "network": write(spec), "epochs": 1}).fit(IMAGES, LABELS).network_ == spec


def test_a_network_of_another_size_is_fitted_to_the_images() -> None:
    model = ConvNetClassifier(network="lenet-5", epochs=1).fit(np.zeros((20, 3, 12, 12)), np.arange(20) % 4)
    assert model.network_.input_shape == (3, 12, 12)
    assert trace(model.network_).output_shape == (4,)
    assert model.notes_


@pytest.mark.parametrize("shape", [(7,), (1, 1), (9, 9), (3, 5, 4), (2, 1, 1)])
def test_without_a_network_one_is_chosen_for_any_samples(shape: tuple[int, ...]) -> None:
    samples = np.random.default_rng(0).random((12, *shape))
    model = ConvNetClassifier(epochs=1).fit(samples, np.arange(12) % 3)
    assert model.predict_proba(samples).shape == (12, 3)


def test_history_and_validation() -> None:
    model = ConvNetClassifier(**{**QUICK, "validation": 0.2}).fit(IMAGES, LABELS)
    assert [epoch["epoch"] for epoch in model.history_] == [1, 2, 3]
    assert model.history_[-1]["train_loss"] < model.history_[0]["train_loss"]
    assert all(0 <= epoch["validation_accuracy"] <= 1 for epoch in model.history_)
    assert model.n_iter_ == 3 * 8  # 240 samples are left to train on, 32 a step
    alone = ConvNetClassifier(**QUICK).fit(IMAGES, LABELS)
    assert np.isnan(alone.history_[0]["validation_accuracy"])


def test_verbose_prints_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    ConvNetClassifier(**{**QUICK, "verbose": 1, "validation": 0.2}).fit(IMAGES, LABELS)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1", "epoch 2", "epoch 3"]
    assert "validation loss" in lines[0]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"optimizer": "adm"}, "adam"),
        ({"network": "digits-smal"}, "did you mean 'digits-small'"),
        ({"network": 3}, "not int"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"epochs": 2.5}, "epochs"),
        ({"network": "{broken"}, "JSON"),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, object], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        ConvNetClassifier(**{**QUICK, **settings}).fit(IMAGES, LABELS)


def test_a_training_that_diverges_says_so() -> None:
    with pytest.raises(ConvLensError, match="learning rate"):
        ConvNetClassifier(optimizer="sgd", learning_rate=10.0, l2=1.0, normalisation="0..255").fit(1e4 * ROWS, LABELS)


def test_samples_of_five_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(N, C, H, W\)"):
        ConvNetClassifier().fit(np.zeros((4, 1, 2, 2, 2)), [0, 1, 0, 1])


def test_scaling() -> None:
    generator = np.random.default_rng(0)
    images = generator.normal([[[3.0]], [[-5.0]]], [[[2.0]], [[1e-3]]], size=(50, 2, 4, 4))
    scaled = fit_scaler(images, "standardised")(images).double().numpy()
    assert scaled.mean(axis=(0, 2, 3)) == pytest.approx(np.zeros(2), abs=1e-5)
    assert scaled.std(axis=(0, 2, 3)) == pytest.approx(np.ones(2), rel=1e-5)
    ranged = fit_scaler(images, "0..1")(images)
    assert (float(ranged.min()), float(ranged.max())) == (0, 1)
    assert fit_scaler(images, "0..255")(images).numpy() == pytest.approx(images.astype(np.float32))
    far = 1e9 + np.arange(10.0).reshape(10, 1)
    assert len(set(fit_scaler(far, "standardised")(far).flatten().tolist())) == 10
    assert fit_scaler(np.full((5, 1), 0.1), "standardised")(np.full((5, 1), 0.1)).abs().max() < 1e-6
