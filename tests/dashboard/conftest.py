"""Pages are run without a server: nothing is started that would outlive the test."""

from __future__ import annotations

import pytest

from core.runs import task_places, workers
from dashboard import boot


@pytest.fixture(autouse=True)
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that has booted already, and processes that are never started: runs and tasks stay in their queues."""
    started = boot.Boot()
    started.ready.set()
    monkeypatch.setattr(boot, "start_once", lambda: started)
    monkeypatch.setattr(workers, "ensure_workers", lambda: 0)
    monkeypatch.setattr(task_places, "_start", lambda lane, place: None)
