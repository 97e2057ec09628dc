"""A small description, and children that hold a run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.network.presets import PRESETS
from core.paths import PROJECT
from core.runs import events
from core.runs.folder import Run, create
from core.runs.spec import RunSpec, TrainSpec

HOLDER = """
import sys, time
from pathlib import Path
from core.runs import events
from core.runs.folder import Run
run = Run(Path(sys.argv[1]))
lock = run.hold()
for kind in sys.argv[2:]:
    events.append(run.path, kind)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def spec() -> RunSpec:
    return RunSpec(network=PRESETS["digits-small"].network, train=TrainSpec())


@pytest.fixture
def run(spec: RunSpec) -> Run:
    return create(spec)


@pytest.fixture
def hold() -> Iterator[Callable[..., None]]:
    """Takes a run as a worker does, and writes events of the given types (a lock holds within a process too)."""
    locks = []

    def take(run: Run, *kinds: str) -> None:
        locks.append(run.hold())
        for kind in kinds:
            events.append(run.path, kind)

    yield take
    for lock in locks:
        lock.release()


@pytest.fixture
def hold_elsewhere() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """The same in a process of its own, which lives until it is killed."""
    children = []

    def start(run: Run, *kinds: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(run.path), *kinds], stdout=subprocess.PIPE, text=True, cwd=PROJECT
        )
        children.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    def wait(condition: Callable[[], object], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.02)

    return wait


def tree(folder: Path) -> set[str]:
    """Relative paths of everything in a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
