"""What the server does once: import torch in a thread, start the workers, tell them that somebody is here."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from core.errors import ConvLensError
from core.runs import task_places, workers

STATIC = Path(__file__).resolve().parent / "static"
PLOTLY = "plotly.min.js"
MENDED = "so charts cannot be drawn; run make again to install it."
LIGHT = ("core.runs.spec", "core.network.presets", "dashboard.parts", "dashboard.launch", "dashboard.runs_view")
HEAVY = (
    "torch",
    "torchvision",
    "sklearn.metrics",
    "plotly.graph_objects",
    "core.training.measure",
    "dashboard.learn.stage_view",
    "dashboard.learn.deck_view",
    "dashboard.judge.matrix_view",
    "dashboard.judge.classes_view",
    "dashboard.judge.curves_view",
    "dashboard.judge.threshold_view",
    "dashboard.judge.calibration_view",
    "core.evaluation.calibration",
    "core.evaluation.thresholds",
)
BEAT_SECONDS = 10
# How often one of torch's threads without work looks for some before it sleeps. A picture's way through a small network
# then costs 3 ms of the processor; with libgomp's own 300,000 it is 60 while a network trains on the same cores.
GOMP, SPINS = "GOMP_SPINCOUNT", "1000"
PATIENCE_SECONDS = 5.0  # how long imports and workers leave the processor to the first page
SWITCH_SECONDS = 0.0005  # at Python's own 5 ms a file that the browser asks for waits several times as long as it takes
LAST_FILES_SECONDS = 0.7  # from the first page's script to its last file in the browser

log = logging.getLogger(__name__)
_starting = threading.Lock()


@dataclass
class Boot:
    """How far the server's start has come.

    drawn: set when the first page has been drawn: imports hold Python's lock, and would delay it by seconds.
    ready: set when the heavy imports are there, or have failed.
    notices: sentences for the screen about what this server cannot do.
    fault: why nothing can be computed in this server, where its imports failed.
    """

    drawn: threading.Event = field(default_factory=threading.Event)
    ready: threading.Event = field(default_factory=threading.Event)
    notices: tuple[str, ...] = ()
    fault: str | None = None


def start_once() -> Boot:
    """Start what belongs to the process and not to a session; every later call returns the same `Boot`."""
    with _starting:
        return _start()


@cache
def _start() -> Boot:
    boot = Boot()
    notice = copy_plotly(STATIC)
    if notice:
        boot.notices = (notice,)
    threading.Thread(target=_import, args=(boot,), name="convlens-imports", daemon=True).start()
    threading.Thread(target=_beat, args=(boot,), name="convlens-beat", daemon=True).start()
    return boot


def _import(boot: Boot) -> None:
    """First what Home needs, then, when the first page is there, what computes."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        for name in LIGHT:
            importlib.import_module(name)
        _leave_the_processor_to_the_first_page(boot)
        with _spins():
            for name in HEAVY:
                importlib.import_module(name)
        gc.collect()
        gc.freeze()  # what the imports made never dies: later collections need not look at it
    except Exception as error:  # a broken build raises OSError or RuntimeError as well
        boot.fault = f"PyTorch cannot be imported ({_first_line(error)}); run make again to install it."
        boot.notices = (*boot.notices, boot.fault)
        log.exception("an import failed")
    finally:
        gc.enable()
        sys.setswitchinterval(usual)
        boot.ready.set()


@contextmanager
def _spins() -> Iterator[None]:
    """For libgomp, which reads it when torch is imported; processes that are started later have their own."""
    given = os.environ.get(GOMP)
    os.environ[GOMP] = given or SPINS
    try:
        yield
    finally:
        if given is None:
            del os.environ[GOMP]


def _leave_the_processor_to_the_first_page(boot: Boot) -> None:
    """Imports hold Python's lock: the browser would wait for the scripts and fonts that it loads last."""
    if boot.drawn.wait(PATIENCE_SECONDS):
        time.sleep(LAST_FILES_SECONDS)


def _first_line(error: Exception) -> str:
    """The error's first line, without the full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _beat(boot: Boot) -> None:
    """Tell the workers that a server lives, and replace those that were killed."""
    _leave_the_processor_to_the_first_page(boot)
    pause = threading.Event()
    told: set[str] = set()  # once, and again only after it was well
    while True:
        faults = set()
        for care in (workers.beat, task_places.tend, workers.ensure_workers):
            try:
                care()
            except (OSError, ConvLensError) as error:
                faults.add(str(error))
                if str(error) not in told:
                    log.exception("the workers cannot be reached")
        told = faults
        pause.wait(BEAT_SECONDS)


def copy_plotly(static: Path) -> str | None:
    """Put the installed package's `plotly.min.js` where the browser can load it.

    Returns a sentence where the folder cannot be written, else None.
    """
    package = importlib.util.find_spec("plotly")
    if package is None or package.origin is None:
        return f"Plotly is not installed, {MENDED}"
    source = Path(package.origin).parent / "package_data" / PLOTLY
    if not source.is_file():
        return f"Plotly's installation lacks {source}, {MENDED}"
    target = static / PLOTLY
    fresh = static / f".{PLOTLY}.{threading.get_native_id()}"
    try:
        if not target.is_file() or target.stat().st_size != source.stat().st_size:
            shutil.copyfile(source, fresh)
            fresh.replace(target)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        told = f"{target} cannot be written ({error.strerror})"
        return f"Charts cannot be drawn: {told}; make room, or make the folder writable."
    return None
