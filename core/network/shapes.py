"""What flows through a network: the table of its layers, or where and why it cannot work."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

from core.errors import Fault, SpecError
from core.network.kind import LayerError, LayerKind, Shape, words
from core.network.spec import NetworkSpec

MAX_PARAMETERS = 300_000_000
MAX_VALUES = 2**28  # in one layer's output for one sample: 1 GiB


@dataclass(frozen=True)
class Row:
    """One layer at its place. Shapes are without the batch; counts and bytes (float32) are for one sample."""

    index: int
    layer: LayerKind
    input_shape: Shape
    output_shape: Shape
    parameters: int
    macs: int
    activation_bytes: int


@dataclass(frozen=True)
class Trace:
    """The layers as far as they work, what is wrong, and the totals of the rows."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    parameters: int
    macs: int
    activation_bytes: int
    output_shape: Shape

    @property
    def classes(self) -> int | None:
        """How many classes the network tells apart (one output tells two apart); None where it answers with maps."""
        return max(self.output_shape[0], 2) if not self.faults and len(self.output_shape) == 1 else None


@lru_cache(maxsize=256)
def trace(spec: NetworkSpec) -> Trace:
    """The table of `spec`; never raises. Rows stop before the first layer that cannot work."""
    rows: list[Row] = []
    faults = [_too_big_input(spec.input_shape)] if prod(spec.input_shape) > MAX_VALUES else []
    shape: Shape = spec.input_shape
    total = 0
    for index, layer in enumerate(spec.layers):
        if faults:
            faults += [_fault(index, error) for error in layer.contradictions()]
            continue
        try:
            row = _row(index, layer, shape)
            total += row.parameters
            _bounded(row, total)
        except LayerError as error:
            faults.append(_fault(index, error))
        else:
            rows.append(row)
            shape = row.output_shape
    return Trace(
        tuple(rows),
        tuple(faults),
        sum(row.parameters for row in rows),
        sum(row.macs for row in rows),
        sum(row.activation_bytes for row in rows),
        shape,
    )


def check(spec: NetworkSpec) -> Trace:
    """The table of a network that works; raises `SpecError` with every fault otherwise."""
    result = trace(spec)
    if result.faults:
        raise SpecError(result.faults)
    return result


def _row(index: int, layer: LayerKind, shape: Shape) -> Row:
    output = layer.output_shape(shape)
    return Row(index, layer, shape, output, layer.parameters(shape), layer.macs(shape), 4 * prod(output))


def _bounded(row: Row, total: int) -> None:
    if row.activation_bytes > 4 * MAX_VALUES:
        raise LayerError(
            "",
            f"the output {words(row.output_shape)} is larger than {MAX_VALUES:,} values for one sample",
            "make the input smaller, or use fewer filters or a larger stride",
        )
    if total > MAX_PARAMETERS:
        raise LayerError(
            "",
            f"the network would have {total:,} parameters up to this layer; at most {MAX_PARAMETERS:,} are allowed",
            "pool before this layer, or make it smaller",
        )


def _too_big_input(shape: Shape) -> Fault:
    sentence = f"an input of {words(shape)} has {prod(shape):,} values; at most {MAX_VALUES:,} are allowed"
    return Fault("input_shape", sentence, "make the images smaller")


def _fault(index: int, error: LayerError) -> Fault:
    return Fault(f"layers.{index}{'.' if error.field else ''}{error.field}", error.sentence, error.fix)
