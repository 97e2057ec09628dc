"""Where a training computes: what is there, and a sentence for what is not."""

from __future__ import annotations

import pytest
import torch

from core.errors import DeviceError
from core.network.layers import Dense
from core.network.spec import NetworkSpec
from core.training import devices
from core.training.devices import resolve


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a GPU and without bfloat16."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(devices, "cpu_has_bfloat16", lambda: False)


@pytest.mark.usefixtures("plain")
class TestPlainMachine:
    def test_automatic_is_the_processor_in_float32(self) -> None:
        place = resolve()
        assert (place.device.type, place.dtype) == ("cpu", torch.float32)

    @pytest.mark.parametrize("device", ["cuda", "mps"])
    def test_a_gpu_that_is_not_there_is_told(self, device: str) -> None:
        with pytest.raises(DeviceError, match=r"no .*GPU.* choose device automatic or cpu"):
            resolve(device)  # type: ignore[arg-type]

    def test_bfloat16_can_be_imitated_and_says_so(self) -> None:
        place = resolve("cpu", "bfloat16")
        assert place.dtype == torch.bfloat16
        assert "float32 is faster" in place.note


def test_automatic_precision_is_bfloat16_where_the_processor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cpu_has_bfloat16", lambda: True)
    assert resolve("cpu").dtype == torch.bfloat16
    assert resolve("cpu", "float32").dtype == torch.float32
    assert resolve("cpu", narrow=False).dtype == torch.float32


@pytest.mark.parametrize(("has", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_automatic_on_cuda(monkeypatch: pytest.MonkeyPatch, has: bool, expected: torch.dtype) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: has)
    place = resolve()
    assert (place.device.type, place.dtype) == ("cuda", expected)
    if not has:
        with pytest.raises(DeviceError, match="choose precision float32"):
            resolve("cuda", "bfloat16")


def test_mps_knows_float32_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert (resolve().device.type, resolve().dtype) == ("mps", torch.float32)
    with pytest.raises(DeviceError, match="choose precision float32"):
        resolve("automatic", "bfloat16")


def test_autocast_computes_in_the_places_numbers() -> None:
    layer = torch.nn.Linear(3, 2)
    for precision, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        with resolve("cpu", precision).autocast():  # type: ignore[arg-type]
            assert layer(torch.ones(1, 3)).dtype == dtype


@pytest.mark.parametrize(("batch", "expected"), [(1, 1), (999, 1), (1000, 2)])
def test_small_steps_have_one_thread(batch: int, expected: int) -> None:
    """100,000 multiplications a sample: 250 x 400."""
    spec = NetworkSpec(input_shape=(250,), layers=(Dense(units=400),))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert devices.threads_for(spec, batch) == expected
        torch.set_num_threads(1)
        assert devices.threads_for(spec, batch) == 1
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("capability", "last"), [("AVX2", True), ("AVX512", False), ("DEFAULT", False)])
def test_batches_are_arranged_as_convolutions_like_it(
    monkeypatch: pytest.MonkeyPatch, channels: int, capability: str, last: bool
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    batch = torch.rand(4, 5, 6, channels).permute(0, 3, 1, 2)
    for given in (batch, batch.contiguous(), batch[:, :, :, ::2]):
        arranged = resolve("cpu", "float32").arrange(given)
        assert torch.equal(arranged, given)
        plain = torch.empty(given.shape).stride()
        wanted = torch.empty(given.shape).to(memory_format=torch.channels_last).stride() if channels > 1 else None
        assert arranged.stride() == ((wanted or (plain[0], 1, *plain[2:])) if last else plain)


def test_points_are_left_alone() -> None:
    points = torch.rand(4, 2)
    assert resolve("cpu").arrange(points) is points
