"""What happens to a run and is rare, one JSON object a line in `events.jsonl`."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import Any

from core.runs.disk import append_line, read_from, telling

FILE = "events.jsonl"
TYPES = (
    "created",
    "queued",
    "started",
    "epoch",
    "paused",
    "resumed",
    "changed",
    "parked",
    "trouble",
    "diverged",
    "finished",
    "stopped",
    "failed",
    "message",
)
FINAL = frozenset({"finished", "stopped", "diverged", "failed"})
STATES = FINAL | {"created", "queued", "started", "paused", "resumed", "parked"}  # the others leave the state as it is

Event = dict[str, Any]


def _plain(value: Any) -> Any:
    """JSON knows neither NaN nor infinity: they become null. NumPy's numbers become Python's."""
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def to_line(fields: Event) -> bytes:
    """One line of JSON without its newline."""
    return json.dumps(_plain(fields), separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()


def parse_lines(content: bytes) -> list[Event]:
    """The objects of whole lines; damaged lines are left out."""
    found = []
    for line in content.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def append(folder: Path, type: str, **fields: Any) -> None:
    """Appends one event with the time (seconds since 1970). Non-finite numbers become null. Raises RunError."""
    if type not in TYPES:
        raise ValueError(f"{type!r} is no event; events are {', '.join(TYPES)}")
    line = to_line({"type": type, "time": round(time.time(), 3), **fields})
    with telling(f"write to the run {folder.name}"):
        append_line(folder / FILE, line)


def read(folder: Path, offset: int = 0) -> tuple[list[Event], int]:
    """Events from a byte offset on, up to the last newline, and the offset to read on from.

    A missing file has no events; damaged lines are skipped; a file that became shorter is read anew. Raises RunError.
    """
    with telling(f"read the events of {folder.name}"):
        content, offset = read_from(folder / FILE, offset)
    return [event for event in parse_lines(content) if event.get("type") in TYPES], offset


def last_state(folder: Path) -> Event | None:
    """The last event that decides the run's state, None where there is none. Reads little of a long file."""
    with telling(f"read the events of {folder.name}"):
        try:
            descriptor = os.open(f"{folder}/{FILE}", os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return None
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            for start in dict.fromkeys((max(0, size - 4096), 0)):
                os.lseek(descriptor, start, os.SEEK_SET)
                content = os.read(descriptor, size - start)
                if event := _last_state_in(content[: content.rfind(b"\n") + 1]):
                    return event
        finally:
            os.close(descriptor)
    return None


def _last_state_in(content: bytes) -> Event | None:
    for line in reversed(content.splitlines()):
        if line.startswith(b'{"type":"epoch"'):
            continue
        events = parse_lines(line)
        if events and events[0].get("type") in STATES:
            return events[0]
    return None
