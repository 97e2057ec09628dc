"""Reading `spec.json`: what a run trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import RunError, SpecError
from core.network.files import validate
from core.runs.disk import loads, read_small, reason
from core.runs.spec import RunSpec

FILE = "spec.json"
VERSION = 1
LARGEST = 4_000_000  # bytes


def to_text(spec: RunSpec) -> str:
    """The JSON text of `spec.json`."""
    return spec.model_dump_json(indent=1) + "\n"


def check_version(path: Path) -> dict[str, Any]:
    """The file's JSON, once it is of this version. Raises RunError."""
    try:
        text = read_small(f"{path}/{FILE}", LARGEST + 1)
    except FileNotFoundError:
        raise RunError(f"The run {path.name} has no {FILE}; delete it or put the file back.") from None
    except OSError as error:
        raise RunError(f"Could not read {FILE} of the run {path.name}: {reason(error)}.") from error
    return parse_version(text, f"{FILE} of the run {path.name}")


def parse_version(text: bytes, source: str) -> dict[str, Any]:
    """JSON of a description whose version is checked but nothing else. Raises RunError."""
    if len(text) > LARGEST:
        raise RunError(f"{source} is larger than {LARGEST // 1_000_000} MB, which no description is.")
    try:
        found = loads(text)
    except ValueError:
        raise RunError(f"{source} is damaged: it is not whole JSON.") from None
    if not isinstance(found, dict):
        raise RunError(f"{source} is damaged: it holds no object.")
    version = found.get("version", VERSION)
    if version != VERSION:
        raise RunError(
            f"{source} has version {version!r}, which this ConvLens does not know; it reads version {VERSION}."
        )
    return found


def read_spec(path: Path) -> RunSpec:
    """The description of a run. Raises RunError."""
    return validated(check_version(path), f"{FILE} of the run {path.name}")


def validated(found: dict[str, Any], source: str) -> RunSpec:
    """A description from parsed JSON. Raises RunError with every fault."""
    try:
        return validate(RunSpec, found, source)
    except SpecError as error:
        raise RunError(f"{source} is damaged: {'; '.join(map(str, error.faults))}.") from None
