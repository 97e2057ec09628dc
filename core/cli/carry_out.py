"""Training a run in this process: its progress on stderr, its end on stdout."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from core.cli.output import INTERRUPTED, Tell, bar, document, percent, say
from core.errors import RunError
from core.runs import commands, events, queue
from core.runs.events import Event
from core.runs.folder import Run
from core.runs.steps import curve

LOOK_SECONDS = 0.25
LAST_WORDS = ("finished", "stopped", "diverged", "failed", "parked")


def carry_out(run: Run, notes: Sequence[str], as_json: bool) -> int:
    """Train the run, from its checkpoint where it has one, say how it ended, and return the exit status."""
    from core.jobs import train, worker  # torch

    claim = queue.take(run)
    begun = len(run.events()[0])
    if begun > 1:  # commands to a process that is gone are not for this one
        events.append(run.path, "queued", ack=commands.last_number(run.path))
    say(f"Training {run.name}: run {run.id}.")
    try:
        with _stopping(run) as interrupts, _watched(run):
            worker.obey(run, train.run, loud=False)
    finally:
        claim.release()
    told = run.events()[0]
    report = _report(run, told, told[begun:], notes)
    _tell(report, run, bool(interrupts), as_json)
    if interrupts:
        return INTERRUPTED
    return 0 if report["state"] in ("finished", "stopped") else 1


@contextmanager
def _stopping(run: Run) -> Iterator[list[int]]:
    """Ctrl-C stops the run as the app's button does, a second one at once; yields the interrupts that came."""
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1:
            raise KeyboardInterrupt
        say("Stopping after this step; press Ctrl-C again to leave at once.")
        commands.send(run.path, "stop")

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield came
    except KeyboardInterrupt:
        say(f"Left at once; `resume {run.id}` goes on from the last checkpoint.")
        raise
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _watched(run: Run) -> Iterator[None]:
    """Shows the run's progress while it trains, as a reader of its folder like any page."""
    done = threading.Event()
    with bar(run.name) as tell:
        watcher = threading.Thread(target=_watch, args=(run, tell, done), name="progress", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join(timeout=5)


def _watch(run: Run, tell: Tell, done: threading.Event) -> None:
    offset = run.events()[1]
    words, steps = "", 0
    while True:
        last = done.wait(LOOK_SECONDS)
        with suppress(RunError):
            found, offset = run.events(offset)
            for event in found:
                steps = event.get("steps") or steps
                words = _words(event) or words
                if event["type"] == "trouble":
                    say(f"Epoch {event.get('epoch')}: {event.get('sentence')}")
            drawn = curve(run.path, points=16)
            if steps and len(drawn.step):
                tell(float(drawn.step[-1]) / steps, words)
        if last:
            return


def _words(event: Event) -> str:
    if event["type"] == "paused":
        return "paused"
    if event["type"] != "epoch":
        return ""
    held = event.get("validation_accuracy")
    which, share = ("training", event.get("train_accuracy")) if held is None else ("validation", held)
    return f"epoch {event['epoch']}, {which} {percent(share)}"


def _report(run: Run, told: Sequence[Event], new: Sequence[Event], notes: Sequence[str]) -> dict[str, Any]:
    """How the run ended, for people and for programs; None for what it did not come to."""
    end: Event = next((event for event in reversed(new) if event["type"] in LAST_WORDS), {})
    start: Event = next((event for event in reversed(new) if event["type"] in ("started", "resumed")), {})
    epochs = {event["epoch"]: event for event in events.epochs(told)}
    best = end.get("best_epoch") or run.summary().best_epoch
    train = run.spec.train
    status = run.status()
    return {
        "run": run.id,
        "name": run.name,
        "folder": str(run.path),
        "state": status.state,
        "sentence": end.get("sentence") or status.sentence,
        "advice": end.get("advice"),
        "network": run.spec.network.name,
        "dataset": train.dataset,
        "seed": train.seed,
        "epochs": train.epochs,
        "epochs_done": len(epochs),
        "test_accuracy": end.get("test_accuracy"),
        "test_loss": end.get("test_loss"),
        "validation_accuracy": epochs.get(best, {}).get("validation_accuracy"),
        "best_epoch": best,
        "weights": end.get("weights"),
        "train_seconds": end.get("train_seconds"),
        "images_per_second": end.get("images_per_second"),
        "device": start.get("device"),
        "precision": start.get("precision"),
        "notes": [*notes, *(note for note in start.get("notes", ()) if note not in notes)],
    }


def _tell(report: dict[str, Any], run: Run, interrupted: bool, as_json: bool) -> None:
    state = report["state"]
    if state not in ("finished", "stopped"):
        say(" ".join(filter(None, (f"The training {state}: {report['sentence']}", report["advice"]))))
    if interrupted and run.status().resumable:
        say(f"Stopped; `python -m core resume {run.id}` goes on from here.")
    if as_json:
        document(report)
        return
    print(f"run                {report['run']}")
    print(f"state              {state}")
    if report["test_accuracy"] is not None:
        print(f"test accuracy      {percent(report['test_accuracy'])} ({report['weights']} weights)")
        print(f"validation         {percent(report['validation_accuracy'])} in epoch {report['best_epoch']}")
        print(
            f"training           {report['train_seconds']:.1f} s, {report['images_per_second']:,.0f} images per second"
        )
