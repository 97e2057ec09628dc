"""The Build page, run by Streamlit's test client: forms, presets, undo, faults, and what its components ask for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.network import edits, files
from core.network.layers import LAYER_KINDS
from core.network.presets import PRESETS
from core.network.shapes import trace
from core.network.spec import NetworkSpec
from core.paths import PROJECT
from dashboard import state
from dashboard.forms import layer as form
from dashboard.forms.network import FAULTS, file_stem
from tests.dashboard.defaults import missed

LENET = PRESETS["sakr-lenet"].network
DIAGRAM, TABLE = 0, 1


def open_build(spec: NetworkSpec, layer: int | None = 0) -> AppTest:
    page = AppTest.from_file(str(PROJECT / "pages/build.py"), default_timeout=60)
    page.session_state[state.NETWORK] = spec
    page.session_state[state.LAYER] = layer
    return run(page)


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def network(page: AppTest) -> NetworkSpec:
    spec = page.session_state[state.NETWORK]
    assert isinstance(spec, NetworkSpec)
    return spec


def widgets(page: AppTest) -> dict[str, Any]:
    """Every widget of the form by the field (and part) it is for."""
    found = {}

    def look(block: Any) -> None:
        for child in getattr(block, "children", {}).values():
            key = getattr(child, "key", None) or ""
            if key.startswith("build_form_") and hasattr(child, "set_value"):
                found[key.split("_", 3)[3]] = child
            look(child)

    look(page.main)
    return found


def component(page: AppTest, place: int) -> dict[str, Any]:
    """What the diagram or the table was given."""
    data = json.loads(page.get("bidi_component")[place].proto.json)
    assert isinstance(data, dict)
    return data


def preset_box(page: AppTest) -> Any:
    return next(box for box in page.selectbox if (box.key or "").startswith("build_preset"))


def with_kind(kind: str) -> NetworkSpec:
    return NetworkSpec(input_shape=(4, 16, 16), layers=(LAYER_KINDS[kind](),))


FIELDS = [(kind, name) for kind, cls in LAYER_KINDS.items() for name in cls.model_fields if name != "kind"]


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_every_kind_has_a_control_for_each_of_its_fields(kind: str) -> None:
    page = open_build(with_kind(kind))
    fields = {name for name in LAYER_KINDS[kind].model_fields if name != "kind"}
    assert {name.split("_")[0] for name in widgets(page)} == fields
    assert network(page) == with_kind(kind)


@pytest.mark.parametrize("at", [None, *(at for at, layer in enumerate(LENET.layers) if layer.kind != "flatten")])
def test_a_browser_that_missed_a_control_answers_with_what_is_set(at: int | None) -> None:
    assert not missed(open_build(LENET, at), "build_form_")


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_a_control_changes_its_field_and_nothing_else(kind: str, name: str) -> None:
    page = open_build(with_kind(kind))
    before = network(page).layers[0]
    field = form.schema(LAYER_KINDS[kind].__name__, LAYER_KINDS[kind])[name]
    control, now = widgets(page)[name], getattr(before, name)
    if "enum" in field:
        wanted = next(choice for choice in field["enum"] if choice != now)
    elif field.get("type") == "boolean":
        wanted = not now
    elif field.get("type") == "number":
        wanted = 0.25
    else:
        wanted = 4 if name == "groups" else 2 if now != 2 else 3
    control.set_value(wanted)
    after = network(run(page)).layers[0]
    assert after.model_dump() == {**before.model_dump(), name: wanted}
    assert widgets(page)[name].value == wanted


def test_filters_are_set_by_the_slider_and_by_the_number() -> None:
    page = open_build(LENET)
    widgets(page)["filters"].set_value(64)
    assert network(run(page)).layers[0].filters == 64
    assert widgets(page)["filters_exact"].value == 64
    widgets(page)["filters_exact"].set_value(777)
    assert network(run(page)).layers[0].filters == 777
    assert widgets(page)["filters"].value == 777


def test_padding_can_be_a_number() -> None:
    page = open_build(LENET)
    assert widgets(page)["padding_pixels"].disabled
    widgets(page)["padding"].set_value("number")
    assert network(run(page)).layers[0].padding == 2  # keeps the size under a 5x5 kernel
    widgets(page)["padding_pixels"].set_value(7)
    assert network(run(page)).layers[0].padding == 7
    widgets(page)["padding"].set_value("full")
    assert network(run(page)).layers[0].padding == "full"


def test_only_groups_that_divide_are_offered() -> None:
    page = open_build(edits.replace(NetworkSpec(input_shape=(6, 9, 9), layers=LENET.layers[:1]), 0, filters=20))
    assert [int(option) for option in widgets(page)["groups"].options] == [1, 2]


def test_the_input_is_changed_like_a_layer() -> None:
    page = open_build(LENET, None)
    widgets(page)["input_1"].set_value(32)
    assert network(run(page)).input_shape == (1, 32, 28)
    widgets(page)["input_0_exact"].set_value(3)
    assert network(run(page)).input_shape == (3, 32, 28)
    widgets(page)["input"].set_value("numbers")
    assert network(run(page)).input_shape == (2,)
    widgets(page)["input_0"].set_value(5)
    assert network(run(page)).input_shape == (5,)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_loads_with_its_table(name: str) -> None:
    page = open_build(NetworkSpec(input_shape=(2,)), None)
    preset_box(page).set_value(name)
    run(page)
    assert network(page) == PRESETS[name].network
    total = component(page, TABLE)["total"]
    assert total[3] == f"{trace(PRESETS[name].network).parameters:,}"
    assert len(component(page, DIAGRAM)["blocks"]) == len(PRESETS[name].network.layers) + 1


def test_the_form_never_writes_an_old_value_into_another_network() -> None:
    page = open_build(LENET)
    widgets(page)["kernel"].set_value(9)
    changed = network(run(page))
    preset_box(page).set_value("huttunen-2016")
    assert network(run(page)) == PRESETS["huttunen-2016"].network
    page.button(key="build_undo").click()
    assert network(run(page)) == changed
    assert widgets(page)["kernel"].value == 9
    page.button(key="build_undo").click()
    assert network(run(page)) == LENET
    assert widgets(page)["kernel"].value == 5
    page.button(key="build_redo").click()
    assert network(run(page)) == changed


def test_a_form_that_is_opened_again_shows_what_is_there() -> None:
    page = open_build(LENET, 0)
    widgets(page)["kernel"].set_value(7)
    run(page)
    page.session_state[state.LAYER] = 2
    assert widgets(run(page))["kernel"].value == 5
    page.session_state[state.LAYER] = 0
    assert widgets(run(page))["kernel"].value == 7


def test_a_fault_is_told_at_its_layer_and_one_click_mends_it() -> None:
    page = open_build(edits.replace(LENET, 2, padding="valid"), 2)
    widgets(page)["kernel"].set_value(20)
    run(page)
    assert "Kernel 20 does not fit a 14x14 input" in page.error[0].value
    assert page.button(key="build_train").disabled
    blocks = component(page, DIAGRAM)["blocks"]
    assert blocks[3]["fault"]
    assert blocks[-1]["stale"]
    assert blocks[-1]["shape"] == [10]
    assert "20" in component(page, TABLE)["rows"][3]["fault"]
    page.button(key="build_remedy_0").click()
    run(page)
    assert not trace(network(page)).faults
    assert not page.error
    assert not page.button(key="build_train").disabled


def test_a_fault_is_told_at_no_other_layer() -> None:
    page = open_build(edits.replace(LENET, 2, padding="valid", kernel=20), 0)
    assert not page.error
    assert "Layer 3 does not work" in page.button(key="build_train").help


def test_buttons_duplicate_move_and_remove() -> None:
    page = open_build(LENET, 0)
    page.button(key="build_duplicate").click()
    assert network(run(page)) == edits.duplicate(LENET, 0)
    assert page.session_state[state.LAYER] == 1
    page.button(key="build_remove").click()
    run(page)
    assert network(page) == LENET
    page.button(key="build_left").click()
    assert network(run(page)) == edits.move(LENET, 1, 0)
    page.button(key="build_right").click()
    assert network(run(page)) == LENET


def test_from_nothing() -> None:
    page = open_build(LENET)
    page.button(key="build_empty_3_3").click()
    assert network(run(page)) == NetworkSpec(input_shape=(3, 32, 32))
    assert page.button(key="build_train").disabled
    assert component(page, DIAGRAM)["selected"] == -1


def ask(spec: NetworkSpec, *acts: dict[str, Any]) -> AppTest:
    """Acts as the diagram sends them, one after the other."""

    def script() -> None:
        import streamlit as st

        from dashboard import building, state

        for number, act in enumerate(st.session_state["acts"]):
            revision = building.revision(state.network())
            st.session_state[building.DIAGRAM] = {"act": {"revision": revision, "sequence": number, **act}}
            building.diagram_act()

    page = AppTest.from_function(script)
    page.session_state[state.NETWORK] = spec
    page.session_state["acts"] = acts
    return run(page)


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_the_diagram_adds_every_kind(kind: str) -> None:
    page = ask(LENET, {"type": "insert", "at": 1, "kind": kind})
    assert network(page) == edits.insert(LENET, 1, LAYER_KINDS[kind]())
    assert page.session_state[state.LAYER] == 1


def test_the_diagram_moves_duplicates_removes_and_takes_back() -> None:
    page = ask(
        LENET,
        {"type": "move", "from": 0, "to": 3},
        {"type": "duplicate", "index": 3},
        {"type": "remove", "index": 0},
        {"type": "undo"},
    )
    assert network(page) == edits.duplicate(edits.move(LENET, 0, 3), 3)


def test_removing_the_last_layer_selects_the_one_before() -> None:
    page = ask(LENET, {"type": "remove", "index": 6})
    assert page.session_state[state.LAYER] == 5


@pytest.mark.parametrize(
    "act",
    [
        {"type": "insert", "at": 1, "kind": "recurrent"},
        {"type": "insert", "at": 99, "kind": "dense"},
        {"type": "remove", "index": 99},
        {"type": "move", "from": 0},
        {"type": "explode"},
        {"type": "remove", "index": 0, "revision": "of an older picture"},
    ],
)
def test_what_cannot_be_done_changes_nothing(act: dict[str, Any]) -> None:
    assert network(ask(LENET, act)) == LENET


def upload(page: AppTest, name: str, content: bytes) -> AppTest:
    page.file_uploader(key="build_upload_0").upload(name, content, "application/json")
    return run(page)


def test_a_file_is_read_back_whole() -> None:
    for name, text in (("net.json", files.to_json(LENET)), ("net.yaml", files.to_yaml(LENET))):
        page = open_build(NetworkSpec(input_shape=(2,)), None)
        assert network(upload(page, name, text.encode())) == LENET


def test_every_fault_of_a_file_is_told() -> None:
    data = json.loads(files.to_json(LENET))
    data["layers"][0]["kernal"] = 3
    data["layers"][2]["kernel"] = 99
    page = upload(open_build(LENET), "net.json", json.dumps(data).encode())
    assert network(page) == LENET
    told = page.session_state[FAULTS]
    assert "layers.0.kernal" in told
    assert "did you mean" in told.lower()
    assert "layers.2.kernel" in told
    assert "31" in told
    assert page.error


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{", b"", b"x" * 1_000_001])
def test_what_is_no_network_gets_one_sentence(content: bytes) -> None:
    page = upload(open_build(LENET), "net.json", content)
    assert network(page) == LENET
    assert "net.json" in page.session_state[FAULTS]


def test_a_file_name_is_safe() -> None:
    assert file_stem("../My net, 2") == "my-net-2"
    assert file_stem("../..") == "network"


def test_the_selected_layer_at_first_is_one_that_learns() -> None:
    page = AppTest.from_file(str(PROJECT / "pages/build.py"), default_timeout=60)
    page.session_state[state.NETWORK] = PRESETS["logistic-regression"].network
    run(page)
    assert page.session_state[state.LAYER] == 1


def test_undone_layers_are_no_longer_selected() -> None:
    page = open_build(LENET, 6)
    page.session_state[state.NETWORK] = NetworkSpec(input_shape=(2,))
    run(page)
    assert component(page, DIAGRAM)["selected"] == -1
