"""Memory that is freed stays with the process: the next blocks of that size bring no new pages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.paths import PROJECT
from core.training import memory

SCRIPT = """
import resource
import torch
from core.training import memory

if {keep}:
    assert memory.keep()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def work():
    return [torch.zeros(50_000_000, dtype=torch.uint8) for _ in range(2)]
for _ in range(10):  # until the heap has found its shape
    work()
before = faults()
for _ in range(3):
    work()
print(faults() - before)
memory.give_back()
"""


@pytest.mark.skipif(memory._glibc() is None, reason="the C library is not glibc")
def test_kept_memory_is_not_fetched_anew() -> None:
    def faults(keep: bool) -> int:
        script = [sys.executable, "-c", SCRIPT.format(keep=keep)]
        return int(subprocess.run(script, cwd=PROJECT, check=True, capture_output=True, text=True).stdout)

    assert faults(keep=True) < 1000 < 10_000 < faults(keep=False)


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not memory.keep()
    memory.give_back()
