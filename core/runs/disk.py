"""Reading and writing small files so that a dead process or a full disk leaves nothing half done."""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.errors import RunError

REPLACE_SECONDS = 1.0

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and try again",
    errno.EDQUOT: "your quota on this disk is used up; free some space and try again",
    errno.EROFS: "this disk is read-only; set CONVLENS_RUNS to a folder that can be written",
    errno.EACCES: "you may not do that there; change the rights of the folder or set CONVLENS_RUNS to another one",
    errno.EPERM: "you may not do that there; change the rights of the folder or set CONVLENS_RUNS to another one",
    errno.ENOENT: "it is not there any more",
}


def reason(error: OSError) -> str:
    """Why the disk said no, and what would mend it, in words."""
    return _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()


@contextmanager
def telling(action: str) -> Iterator[None]:
    """Turns an OSError inside into a RunError: `could not ACTION: reason`."""
    try:
        yield
    except OSError as error:
        raise RunError(f"Could not {action}: {reason(error)}.") from error


def write_atomic(path: Path, content: bytes) -> None:
    """Replaces a file as a whole: a reader sees the old content or the new, never a part. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        beside.write_bytes(content)
        _replace(beside, path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def _replace(beside: Path, path: Path) -> None:
    """Windows refuses while a reader has the file open, which takes moments."""
    end = time.monotonic() + REPLACE_SECONDS
    while True:
        try:
            beside.replace(path)
            return
        except PermissionError:
            if not _is_windows() or time.monotonic() >= end:
                raise
        time.sleep(0.01)


def _is_windows() -> bool:
    return sys.platform == "win32"


def append_line(path: Path, line: bytes) -> None:
    """Appends one line in one write, on a line of its own even after a cut one. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        end = os.lseek(descriptor, 0, os.SEEK_END)
        if end:
            os.lseek(descriptor, -1, os.SEEK_END)
            if os.read(descriptor, 1) != b"\n":
                line = b"\n" + line
        line += b"\n"
        if os.write(descriptor, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(descriptor)


def loads(content: str | bytes) -> Any:
    """What the JSON text says. Raises ValueError, also for a text nested deeper than Python can follow."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None


def read_small(path: str | Path, most: int = 1_000_000) -> bytes:
    """The first `most` bytes of a file, several times as fast as through a file object. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return os.read(descriptor, min(most, os.fstat(descriptor).st_size))
    finally:
        os.close(descriptor)


def read_from(path: Path, offset: int = 0) -> tuple[bytes, int]:
    """Whole lines from a byte offset on, and the offset after them. Missing: empty; shorter: from the start."""
    try:
        with path.open("rb", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if offset > size:
                offset = 0
            file.seek(offset)
            content = file.read(size - offset) or b""
    except FileNotFoundError:
        return b"", 0
    whole = content.rfind(b"\n") + 1
    return content[:whole], offset + whole


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock file; true of no dead one, zombies included."""
    if sys.platform == "win32":
        if not path.exists():
            return False
        lock = FileLock(path, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:
            return False
        lock.release()
        return False
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY)  # a shared lock needs no right to write, and probes do not meet
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
