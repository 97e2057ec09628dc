"""Known networks: torchvision's own structures, whole files only, and sentences where there is none."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
import torch
import torchvision

from core.data import download
from core.errors import ConvLensError, DataError
from core.lens import known
from core.lens.known import KNOWN


@pytest.fixture(autouse=True)
def empty_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No weights on the disk but those that a test puts there."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    return tmp_path / "hub" / "checkpoints"


@pytest.mark.parametrize("name", KNOWN)
def test_the_structure_is_torchvisions_own(name: str) -> None:
    """Every output shape, told by hooks on torchvision's own network; sizes by its own table."""
    extra = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with torch.device("meta"):
        own = torchvision.models.get_model(name, weights=None, **extra).eval()
    shapes = {}
    for path, module in own.named_modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear | torch.nn.MaxPool2d | torch.nn.BatchNorm2d):
            module.register_forward_hook(lambda m, x, y, path=path: shapes.__setitem__(path, tuple(y.shape[1:])))
    own(torch.empty((1, *KNOWN[name].input_shape), device="meta"))
    lens = known.load(name, False)
    found = {node.path: node.shape for node in lens.graph.nodes}
    assert {path: found.get(path) for path in shapes} == shapes
    assert lens.graph.answer.shape == (1000,)
    assert lens.classes[281] == "tabby"


def test_random_weights_are_the_same_each_time_and_keep_the_signal_alive() -> None:
    x = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    first, second = (known.load("alexnet", False).maps(x) for _ in range(2))
    for name, values in first.items():
        assert torch.equal(values, second[name])
        assert 0.01 < float(values.std()) < 100, name
    rows = known.load("alexnet", False).network.classifier[1].weight  # larger than the numbers that it repeats
    assert len(torch.unique(rows[:64, :64])) == 64 * 64


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, dict[str, torch.Tensor]]:
    """ResNet18 with a file of weights that was made here; its name tells its checksum."""
    state = known.load("resnet18", False).network.state_dict()
    state["fc.bias"] += torch.arange(1000)[torch.randperm(1000)] / 100
    content = io.BytesIO()
    torch.save(state, content)
    data = content.getvalue()
    mark = hashlib.sha256(data).hexdigest()[:8]
    url = f"https://example.invalid/models/resnet18-{mark}.pth"
    monkeypatch.setattr(known.Known, "url", property(lambda self: url))
    return data, state


@pytest.mark.parametrize("where", ["hub", "data"])
def test_weights_on_the_disk_are_taken(
    small: tuple[bytes, dict[str, torch.Tensor]], where: str, empty_hub: Path, data_root: Path
) -> None:
    data, state = small
    folder = empty_hub if where == "hub" else data_root / "models"
    folder.mkdir(parents=True)
    (folder / KNOWN["resnet18"].file).write_bytes(data)
    assert known.place("resnet18") == folder / KNOWN["resnet18"].file
    own = torchvision.models.resnet18(weights=None).eval()
    own.load_state_dict(state)
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = own(x).softmax(1)
    torch.testing.assert_close(known.load("resnet18", True).answer(x), expected)


def test_missing_or_damaged_weights_are_one_sentence(
    small: tuple[bytes, dict[str, torch.Tensor]], data_root: Path
) -> None:
    with pytest.raises(DataError, match=r"not here: download them, or download .* put the file into") as told:
        known.load("resnet18", True)
    assert str(data_root / "models") in str(told.value)
    assert len(str(told.value).splitlines()) == 1
    file = data_root / "models" / KNOWN["resnet18"].file
    file.parent.mkdir()
    file.write_bytes(small[0][:-100])
    with pytest.raises(DataError, match="is damaged: delete it"):
        known.load("resnet18", True)
    with pytest.raises(ConvLensError, match="no known network 'lenet'; there are alexnet"):
        known.load("lenet", True)


class _Response:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def __enter__(self) -> _Response:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, size: int) -> bytes:
        block, self.data = self.data[:size], self.data[size:]
        return block


def test_a_download_is_checked_told_and_can_be_stopped(
    small: tuple[bytes, dict[str, torch.Tensor]], data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [small[0][:-1]]
    monkeypatch.setattr(download.urllib.request, "urlopen", lambda request, timeout: _Response(given[0]))
    with pytest.raises(DataError, match=r"cut off or changed\): try again .* put the file into"):
        known.download("resnet18", lambda share, words: None)
    assert list((data_root / "models").iterdir()) == []

    def stop(share: float, words: str) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    given[0] = small[0]
    with pytest.raises(KeyboardInterrupt):
        known.download("resnet18", stop)
    assert list((data_root / "models").iterdir()) == []

    told: list[tuple[float, str]] = []
    known.download("resnet18", lambda share, words: told.append((share, words)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert "of 47 MB" in told[-1][1]
    assert known.load("resnet18", True).classes


def test_without_a_connection_it_says_what_to_do(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: object, timeout: float) -> None:
        raise OSError("unreachable")

    monkeypatch.setattr(download.urllib.request, "urlopen", refuse)
    with pytest.raises(
        DataError, match=r"VGG16's .* \(no connection\): .*vgg16-397923af.pth elsewhere and put the file"
    ):
        known.download("vgg16", lambda share, words: None)


def test_inception_sees_what_torchvisions_own_transform_makes() -> None:
    """Its network would first go from ImageNet's statistics to its own; here the eye does."""
    own = torchvision.models.inception_v3(weights=None, init_weights=False, transform_input=True)
    picture = torch.rand(1, 3, 299, 299)
    mean, std = (torch.tensor(numbers).reshape(3, 1, 1) for numbers in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    expected = own._transform_input((picture - mean) / std)
    torch.testing.assert_close(known.eye("inception_v3").normaliser(picture), expected, atol=1e-5, rtol=1e-5)
