"""The base of every described value: frozen, strict, hashable, nothing unknown."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A pydantic model that is immutable, hashes, and refuses unknown fields and loose types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
