"""The kernel of the pages that teach: a named one, the user's own numbers, or a filter of a trained run.

What is chosen is kept in the session under the page's prefix and written into the link as `PREFIX_k`
(`kernel_link`), but not while a hand drags a cell: browsers allow few new addresses a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from core.errors import ConvLensError
from core.signal import kernels
from core.signal.kernels import KERNELS, MOST_SIDE
from dashboard import parts
from dashboard.learn import filter_choice, kernel_link
from dashboard.learn.kernel_link import MOST_SEED, OWN, Named

Kernel = NDArray[np.float32]
DEFAULT = Named("sobel-x", 3, 3)
REMEMBERED = 50  # texts that this session wrote into the link: the address can lag behind by some


@dataclass(frozen=True, eq=False)
class KernelChoice:
    """A kernel.

    values: float32 (kH, kW); (1, C, kH, kW) for a trained filter of as many channels as the input.
    title: what it is: `Sobel x`, `own`. note: a sentence that the page must show, or None.
    """

    values: Kernel
    title: str
    note: str | None = None


@dataclass(frozen=True, eq=False)
class Held:
    """What the session keeps. kernel: a name or numbers. base: the named one that own numbers began with.

    title: of own numbers. moving: a hand is on a cell. written: what was last put into links.
    """

    kernel: Named | Kernel = DEFAULT
    base: Named = DEFAULT
    title: str = "own"
    moving: bool = False
    note: str | None = None
    written: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))


def values(prefix: str) -> Kernel:
    """The numbers of the present kernel as it is kept: (kH, kW) or (F, C, kH, kW)."""
    return _numbers(_held(prefix).kernel)


def set_values(prefix: str, array: ArrayLike, title: str = "own", done: bool = True) -> None:
    """Take these numbers as the kernel, (kH, kW) or (F, C, kH, kW); not finite ones and other shapes are refused.

    done: False while a hand still moves, which leaves the link alone. Raises ConvLensError.
    """
    numbers = np.array(array, dtype=np.float32)
    if numbers.ndim not in (2, 4) or 0 in numbers.shape or max(numbers.shape[-2:]) > MOST_SIDE:
        shape = "×".join(map(str, numbers.shape))
        raise ConvLensError(f"A kernel has 1×1 to {MOST_SIDE}×{MOST_SIDE} numbers, not {shape}: choose a smaller one.")
    if not np.isfinite(numbers).all() or np.abs(numbers).max() > kernel_link.LARGEST:
        raise ConvLensError(f"A kernel's numbers are from {-kernel_link.LARGEST:,.0f} to {kernel_link.LARGEST:,.0f}.")
    _hold(prefix, replace(_held(prefix), kernel=numbers, title=title, moving=not done, note=None))


def set_named(prefix: str, name: str, height: int = 3, width: int = 3, seed: int = 0) -> None:
    """Take a kernel of `core.signal.kernels.KERNELS`, made larger where it needs to be."""
    least = KERNELS[name].least
    named = Named(name, max(height, least[0]), max(width, least[1]), seed if KERNELS[name].seeded else 0)
    _hold(prefix, replace(_held(prefix), kernel=named, base=named, title="own", moving=False, note=None))


def kernel(prefix: str, channels: int = 1) -> KernelChoice:
    """A popover, named after the kernel, with all that chooses and changes it; returns the kernel.

    channels: of the input. A trained filter of other channels is summed over them, as it answers to a grey input.
    """
    _restore(prefix)
    held = _held(prefix)
    with st.popover(_label(held), key=f"{prefix}_kernel", icon=":material/grid_3x3:"):
        _widgets(prefix)
    return chosen(prefix, channels)


def chosen(prefix: str, channels: int = 1) -> KernelChoice:
    """The same without the popover, for a fragment that shows the kernel while a hand changes it."""
    held = _held(prefix)
    _keep_link(prefix, held)
    numbers, title = _numbers(held.kernel), title_of(held)
    if numbers.ndim == 4 and numbers.shape[:2] != (1, channels):
        summed = numbers.shape[1] > 1
        numbers = numbers[0].sum(axis=0)
        title += ", summed over its channels" if summed else ""
    return KernelChoice(numbers, title, held.note)


def title_of(held: Held) -> str:
    """`Sobel x`, `own`, `filter 3 of brisk-otter, epoch 4`."""
    return KERNELS[held.kernel.name].title if isinstance(held.kernel, Named) else held.title


def _label(held: Held) -> str:
    height, width = _numbers(held.kernel).shape[-2:]
    title = title_of(held).partition(" of ")[0]
    return parts.plain(f"{title[:1].upper()}{title[1:]}, {height}×{width}")


def _numbers(kernel: Named | Kernel) -> Kernel:
    if isinstance(kernel, Named):
        return KERNELS[kernel.name].values(kernel.height, kernel.width, kernel.seed)
    return kernel


# ---- the session and the link ----
def _held(prefix: str) -> Held:
    found: Held | None = st.session_state.get(f"{prefix}_kernel_held")
    return Held() if found is None else found


def _hold(prefix: str, held: Held) -> None:
    st.session_state[f"{prefix}_kernel_held"] = held


def _restore(prefix: str) -> None:
    """Take a kernel out of the address that this session has not put there."""
    text = st.query_params.get(f"{prefix}_k")
    held = _held(prefix)
    if not text or text in held.written:
        return
    try:
        found = kernel_link.decode(text, frozenset(KERNELS))
        if isinstance(found, Named):
            KERNELS[found.name].values(found.height, found.width)
            restored = replace(held, kernel=found, base=found, moving=False, note=None)
        else:
            restored = replace(held, kernel=found, title=kernel_link.title(text), moving=False, note=None)
    except ConvLensError as error:
        restored = replace(held, kernel=DEFAULT, base=DEFAULT, moving=False, note=str(error))
    restored.written.append(text)
    _hold(prefix, restored)


def _keep_link(prefix: str, held: Held) -> None:
    if held.moving:
        return
    key = f"{prefix}_k"
    text = kernel_link.encode(held.kernel, held.title)
    if isinstance(held.kernel, Named) and held.kernel == DEFAULT:
        if key in st.query_params:
            del st.query_params[key]
    elif st.query_params.get(key) != text:
        held.written.append(text)
        st.query_params[key] = text


# ---- the popover ----
def _widgets(prefix: str) -> None:
    held = _held(prefix)
    _names(prefix, held)
    _changes(prefix)
    with st.expander("A filter of a trained run", key=f"{prefix}_kernel_trained", on_change="rerun") as box:
        if box.open:
            filter_choice.show(prefix, lambda numbers, title: set_values(prefix, numbers, title))


def _names(prefix: str, held: Held) -> None:
    """Name, size and seed, or the way back to a named one.

    Own numbers are cut or filled up with zeros when their size changes.
    """
    keys = {name: f"{prefix}_kernel_{name}" for name in ("name", "height", "width", "seed")}
    is_named = isinstance(held.kernel, Named)
    now = held.kernel if isinstance(held.kernel, Named) else held.base
    numbers = _numbers(held.kernel)
    st.session_state[keys["name"]] = now.name if is_named else OWN
    st.session_state[keys["height"]], st.session_state[keys["width"]] = numbers.shape[-2:]
    st.session_state[keys["seed"]] = now.seed
    titles = {name: named.title for name, named in KERNELS.items()}
    titles |= {} if is_named else {OWN: f"{held.title[:1].upper()}{held.title[1:]}"}

    def changed() -> None:
        name, height, width = (st.session_state[keys[part]] for part in ("name", "height", "width"))
        if name == OWN:
            set_values(prefix, kernels.resize(values(prefix), height, width), _held(prefix).title)
        else:
            set_named(prefix, name, height, width, st.session_state.get(keys["seed"], 0))

    least = KERNELS[now.name].least if is_named else (1, 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Kernel", list(titles), format_func=titles.__getitem__, key=keys["name"], on_change=changed, width=170
        )
        st.number_input("Height", least[0], MOST_SIDE, key=keys["height"], on_change=changed, width=105)
        st.number_input("Width", least[1], MOST_SIDE, key=keys["width"], on_change=changed, width=105)
        if is_named and KERNELS[now.name].seeded:
            st.number_input("Seed", 0, MOST_SEED, key=keys["seed"], on_change=changed, width=115)
        elif not is_named:
            back = f"Back to {KERNELS[now.name].title}"
            st.button(back, key=f"{prefix}_kernel_back", icon=":material/undo:", on_click=_back, args=(prefix,))


# Title, help, what it does, and the word for what was done.
CHANGES: dict[str, tuple[str, str, Callable[[Kernel], Kernel], str]] = {
    "normalise": (
        "Normalise",
        "Divide by the sum (where that is 0: by the sum of sizes)",
        kernels.normalise,
        "normalised",
    ),
    "rotate": ("Rotate", "A quarter turn clockwise", kernels.rotate, "rotated"),
    "flip": ("Flip", "Turn by 180 degrees: correlation becomes true convolution", kernels.flip, "flipped"),
    "mirror": ("Mirror", "Exchange left and right", kernels.mirror, "mirrored"),
    "transpose": ("Transpose", "Rows become columns", kernels.transpose, "transposed"),
    "negate": ("Negate", "The other sign", kernels.negate, "negated"),
}


def _changes(prefix: str) -> None:
    """Buttons that act on the present numbers."""
    with st.container(horizontal=True, gap="xsmall"):
        for name, (title, help, *_) in CHANGES.items():
            st.button(title, key=f"{prefix}_kernel_{name}", help=help, on_click=_apply, args=(prefix, name))


def _apply(prefix: str, name: str) -> None:
    *_, act, done = CHANGES[name]
    held = _held(prefix)
    before = values(prefix)
    after = act(before)
    if after.shape == before.shape and np.array_equal(after, before):
        return
    start = title_of(held)
    set_values(prefix, after, "own" if start == "own" or ", " in start else f"{start}, {done}")


def _back(prefix: str) -> None:
    held = _held(prefix)
    _hold(prefix, replace(held, kernel=held.base, title="own", moving=False, note=None))
