"""Weights out and in again, against the safetensors package; and what is refused."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from core.errors import RunError
from core.network.layers import BatchNormalisation, Convolution, Dense, Flatten, TransposedConvolution
from core.network.presets import PRESETS
from core.network.shapes import MAX_PARAMETERS, trace
from core.network.spec import NetworkSpec
from core.runs import archive, tensors
from core.runs.folder import Run, create, list_runs
from core.runs.spec import RunSpec, TrainSpec

Tensors = dict[str, np.ndarray]

MIXED = NetworkSpec(
    name="mixed",
    input_shape=(4, 9, 9),
    layers=(
        Convolution(filters=6, kernel=3, groups=2, bias=False),
        BatchNormalisation(),
        TransposedConvolution(filters=4, kernel=2, groups=2),
        Flatten(),
        Dense(units=3, bias=False),
        BatchNormalisation(),
    ),
)


def weights_of(network: NetworkSpec) -> Tensors:
    random = np.random.default_rng(0)
    return {
        name: random.normal(size=shape).astype(np.float32 if shape else np.int64)
        for name, shape in tensors.expected(network).items()
    }


@pytest.fixture
def trained(spec: RunSpec) -> Run:
    run = create(spec, "Fine net")
    (run.path / "best").mkdir()
    (run.path / "best" / "weights.safetensors").write_bytes(save(weights_of(spec.network)))
    return run


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, part in files.items():
            file.writestr(name, part)
    return content.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.mark.parametrize("network", [*(preset.network for preset in PRESETS.values()), MIXED], ids=lambda n: n.name)
def test_expected_tensors_are_those_of_the_built_network(network: NetworkSpec) -> None:
    from core.network.build import build

    built = {name: tuple(tensor.shape) for name, tensor in build(network, seed=0).state_dict().items()}
    assert tensors.expected(network) == built


def test_a_packed_run_comes_back_with_the_same_weights(trained: Run) -> None:
    content = archive.pack(trained)
    assert set(parts(content)) == {"weights.safetensors", "spec.json", "README.txt"}
    assert b"Fine net" in parts(content)["README.txt"]
    for files in (content, {"any name.ZIP": content}):
        again = archive.unpack(files)
        assert again.spec == trained.spec
        assert again.name == "digits-small (loaded)"
        assert again.status().state == "finished"
        assert "loaded" in again.summary().sentence
        assert again.summary().test_accuracy is None
        found = load((again.path / "best" / "weights.safetensors").read_bytes())
        for name, values in weights_of(trained.spec.network).items():
            assert np.array_equal(found[name], values)
        assert archive.pack(again)


def test_a_pair_of_files_comes_back_too(trained: Run) -> None:
    found = parts(archive.pack(trained))
    pair = {"a.safetensors": found["weights.safetensors"], "b.json": found["spec.json"]}
    assert archive.unpack(pair, name="Mine").name == "Mine (loaded)"
    network = json.dumps(json.loads(found["spec.json"])["network"]).encode()
    alone = archive.unpack({"a.safetensors": found["weights.safetensors"], "net.json": network})
    assert alone.spec.network == trained.spec.network


def test_the_checkpoint_stands_in_until_there_is_a_best(run: Run) -> None:
    with pytest.raises(RunError, match="has no weights yet"):
        archive.pack(run)
    (run.path / "checkpoint").mkdir()
    (run.path / "checkpoint" / "weights.safetensors").write_bytes(b"weights")
    assert parts(archive.pack(run))["weights.safetensors"] == b"weights"


def header_of(entries: object, body: bytes = b"") -> bytes:
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text + body


F32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
BAD_WEIGHTS = {
    "nothing": b"",
    "noise": b"\xff" * 100,
    "pickle": b"\x80\x04\x95" + bytes(40),
    "long header": (2**40).to_bytes(8, "little") + b"{}",
    "no json": (4).to_bytes(8, "little") + b"{{{{",
    "list": header_of([1]),
    "entry": header_of({"a": 3}),
    "dtype": header_of({"a": {**F32, "dtype": "PICKLE"}}, bytes(8)),
    "negative": header_of({"a": {**F32, "shape": [-2]}}, bytes(8)),
    "offsets": header_of({"a": {**F32, "data_offsets": [0, 4]}}, bytes(8)),
    "overlap": header_of({"a": F32, "b": F32}, bytes(8)),
    "cut": header_of({"a": F32}, bytes(7)),
    "longer": header_of({"a": F32}, bytes(9)),
}


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_damaged_weights_are_one_sentence_and_leave_no_run(trained: Run, case: str) -> None:
    files = {**parts(archive.pack(trained)), "weights.safetensors": BAD_WEIGHTS[case]}
    with pytest.raises(RunError, match=r"weights\.safetensors .*\.$"):
        archive.unpack(zipped(files))
    assert [line.id for line in list_runs()] == [trained.id]


@given(length=st.integers(0, 153_900))
def test_truncated_weights_are_refused(length: int) -> None:
    whole = save(weights_of(PRESETS["digits-small"].network))
    with pytest.raises(RunError, match=r"is (cut|damaged)"):
        tensors.header(whole[: min(length, len(whole) - 1)])


CHANGES: dict[str, tuple[Callable[[Tensors], object], str]] = {
    "missing": (lambda found: found.pop("0_convolution.bias"), "it lacks 0_convolution.bias"),
    "unknown": (lambda found: found.update(extra=np.zeros(2, np.float32)), "which has no extra"),
    "shape": (
        lambda found: found.update({"0_convolution.bias": np.zeros(7, np.float32)}),
        "0_convolution.bias is 7 there, 16 here",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_weights_of_another_network_say_what_differs(trained: Run, case: str) -> None:
    change, sentence = CHANGES[case]
    found = weights_of(trained.spec.network)
    change(found)
    files = {"w.safetensors": save(found), "s.json": parts(archive.pack(trained))["spec.json"]}
    with pytest.raises(RunError, match=sentence):
        archive.unpack(files)


def test_no_entry_of_a_zip_reaches_another_folder(trained: Run, tmp_path: Path, runs_root: Path) -> None:
    good = parts(archive.pack(trained))
    before = {path for path in tmp_path.rglob("*") if runs_root not in path.parents}
    run = archive.unpack(zipped({**good, "../../escaped.txt": b"x", "/tmp/escaped.txt": b"x"}))
    assert {path for path in tmp_path.rglob("*") if runs_root not in path.parents} == before
    assert not list(run.path.rglob("*escaped*"))
    moved = {"../weights.safetensors": good["weights.safetensors"], "spec.json": good["spec.json"]}
    with pytest.raises(RunError, match=r"must hold one weights\.safetensors at its top"):
        archive.unpack(zipped(moved))


def test_damaged_zips_are_one_sentence(trained: Run) -> None:
    content = bytearray(archive.pack(trained))
    for bad in (b"", b"PK", content[:-30], content[: len(content) // 2]):
        with pytest.raises(RunError, match="The zip"):
            archive.unpack(bytes(bad))
    content[2000:2100] = bytes(100)  # the checksum notices
    with pytest.raises(RunError, match="The zip is damaged"):
        archive.unpack(bytes(content))


def deflated(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in files.items():
            file.writestr(name, part)
    return content.getvalue()


def test_a_zip_bomb_is_not_unpacked_beyond_what_its_network_can_hold(trained: Run) -> None:
    files = parts(archive.pack(trained))
    with pytest.raises(RunError, match=r"weights\.safetensors in the zip is larger than 10 MB"):
        archive.unpack(deflated({**files, "weights.safetensors": bytes(11_000_000)}))
    with pytest.raises(RunError, match=r"spec\.json in the zip is larger than 4 MB"):
        archive.unpack(deflated({**files, "spec.json": b" " * 4_000_001}))


def test_the_weights_of_the_largest_network_may_be_in_a_zip() -> None:
    layers = (*[Dense(units=8192) for _ in range(4)], Dense(units=8000))
    network = NetworkSpec(input_shape=(4000,), layers=layers)
    parameters = trace(network).parameters
    assert 0.98 * MAX_PARAMETERS < parameters <= MAX_PARAMETERS
    assert archive._most_bytes(RunSpec(network=network, train=TrainSpec())) > 4 * parameters


TINY = NetworkSpec(name="tiny", input_shape=(2,), layers=(Dense(units=2),))


def test_a_zip_with_any_byte_changed_is_read_or_refused_in_a_sentence() -> None:
    spec = RunSpec(network=TINY, train=TrainSpec()).model_dump_json().encode()
    whole = deflated({"weights.safetensors": save(weights_of(TINY)), "spec.json": spec})
    sentences = []
    for at in range(len(whole)):
        for change in (0x01, 0x06, 0xFF):  # 0x06 turns deflate (8) into LZMA (14)
            damaged = bytearray(whole)
            damaged[at] ^= change
            try:
                archive._pair({"a.zip": bytes(damaged)})
            except RunError as error:
                sentences.append(str(error))
    assert len(sentences) > len(whole)
    told = re.compile(r"(The zip|The description|spec\.json|weights\.safetensors).*\.", re.DOTALL)
    assert all(map(told.fullmatch, sentences))


def test_an_encrypted_zip_is_refused_in_a_sentence(trained: Run) -> None:
    content = bytearray(archive.pack(trained))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1  # the flag of each entry that says so
        at = content.find(b"PK\x01\x02", at + 4)
    with pytest.raises(RunError, match="encrypted"):
        archive.unpack(bytes(content))


def test_packing_takes_the_weights_a_piece_at_a_time(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise AssertionError(f"{path} was read whole")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert set(parts(archive.pack(trained))) == {"weights.safetensors", "spec.json", "README.txt"}


@pytest.mark.parametrize("names", [(), ("a.safetensors",), ("a.json", "b.json"), ("a.zip", "b.zip"), ("weights.pt",)])
def test_other_files_are_refused_with_what_is_wanted(names: tuple[str, ...]) -> None:
    with pytest.raises(RunError, match=r"Give one zip from Download, or one \.safetensors and one \.json"):
        archive.unpack(dict.fromkeys(names, b""))


def test_a_description_that_cannot_work_is_refused() -> None:
    broken = NetworkSpec(input_shape=(1, 2, 2), layers=(Convolution(kernel=5),))
    text = RunSpec(network=broken, train=TrainSpec()).model_dump_json().encode()
    with pytest.raises(RunError, match="cannot work"):
        archive.unpack({"a.safetensors": header_of({}), "b.json": text})
    for bad in (b"{", b'{"version": 9}', b'{"network": 3, "train": 4}', b'{"layers": 3}'):
        with pytest.raises(RunError, match=r"spec\.json"):
            archive.unpack({"a.safetensors": header_of({}), "b.json": bad})


def test_a_full_disk_leaves_no_half_run(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    content = archive.pack(trained)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "write_atomic", full)
    with pytest.raises(RunError, match="the disk is full"):
        archive.unpack(content)
    assert [line.id for line in list_runs()] == [trained.id]
