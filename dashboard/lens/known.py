"""Known networks for the pages: at most one of them is in the server's memory, and only while somebody looks at it.

On the pages they stand beside the runs, with ids of their own: `known:vgg16`, or `known:vgg16:trained` with what
ImageNet taught it.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import gc
import threading
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

if TYPE_CHECKING:
    from torch import Tensor

    from core.lens.capture import Lens
    from core.lens.inputs import Eye

PREFIX = "known:"
TRAINED = ":trained"
KEPT_SECONDS = 120.0
TRIES = 10


def id_of(name: str, pretrained: bool) -> str:
    return f"{PREFIX}{name}{TRAINED if pretrained else ''}"


def is_known(id: str | None) -> bool:
    """Whether the id is that of a known network, and not of a run."""
    return id is not None and id.startswith(PREFIX)


def parts_of(id: str) -> tuple[str, bool]:
    """The network's name and whether it is trained. Raises ConvLensError where there is none of that name."""
    from core.lens.known import known

    name = id.removeprefix(PREFIX)
    return known(name.removesuffix(TRAINED)).name, name.endswith(TRAINED)


def absent(id: str) -> str:
    """Why a known network that a link names is not among the choices, and what would mend it."""
    from core.errors import ConvLensError
    from core.lens.known import advice, known

    try:
        name, _ = parts_of(id)
    except ConvLensError as error:
        return str(error)
    return f"{known(name).title}'s trained weights are not here: choose it with random weights, or {advice(name)}."


def title_of(id: str) -> str:
    """`VGG16, random weights`."""
    from core.lens.known import known

    name, pretrained = parts_of(id)
    return f"{known(name).title}, {'trained on ImageNet' if pretrained else 'random weights'}"


class Shelf:
    """The known network that was asked for last; it is let go when nobody has asked for a while."""

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._id = ""
        self._lens: Lens | None = None
        self._used = 0.0
        self._loads = 0

    def take(self, id: str) -> Lens:
        """Raises ConvLensError. Do not keep what comes: whoever keeps it keeps the memory."""
        with self._lock:
            self._used = time.monotonic()
            if self._lens is None or self._id != id:
                self._let_go()
                self._lens, self._id = _load(id), id
                self._loads += 1
                about = (self._loads, weakref.ref(max(self._lens.network.parameters(), key=lambda one: one.numel())))
                threading.Thread(target=self._watch, args=about, name="convlens-known", daemon=True).start()
            return self._lens

    def _watch(self, load: int, weights: weakref.ref[Tensor]) -> None:
        pause = threading.Event()
        left = self._seconds
        while left > 0:
            pause.wait(left)
            with self._lock:
                if self._loads != load:
                    break
                left = self._used + self._seconds - time.monotonic()
                if left <= 0:
                    self._let_go()
        for _ in range(TRIES):  # what a page was at work with at that very moment is freed by nobody else
            if weights() is None:
                return
            pause.wait(self._seconds)
            collect()

    def _let_go(self) -> None:
        """Hold the lock."""
        if self._lens is not None:
            self._lens = None
            collect()


def collect() -> None:
    """Frees what nobody holds, and gives it back to the system, where the C library can."""
    gc.unfreeze()  # a network that was read while the server started has been frozen with its imports
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(ctypes.util.find_library("c")).malloc_trim(0)


def _load(id: str) -> Lens:
    from core.lens.known import load

    return load(*parts_of(id))


class _Distant:
    """Stands for a lens wherever one is kept: its graph is at hand, its network is on the shelf while it is used."""

    def __init__(self, id: str, shelf: Shelf) -> None:
        self._id = id
        self._shelf = shelf
        lens = shelf.take(id)
        self.graph = lens.graph
        self.classes = lens.classes
        self.input_shape = lens.input_shape

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._shelf.take(self._id), name)


@st.cache_resource(max_entries=1, show_spinner=False)
def shelf() -> Shelf:
    """The one of this server."""
    return Shelf()


@st.cache_resource(max_entries=16, show_spinner="Reading the network")
def lens_of(id: str) -> Lens:
    """A known network as the pages see it; it may be kept, its weights are not. Raises ConvLensError."""
    return cast("Lens", _Distant(id, shelf()))


def eye_of(id: str) -> Eye:
    """How it is shown pictures."""
    from core.lens.known import eye

    return eye(parts_of(id)[0])


def titles() -> dict[str, str]:
    """What the known networks are called in a list, by id; those trained on ImageNet only where their weights are."""
    from core.lens.known import KNOWN, place

    random = {id_of(name, False): f"{this.title}, random weights" for name, this in KNOWN.items()}
    trained = {id_of(name, True): f"{this.title}, trained on ImageNet" for name, this in KNOWN.items() if place(name)}
    return trained | random
