"""What dead processes left goes after a day; what may be at work, and every run, stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.runs import sweep, workers
from core.runs.folder import Run, create
from core.runs.spec import RunSpec
from tests.core.runs.conftest import tree


def make_leftovers(run: Run, root: Path, age: float) -> set[str]:
    before = tree(root)
    (run.path / "best").mkdir(exist_ok=True)
    for folder in (f".new-{age:g}", f".gone-{age:g}"):
        (root / folder).mkdir()
        (root / folder / "spec.json").touch()
    files = [f".a.{age:g}-1.tmp", f"{run.id}/.summary.json.{age:g}.tmp", f"{run.id}/best/.weights.{age:g}.tmp"]
    for file in files:
        (root / file).touch()
    left = {path for path in tree(root) - before if path != f"{run.id}/best"}
    for path in left:
        os.utime(root / path, (time.time() - age,) * 2)
    return left


def test_leftovers_go_after_a_day_and_nothing_else_does(spec: RunSpec, runs_root: Path, tmp_path: Path) -> None:
    run = create(spec, token="a click")
    old = make_leftovers(run, runs_root, age=90_000.0)
    new = make_leftovers(run, runs_root, age=3_600.0)
    (mark,) = (runs_root / ".tokens").iterdir()
    os.utime(mark, (0, 0))
    for path in run.path.glob("[!.]*"):
        os.utime(path, (0, 0))
    outside = tmp_path / "outside"
    outside.mkdir()
    (runs_root / ".gone-link").symlink_to(outside)
    before = tree(runs_root)
    assert sweep.sweep(runs_root) == 6
    assert before - tree(runs_root) == old | {f".tokens/{mark.name}"}
    assert new <= tree(runs_root)
    assert outside.is_dir()
    assert run.status().state == "crashed"
    assert sweep.sweep(tmp_path / "nowhere") == 0


def test_the_first_look_for_workers_sweeps_once(run: Run, runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_children", workers.Children())
    monkeypatch.setattr(workers, "_start", lambda slot: None)
    for age in (90_000.0, 100_000.0):
        make_leftovers(run, runs_root, age)
        workers.ensure_workers()
    assert {path.name for path in runs_root.glob(".new-*")} == {".new-100000"}
