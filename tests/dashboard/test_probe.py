"""Disturb, Why and Teach: what the browser is given, what is said, and what the controls remember."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from core.data.normalise import Normaliser
from core.errors import RunError
from core.lens.attribution import METHODS, attribute
from core.lens.capture import Lens
from core.lens.disturb import Disturbed, LayerCurve, disturb
from core.lens.disturbances import Kind
from core.lens.filters import banks
from core.lens.inputs import Eye
from core.network.build import build
from core.network.layers import Convolution, Dense, Flatten
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from core.runs import folder
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from core.training import lesson
from core.training.lesson import Moment, Step
from dashboard.components.packed import unpack
from dashboard.lens import asking, disturb_view, disturb_words, teach_block, teach_view, teach_words, why_view
from dashboard.lens.views import Looked, Sample

NETWORK = PRESETS["digits-small"].network
CLASSES = tuple("0123456789")


def looked_at(run: str = "none", network: NetworkSpec = NETWORK, classes: tuple[str, ...] = CLASSES) -> Looked:
    """An untrained network of a seed, and a random picture."""
    lens = Lens(build(network, seed=1), classes)
    eye = Eye(Normaliser(1.0, (0.1,), (0.4,)), network.input_shape, classes)
    seen = eye.see(np.random.default_rng(0).integers(0, 256, network.input_shape, np.uint8))
    sample = Sample(seen.picture, seen.x, 3, "a test image", stamp="picture")
    return Looked(run, None, lens, eye, sample, lens.answer(seen.x)[0].numpy(), ("weights",))


def created() -> folder.Run:
    return folder.create(RunSpec(network=NETWORK, train=recipe("digits-small")))


def pinned(run: folder.Run) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    generator = np.random.default_rng(1)
    x, y = generator.integers(0, 256, (16, 1, 8, 8), np.uint8), generator.integers(0, 10, 16)
    np.savez(run.path / "pinned.npz", x=x, y=y, index=np.arange(16), classes=np.array(CLASSES))
    return x, y


def curves(kind: Kind, values: list[float], answers: list[int], **layers: list[float]) -> Disturbed:
    """Made-up curves of a picture, a convolution and the pooling after it."""
    found = []
    for name in ("input", "conv", "pool"):
        same = np.array(layers.get(name, [1.0] * len(values)), np.float32)
        along = np.array(layers[f"{name}_moved"], np.float32) if f"{name}_moved" in layers else None
        pools = "conv" if name == "pool" else None
        found.append(
            LayerCurve(name, {"conv": "convolution 1"}.get(name, name), (2, 4, 4), bool(pools), pools, same, along)
        )
    neutral = 1.0 if kind == "scale" else 0.0
    start = int(np.argmin(np.abs(np.array(values) - neutral)))
    probabilities = np.full((len(values), 3), 0.1, np.float32)
    probabilities[np.arange(len(values)), answers] = 0.8
    return Disturbed(
        kind, np.array(values), start, np.zeros((len(values), 1, 8, 8), np.float32), probabilities, tuple(found)
    )


def test_disturb_sends_every_curve_and_a_sentence_for_every_position() -> None:
    looked = looked_at()
    picture = torch.from_numpy(looked.sample.picture.astype(np.float32) / 255)
    found = disturb(looked.lens, looked.eye.normaliser, picture, "shift-x")
    head, arrays = disturb_view.made(looked, "shift-x", (0.5, 0.5))
    count = len(head["values"])
    assert count == len(head["told"]) == len(head["answers"]) == len(head["changed"]) == 41
    assert {len(sentences) for sentences in head["verdicts"].values()} == {41}
    assert arrays["pictures"].shape == (41, 1, 8, 8)
    np.testing.assert_array_equal(arrays["pictures"][head["start"]], looked.sample.picture)
    np.testing.assert_array_equal(arrays["probabilities"], found.probabilities[:, head["shown"]].T)
    assert head["shown"][0] == looked.answer
    assert len(head["layers"]) == len(arrays["same"]) == len(arrays["moved"]) == len(found.layers)
    dense = [layer.moved is None for layer in found.layers]
    assert [bool(np.isnan(curve).all()) for curve in arrays["moved"]] == dense
    assert [layer["pooled"] for layer in head["layers"]].count(True) == 1


def test_large_pictures_are_sent_smaller() -> None:
    spec = NetworkSpec(
        input_shape=(3, 100, 150), layers=(Convolution(filters=1, kernel=9, stride=8), Flatten(), Dense(units=2))
    )
    eye_channels = Normaliser(1.0, (0.0,) * 3, (1.0,) * 3)
    looked = looked_at(network=spec, classes=("a", "b"))
    looked = Looked(
        "none", None, looked.lens, Eye(eye_channels, (3, 100, 150)), looked.sample, looked.probabilities, ()
    )
    head, arrays = disturb_view.made(looked, "blur", (0.5, 0.5))
    assert arrays["pictures"].shape == (41, 3, 48, 72)
    assert head["size"] == [3, 48, 72]


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("shift-x", [-2.5, 0.0, 3.0], ["moved left by 2.5 px", "not disturbed", "moved right by 3 px"]),
        ("shift-y", [-2.0, 0.0, 0.5], ["moved up by 2 px", "not disturbed", "moved down by 0.5 px"]),
        ("rotate", [-180.0, 0.0, 45.0], ["turned right by 180°", "not disturbed", "turned left by 45°"]),
        ("scale", [0.4, 1.0, 2.5], ["scaled to 0.4×", "not disturbed", "scaled to 2.5×"]),
        ("noise", [0.0, 0.25, 1.0], ["not disturbed", "noise, σ = 0.25 of the range", "noise, σ = 1 of the range"]),
    ],
)
def test_what_was_done_is_said_in_words(kind: Kind, values: list[float], expected: list[str]) -> None:
    assert disturb_words.told(curves(kind, values, [0, 0, 0])) == expected


def test_how_far_the_answer_stays() -> None:
    names = ("cat", "dog", "owl")
    values = [-2.0, -1.0, 0.0, 1.0, 2.0]
    reach = disturb_words.reach
    assert reach(curves("shift-x", values, [1, 0, 0, 0, 1]), names) == "The answer stays cat from −1 to 1 px."
    assert reach(curves("shift-x", values, [0, 1, 0, 0, 0]), names) == "The answer stays cat from 0 to 2 px."
    assert reach(curves("shift-x", values, [2] * 5), names) == "The answer is owl at every position."
    assert reach(curves("shift-x", values, [1, 1, 0, 1, 1]), names) == "The answer cat changes at the first step."


@pytest.mark.parametrize(
    ("pool", "lesson_said"),
    [(0.8, "pooling bears it better"), (0.61, "pooling hardly helps"), (0.3, "pooling makes it worse")],
)
def test_the_pooled_layer_is_compared_with_the_one_it_pools(pool: float, lesson_said: str) -> None:
    found = curves("shift-x", [0.0, 1.0], [0, 0], conv=[1.0, 0.6], pool=[1.0, pool])
    start, moved = disturb_words.same(found, ("a", "b", "c"))
    assert start.startswith("Not disturbed")
    assert moved.startswith(f"Pool is {pool:.2f} like itself, convolution 1 before it 0.60: {lesson_said}.")


def test_whether_maps_move_along_is_said() -> None:
    found = curves("shift-x", [0.0, 1.0], [0, 0], conv_moved=[1.0, 1.0], pool_moved=[1.0, 0.95], pool=[1.0, 0.4])
    said = disturb_words.moved(found, ("a", "b", "c"))[1]
    assert said == (
        "Pool is 0.95 like its own map moved along, in its place 0.40; convolution 1 1.00: "
        "the maps move with the picture (equivariance)."
    )


def test_silent_layers_leave_a_sentence() -> None:
    gone = [1.0, float("nan")]
    found = curves("occlude", [0.0, 1.0], [0, 0], conv=gone, pool=gone)
    assert "nothing to compare" in disturb_words.same(found, ("a", "b", "c"))[1]


@pytest.mark.parametrize("method", list(METHODS))
def test_why_is_what_the_method_says(method: Any) -> None:
    looked = looked_at()
    black = looked.eye.normaliser(torch.zeros(1, 1, 8, 8))
    expected = attribute(looked.lens, looked.sample.x, method, 4, black=black)
    found = why_view.explained(looked, method, 4)
    np.testing.assert_array_equal(found.values, expected.values)
    told = why_view._told(looked, method, found, "4", None)
    assert told["ready"]
    assert told["size"] == list(found.values.shape)
    assert METHODS[method].words in told["words"]


def test_integrated_gradients_say_what_they_add_up_to() -> None:
    found = why_view.explained(looked_at(), "integrated-gradients", 4)
    assert found.baseline is not None
    facts = why_view.facts(found, "4").replace("−", "-")
    assert f"{found.values.sum(dtype=float):.2f}" in facts
    assert f"{found.score - found.baseline:.2f}" in facts


def test_teach_shows_the_step_that_the_lesson_takes() -> None:
    run = created()
    x, y = pinned(run)
    looked = looked_at(run.id)
    tried = lesson.rates()
    bank = banks(looked.lens.graph)[0]
    steps = (Step(2, 0.01),)
    head, arrays = teach_block.taught(looked, 2, bank, steps, tried)
    checked = lesson.Checked(looked.eye.normaliser(torch.from_numpy(x)), torch.from_numpy(y))
    taught = lesson.Lesson(looked.lens.network, "cross-entropy", looked.sample.x, checked)  # type: ignore[arg-type]
    taught.learn(steps)
    np.testing.assert_array_equal(arrays["before"], taught.weights()["0_convolution.weight"].reshape(16, 3, 3))
    gradient = taught.gradients(2)["0_convolution.weight"].reshape(16, 3, 3).numpy()
    np.testing.assert_array_equal(arrays["gradient"], gradient)
    assert head["steepest"] == int(np.abs(gradient).argmax())
    assert head["loss"] == pytest.approx(taught.now(2).loss)
    at = int(np.argmin(np.abs(tried - 0.1)))
    after = taught.ahead(2, [float(tried[at])])[0]
    assert head["losses"][at] == pytest.approx(after.loss, rel=1e-5)
    np.testing.assert_allclose(arrays["ahead"][at], after.probabilities, atol=1e-6)
    assert f"Of 16 validation pictures {after.hits} are right" in head["verdicts"][at]
    assert "before the 1 step" in head["verdicts"][at]


def test_of_many_weights_those_with_the_largest_gradient_are_shown_in_their_order() -> None:
    run = created()
    looked = looked_at(run.id)
    bank = banks(looked.lens.graph)[1]
    head, arrays = teach_block.taught(looked, 2, bank, (), lesson.rates())
    assert head["tiles"] == [64, 3, 3]
    assert arrays["before"].shape == (64, 3, 3)
    whole = lesson.Lesson(looked.lens.network, "cross-entropy", looked.sample.x).gradients(2)["1_convolution.weight"]  # type: ignore[arg-type]
    lengths = whole.reshape(-1, 9).norm(dim=1)
    chosen = sorted(lengths.argsort(descending=True)[:64].tolist())
    np.testing.assert_array_equal(arrays["gradient"], whole.reshape(-1, 3, 3)[chosen].numpy())
    first = divmod(chosen[0], 16)
    assert head["names"][0] == f"filter {first[0]}, channel {first[1]}"
    assert "64 of 512" in head["layerWords"]
    assert "validation pictures" not in head["verdicts"][0]  # the run has none pinned


def test_pinned_pictures_that_cannot_be_read_are_one_sentence() -> None:
    run = created()
    (run.path / "pinned.npz").write_bytes(b"damaged")
    looked = looked_at(run.id)
    with pytest.raises(RunError, match="pinned samples"):
        teach_block.taught(looked, 2, banks(looked.lens.graph)[0], (), lesson.rates())


def moment(loss: float, right: list[bool] | None = None) -> Moment:
    return Moment(loss, np.zeros(2, np.float32), None if right is None else np.array(right))


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (0.5, "The loss falls from 2 to 0.5."),
        (3.0, "The loss rises from 2 to 3: the step is too large."),
        (2.0001, "The loss stays at 2: the step is too small to be seen."),
        (float("nan"), "A step this large leaves no numbers at all: the loss was 2."),
    ],
)
def test_what_a_step_does_to_the_loss(after: float, said: str) -> None:
    assert teach_words.verdict(moment(2.0), moment(2.0), moment(after), 0, (), ()) == said


def test_who_pays_for_a_step_is_named() -> None:
    now, after = moment(2.0, [True, True, True, False]), moment(0.1, [False, True, False, True])
    said = teach_words.verdict(now, now, after, 0, (0, 1, 2, 2), ("cat", "dog", "owl"))
    assert said.endswith("Of 4 validation pictures 2 are right, 3 before: it pays with cat and owl.")
    assert teach_words.worse(now, after) == [0, 2]
    kept = teach_words.verdict(now, now, now, 0, (0, 1, 2, 2), ("cat", "dog", "owl"))
    assert kept.endswith("Of 4 validation pictures 3 are right.")


def test_answers_are_made_once_for_all_sessions_and_the_oldest_goes() -> None:
    kept = asking.Kept()
    for number in range(asking.KEPT + 1):
        kept.put(number, str(number))
    assert kept.get(0) is None
    assert kept.get(1) == "1"
    kept.put("new", "1")
    assert kept.get(2) is None
    assert kept.get(1) == "1"


def stage(app: AppTest) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What the view's component was given."""
    (part,) = app.get("bidi_component")
    return unpack(part.proto.bytes)


def teach_script(run: str) -> None:
    from dashboard.lens import teach_view
    from tests.dashboard.test_probe import looked_at

    teach_view.show(looked_at(run))


def test_steps_are_taken_repeated_taken_back_and_forgotten() -> None:
    run = created()
    app = AppTest.from_function(teach_script, args=(run.id,), default_timeout=60).run()
    assert not app.exception
    losses = [stage(app)[0]["loss"]]
    assert app.button(key="maps_teach_back").disabled
    for _ in range(2):
        app.button(key="maps_teach_take").click().run()
        losses.append(stage(app)[0]["loss"])
    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) == 3
    assert stage(app)[0]["caption"] == "taught: this is 3 · 2 steps taken"
    app.button(key="maps_teach_back").click().run()
    assert stage(app)[0]["loss"] == losses[1]
    app.selectbox(key="maps_teach_repeat").set_value(5).run()
    app.button(key="maps_teach_take").click().run()
    assert stage(app)[0]["caption"].endswith("6 steps taken")
    app.button(key="maps_teach_start").click().run()
    assert stage(app)[0]["loss"] == losses[0]
    app.selectbox(key="maps_teach_label").set_value("7").run()
    assert stage(app)[0]["label"] == 7
    assert not app.exception


def test_a_lesson_stands_in_the_link_and_comes_out_of_it() -> None:
    steps = (Step(3, 0.01), Step(3, 0.01), Step(2, 0.1))
    assert teach_view.written(steps) == "3_0.01_2 2_0.1_1"
    assert teach_view.steps_of("3_0.01_2 2_0.1_1", 10) == steps
    every = tuple(Step(1, float(rate)) for rate in lesson.rates())
    assert teach_view.steps_of(teach_view.written(every), 10) == every


@pytest.mark.parametrize("text", ["", "3", "10_0.01_1", "3_99_1", "3_e_1", "3_0.01_51", "3_0.01_0 x", "3_-1_1"])
def test_a_link_that_tells_no_lesson_tells_none(text: str) -> None:
    assert teach_view.steps_of(text, 10) == ()


def test_steps_out_of_the_link_are_taken_and_taken_back() -> None:
    run = created()
    app = AppTest.from_function(teach_script, args=(run.id,), default_timeout=60)
    app.query_params["maps_teach_steps"] = "2_0.1_2"
    app.run()
    assert stage(app)[0]["caption"] == "taught: this is 3 · 2 steps taken"
    app.button(key="maps_teach_start").click().run()
    assert stage(app)[0]["caption"] == "taught: this is 3"
    assert "maps_teach_steps" not in app.query_params


def why_script() -> None:
    from dashboard.lens import why_view
    from tests.dashboard.test_probe import looked_at

    why_view.show(looked_at())


def test_why_another_class_another_layer_and_a_method_out_of_the_link() -> None:
    app = AppTest.from_function(why_script, default_timeout=60)
    app.query_params["maps_why_method"] = "occlusion"
    app.query_params["maps_why_class"] = "6"
    app.run()
    assert not app.exception
    head, arrays = stage(app)
    assert head["chosen"] == "occlusion"
    assert head["target"] == "6"
    assert all(method["ready"] for method in head["methods"])
    np.testing.assert_array_equal(arrays["occlusion"], why_view.explained(looked_at(), "occlusion", 6).values.ravel())
    app.selectbox(key="maps_why_layer").set_value("convolution 1 · relu").run()
    assert "at convolution 1 · relu" in stage(app)[0]["methods"][-1]["heading"]
    assert app.query_params["maps_why_layer"] == "convolution 1 · relu"
    app.selectbox(key="maps_why_class").set_value(why_view.ANSWERED).run()
    assert "maps_why_class" not in app.query_params


def disturb_script() -> None:
    from dashboard.lens import disturb_view
    from tests.dashboard.test_probe import looked_at

    disturb_view.show(looked_at())


def test_a_disturbance_out_of_the_link_and_another_one() -> None:
    app = AppTest.from_function(disturb_script, default_timeout=60)
    app.query_params["maps_disturb_by"] = "Rotate"
    app.query_params["maps_disturb_at"] = "44"  # the slider stands at the nearest position
    app.run()
    assert not app.exception
    head = stage(app)[0]
    assert head["title"] == "Turn, counter-clockwise"
    assert head["values"][head["at"]] == 45
    app.segmented_control(key="maps_disturb_by").set_value("Occlude").run()
    head, _ = stage(app)
    assert head["placed"]
    assert not head["moves"]
    assert "maps_disturb_at" not in app.query_params  # the other slider was not moved


@pytest.mark.parametrize("name", ["maps_disturb_at", "maps_disturb_place"])
@pytest.mark.parametrize("text", ["nan", "x", "9 9 9"])
def test_numbers_of_a_link_that_cannot_be_are_left_out(name: str, text: str) -> None:
    app = AppTest.from_function(disturb_script, default_timeout=60)
    app.query_params["maps_disturb_by"] = "Occlude"
    app.query_params[name] = text
    app.run()
    assert not app.exception
    assert "maps_disturb_place" not in app.query_params


def slow_script() -> None:
    import streamlit as st

    from core.errors import RunError
    from dashboard.lens.asking import Progress, asked
    from tests.dashboard import test_probe

    def make(progress: Progress | None) -> str:
        assert progress is not None
        test_probe.GATE.wait(60)
        progress(0.5)
        return "found"

    fails = st.session_state.get("fails")

    def failing(progress: Progress | None) -> str:
        raise RunError("It cannot be made.")

    try:
        st.write(asked(test_probe.WISH[0], failing if fails else make, "test", "Counting slowly"))
    except RunError as error:
        st.error(str(error))


GATE = threading.Event()
WISH = ["slow"]


@pytest.fixture
def slow() -> Iterator[AppTest]:
    """A page that waits for something which is made as soon as the gate is open."""
    asking.kept.clear()
    GATE.clear()
    yield AppTest.from_function(slow_script, default_timeout=60).run()
    GATE.set()


def until(app: AppTest, there: Callable[[], bool]) -> None:
    for _ in range(600):
        if there():
            return
        time.sleep(0.05)
        app.run()
    raise AssertionError("it never came")


def test_what_takes_long_is_made_beside_the_page(slow: AppTest) -> None:
    assert slow.button(key="test_stop").label == "Stop"
    assert "found" not in [text.value for text in slow.markdown]
    GATE.set()
    until(slow, lambda: "found" in [text.value for text in slow.markdown])
    assert not slow.exception
    assert asking.kept().get(WISH[0]) == "found"


def test_what_was_stopped_stays_so_until_it_is_begun_again(slow: AppTest) -> None:
    slow.button(key="test_stop").click().run()
    GATE.set()
    slow.run()
    assert "Stopped: counting slowly." in [caption.value for caption in slow.caption]
    assert asking.kept().get(WISH[0]) is None
    slow.button(key="test_again").click().run()
    until(slow, lambda: "found" in [text.value for text in slow.markdown])


def test_what_cannot_be_made_is_said_on_the_page(slow: AppTest) -> None:
    GATE.set()
    until(slow, lambda: asking.kept().get(WISH[0]) is not None)
    asking.kept.clear()
    slow.session_state["fails"] = True
    slow.run()
    until(slow, lambda: bool(slow.error))
    assert slow.error[0].value == "It cannot be made."


def test_nobody_waits_for_it_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    work = asking.Work()
    work.hear(0.25)
    assert work.share == 0.25
    monkeypatch.setattr(asking, "FORGOTTEN", -1.0)
    with pytest.raises(asking.Stopped):
        work.hear(0.5)
