"""A network as one short text for a link."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from functools import lru_cache

from core.errors import Fault, SpecError
from core.network.files import MAX_CHARACTERS, read, validate
from core.network.spec import NetworkSpec

MAX_LINK = 20_000  # characters


@lru_cache(maxsize=256)
def encode(spec: NetworkSpec) -> str:
    """The network in letters, digits, `-` and `_`: JSON without defaults, compressed."""
    data = {"version": spec.version, **spec.model_dump(mode="json", exclude_defaults=True)}
    data["layers"] = [
        {"kind": layer.kind, **layer.model_dump(mode="json", exclude_defaults=True)} for layer in spec.layers
    ]
    packed = zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str) -> NetworkSpec:
    """The network that a link holds, whether its shapes work or not; raises `SpecError` for anything else."""
    if len(text) > MAX_LINK:
        raise _wrong(f"the link's network has {len(text):,} characters; at most {MAX_LINK:,} are read")
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(packed, MAX_CHARACTERS)
        if unpacker.unconsumed_tail:
            raise _wrong(f"the link's network unfolds to more than {MAX_CHARACTERS:,} characters")
        if not unpacker.eof:
            raise _wrong("the link is cut off: its network is not complete", "copy the whole link again")
        plain = content.decode()
    except (binascii.Error, zlib.error, ValueError):
        raise _wrong("the link's network cannot be read", "copy the whole link again") from None
    return validate(NetworkSpec, read(plain, "the link", json_alone=True), "the link")


def _wrong(sentence: str, fix: str = "") -> SpecError:
    return SpecError((Fault("", sentence, fix),))
