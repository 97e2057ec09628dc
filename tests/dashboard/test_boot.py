"""What the server puts in place when it starts."""

from __future__ import annotations

import errno
import importlib
import os
import shutil
import threading
from pathlib import Path

import plotly
import pytest

from core.errors import ConvLensError
from dashboard import boot, parts

SOURCE = Path(plotly.__file__).parent / "package_data" / boot.PLOTLY


def test_plotly_is_the_installed_package_s(tmp_path: Path) -> None:
    static = tmp_path / "static"
    static.mkdir()
    assert boot.copy_plotly(static) is None
    assert (static / boot.PLOTLY).read_bytes() == SOURCE.read_bytes()
    assert [path.name for path in static.iterdir()] == [boot.PLOTLY]


def test_plotly_of_another_version_is_replaced_and_the_same_is_kept(tmp_path: Path) -> None:
    (tmp_path / boot.PLOTLY).write_text("an older one")
    boot.copy_plotly(tmp_path)
    first = (tmp_path / boot.PLOTLY).stat()
    boot.copy_plotly(tmp_path)
    assert (tmp_path / boot.PLOTLY).stat().st_mtime_ns == first.st_mtime_ns
    assert first.st_size == SOURCE.stat().st_size


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "static"
    blocked.write_text("a file where the folder should be")
    said = boot.copy_plotly(blocked)
    assert said is not None
    assert said.startswith("Charts cannot be drawn: ")
    assert str(blocked) in said


def test_a_full_disk_leaves_no_half_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:1000])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", fill)
    static = tmp_path / "static"
    static.mkdir()
    said = boot.copy_plotly(static)
    assert said is not None
    assert "No space left on device" in said
    assert list(static.iterdir()) == []


def test_an_installation_without_the_file_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "PLOTLY", "not-there.js")
    said = boot.copy_plotly(tmp_path)
    assert said is not None
    assert "not-there.js" in said
    (tmp_path / "not-there.js").write_text("an older one")
    assert boot.copy_plotly(tmp_path) == said


def test_a_missing_package_is_told_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "HEAVY", ("there_is_no_such_package",))
    started = boot.Boot()
    thread = threading.Thread(target=boot._import, args=(started,))
    thread.start()
    assert started.ready.wait(30)
    assert "there_is_no_such_package" in started.notices[0]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("operator torchvision::nms does not exist\nmore lines"),
        OSError("libcudart.so.12: cannot open shared object file."),
        AttributeError(),
    ],
    ids=["mixed builds", "missing library", "no words"],
)
def test_a_broken_installation_is_one_sentence_for_pages(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise error

    monkeypatch.setattr(importlib, "import_module", broken)
    started = boot.Boot()
    boot._import(started)
    monkeypatch.setattr(boot, "start_once", lambda: started)
    assert started.ready.is_set()
    assert started.fault is not None
    assert started.notices == (started.fault,)
    assert "\n" not in started.fault
    with pytest.raises(ConvLensError, match="PyTorch cannot be imported"):
        parts.wait_for_torch()
