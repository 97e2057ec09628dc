"""What a user tells a running training: one numbered, append-only log, `commands.jsonl`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from filelock import FileLock

from core.errors import RunError
from core.runs.disk import append_line, read_from, telling
from core.runs.events import Event, parse_lines, to_line

FILE = "commands.jsonl"
COMMANDS = ("pause", "resume", "step", "epoch", "stop", "learning-rate")


def send(folder: Path, command: str, **fields: Any) -> int:
    """Appends a command and returns its number (1, 2, ...). `learning-rate` carries `learning_rate`, above 0 up to 10.

    Any number of processes may send at once. Raises RunError.
    """
    check(command, fields)
    with telling(f"send {command} to the run {folder.name}"), FileLock(folder / "commands.lock", timeout=5):
        number = last_number(folder) + 1
        append_line(folder / FILE, to_line({"number": number, "command": command, "time": time.time(), **fields}))
    return number


def check(command: str, fields: Event) -> None:
    """Raises RunError for a command that does not exist or carries an impossible value."""
    if command not in COMMANDS:
        raise RunError(f"There is no command {command!r}; commands are {', '.join(COMMANDS)}.")
    if command == "learning-rate":
        rate = fields.get("learning_rate")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= 10:
            raise RunError(f"The learning rate must lie above 0 and at most at 10, not {rate!r}.")


def read(folder: Path, after: int = 0) -> list[Event]:
    """Commands with a number above `after`, in order: `number`, `command` and its fields. Raises RunError."""
    return Inbox(folder, after).new()


def last_number(folder: Path) -> int:
    """Number of the last command sent, 0 without any."""
    return max((entry["number"] for entry in read(folder)), default=0)


class Inbox:
    """Commands as they come; asking when there is none costs one look at the file's size.

    after: number of the last command that was obeyed already.
    """

    def __init__(self, folder: Path, after: int = 0) -> None:
        self._path = folder / FILE
        self._after = after
        self._offset = 0

    def new(self) -> list[Event]:
        """Commands that came since the last call, in order. Raises RunError."""
        with telling(f"read the commands of {self._path.parent.name}"):
            try:
                if self._path.stat().st_size == self._offset:
                    return []
            except FileNotFoundError:
                return []
            content, self._offset = read_from(self._path, self._offset)
        found = []
        for entry in parse_lines(content):
            number = entry.get("number")
            if isinstance(number, int) and number > self._after and entry.get("command") in COMMANDS:
                self._after = number
                found.append(entry)
        return found
