"""Where a training computes, and in which numbers."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import DeviceError
from core.network.shapes import trace
from core.network.spec import NetworkSpec
from core.runs.spec import Device, Precision

MANY_MACS = 100_000_000  # of a batch's forward pass, from which on a second thread is worth its waiting
_NAMES = {"cpu": "processor", "cuda": "CUDA GPU", "mps": "Apple GPU (MPS)"}


@dataclass(frozen=True)
class Place:
    """A device that is there, and the numbers that layers compute in. note: a sentence for the screen.

    dtype: float32, or bfloat16 for autocast: weights, gradients and the loss stay float32.
    """

    device: torch.device
    dtype: torch.dtype
    note: str

    def autocast(self) -> AbstractContextManager[None]:
        """What the forward pass runs in."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.dtype)

    def arrange(self, batch: Tensor) -> Tensor:
        """The batch on this device, in the order of memory that convolutions are fast in here; the same values.

        On a processor with AVX2 and no more, pixels with their channels side by side take 5 to 45 % off a step of the
        presets (measured with torch 2.15 on an AMD EPYC); elsewhere it is whole channels one after the other.
        """
        batch = batch.to(self.device)
        if batch.ndim != 4:
            return batch
        channels, height, width = batch.shape[1:]
        aside = self.device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX2"
        if channels > 1:
            return batch.contiguous(memory_format=torch.channels_last if aside else torch.contiguous_format)
        stride = (
            1 if aside else height * width
        )  # of the one channel: either order is contiguous, convolutions go by this
        return batch.contiguous().as_strided(batch.shape, (height * width, stride, width, 1))


def resolve(device: Device = "automatic", precision: Precision = "automatic", narrow: bool = True) -> Place:
    """The place that the choices mean on this machine; raises `DeviceError` where it has no such thing.

    Automatic takes a GPU where there is one, and bfloat16 where the hardware computes in it. narrow: False keeps
    automatic precision at float32, for networks that gain nothing from fewer bits.
    """
    kind = _device(device)
    dtype = _dtype(kind, precision, narrow)
    number = "bfloat16" if dtype == torch.bfloat16 else "float32"
    note = f"Trains on the {_NAMES[kind]} in {number}."
    if kind == "cpu" and dtype == torch.bfloat16 and not cpu_has_bfloat16():
        note = f"{note[:-1]}, which this processor can only imitate: float32 is faster here."
    return Place(torch.device(kind), dtype, note)


def threads_for(spec: NetworkSpec, batch_size: int) -> int:
    """How many of this process's threads a step of that network should use: one where there is little to share out.

    Threads meet after each layer. With small layers they mostly wait for each other, and where another process takes
    one of the cores meanwhile, the meetings cost tens of times the work.
    """
    return 1 if trace(spec).macs * batch_size < MANY_MACS else torch.get_num_threads()


def available(device: Device) -> bool:
    """Whether this machine has the device; automatic always is there."""
    if device == "cuda":
        return torch.cuda.is_available()
    return torch.backends.mps.is_available() if device == "mps" else True


def cpu_has_bfloat16() -> bool:
    """Whether the processor multiplies in bfloat16 (avx512_bf16 or AMX)."""
    return any(
        getattr(torch.cpu, name, lambda: False)() for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )


def _device(device: Device) -> str:
    if device == "automatic":
        return "cuda" if available("cuda") else "mps" if available("mps") else "cpu"
    if not available(device):
        there = [name for name in ("cpu", "cuda", "mps") if available(name)]
        raise DeviceError(
            f"This machine has no {_NAMES[device]} for PyTorch: choose device automatic or {' or '.join(there)}."
        )
    return device


def _dtype(kind: str, precision: Precision, narrow: bool) -> torch.dtype:
    if precision == "float32" or (precision == "automatic" and not narrow):
        return torch.float32
    has = _has_bfloat16(kind)
    if precision == "bfloat16" and not has and kind != "cpu":
        raise DeviceError(f"The {_NAMES[kind]} of this machine does not compute in bfloat16: choose precision float32.")
    return torch.bfloat16 if has or precision == "bfloat16" else torch.float32


def _has_bfloat16(kind: str) -> bool:
    if kind == "cpu":
        return cpu_has_bfloat16()
    return kind == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
