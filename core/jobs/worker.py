"""The process that trains: one run (`python -m core.jobs.worker FOLDER`), or what waits (`--slot N`)."""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import Timeout

from core.errors import ConvLensError, RunError
from core.paths import PROJECT, runs_root
from core.runs import events, queue, waiting, workers
from core.runs.description import check_version
from core.runs.disk import telling
from core.runs.folder import Run

Job = Callable[[Run], None]
POLL_SECONDS = 0.05
LOOK_AROUND_SECONDS = 2.0  # between looks at the beat and at the code
PATIENCE_SECONDS = 60.0
RESTING = events.FINAL | {"parked", "queued"}  # queued: resumed in the moment after it parked


def train(run: Run) -> None:
    """The job of every worker."""
    from core.jobs.train import run as job  # torch: the worker takes its slot before it spends seconds on that

    job(run)


def warm_up() -> None:
    """Imports what a training needs and lets torch do once what is slow the first time (an optimizer: 1.3 s)."""
    import sklearn.datasets  # noqa: F401
    import torch

    import core.jobs.train  # noqa: F401

    layer = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(72, 2))
    optimizer = torch.optim.Adam(layer.parameters())
    loss = torch.nn.functional.cross_entropy(layer(torch.zeros(4, 1, 8, 8)), torch.zeros(4, dtype=torch.long))
    torch.autograd.backward(loss)
    optimizer.step()


def train_one(folder: Path, job: Job = train) -> bool:
    """Trains the run of that folder in this process, past the queue; says whether it did not fail. Raises RunError."""
    run = Run(folder.resolve())
    check_version(run.path)
    claim = queue.take(run)
    try:
        return obey(run, job)
    finally:
        claim.release()


def obey(run: Run, job: Job, loud: bool = True) -> bool:
    """Does the job on a run that is held; whatever it raises becomes the run's `failed` event and its worker.log.

    loud: the details go to stderr, too, which is a worker's own log.
    """
    try:
        before = events.last_state(run.path)
        with _same_for_all():
            job(run)
        last = events.last_state(run.path)
        if last is None or last == before or last["type"] not in RESTING:
            raise RuntimeError("the training ended without saying how")
    except Exception as error:
        _tell(run, error, loud)
        return False
    return True


def serve(slot: int, job: Job = train, warm: Callable[[], None] = warm_up, patience: float = PATIENCE_SECONDS) -> None:
    """Trains what waits, one after the other, until nothing is left to wait for. One process a slot: others return."""
    with telling(f"take a worker's place in {runs_root()}"):
        workers.slot_path(slot).parent.mkdir(parents=True, exist_ok=True)
        lock = workers.slot_lock(slot)
        try:
            lock.acquire(timeout=0.5, poll_interval=0.01)
        except Timeout:
            return
    try:
        workers.busy_path(slot).unlink(missing_ok=True)
        workers.pid_path(slot).write_text(str(os.getpid()), "ascii")
        code = code_version()
        _try(warm)
        idle_since = time.monotonic()
        looked = idle_since
        while True:
            if _serve_next(slot, job):
                idle_since = time.monotonic()
            elif time.monotonic() - looked < LOOK_AROUND_SECONDS:
                time.sleep(POLL_SECONDS)
            else:
                looked = time.monotonic()
                if _may_leave(slot, looked - idle_since, patience, code) and _leave(lock.release):
                    return
    finally:
        lock.release(force=True)


def _try(warm: Callable[[], None]) -> None:
    """A worker that cannot warm up still takes runs: each then says what is wrong."""
    try:
        warm()
    except Exception:
        traceback.print_exc()


def _serve_next(slot: int, job: Job) -> bool:
    """Claims and trains the next run; False where none waits."""
    try:
        claim = queue.claim()
    except RunError as error:  # a disk that is full or away for a while must not end the worker
        print(error, file=sys.stderr, flush=True)
        time.sleep(1.0)
        return False
    if claim is None:
        return False
    busy = workers.busy_path(slot)
    with suppress(OSError):
        busy.touch()
    try:
        obey(claim.run, job)
    finally:
        claim.release()
        with suppress(OSError):
            busy.unlink(missing_ok=True)
    return True


def _may_leave(slot: int, idle: float, patience: float, code: int) -> bool:
    if not _owns(slot) or code_version() != code:
        return True  # the runs were deleted, or the program was updated: the next worker starts from the new one
    return idle >= patience and (slot > 0 or workers.seconds_since_beat() >= patience)


def _owns(slot: int) -> bool:
    """False where the folder was deleted, even if another worker has made it again."""
    try:
        return workers.pid_path(slot).read_text("ascii") == str(os.getpid())
    except (OSError, ValueError):
        return False


def _leave(release: Callable[[], None]) -> bool:
    """Gives the slot back unless a run came in at the last moment; who submits one later finds the slot free."""
    if not (runs_root() / waiting.FOLDER).exists():
        release()
        return True
    with telling("leave the queue"), waiting.lock(runs_root()):
        if waiting.names(runs_root()):
            return False
        release()
    return True


def code_version() -> int:
    """Changes when a source file of the engine does."""
    times = []
    for path in (PROJECT / "core").rglob("*.py"):
        with suppress(OSError):
            times.append((str(path), path.stat().st_mtime_ns))
    return hash(tuple(sorted(times)))


@contextmanager
def _same_for_all() -> Iterator[None]:
    """Gives every training the same start, whatever trained in this process before, and frees what it leaves."""
    torch = sys.modules.get("torch")
    numpy = sys.modules.get("numpy")
    random.seed(0)
    if numpy:
        numpy.random.seed(0)
    threads = torch.get_num_threads() if torch else 0
    if torch:
        torch.manual_seed(0)
        deterministic = torch.are_deterministic_algorithms_enabled()
        kind = torch.get_default_dtype()
    try:
        yield
    finally:
        if torch:
            torch.set_num_threads(threads)
            torch.set_default_dtype(kind)
            if torch.are_deterministic_algorithms_enabled() != deterministic:
                torch.use_deterministic_algorithms(deterministic)  # imports the compiler: seconds
            torch.set_grad_enabled(True)
        gc.collect()
        if torch and torch.cuda.is_available() and torch.cuda.is_initialized():
            torch.cuda.empty_cache()


def _tell(run: Run, error: Exception, loud: bool) -> None:
    """Writes the failure into the run's folder, as far as the disk lets it."""
    details = "".join(traceback.format_exception(error))
    if loud:
        print(f"{run.id}: {details}", file=sys.stderr, flush=True)
    try:
        events.append(run.path, "failed", sentence=_sentence(error))
    except RunError:
        _make_room(run.path)
        with suppress(RunError):
            events.append(run.path, "failed", sentence=_sentence(error))
    with suppress(OSError), (run.path / "worker.log").open("a", encoding="utf-8") as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {details}\n")
    with suppress(RunError):
        run.write_summary(state="failed")


def _make_room(folder: Path) -> None:
    """Frees what the next training writes anew, so that a full disk has room for a sentence."""
    unfinished = [*folder.rglob(".*.tmp"), folder / "checkpoint" / ".state.new"]
    for path in (*unfinished, folder / "answers.npy", folder / "surface.npz"):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _sentence(error: Exception) -> str:
    if isinstance(error, ConvLensError):
        return str(error)
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__:
        return "The memory was not enough for this training; try a smaller batch, fewer samples or a smaller network."
    told = " ".join(str(error).split())[:300]
    return f"The training failed unexpectedly ({type(error).__name__}: {told}); its worker.log has the details."


def main(arguments: Sequence[str] | None = None, job: Job = train) -> int:
    """The command line; returns the exit status: 0 done, 1 the run failed, 2 it could not be trained here."""
    parser = argparse.ArgumentParser(prog="python -m core.jobs.worker", description="Train one run, or what waits.")
    parser.add_argument("folder", nargs="?", type=Path, help="the run's folder")
    parser.add_argument("--slot", type=int, help="serve the queue in this slot")
    given = parser.parse_args(arguments)
    if (given.folder is None) == (given.slot is None):
        parser.error("give either the folder of a run or --slot")
    if hasattr(os, "nice"):
        os.nice(19)
    try:
        if given.folder is not None:
            return 0 if train_one(given.folder, job) else 1
        serve(given.slot, job)
    except ConvLensError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
