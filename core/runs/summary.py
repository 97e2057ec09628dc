"""One small file a run, `summary.json`, that holds what a list of a thousand runs shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.network.shapes import trace
from core.runs import events
from core.runs.description import check_version, read_spec
from core.runs.disk import loads, read_small, telling, write_atomic
from core.runs.spec import RunSpec
from core.runs.status import Status, status_of

FILE = "summary.json"
_NUMBERS = (
    "created",
    "epochs_done",
    "epochs",
    "best_accuracy",
    "best_epoch",
    "test_accuracy",
    "test_loss",
    "seconds",
    "parameters",
)
_KEPT = (*_NUMBERS, "dataset", "network", "state")


@dataclass(frozen=True)
class Summary:
    """One line of the list of runs.

    created: seconds since 1970. best_accuracy, test_accuracy: 0..1, best_accuracy on the validation data in
    `best_epoch` (1, 2, ...). seconds: of training. None: not known (yet). place, sentence, resumable: as in `Status`.
    """

    id: str
    name: str
    state: str
    sentence: str = ""
    place: int | None = None
    resumable: bool = False
    dataset: str = ""
    network: str = ""
    created: float = 0.0
    epochs_done: int = 0
    epochs: int = 0
    best_accuracy: float | None = None
    best_epoch: int | None = None
    test_accuracy: float | None = None
    test_loss: float | None = None
    seconds: float | None = None
    parameters: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def first_summary(spec: RunSpec, created: float) -> dict[str, Any]:
    """What is known of a run before it starts."""
    return {
        "created": created,
        "dataset": spec.train.dataset,
        "network": spec.network.name,
        "epochs": spec.train.epochs,
        "epochs_done": 0,
        "parameters": trace(spec.network).parameters,
    }


def write_fields(path: Path, fields: dict[str, Any]) -> None:
    """Changes fields of the run's summary; numbers that are not finite become None. Raises RunError."""
    unknown = set(fields) - set(_KEPT)
    if unknown:
        raise ValueError(f"a summary has no {', '.join(sorted(unknown))}; it has {', '.join(_KEPT)}")
    kept = read_fields(path)
    if kept is None:
        kept = _rebuilt(path)
    with telling(f"write the summary of {path.name}"):
        write_atomic(path / FILE, events.to_line({**kept, **fields}))


def read_fields(path: Path) -> dict[str, Any] | None:
    """What the file holds and has the right type, None where it is missing or damaged."""
    try:
        found = loads(read_small(f"{path}/{FILE}"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    numbers = {key: found[key] for key in _NUMBERS if events.is_number(found.get(key))}
    words = {key: found[key] for key in ("dataset", "network", "state") if isinstance(found.get(key), str)}
    return numbers | words if {"dataset", "network", "created"} <= {*numbers, *words} else None


def summary_of(path: Path, queue: Sequence[str] | None = None) -> Summary:
    """One run's line. It never raises: what cannot be read becomes a line of state `damaged` with the reason."""
    try:
        with telling(f"read the run {path.name}"):
            check_version(path)
            fields = read_fields(path)
            if fields is None:
                fields = _rebuilt(path)
            return _line(path, fields, status_of(path, queue))
    except RunError as error:
        sentence = str(error)
    try:
        created = path.stat().st_mtime
    except OSError:
        created = 0.0
    return Summary(path.name, read_name(path) or path.name, "damaged", sentence, created=created)


def read_name(path: Path) -> str:
    """The run's name, empty where it has none."""
    try:
        return read_small(f"{path}/name.txt").decode().strip()[:200]
    except (OSError, ValueError):
        return ""


def _line(path: Path, fields: dict[str, Any], status: Status) -> Summary:
    fields = {key: value for key, value in fields.items() if key != "state"}
    name = read_name(path) or f"{fields['network']} on {fields['dataset']}"
    return Summary(path.name, name, status.state, status.sentence, status.place, status.resumable, **fields)


def _rebuilt(path: Path) -> dict[str, Any]:
    """The summary from the description and the events, for a run that lost its own. Raises RunError."""
    found = events.read(path)[0]
    created = next((event["time"] for event in found if events.is_number(event.get("time"))), None)
    fields = first_summary(read_spec(path), created or path.stat().st_mtime)
    epochs = events.epochs(found)
    if epochs:
        fields["epochs_done"] = int(epochs[-1]["epoch"])
        fields["seconds"] = epochs[-1].get("seconds")
    judged = [event for event in epochs if events.is_number(event.get("validation_accuracy"))]
    if judged:
        best = max(judged, key=lambda event: float(event["validation_accuracy"]))
        fields |= {"best_accuracy": best["validation_accuracy"], "best_epoch": int(best["epoch"])}
    for event in found:
        if event["type"] in events.FINAL:
            fields["state"] = event["type"]
            fields |= {key: event[key] for key in ("test_accuracy", "test_loss") if events.is_number(event.get(key))}
            fields["seconds"] = event.get("train_seconds", fields.get("seconds"))
    return {key: value for key, value in fields.items() if key not in _NUMBERS or events.is_number(value)}
