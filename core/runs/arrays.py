"""Files of arrays in a run's folder: written whole or not at all, read without trust."""

from __future__ import annotations

import io
import lzma
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import RunError
from core.runs.disk import telling, write_atomic

# What zipfile and NumPy raise for damaged files.
BROKEN = (
    *(OSError, ValueError, TypeError, LookupError, SyntaxError, EOFError, RuntimeError, ArithmeticError),
    *(AttributeError, MemoryError, struct.error, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tokenize.TokenError),
)


def write_arrays(path: Path, **arrays: npt.NDArray[Any]) -> None:
    """An uncompressed .npz, or the one array of an .npy. Raises RunError."""
    content = io.BytesIO()
    if path.suffix == ".npy":
        np.save(content, next(iter(arrays.values())), allow_pickle=False)
    else:
        np.savez(content, allow_pickle=False, **arrays)
    with telling(f"write {path.name} of {path.parent.name}"):
        path.parent.mkdir(exist_ok=True)
        write_atomic(path, content.getvalue())


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an .npz by name, all of them in memory. Raises RunError where it is missing or damaged."""
    with telling(f"read {path.name} of {path.parent.name}"):
        content = path.read_bytes()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except BROKEN as error:
        raise RunError(f"{path.name} of {path.parent.name} is damaged; delete it, and it is made again.") from error
