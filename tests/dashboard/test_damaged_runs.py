"""Whatever a run's folder holds, its screens show a sentence or nothing, and never raise."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from streamlit.testing.v1 import AppTest

from core.network.presets import PRESETS
from core.paths import PROJECT
from core.runs import events, folder, steps
from core.runs.folder import Run
from core.runs.spec import RunSpec, TrainSpec
from dashboard import watching
from dashboard.components.packed import unpack
from dashboard.live.answers import answers_block
from dashboard.live.checked import MOST, NUMBERS, WORDS, checked_event
from dashboard.live.curves import curves_block
from dashboard.live.reader import Reader

EVENTS: tuple[dict[str, Any], ...] = (
    {"type": "started", "steps_per_epoch": 10, "device": "cpu", "precision": "float32", "notes": ["note"]},
    {"type": "epoch", "epoch": 1, "step": 10, "train_loss": 1.0, "validation_accuracy": 0.5, "validation_loss": 1.0},
    {"type": "trouble", "kind": "dead-relus", "sentence": "s", "advice": "a", "epoch": 1, "severity": "over"},
    {"type": "changed", "learning_rate": 0.1},
    {"type": "message", "sentence": "Loading."},
    {"type": "finished", "test_accuracy": 0.9, "test_loss": 0.1, "train_seconds": 3.0, "best_epoch": 1, "advice": "b"},
)
ANY_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=1),
    max_leaves=3,
)
KEYS = sorted({name for event in EVENTS for name in event} - {"type"})
DAMAGED = st.builds(
    lambda event, changes, gone: {name: value for name, value in {**event, **changes}.items() if name != gone},
    st.sampled_from(EVENTS),
    st.dictionaries(st.sampled_from(KEYS), ANY_VALUE, max_size=3),
    st.sampled_from(KEYS),
)
ANY_ARRAY = arrays_of.arrays(
    st.sampled_from([np.dtype(kind) for kind in ("u1", "i8", "f4", "f8", "?", "U2", "c8", "M8[s]")]),
    arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3),
)
USUAL: dict[str, tuple[np.ndarray[Any, Any], ...]] = {
    "x": (np.zeros((2, 1, 4, 4), np.uint8), np.eye(2, dtype=np.float32)),
    "y": (np.array([0, 1]),),
    "classes": (np.array(["a", "b"]),),
    "answers": (np.full((2, 2), 0.5, np.float32),),
    "probabilities": (np.full((2, 3, 3), 0.5, np.float32),),
    "extent": (np.array([0, 1, 0, 1], np.float32),),
}


@pytest.fixture
def run() -> Run:
    return folder.create(RunSpec(network=PRESETS["digits-small"].network, train=TrainSpec(dataset="digits", epochs=4)))


def write(run: Run, lines: list[dict[str, Any]]) -> None:
    (run.path / events.FILE).write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def show(run: Run) -> dict[str, Any]:
    """All that Train makes of a run; returns the header of the answers."""
    reader = Reader()
    look = reader.look(run.id)
    unpack(curves_block(reader, look))
    for text in (watching.ending(look), watching.bar(look), *watching.facts(look)):
        text.encode()
    watching.nearest(watching.base_rate(look))
    return unpack(answers_block(reader, look))[0]


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(lines=st.lists(DAMAGED, max_size=6), with_steps=st.booleans())
def test_damaged_events_are_shown_without_a_fault(run: Run, lines: list[dict[str, Any]], with_steps: bool) -> None:
    write(run, lines)
    records = steps.level_path(run.path, 0)
    records.write_bytes(np.random.default_rng(len(lines)).bytes(5 * steps.STEP.itemsize) if with_steps else b"")
    show(run)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_arrays_are_shown_without_a_fault(run: Run, data: st.DataObject) -> None:
    found = {name: data.draw(st.sampled_from(usual) | ANY_ARRAY, name) for name, usual in USUAL.items()}
    lacks = data.draw(st.sets(st.sampled_from(sorted(found)), max_size=1))
    found = {name: values for name, values in found.items() if name not in lacks}
    if "answers" in found:
        np.save(run.path / "answers.npy", found["answers"])
    for file, names in (("pinned.npz", ("x", "y", "classes")), ("surface.npz", ("probabilities", "extent"))):
        content = io.BytesIO()
        np.savez(content, **{name: found[name] for name in names if name in found})
        whole = content.getvalue()
        cut = data.draw(st.just(len(whole)) | st.integers(0, len(whole)), f"cut of {file}")
        (run.path / file).write_bytes(whole[:cut])
    head = show(run)
    if head["kind"] != "none":
        assert len(head["labels" if head["kind"] == "images" else "classes"]) > 0


def test_what_is_sound_stays_as_it_was() -> None:
    for event in EVENTS:
        assert checked_event(event) == event


@pytest.mark.parametrize("name", sorted(NUMBERS))
@pytest.mark.parametrize("value", ["0.5", True, None, [1], MOST * 10, 10**400])
def test_what_is_no_number_is_left_out(name: str, value: Any) -> None:
    assert checked_event({"type": "epoch", name: value}) == {"type": "epoch"}


@pytest.mark.parametrize("name", sorted(WORDS))
def test_what_is_no_text_is_left_out(name: str) -> None:
    assert checked_event({"type": "epoch", name: 3}) == {"type": "epoch"}


def test_the_page_of_a_damaged_run_is_drawn(run: Run) -> None:
    write(run, [{"type": "started", "steps_per_epoch": 10}, {"type": "epoch", "epoch": 1, "validation_accuracy": "x"}])
    np.savez(run.path / "pinned.npz", x=np.zeros((0, 1, 8, 8), np.uint8), y=np.zeros(0, np.int64))
    page = AppTest.from_file(str(PROJECT / "pages/train.py"), default_timeout=60)
    page.query_params["run"] = run.id
    page.run()
    assert not page.exception
    assert page.button(key="train_toggle")
