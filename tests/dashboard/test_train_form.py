"""Setting up a training, run by Streamlit's own test client: every field has a control, and every control its field."""

from __future__ import annotations

import itertools
import sys
import zlib
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data import catalogue, room, sources
from core.data.prepare import prepare
from core.data.settings import Augmentation
from core.errors import DataError, RunError
from core.network.presets import PRESETS
from core.paths import PROJECT
from core.runs import folder
from core.runs.recipes import recipe
from core.runs.spec import Optimizer, TrainSpec
from core.training.rates import SOUND_RATES
from dashboard import boot, state
from dashboard.forms import downloads
from dashboard.forms.settings import key
from dashboard.forms.training import RATES, logarithmic, number, place_sentence
from dashboard.live.preview import preview
from tests.dashboard.defaults import missed

# What the fields that only some settings need are shown by.
SHOWN_BY: dict[str, dict[str, Any]] = {
    "momentum": {"optimizer": "momentum"},
    "rho": {"optimizer": "adadelta"},
    "step_epochs": {"schedule": "step"},
    "step_factor": {"schedule": "step"},
}
OTHERS: dict[str, Any] = {
    "dataset": "moons",
    "validation": 0.1,
    "normalisation": "standardised",
    "loss": "mean-squared-error",
    "optimizer": "nesterov",
    "momentum": 0.5,
    "rho": 0.8,
    "epsilon": 1e-4,
    "learning_rate": 10.0,
    "schedule": "cosine",
    "step_epochs": 7,
    "step_factor": 0.5,
    "l1": 0.001,
    "l2": 0.01,
    "batch_size": 128,
    "epochs": 3,
    "precision": "float32",
    "device": "cpu",
    "seed": 12,
}
BY_BUTTONS = {"resize", "class_counts", "augmentation"}  # each has tests of its own below


def open_train(train: TrainSpec | None = None, network: str = "digits-small", **query: str) -> AppTest:
    page = AppTest.from_file(str(PROJECT / "pages/train.py"), default_timeout=60)
    page.session_state[state.NETWORK] = PRESETS[network].network
    page.session_state[state.TRAIN] = train or TrainSpec()
    for name, value in query.items():
        page.query_params[name] = value
    return run(page)


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def trained(page: AppTest) -> TrainSpec:
    spec = page.session_state[state.TRAIN]
    assert isinstance(spec, TrainSpec)
    return spec


def widget(page: AppTest, name: str) -> Any:
    """The widget whose key is that of the field."""
    kinds = (page.selectbox, page.slider, page.select_slider, page.number_input, page.toggle, page.button_group)
    found = [one for kind in kinds for one in kind if one.key == f"train_{name}_0"]
    assert len(found) == 1, f"{name} has {len(found)} controls"
    return found[0]


def test_every_field_of_a_training_is_tested_here() -> None:
    assert set(TrainSpec.model_fields) == set(OTHERS) | BY_BUTTONS


@pytest.mark.parametrize("name", OTHERS)
def test_a_control_changes_its_field_alone(name: str) -> None:
    before = TrainSpec(epsilon=None).model_copy(update=SHOWN_BY.get(name, {}))
    page = open_train(before)
    widget(page, name).set_value(OTHERS[name])
    run(page)
    update = {name: OTHERS[name]}
    if name == "optimizer":  # takes the learning rate along, see below
        update["learning_rate"] = SOUND_RATES["nesterov"]
    assert trained(page) == before.model_copy(update=update)


@pytest.mark.parametrize("optimizer", ["nesterov", "adadelta"])
def test_a_browser_that_missed_a_control_answers_with_what_is_set(optimizer: Optimizer) -> None:
    augmentation = Augmentation(rotation=10.0, noise=0.1, flip_horizontal=True)
    others = {**OTHERS, "dataset": "mnist", "schedule": "step", "optimizer": optimizer, "augmentation": augmentation}
    page = open_train(TrainSpec.model_validate(others))
    assert not missed(page, "train_")
    widget(page, "learning_rate").set_value(0.002)
    assert not missed(run(page), "train_")


def test_fewer_than_two_classes_are_told_before_the_training() -> None:
    page = open_train(TrainSpec(dataset="digits", class_counts=(None, *[0] * 9)))
    (button,) = [one for one in page.button if one.key == "train_start"]
    assert button.disabled
    assert "Fewer than two classes" in button.help
    assert any("Fewer than two classes" in one.value for one in page.error)
    both = open_train(TrainSpec(dataset="digits", class_counts=(None, 1, *[0] * 8)))
    assert not next(one for one in both.button if one.key == "train_start").disabled


@pytest.mark.parametrize("typed", ["MNIST", " fashion-mnist", "two MOONS"])
def test_a_data_set_is_found_however_its_name_is_written(typed: str) -> None:
    page = open_train()
    box = widget(page, "dataset")
    box.options.append(typed)
    box.set_value(typed)
    run(page)
    assert trained(page).dataset in ("mnist", "fashion-mnist", "moons")
    assert widget(page, "dataset").value == trained(page).dataset


def test_another_optimizer_brings_the_learning_rate_that_it_begins_at_and_says_so() -> None:
    page = open_train(TrainSpec(optimizer="adam", learning_rate=3e-3))
    widget(page, "optimizer").set_value("adamw")  # means the same by a learning rate
    run(page)
    assert trained(page).learning_rate == 3e-3
    assert not page.toast
    widget(page, "optimizer").set_value("adadelta")
    run(page)
    assert trained(page).learning_rate == widget(page, "learning_rate").value == SOUND_RATES["adadelta"]
    (told,) = [toast.value.replace("\\", "") for toast in page.toast]
    assert "The learning rate is 1 now" in told
    assert "it was 0.003" in told


def test_points_are_offered_no_pixels() -> None:
    page = open_train(TrainSpec(dataset="moons", normalisation="0..255"), "two-layer-sigmoid")
    choice = widget(page, "normalisation")
    assert choice.label == "Coordinates"
    assert choice.options == ["as they are", "standardised"]
    assert not any(slider.key == "train_rotation_0" for slider in page.slider)
    assert widget(page, "noise").value == 0.0
    choice.set_value("standardised")
    run(page)
    assert trained(page).normalisation == "standardised"


def test_the_numbers_of_samples_follow_the_split_and_the_counts() -> None:
    def told(train: TrainSpec) -> str:
        return " ".join(caption.value for caption in open_train(train).caption)

    digits = prepare(sources.load("digits"), TrainSpec(dataset="digits", validation=0.3), (1, 8, 8))
    sizes = f"{len(digits.train):,} to learn from, {len(digits.validation):,} validate, 360 for the test"
    assert sizes in told(TrainSpec(dataset="digits", validation=0.3))
    assert "1,437 to learn from, the 360 of the test validate, too" in told(TrainSpec(dataset="digits", validation=0.0))
    few = TrainSpec(dataset="digits", validation=0.3, class_counts=(0, 7, *[None] * 8))
    digits = prepare(sources.load("digits"), few, (1, 8, 8))
    assert f"{len(digits.train):,} to learn from, {len(digits.validation):,} validate" in told(few)
    page = open_train(TrainSpec(dataset="digits", validation=0.0))
    assert widget(page, "validation").label == "Validation share: none kept apart"


@pytest.mark.parametrize("name", Augmentation.model_fields)
def test_a_control_changes_its_augmentation(name: str) -> None:
    page = open_train()
    value: Any = True if name.startswith("flip") else 15.0 if name == "rotation" else 0.25
    widget(page, name).set_value(value)
    run(page)
    assert trained(page).augmentation == Augmentation(**{name: value})


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_every_optimizer_can_be_chosen_and_trained(optimizer: str) -> None:
    page = open_train()
    widget(page, "optimizer").set_value(optimizer)
    run(page)
    page.button(key="train_start").click()
    run(page)
    assert [folder.open_run(line.id).spec.train.optimizer for line in folder.list_runs()] == [optimizer]


@pytest.mark.parametrize("name", [*catalogue.DATASETS])
def test_every_data_set_says_what_it_is_and_whether_it_is_here(name: str) -> None:
    page = open_train(TrainSpec(dataset=name))
    story = catalogue.DATASETS[name].story.split(".")[0].split(":")[0]
    assert any(story in caption.value.replace("\\", "") for caption in page.caption)
    ready = catalogue.available(name).ready
    assert bool(page.warning) != ready
    assert page.button(key="train_start").disabled or ready


def test_a_data_set_that_is_not_here_can_be_downloaded_or_says_what_to_do() -> None:
    page = open_train(TrainSpec(dataset="mnist"), "lenet-5")
    assert any(button.key == "train_download" for button in page.button)
    page = open_train(TrainSpec(dataset="fer2013"))
    assert not any(button.key == "train_download" for button in page.button)
    assert any("fer2013.csv" in warning.value.replace("\\", "") for warning in page.warning)


def test_an_unknown_folder_is_told_in_a_sentence(data_root: Path) -> None:
    page = open_train(TrainSpec(dataset="folder:nowhere"))
    assert page.button(key="train_start").disabled
    assert any("nowhere" in warning.value for warning in page.warning)


def test_a_misfit_is_told_and_mended_by_resizing() -> None:
    page = open_train(TrainSpec(dataset="digits"), "lenet-5")
    assert page.button(key="train_start").disabled
    page.button(key="train_resize").click()
    run(page)
    assert trained(page).resize
    assert not page.button(key="train_start").disabled


def test_a_misfit_is_told_and_mended_by_fitting_the_network() -> None:
    page = open_train(TrainSpec(dataset="shapes"), "lenet-5")
    page.button(key="train_fit").click()
    run(page)
    network = page.session_state[state.NETWORK]
    assert network.input_shape == (3, 32, 32)
    assert network.layers[-1].units == len(catalogue.describe("shapes").classes)
    assert not page.button(key="train_start").disabled


def test_resized_images_that_need_too_much_room_are_told_before_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_BYTES", 1_000_000)
    train = TrainSpec(dataset="digits", resize=True)
    page = open_train(train, "lenet-5")
    assert page.button(key="train_start").disabled
    assert any("resized images would take" in markdown.value for markdown in page.markdown)
    assert not any(button.key == "train_resize" for button in page.button)
    page = open_train(train.model_copy(update={"class_counts": (20,) * 10, "validation": 0.0}), "lenet-5")
    assert not page.button(key="train_start").disabled


def test_a_damaged_folder_is_read_once_until_it_changes(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part, kind, grey in itertools.product(("train", "test"), ("cat", "dog"), range(3)):
        place = data_root / "pets" / part / kind
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8), 40 * grey, np.uint8)).save(place / f"{grey}.png")
    bad = data_root / "pets/train/cat/1.png"
    sound = bad.read_bytes()
    bad.write_bytes(b"no picture")
    loads = []
    real = sources.load
    monkeypatch.setattr(sources, "load", lambda name: loads.append(name) or real(name))
    for _ in range(3):
        with pytest.raises(DataError, match=r"1\.png"):
            preview("folder:pets")
    assert len(loads) == 1
    bad.write_bytes(sound)
    assert preview("folder:pets").counts == (3, 3)
    assert preview("folder:pets").counts == (3, 3)
    assert len(loads) == 2


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_brings_its_network_and_then_its_recipe(preset: str) -> None:
    before = TrainSpec(epochs=77, seed=5)
    page = open_train(before, network="speedrun" if preset == "digits-small" else "digits-small")
    page.selectbox(key="train_preset_0").set_value(preset)
    run(page)
    assert page.session_state[state.NETWORK] == PRESETS[preset].network
    assert trained(page) == before
    page.button(key="train_recipe").click()
    run(page)
    assert trained(page) == recipe(preset)
    assert widgets_show(page, recipe(preset))


def widgets_show(page: AppTest, train: TrainSpec) -> bool:
    return all(
        page.session_state[f"train_{name}_1"] == getattr(train, name)
        for name in ("learning_rate", "epochs", "optimizer")
    )


def test_the_recipe_button_puts_everything_back() -> None:
    page = open_train(TrainSpec(epochs=77, learning_rate=10.0))
    page.button(key="train_recipe").click()
    run(page)
    assert trained(page) == recipe("digits-small")


def test_two_clicks_start_one_run() -> None:
    page = open_train()
    begin = page.button(key="train_start")
    begin.click()
    page.run()
    assert len(folder.list_runs()) == 1
    token = page.session_state["train_used"]
    from core.runs.spec import RunSpec
    from dashboard import launch

    again = folder.create(RunSpec(network=PRESETS["digits-small"].network, train=TrainSpec()), token=token)
    assert [line.id for line in folder.list_runs()] == [again.id]
    assert launch.FIRST in PRESETS


def test_a_second_training_after_the_first_is_another_run() -> None:
    page = open_train()
    for count in (1, 2):
        page.button(key="train_start").click()
        run(page)
        run(page)
        assert len(folder.list_runs()) == count
        page.session_state[state.WATCHED] = ()
        page.query_params.clear()
        run(page)


def test_a_full_disk_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise RunError("Could not make a run: the disk is full; free some space and try again.")

    page = open_train()
    monkeypatch.setattr(folder, "create", full)
    page.button(key="train_start").click()
    run(page)
    assert [error.value for error in page.error] == [
        "Could not make a run\\: the disk is full; free some space and try again."
    ]
    assert not page.button(key="train_start").disabled


def test_nothing_waits_for_torch_while_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "start_once", boot.Boot)
    monkeypatch.setitem(sys.modules, "core.training.devices", None)  # importing it now would raise
    page = open_train()
    assert place_sentence(TrainSpec()) == ("", True)
    assert not page.button(key="train_start").disabled


def test_a_broken_torch_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = boot.Boot(fault="PyTorch cannot be imported (nothing there); run make again to install it.")
    broken.ready.set()
    monkeypatch.setattr(boot, "start_once", lambda: broken)
    monkeypatch.setitem(sys.modules, "core.training.devices", None)
    page = open_train()
    begin = page.button(key="train_start")
    assert begin.disabled
    assert begin.help == broken.fault


@pytest.mark.parametrize("error", [DataError("It is not there."), OSError("no route"), zlib.error("bad block")])
def test_a_download_that_fails_leaves_a_sentence(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(downloads, "download", fail)
    job = downloads.Download()
    downloads._fetch("mnist", job)
    assert job.over
    assert str(error).rstrip(".") in job.fault
    assert "\n" not in job.fault


def test_logarithmic_sliders_hold_their_ends() -> None:
    assert logarithmic(-2, 0, (1, 3)) == (0.01, 0.03, 0.1, 0.3, 1.0)
    assert RATES[0] == 1e-6
    assert RATES[-1] == 10
    assert list(RATES) == sorted(set(RATES))
    assert number(None) == "default"
    assert key("seed").startswith("train_seed_")
