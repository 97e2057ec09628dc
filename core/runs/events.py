"""What happens to a run and is rare, one JSON object a line in `events.jsonl`."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

from core.runs.disk import append_line, loads, read_from, telling

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

_START = b'{"type":"'


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
            entry = loads(line)
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
    return [event for event in parse_lines(content) if _is_one_of(event, TYPES)], offset


def epochs(found: Iterable[Event]) -> list[Event]:
    """The epoch events that still count, one for each number, in order.

    A worker that goes on from a checkpoint trains anew what came after it: epochs that a dead worker had told beyond
    the step of a later `started` or `resumed` event are left out.
    """
    kept: dict[float, Event] = {}
    for event in found:
        if event["type"] == "epoch" and is_number(event.get("epoch")):
            kept[event["epoch"]] = event
        elif event["type"] in ("started", "resumed") and is_number(event.get("step")):
            kept = {number: epoch for number, epoch in kept.items() if not _is_beyond(epoch, event["step"])}
    return [kept[number] for number in sorted(kept)]


def _is_beyond(event: Event, step: float) -> bool:
    return is_number(event.get("step")) and event["step"] > step


def is_number(value: Any) -> bool:
    """Whether it is a finite int or float, and no bool."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -1e300 < value < 1e300


def last_state(folder: Path) -> Event | None:
    """The last event that decides the run's state, None where there is none. Reads little of a long file.

    Only who trains tells an epoch, so one that comes last stands for `started`; what lies before it is not read.
    """
    found = last(folder, STATES | {"epoch"})
    return {**found, "type": "started"} if found and found["type"] == "epoch" else found


def last(folder: Path, types: Container[str]) -> Event | None:
    """The last event of one of these types, None without any; the file is read from its end. Raises RunError."""
    with telling(f"read the events of {folder.name}"):
        try:
            descriptor = os.open(f"{folder}/{FILE}", os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return None
        try:
            for line in _lines_from_the_end(descriptor):
                if event := _event_of(line, types):
                    return event
        finally:
            os.close(descriptor)
    return None


def _lines_from_the_end(descriptor: int) -> Iterator[bytes]:
    """Whole lines, the last one first, from blocks that grow, so that also one huge line costs few reads."""
    start, size = os.lseek(descriptor, 0, os.SEEK_END), 4096
    content, is_cut = b"", True
    while start:
        end, start, size = start, max(0, start - size), size * 4
        os.lseek(descriptor, start, os.SEEK_SET)
        content = os.read(descriptor, end - start) + content
        if is_cut and b"\n" in content:
            content, is_cut = content[: content.rfind(b"\n")], False
        if is_cut:
            continue
        first, newline, rest = content.partition(b"\n") if start else (b"", b"\n", content)
        if newline:
            yield from reversed(rest.split(b"\n"))
            content = first


def _event_of(line: bytes, types: Container[str]) -> Event | None:
    """The event on that line if it is of these types. `append` writes the type first, so most need no parsing."""
    if line.startswith(_START):
        kind = line[len(_START) : line.find(b'"', len(_START))]
        if kind.decode("utf-8", "replace") not in types:
            return None
    event = next(iter(parse_lines(line)), None)
    return event if event and _is_one_of(event, types) else None


def _is_one_of(event: Event, types: Container[str]) -> bool:
    kind = event.get("type")
    return isinstance(kind, str) and kind in types
