"""One component's data as one block of bytes, the cheapest way into the browser; `static/packed.js` reads it.

A little-endian uint32 with the header's length, the header (JSON, padded with blanks to a multiple of four), then the
arrays one after the other, padded alike. The header's `arrays` lists `[name, kind, count]`, kind f4 or u1.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def pack(head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The block. uint8 arrays stay so, all others become float32; shapes are flattened, NaN stays NaN."""
    listed = []
    parts = []
    for name, values in arrays.items():
        kind = "u1" if values.dtype == np.uint8 else "f4"
        content = np.ascontiguousarray(values, dtype="u1" if kind == "u1" else "<f4").tobytes()
        listed.append([name, kind, int(values.size)])
        parts.append(content + b"\0" * (-len(content) % 4))
    text = json.dumps({**head, "arrays": listed}, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join([struct.pack("<I", len(text)), text, *parts])


def unpack(block: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header and the flat arrays of a block."""
    (length,) = struct.unpack_from("<I", block)
    head = json.loads(block[4 : 4 + length])
    at = 4 + length
    arrays = {}
    for name, kind, count in head.pop("arrays"):
        values = np.frombuffer(block, dtype=f"<{kind}", count=count, offset=at)
        arrays[name] = values
        at += values.nbytes + -values.nbytes % 4
    return head, arrays
