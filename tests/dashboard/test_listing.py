"""The shared list of runs: read seldom, and never stale where somebody has just done something."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.runs import folder
from dashboard import listing
from tests.dashboard.test_pages import make_run


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many runs each reading of the folder found; nothing grows old of itself."""
    counts: list[int] = []
    read = folder.list_runs

    def counted() -> list[folder.Summary]:
        found = read()
        counts.append(len(found))
        return found

    monkeypatch.setattr(folder, "list_runs", counted)
    monkeypatch.setattr(listing, "FRESH_SECONDS", 1e9)
    return counts


def test_many_sessions_share_one_reading(scans: list[int]) -> None:
    make_run()
    looks = [threading.Thread(target=listing.runs) for _ in range(8)]
    for look in looks:
        look.start()
    for look in looks:
        look.join()
    assert scans == [1]


def test_new_and_deleted_runs_are_seen_at_once(scans: list[int]) -> None:
    assert listing.runs() == ()
    run = make_run()
    assert [line.id for line in listing.runs()] == [run.id]
    folder.delete(run)
    assert listing.runs() == ()


def test_what_was_changed_here_is_read_again(scans: list[int]) -> None:
    run = make_run()
    listing.runs()
    run.rename("another")
    listing.forget()
    assert listing.runs()[0].name == "another"


def test_an_old_list_is_read_again(scans: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run()
    listing.runs()
    run.rename("another")
    monkeypatch.setattr(listing, "FRESH_SECONDS", 0)
    assert listing.runs()[0].name == "another"


def test_another_folder_has_a_list_of_its_own(
    scans: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run()
    assert len(listing.runs()) == 1
    monkeypatch.setenv("CONVLENS_RUNS", str(tmp_path / "others"))
    assert listing.runs() == ()
