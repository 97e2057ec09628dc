"""What the server puts in place when it starts."""

from __future__ import annotations

import threading
from pathlib import Path

import plotly
import pytest

from dashboard import boot

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


def test_a_missing_package_is_told_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "HEAVY", ("there_is_no_such_package",))
    started = boot.Boot()
    thread = threading.Thread(target=boot._import_heavy, args=(started,))
    thread.start()
    assert started.ready.wait(30)
    assert "there_is_no_such_package" in started.notices[0]
