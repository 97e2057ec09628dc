"""The app as a process of its own, with its own folder of runs; its workers end with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.paths import PROJECT

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@dataclass(frozen=True)
class Server:
    """A running app.

    url: without a slash at the end; runs: its folder of runs; started: seconds from the process's start to its health.
    """

    url: str
    runs: Path
    process: psutil.Process
    began: float  # time.perf_counter() when the process was started

    @property
    def stream(self) -> str:
        return self.url.replace("http", "ws", 1)

    def private_mb(self) -> float:
        """Memory that only this process has (unique set size), in MB."""
        return float(self.process.memory_full_info().uss) / 1e6

    def settle(self, seconds: float = 2.0) -> None:
        """Wait until a worker is there, and neither it nor the server has had anything to do for `seconds`."""
        quiet = time.perf_counter()
        while time.perf_counter() - quiet < seconds:
            workers = self.workers()
            before = self._processor_seconds(workers)
            time.sleep(0.5)
            if not workers or self._processor_seconds(workers) - before > 0.05:
                quiet = time.perf_counter()
            if quiet - self.began > 120:
                raise RuntimeError("server and worker were not at rest within 120 s")

    def _processor_seconds(self, workers: list[psutil.Process]) -> float:
        used = 0.0
        for process in (self.process, *workers):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                used += times.user + times.system
        return used

    def workers(self) -> list[psutil.Process]:
        """The workers that train for this server's folder of runs."""
        return [p for p in psutil.process_iter() if _is_worker(p, self.runs)]


def _is_worker(process: psutil.Process, runs: Path) -> bool:
    try:
        return "core.jobs.worker" in process.cmdline() and process.environ().get("CONVLENS_RUNS") == str(runs)
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def serving(command: tuple[str, ...] = ("-m", "dashboard"), wait: bool = True) -> Iterator[Server]:
    """Start the app (or another Streamlit script) and stop it, with its workers, when the block ends."""
    with tempfile.TemporaryDirectory(prefix="convlens-bench-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command, "--server.port", str(port), "--server.address", "127.0.0.1"],
            cwd=PROJECT,
            env=os.environ | {"CONVLENS_RUNS": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        server = Server(f"http://127.0.0.1:{port}", Path(folder), psutil.Process(process.pid), began)
        try:
            if wait:
                _until_healthy(server)
            yield server
        finally:
            process.terminate()
            process.wait(20)
            for worker in server.workers():
                worker.kill()


def _until_healthy(server: Server) -> None:
    while time.perf_counter() - server.began < 60:
        try:
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError("the app did not answer within 60 s")
