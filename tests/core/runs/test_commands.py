"""Commands: numbered once, however many send at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import RunError
from core.paths import PROJECT
from core.runs import commands

SENDER = """
import sys
from pathlib import Path
from core.runs import commands
for _ in range(20):
    commands.send(Path(sys.argv[1]), "learning-rate", learning_rate=0.5, sender=int(sys.argv[2]))
"""


def test_commands_are_numbered_and_read_after_a_number(tmp_path: Path) -> None:
    assert commands.send(tmp_path, "pause") == 1
    assert commands.send(tmp_path, "learning-rate", learning_rate=0.01) == 2
    assert [entry["command"] for entry in commands.read(tmp_path)] == ["pause", "learning-rate"]
    assert [(entry["number"], entry["learning_rate"]) for entry in commands.read(tmp_path, 1)] == [(2, 0.01)]
    assert commands.last_number(tmp_path) == 2


def test_several_processes_never_share_a_number(tmp_path: Path) -> None:
    senders = [
        subprocess.Popen([sys.executable, "-c", SENDER, str(tmp_path), str(number)], cwd=PROJECT) for number in range(3)
    ]
    assert [sender.wait() for sender in senders] == [0, 0, 0]
    found = commands.read(tmp_path)
    assert [entry["number"] for entry in found] == list(range(1, 61))
    for number in range(3):
        assert sum(entry["sender"] == number for entry in found) == 20


def test_an_inbox_gives_each_command_once(tmp_path: Path) -> None:
    inbox = commands.Inbox(tmp_path, after=1)
    assert inbox.new() == []
    commands.send(tmp_path, "pause")
    commands.send(tmp_path, "resume")
    assert [entry["number"] for entry in inbox.new()] == [2]
    assert inbox.new() == []
    with (tmp_path / commands.FILE).open("ab") as file:
        file.write(b'{"number":3,"comm')
    assert inbox.new() == []
    commands.send(tmp_path, "stop")
    assert [entry["command"] for entry in inbox.new()] == ["stop"]


@pytest.mark.parametrize("rate", [0, -1, 11, None, True, "fast", float("nan")])
def test_an_impossible_learning_rate_is_refused(tmp_path: Path, rate: object) -> None:
    with pytest.raises(RunError, match=r"must lie above 0 and at most at 10"):
        commands.send(tmp_path, "learning-rate", learning_rate=rate)
    assert commands.read(tmp_path) == []


def test_an_unknown_command_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no command 'explode'; commands are pause, resume"):
        commands.send(tmp_path, "explode")
