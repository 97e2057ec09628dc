"""What every test stands on: folders of its own, few threads, and the real data where it is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Read by torch when it is imported: two cores serve several test processes.
os.environ.setdefault("OMP_NUM_THREADS", "1")

PROJECT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT.parent / "shared" / "data"

settings.register_profile(
    "convlens",
    deadline=None,
    max_examples=40,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("convlens")


@pytest.fixture(autouse=True)
def runs_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this test's runs, empty at first: no test touches the user's own."""
    root = tmp_path / "runs"
    root.mkdir()
    monkeypatch.setenv("CONVLENS_RUNS", str(root))
    return root


@pytest.fixture(autouse=True)
def data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this test's data sets, empty at first."""
    root = tmp_path / "data"
    root.mkdir()
    monkeypatch.setenv("CONVLENS_DATA", str(root))
    return root


@pytest.fixture(scope="session")
def linked_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writable data folder with links to the real files: what is unpacked beside them stays in it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data at {os.path.relpath(SHARED_DATA, PROJECT)}")
    root = tmp_path_factory.mktemp("shared-data")
    for source in (*SHARED_DATA.glob("*/raw/*.gz"), *SHARED_DATA.glob("FER2013/*.csv.gz")):
        link = root / source.relative_to(SHARED_DATA)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
    return root


@pytest.fixture
def shared_data(linked_data: Path, data_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data root with MNIST, Fashion-MNIST (torchvision's layout) and FER2013; skips where they are missing."""
    monkeypatch.setenv("CONVLENS_DATA", str(linked_data))
    return linked_data


@pytest.fixture(autouse=True)
def no_task_outlives_its_test() -> Iterator[None]:
    """Processes that a test started for background tasks end with it."""
    yield
    places = sys.modules.get("core.runs.task_places")
    if places is not None:
        children = places._children
        for child in [*children.old, *(child for child, _ in children.started.values())]:
            child.kill()
            child.wait()
        children.reap()


@pytest.fixture
def tasks_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Background tasks are done in this process, before `start` returns."""
    from core.jobs.tasks import carry_out
    from core.runs import task_places, tasks

    def tend() -> int:
        done = 0
        for lane in task_places.LANES:
            while claim := tasks.claim(lane):
                carry_out(claim.task)
                claim.release()
                done += 1
        return done

    monkeypatch.setattr(task_places, "tend", tend)
