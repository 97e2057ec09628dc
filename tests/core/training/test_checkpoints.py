"""Checkpoints that a crash, a full disk or a damaged file cannot take away."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import torch
from safetensors.torch import load_file

from core.errors import RunError
from core.runs import tensors
from core.runs.description import to_text
from core.runs.spec import RunSpec
from core.training import checkpoints
from tests.core.training.tools import SMALL, dense, finish, images, points, same, session, settings, weights


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder with two checkpoints, of steps 1 and 2."""
    (tmp_path / "spec.json").write_text(to_text(RunSpec(network=SMALL, train=settings())))
    running = session(SMALL, images(90))
    happenings = iter(running)
    for _ in range(2):
        next(happenings)
        checkpoints.save(tmp_path, running)
    return tmp_path


def _state(folder: Path) -> Path:
    return folder / "checkpoint" / "state.bin"


def _write(folder: Path, state: dict[str, Any]) -> None:
    """A checkpoint of foreign content with the right checksum."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    _state(folder).write_bytes(crc32(buffer.getvalue()).to_bytes(4, "little") + buffer.getvalue())


def _loaded_step(folder: Path) -> int:
    running = session(SMALL, images(90))
    assert checkpoints.load(folder, running)
    return running.step


def test_without_a_checkpoint_nothing_is_loaded(tmp_path: Path) -> None:
    running = session(SMALL, images(90))
    assert not checkpoints.load(tmp_path, running)
    assert running.step == 0


def test_the_newest_is_loaded(folder: Path) -> None:
    assert _loaded_step(folder) == 2


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "garbage", "other version"])
def test_a_damaged_one_gives_way_to_the_one_before(folder: Path, damage: str) -> None:
    content = _state(folder).read_bytes()
    if damage == "other version":
        _write(folder, {"version": 99, "weights": {}, "session": {}})
    else:
        flipped = bytearray(content)
        weight = load_file(folder / "checkpoint" / "weights.safetensors")["6_dense.weight"]
        place = content.index(weight.numpy().tobytes())
        flipped[place] ^= 0xFF
        new = {"cut": content[: len(content) // 2], "empty": b"", "flipped": bytes(flipped), "garbage": b"x" * 999}
        _state(folder).write_bytes(new[damage])
    assert _loaded_step(folder) == 1


def test_both_damaged_is_one_sentence(folder: Path) -> None:
    for path in (folder / "checkpoint").glob("*.bin"):
        path.write_bytes(b"broken")
    with pytest.raises(RunError, match=r"damaged and so is the one before; duplicate"):
        _loaded_step(folder)


def test_a_process_that_died_between_the_two_renames_left_one_behind(folder: Path) -> None:
    _state(folder).unlink()
    assert _loaded_step(folder) == 1


def test_a_pickle_that_would_run_code_is_not_run(folder: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(folder / "owned"),)

    _write(folder, {"version": 1, "weights": Evil(), "session": {}})
    assert _loaded_step(folder) == 1
    assert not (folder / "owned").exists()


def test_a_full_disk_keeps_the_checkpoint_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = session(SMALL, images(90))
    finish(running)

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RunError, match="disk is full"):
        checkpoints.save(folder, running)
    monkeypatch.undo()
    assert _loaded_step(folder) == 2
    assert sorted(path.name for path in (folder / "checkpoint").iterdir()) == [
        "state-previous.bin",
        "state.bin",
        "weights.safetensors",
    ]


def test_the_weights_file_is_what_the_network_has(folder: Path) -> None:
    running = session(SMALL, images(90))
    checkpoints.load(folder, running)
    path = folder / "checkpoint" / "weights.safetensors"
    assert same(load_file(path), weights(running))
    tensors.compare(tensors.header(path.read_bytes()), tensors.expected(SMALL))


def test_weights_load_as_a_network_that_answers_the_same(folder: Path) -> None:
    running = session(SMALL, images(90))
    checkpoints.load(folder, running)
    network = checkpoints.load_weights(folder)  # no best yet: the last
    inputs = images(9).train.x.float() / 255
    with torch.no_grad():
        assert torch.equal(network.probabilities(inputs), running.network.eval().probabilities(inputs))
    with torch.no_grad():
        running.network.get_parameter("7_dense.bias").fill_(3.0)
    checkpoints.save_weights(folder, "best", running.network)
    best = checkpoints.load_weights(folder, "best").state_dict()["7_dense.bias"]
    last = checkpoints.load_weights(folder, "last").state_dict()["7_dense.bias"]
    assert best.tolist() == [3.0] * 3 != last.tolist()


def test_no_weights_and_wrong_weights_are_told(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(to_text(RunSpec(network=SMALL, train=settings())))
    with pytest.raises(RunError, match="no weights yet"):
        checkpoints.load_weights(tmp_path)
    other = session(dense(4, 3, inputs=2), points(classes=3))
    checkpoints.save_weights(tmp_path, "best", other.network)
    with pytest.raises(RunError, match="do not fit this network"):
        checkpoints.load_weights(tmp_path)
    (tmp_path / "best" / "weights.safetensors").write_bytes(b"\x00" * 20)
    with pytest.raises(RunError, match="do not fit this network"):
        checkpoints.load_weights(tmp_path)


def test_rolling_back_takes_the_checkpoint_from_before(folder: Path) -> None:
    running = session(SMALL, images(90))
    checkpoints.load(folder, running)
    newest = weights(running)
    assert checkpoints.roll_back(folder, running, before_step=3)
    assert same(weights(running), newest)
    assert checkpoints.roll_back(folder, running, before_step=2)
    assert not same(weights(running), newest)
    assert same(load_file(folder / "checkpoint" / "weights.safetensors"), weights(running))
    assert _loaded_step(folder) == 1
    assert checkpoints.roll_back(folder, running, before_step=0)  # the only one left stays
    assert _loaded_step(folder) == 1


def test_a_high_loss_is_kept_beside_what_a_divergence_comes_back_to(folder: Path) -> None:
    running = session(SMALL, images(90))
    checkpoints.load(folder, running)
    good = weights(running)
    happenings = iter(running)
    for _ in range(3):
        next(happenings)
        running._explosion.last_healthy = 2  # as a loss far above the first leaves it
        running.set_learning_rate(1e-5)
        checkpoints.save(folder, running)
    again = session(SMALL, images(90))
    assert checkpoints.load(folder, again)
    assert (again.step, again.base_rate) == (5, 1e-5)
    assert not again.healthy
    assert checkpoints.roll_back(folder, again, before_step=3)
    assert same(weights(again), good)
    assert _loaded_step(folder) == 2


def test_a_healthy_checkpoint_takes_the_place_of_one_with_a_high_loss(folder: Path) -> None:
    running = session(SMALL, images(90))
    checkpoints.load(folder, running)
    happenings = iter(running)
    next(happenings)
    running._explosion.last_healthy = 2
    checkpoints.save(folder, running)
    next(happenings)
    checkpoints.save(folder, running)
    assert _loaded_step(folder) == 4
    _state(folder).unlink()
    assert _loaded_step(folder) == 2
