"""JSON, YAML and links there and back, and what bad ones are told."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.data.settings import Augmentation
from core.errors import SpecError
from core.network.files import MAX_CHARACTERS, parse, to_json, to_yaml, validate
from core.network.links import decode, encode
from core.network.presets import PRESETS
from core.network.spec import NetworkSpec
from tests.core.network.networks import any_network


@given(any_network())
def test_every_network_survives_json_yaml_and_link(spec: NetworkSpec) -> None:
    assert parse(to_json(spec), shapes=False) == spec
    assert parse(to_yaml(spec), shapes=False) == spec
    assert decode(encode(spec)) == spec


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_survives_and_its_link_is_short(name: str) -> None:
    spec = PRESETS[name].network
    assert parse(to_json(spec)) == parse(to_yaml(spec)) == decode(encode(spec)) == spec
    assert len(encode(spec)) < 400
    assert encode(spec).replace("-", "").replace("_", "").isalnum()


def test_files_name_every_field_and_are_plain() -> None:
    spec = PRESETS["lenet-5"].network
    data = json.loads(to_json(spec))
    assert data == yaml.safe_load(to_yaml(spec))
    assert data["layers"][0]["dilation"] == 1
    assert list(data) == ["version", "name", "input_shape", "layers"]


def test_a_file_may_leave_out_what_has_a_default() -> None:
    text = (
        "input_shape: [1, 8, 8]\nlayers:\n- kind: flatten\n- {kind: dropout, rate: 2e-1}\n- {kind: dense, units: 3}\n"
    )
    spec = parse(text)
    assert [layer.kind for layer in spec.layers] == ["flatten", "dropout", "dense"]
    assert spec.layers[1].rate == 0.2  # type: ignore[union-attr]


def told(text: str, shapes: bool = True) -> list[str]:
    with pytest.raises(SpecError) as caught:
        parse(text, "net.json", shapes)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.faults)
    return lines


def layer(**fields: object) -> str:
    return json.dumps({"input_shape": [1, 9, 9], "layers": [{"kind": "flatten"}, fields]})


LAYER_FAULTS = [
    ({"kind": "convolution", "kernel": 55}, "layers.1.kernel: kernel must be a whole number from 1 to 31, not 55"),
    ({"kind": "convolution", "kernel": 0}, "layers.1.kernel: kernel must be a whole number from 1 to 31, not 0"),
    ({"kind": "convolution", "kernel": "5"}, "layers.1.kernel: kernel must be a whole number from 1 to 31, not '5'"),
    ({"kind": "convolution", "kernel": 2.5}, "layers.1.kernel: kernel must be a whole number from 1 to 31, not 2.5"),
    ({"kind": "convolution", "kernel": True}, "layers.1.kernel: kernel must be a whole number from 1 to 31, not true"),
    ({"kind": "convolution", "kernel": None}, "layers.1.kernel: kernel must be a whole number from 1 to 31, not null"),
    ({"kind": "convolution", "kernel": [3, 3]}, "must be a whole number from 1 to 31, not [3, 3]"),
    (
        {"kind": "convolution", "kernal": 5},
        "layers.1.kernal: 'kernal' is not a field of a layer of kind convolution; the fields are kind, filters, "
        "kernel, stride, padding, dilation, groups, bias, activation and initialisation; did you mean 'kernel'?",
    ),
    (
        {"kind": "convolution", "padding": "smae"},
        "layers.1.padding: padding must be 'valid', 'same' or 'full' or a whole number from 0 to 64, not 'smae'; "
        "did you mean 'same'?",
    ),
    ({"kind": "convolution", "padding": 65}, "or a whole number from 0 to 64, not 65"),
    ({"kind": "convolution", "padding": False}, "or a whole number from 0 to 64, not false"),
    ({"kind": "convolution", "bias": 1}, "layers.1.bias: bias must be true or false, not 1"),
    ({"kind": "dense", "activation": "ReLu"}, "not 'ReLu'; did you mean 'relu'?"),
    ({"kind": "dense", "initialisation": "Glorot"}, "must be 'glorot', 'he', 'normal' or 'zeros', not 'Glorot'"),
    ({"kind": "dropout", "rate": 1}, "layers.1.rate: rate must be a number from 0 to below 1, not 1"),
    ({"kind": "dropout", "rate": float("nan")}, "rate must be a number from 0 to below 1, not NaN"),
    (
        {"kind": "max-pooling", "stride": 40},
        "layers.1.stride: stride must be a whole number from 1 to 32 or null, not 40",
    ),
    (
        {"kind": "activation", "activation": "relu"},
        "is not a field of a layer of kind activation; the fields are kind and",
    ),
    ({"kind": "conv"}, "layers.1.kind: 'conv' is not a kind of layer; the kinds are convolution, "),
    ({"kind": "maxpooling"}, "did you mean 'max-pooling'?"),
    ({"kind": 3}, "layers.1.kind: 3 is not a kind of layer"),
    ({"units": 3}, "layers.1.kind: kind is missing; it must be convolution, "),
]


@pytest.mark.parametrize(("fields", "sentence"), LAYER_FAULTS)
def test_a_wrong_layer_is_told_its_place_and_what_is_allowed(fields: dict[str, object], sentence: str) -> None:
    lines = told(layer(**fields))
    assert len(lines) == 1
    assert sentence in lines[0]


TAGGED = [
    *("!!bool x", '!!int ""', '!!float ""', "!!timestamp x", "!!map [a, b]", "!!set [a]", "!!null x", "!!omap {a: b}"),
    *("!!pairs [a]", "!!seq {a: b}", "!!str {a: b}", "!!binary x", "!!int x", "!local x", "! x", "!!python/name:os x"),
]
FILE_FAULTS = [
    ("", "net.json is empty"),
    ("  \n", "net.json is empty"),
    ("[]", "net.json must hold fields (version, name, input_shape, layers)"),
    ("just words", "net.json must hold fields"),
    ('{"input_shape": [3] "layers": []}', "net.json is not valid JSON at line 1, column 21: Expecting ',' delimiter"),
    ('{"input_shape": [3],\n "layers": [}', "net.json is not valid JSON at line 2, column 13"),
    ("layers:\n  - a: b: c", "net.json is neither JSON nor YAML at line 2, column 9"),
    ("\x00", "net.json is neither JSON nor YAML"),
    ("a: !!python/object/apply:os.system ['true']", "net.json is neither JSON nor YAML at line 1"),
    ("a: &x [1, 2]\nb: *x", "aliases (*) are not read here"),
    *(
        (f"name: {tagged}", "net.json is neither JSON nor YAML at line 1, column 7: tags (!) are not read here")
        for tagged in TAGGED
    ),
    ("name: a\nname: b", "net.json has the field 'name' twice in one place; keep one of them"),
    ('{"name": "a", "name": "b"}', "net.json has the field 'name' twice in one place"),
    ("[" * 100_000, "net.json is nested too deeply"),
    ('{"a":' * 30_000, "net.json is nested too deeply"),
    ("- " * 30_000, "net.json is nested too deeply"),
    (" " * (MAX_CHARACTERS + 1), "a description has at most 250,000"),
    ('{"input_shape": [' + "9" * 9000 + "]}", "net.json has a number or a date that cannot be read"),
    ('{"name": "\\ud800", "input_shape": [3]}', "a text in it is not valid Unicode"),
    ('{"input_shape": [3], "version": 2}', "version must be 1, not 2; it was perhaps written by a newer ConvLens"),
    (
        '{"input_shape": [3], "layer": []}',
        "layer: 'layer' is not a field; the fields are version, name, input_shape and ",
    ),
    (
        '{"layers": []}',
        "input_shape: input_shape is missing; it must be a list of 1, each a whole number from 1 to 4096",
    ),
    ('{"input_shape": []}', "such as [1, 28, 28] or [2]"),
    ('{"input_shape": [28, 28]}', "such as [1, 28, 28] or [2], not [28, 28]"),
    ('{"input_shape": [0, 28, 28]}', "input_shape: input_shape must be a list of 1"),
    ('{"input_shape": 28}', "input_shape: input_shape must be a list of 1"),
    ("input_shape: [3]\nname: 2016", "name: name must be a text of 1 to 60 characters, not 2016; put it in quotes"),
    ('{"input_shape": [3], "layers": {}}', "layers: layers must be a list of at most 100 entries"),
    ('{"input_shape": [3], "layers": [7]}', "layers.0: entry 1 must be an object with a field 'kind', not 7"),
    (json.dumps({"input_shape": [3], "layers": [{"kind": "flatten"}] * 101}), "and has 101"),
]


@pytest.mark.parametrize(("text", "sentence"), FILE_FAULTS, ids=range(len(FILE_FAULTS)))
def test_a_wrong_file_is_told_what_is_wrong(text: str, sentence: str) -> None:
    lines = told(text)
    assert len(lines) == 1
    assert sentence in lines[0]


def test_all_faults_are_told_at_once_in_their_order() -> None:
    data = {
        "version": 3,
        "layers": [
            {"kind": "convolution", "fliters": 3, "kernel": 99, "stride": 0},
            {"kind": "dens"},
            {"kind": "dropout", "rate": "x"},
        ],
        "extra": 1,
    }
    places = [line.split(":")[0] for line in told(json.dumps(data))]
    assert sorted(places) == [
        *("extra", "input_shape", "layers.0.fliters", "layers.0.kernel", "layers.0.stride"),
        *("layers.1.kind", "layers.2.rate", "version"),
    ]


def test_shapes_are_checked_once_the_fields_are_right() -> None:
    text = (
        '{"input_shape": [1, 9, 9], "layers": [{"kind": "convolution", "kernel": 11}, {"kind": "dense", "units": 1}]}'
    )
    assert told(text) == [
        "layers.0.kernel: kernel 11 does not fit a 9x9 input; lower the kernel to 9, or use padding 'same'"
    ]
    assert parse(text, shapes=False).layers[0].kernel == 11  # type: ignore[union-attr]


def test_of_very_many_faults_the_first_are_told() -> None:
    data = {"input_shape": [3], **{f"field {number}": 1 for number in range(400)}}
    lines = told(json.dumps(data))
    assert len(lines) == 51
    assert lines[-1] == "350 more places are wrong"


def test_other_values_are_told_in_the_same_way() -> None:
    with pytest.raises(SpecError) as caught:
        validate(Augmentation, {"rotation": 181, "shift": "far", "flip": True})
    assert [fault.place for fault in caught.value.faults] == ["rotation", "shift", "flip"]
    assert "rotation must be a number from 0 to 180, not 181" in str(caught.value)
    assert "shift must be a number from 0 to 0.5, not 'far'" in str(caught.value)


def test_data_that_no_file_could_hold() -> None:
    endless: dict[str, object] = {}
    endless["layers"] = endless
    for data in (endless, {(1, 2): 3}, None, "text"):
        with pytest.raises(SpecError):
            validate(NetworkSpec, data)


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        assert isinstance(parse(text), NetworkSpec)
    except SpecError:
        told(text)


GOOD_LINK = encode(PRESETS["lenet-5"].network)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("", "the link is cut off"),
        ("x", "the link's network cannot be read"),
        ("<script>", "the link's network cannot be read"),
        ("Ünicode", "the link's network cannot be read"),
        (GOOD_LINK[:-6], "the link is cut off"),
        (GOOD_LINK[:20], "the link is cut off"),
        ("A" * 20_001, "at most 20,000 are read"),
        (base64.urlsafe_b64encode(zlib.compress(b" " * 10_000_000)).decode(), "unfolds to more than 250,000"),
        (base64.urlsafe_b64encode(zlib.compress(b"\xff\xfe")).decode(), "the link's network cannot be read"),
        (base64.urlsafe_b64encode(zlib.compress(b'{"input_shape": [3], "version": 9}')).decode(), "version must be 1"),
        (
            base64.urlsafe_b64encode(zlib.compress(b'{"input_shape": [3], "lays": 9}')).decode(),
            "did you mean 'layers'?",
        ),
        *(
            (base64.urlsafe_b64encode(zlib.compress(text)).decode(), "the link is not valid JSON at line 1, column")
            for text in (b"input_shape: [3]", b"{input_shape: [3]}", b"name: !!bool x", b"a", b"\x00")
        ),
        (base64.urlsafe_b64encode(zlib.compress(b" ")).decode(), "the link is empty"),
        (base64.urlsafe_b64encode(zlib.compress(b"7")).decode(), "the link must hold fields"),
    ],
)
def test_a_wrong_link_is_refused(link: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        decode(link)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_link_may_hold_a_network_that_does_not_work_yet() -> None:
    spec = NetworkSpec.model_validate_json(
        '{"input_shape": [1, 3, 3], "layers": [{"kind": "convolution", "kernel": 9}]}'
    )
    assert decode(encode(spec)) == spec


@given(st.text("ABCabc0123-_", max_size=60))
def test_any_link_is_read_or_refused(link: str) -> None:
    with pytest.raises(SpecError):
        decode(link)
