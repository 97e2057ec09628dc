"""What stands beside the curves: pinned images with the net's answers, or a decision surface; and the troubles."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.paths import runs_root
from dashboard import theme
from dashboard.components.packed import pack
from dashboard.live.checked import Arrays, checked_answers, checked_pinned, checked_surface
from dashboard.live.look import Event, Look
from dashboard.live.reader import Reader
from dashboard.live.thumbnails import small

FILES = ("pinned.npz", "answers.npy", "surface.npz")
MOST_NOTES = 4
MOST_POINTS = 500
MOST_BYTES = 50_000  # of images: they come again with every answer
TITLES = {
    "dead-relus": "Dead ReLUs",
    "vanishing-gradients": "Vanishing gradients",
    "never-moved": "The loss never moved",
    "constant-answers": "One answer to everything",
    "overfitting": "Overfitting",
}

log = logging.getLogger(__name__)


def answers_block(reader: Reader, look: Look) -> bytes:
    """The block for `dashboard.components.answers`; the same bytes while nothing changed."""
    folder = runs_root() / look.id
    stamp = (_stamp(folder), len(look.troubles), look.going, look.start is None, len(look.epochs))
    block: bytes = reader.made(look.id, "answers", stamp, lambda: _block(folder, look))
    return block


def _block(folder: Path, look: Look) -> bytes:
    pinned, answers = checked_pinned(_arrays(folder / "pinned.npz")), _array(folder / "answers.npy")
    head: dict[str, Any] = {
        "run": look.id,
        "kind": "none",
        "labels": [],
        "going": look.going,
        "epoch": look.epochs[-1]["epoch"] if look.epochs else 0,
        "notes": notes(look),
        "colours": {"light": _colours(theme.LIGHT), "dark": _colours(theme.DARK)},
        "title": "It learns to read these",
        "subtitle": "",
        "empty": "The pinned samples come with the first step.",
    }
    if pinned is None:
        return pack(head, {})
    x, y, head["classes"] = pinned
    if x.ndim == 4:
        return _images(head, x, y, answers)
    return _points(head, x[:MOST_POINTS], y[:MOST_POINTS], _arrays(folder / "surface.npz"))


def _images(head: dict[str, Any], x: NDArray[Any], y: NDArray[Any], answers: NDArray[Any] | None) -> bytes:
    told = answers.shape[1] if answers is not None and answers.ndim == 2 else 0
    count = len(head["classes"]) or max(told, int(y.max()) + 1)
    answers = checked_answers(answers, len(y), count)
    x = small(x)
    shown = max(4, MOST_BYTES // max(1, x[0].size))
    x, y, answers = x[:shown], y[:shown], None if answers is None else answers[:shown]
    head |= {
        "kind": "images",
        "labels": y.tolist(),
        "shape": list(x.shape[1:]),
        "classes": head["classes"] or [str(label) for label in range(count)],
        "subtitle": _when(head, "pinned validation images"),
    }
    arrays = {"images": x}
    if answers is not None:
        arrays["answers"] = answers
    return pack(head, arrays)


def _points(head: dict[str, Any], x: NDArray[Any], y: NDArray[Any], surface: Arrays) -> bytes:
    low, high = x.min(axis=0), x.max(axis=0)
    extent = [float(low[0]), float(high[0]), float(low[1]), float(high[1])]
    arrays: dict[str, NDArray[Any]] = {"points": x, "labels": y.astype(np.float32)}
    classes = head["classes"] or [str(label) for label in range(int(y.max()) + 1)]
    head |= {"kind": "surface", "title": "What it answers where", "classes": classes, "side": 0, "extent": extent}
    head["subtitle"] = _when(head, "validation points")
    drawn = checked_surface(surface, len(classes))
    if drawn is not None:
        arrays["surface"], head["extent"] = drawn
        head["side"] = int(drawn[0].shape[-1])
    head["classColours"] = [theme.class_colour(label) for label in range(len(classes))]
    head["alt"] = f"Decision surface for {', '.join(classes)} after epoch {head['epoch']}, with {len(y)} points"
    return pack(head, arrays)


def _when(head: dict[str, Any], what: str) -> str:
    return f"{what}, answer now" if head["going"] else f"{what}, last answer"


def notes(look: Look) -> list[dict[str, Any]]:
    """The run's troubles that last, the latest first, each as it was last; then what is good to know."""
    latest: dict[str, Event] = {}
    for event in look.troubles:
        latest.pop(str(event.get("kind")), None)
        if event.get("severity") != "over":
            latest[str(event.get("kind"))] = event
    troubles = [
        {
            "title": TITLES.get(kind, kind.replace("-", " ").capitalize()),
            "sentence": str(event.get("sentence") or ""),
            "advice": str(event.get("advice") or ""),
            "epoch": f"epoch {event['epoch']:g}" if isinstance(event.get("epoch"), int | float) else "",
            "mild": False,
        }
        for kind, event in list(reversed(latest.items()))[:MOST_NOTES]
    ]
    known = [str(note) for note in (look.start or {}).get("notes", ()) if not str(note).startswith("Trains on")]
    if not known:
        return troubles
    return [*troubles, {"title": "Good to know", "sentence": " ".join(known), "advice": "", "epoch": "", "mild": True}]


def _colours(palette: theme.Palette) -> dict[str, str]:
    return {"good": palette.good, "bad": palette.bad, "muted": palette.muted, "background": palette.paper}


def _stamp(folder: Path) -> tuple[tuple[int, int], ...]:
    found = []
    for name in FILES:
        try:
            stat = (folder / name).stat()
            found.append((stat.st_size, stat.st_mtime_ns))
        except OSError:
            found.append((-1, 0))
    return tuple(found)


def _arrays(path: Path) -> Arrays:
    """Empty where the file is not there, or cannot be read."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except FileNotFoundError:
        return {}
    except Exception:  # a damaged archive makes zipfile and NumPy raise nearly anything
        log.exception("%s cannot be read", path)
        return {}


def _array(path: Path) -> NDArray[Any] | None:
    try:
        found = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    except FileNotFoundError:
        return None
    except Exception:
        log.exception("%s cannot be read", path)
        return None
    return found if isinstance(found, np.ndarray) else None
