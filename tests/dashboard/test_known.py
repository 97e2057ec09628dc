"""Known networks on the pages: one in memory at most, let go when nobody looks; words, weights, downloads."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.errors import ConvLensError
from core.runs.tasks import Task
from dashboard.lens import known
from dashboard.lens.known import Shelf, _Distant, id_of, parts_of, title_of

SMALL = id_of("resnet18", False)


@pytest.fixture(autouse=True)
def empty_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No weights on the disk."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_ids_tell_name_and_weights() -> None:
    assert id_of("vgg16", True) == "known:vgg16:trained"
    assert parts_of(id_of("vgg16", True)) == ("vgg16", True)
    assert parts_of(SMALL) == ("resnet18", False)
    assert title_of(SMALL) == "ResNet18, random weights"
    assert known.is_known(SMALL)
    assert not known.is_known("20261121-143501-brisk-otter")
    assert not known.is_known(None)
    with pytest.raises(ConvLensError, match="no known network"):
        parts_of("known:lenet")
    assert list(known.titles()) == [id_of(name, False) for name in ("alexnet", "vgg16", "googlenet", "inception_v3",
                                                                    "resnet18")]  # fmt: skip


def test_it_is_let_go_when_nobody_looks_and_comes_again_when_asked() -> None:
    shelf = Shelf(seconds=0.05)
    distant: Any = _Distant(SMALL, shelf)
    first = weakref.ref(shelf.take(SMALL))
    until(lambda: first() is None)
    assert distant.graph.answer.shape == (1000,)  # known without the weights
    assert first() is None
    x = torch.zeros(1, 3, 224, 224)
    torch.testing.assert_close(distant.answer(x), distant.answer(x))
    second = weakref.ref(shelf.take(SMALL))
    assert second() is not None
    until(lambda: second() is None)
    until(lambda: not any(thread.name == "convlens-known" for thread in threading.enumerate()))


def test_another_one_takes_its_place() -> None:
    shelf = Shelf(seconds=60)
    first = weakref.ref(shelf.take(SMALL))
    assert shelf.take(SMALL) is first()
    shelf.take(id_of("googlenet", False))
    gc.collect()
    assert first() is None


def test_one_that_is_replaced_while_it_works_is_freed_all_the_same() -> None:
    shelf = Shelf(seconds=0.05)
    network = shelf.take(SMALL).network
    weight = weakref.ref(max(network.parameters(), key=lambda one: one.numel()))
    ring: list[Any] = [network]
    ring.append(ring)  # freed by the collector alone
    gc.disable()
    try:
        shelf.take(id_of("googlenet", False))
        assert weight() is not None
        del network, ring
        until(lambda: weight() is None)
    finally:
        gc.enable()


def test_one_that_was_read_while_the_server_started_is_freed() -> None:
    shelf = Shelf(seconds=60)
    network = shelf.take(SMALL).network
    weight = weakref.ref(max(network.parameters(), key=lambda one: one.numel()))
    ring: list[Any] = [network]
    ring.append(ring)
    gc.freeze()  # as boot does after its imports
    try:
        del network, ring
        shelf.take(id_of("googlenet", False))
        assert weight() is None
    finally:
        gc.unfreeze()


def about(id: str) -> AppTest:
    def page(id: str) -> None:
        from dashboard.lens import known_view

        known_view.about(id, "filters")

    return AppTest.from_function(page, args=(id,), default_timeout=30)


def text_of(at: AppTest) -> str:
    return " ".join(element.value for element in (*at.markdown, *at.caption, *at.error))


def test_weights_that_are_not_here_can_be_fetched_in_the_background(runs_root: Path, data_root: Path) -> None:
    at = about(SMALL).run()
    assert not at.exception
    assert "noise" in text_of(at)
    assert str(data_root / "models") in text_of(at).replace("\\", "")
    at.button(key="filters_known_download").click().run()
    assert not at.exception
    task = Task(runs_root / ".known" / "resnet18" / "tasks" / "download")
    assert task.status().state == "queued"
    assert task.parameters == {"name": "resnet18"}
    at.run()
    at.button(key="filters_known_stop").click().run()
    assert task.status().state == "stopped"


def test_a_download_without_a_connection_says_what_to_do(
    runs_root: Path, tasks_here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.data import download

    def refuse(request: object, timeout: float) -> None:
        raise OSError("unreachable")

    monkeypatch.setattr(download.urllib.request, "urlopen", refuse)
    at = about(SMALL).run()
    at.button(key="filters_known_download").click().run()
    assert not at.exception
    assert "no connection" in at.error[0].value.replace("\\", "")
    assert at.button(key="filters_known_restart")


def test_an_unknown_one_is_one_sentence() -> None:
    at = about("known:lenet").run()
    assert not at.exception
    assert "There is no known network" in at.error[0].value


def test_weights_that_a_link_wants_and_that_are_not_here_are_one_sentence(data_root: Path) -> None:
    said = known.absent("known:vgg16:trained")
    assert said.startswith("VGG16's trained weights are not here: choose it with random weights, or download http")
    assert str(data_root / "models") in said
    assert "There is no known network 'lenet'" in known.absent("known:lenet")
