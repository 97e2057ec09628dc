"""A run's weights and description as one zip or a pair of files, and such a thing back as a run. No pickle anywhere."""

from __future__ import annotations

import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from math import prod
from pathlib import Path, PurePosixPath

from core.errors import RunError, SpecError
from core.network.files import parse
from core.network.spec import NetworkSpec
from core.runs import description, events, folder, tensors
from core.runs.disk import reason, telling, write_atomic
from core.runs.folder import Run
from core.runs.recipes import recommended
from core.runs.spec import RunSpec

WEIGHTS = "weights.safetensors"
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    EOFError,
    ValueError,
    RuntimeError,  # an encrypted entry
    NotImplementedError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
README = """ConvLens: {name}

{weights}  the trained weights, in the safetensors format (load_file of the Python package safetensors reads them)
{spec}            the network and how it was trained

Each tensor is named LAYER_CALL.weight or LAYER_CALL.bias, as in the PyTorch code that ConvLens exports.
To see the network in ConvLens again: page Runs, Load.
"""


def weights_path(run: Run) -> Path:
    """The best weights, else those of the checkpoint. Raises RunError where there are none yet."""
    for part in ("best", "checkpoint"):
        path = run.path / part / WEIGHTS
        if path.is_file():
            return path
    raise RunError(f"{run.name} has no weights yet: they are kept from its first epoch on.")


def pack(run: Run) -> bytes:
    """A zip of `weights.safetensors`, `spec.json` and a README. Raises RunError."""
    path = weights_path(run)
    content = io.BytesIO()
    with telling(f"read the weights of {run.name}"), _new_zip(content) as archive:
        archive.write(path, WEIGHTS)  # a piece at a time: the weights may be most of what the memory holds
        archive.writestr(description.FILE, description.to_text(run.spec), zipfile.ZIP_DEFLATED)
        archive.writestr("README.txt", README.format(name=run.name, weights=WEIGHTS, spec=description.FILE))
    return content.getvalue()


def _new_zip(content: io.BytesIO) -> zipfile.ZipFile:
    return zipfile.ZipFile(content, "w", strict_timestamps=False)


def unpack(files: Mapping[str, bytes] | bytes, name: str | None = None) -> Run:
    """A finished run from a zip of `pack`, or from the pair of a .safetensors and a .json file, by file name.

    Names, sizes and every tensor's name and shape are checked before anything is written. Raises RunError.
    """
    if isinstance(files, bytes):
        files = {"archive.zip": files}
    weights, text = _pair(files)
    spec = _described(text)
    tensors.compare(tensors.header(weights), _expected(spec))
    run = folder.create(spec, f"{(name or spec.network.name)[:100]} (loaded)")
    try:
        with telling(f"write the run {run.id}"):
            (run.path / "best").mkdir()
            write_atomic(run.path / "best" / WEIGHTS, weights)
        events.append(run.path, "finished", loaded=True, sentence="loaded from a file; it was trained elsewhere")
        run.write_summary(state="finished")
    except RunError:
        folder.delete(run)
        raise
    return run


def _expected(spec: RunSpec) -> dict[str, tuple[int, ...]]:
    try:
        return tensors.expected(spec.network)
    except SpecError as error:
        raise RunError(f"The description in the files cannot work: {'; '.join(map(str, error.faults))}.") from None


def _most_bytes(spec: RunSpec) -> int:
    """The largest that the weights of this network can be, in the widest numbers."""
    return tensors.LARGEST_HEADER + 8 * sum(prod(shape) for shape in _expected(spec).values())


def _pair(files: Mapping[str, bytes]) -> tuple[bytes, bytes]:
    """The weights and the text of the description."""
    endings = {PurePosixPath(name).suffix.lower(): content for name, content in files.items()}
    if set(endings) == {".zip"} and len(files) == 1:
        return _unzipped(endings[".zip"])
    if set(endings) == {".safetensors", ".json"} and len(files) == 2:
        return endings[".safetensors"], endings[".json"]
    given = ", ".join(sorted(files)) or "nothing"
    raise RunError(f"Give one zip from Download, or one .safetensors and one .json file together, not {given[:200]}.")


def _unzipped(content: bytes) -> tuple[bytes, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
            for wanted in (WEIGHTS, description.FILE):
                if names.count(wanted) != 1:
                    raise RunError(f"The zip must hold one {wanted} at its top; it holds {_listed(names)}.")
            text = _entry(archive, description.FILE, description.LARGEST)
            return _entry(archive, WEIGHTS, _most_bytes(_described(text))), text
    except _DAMAGED as error:
        raise RunError(f"The zip is damaged: {str(error).strip('. ') or 'it ends too early'}.") from None
    except OSError as error:
        raise RunError(f"The zip cannot be read: {reason(error)}.") from None


def _entry(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """Only what was asked for by name is ever taken out, into memory, so no entry can reach another folder."""
    with archive.open(name) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise RunError(f"{name} in the zip is larger than {largest // 1_000_000} MB.")
    return content


def _described(text: bytes) -> RunSpec:
    """A run's description, or a network's alone, which then gets the training that is recommended for the digits."""
    found = description.parse_version(text, description.FILE)
    if "network" in found:
        return description.validated(found, description.FILE)
    try:
        network: NetworkSpec = parse(json.dumps(found), description.FILE)
    except SpecError as error:
        raise RunError(f"{description.FILE} is damaged: {'; '.join(map(str, error.faults))}.") from None
    return RunSpec(network=network, train=recommended("digits", network))


def _listed(names: list[str]) -> str:
    told = ", ".join(names[:5]) or "nothing"
    return told[:200] + (" and more" if len(names) > 5 else "")
