"""Channels: every filter reads all channels of its window, and every filter makes one map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.errors import ConvLensError
from core.signal import pictures
from core.signal.bank import bank
from core.signal.channels import parameters
from core.signal.convolution import apply
from core.signal.settings import Convolution
from dashboard import parts
from dashboard.components.lesson import lesson, sent
from dashboard.learn import channel_facts, predict, tries
from dashboard.learn import lesson_state as page
from dashboard.learn.lesson_state import KEPT
from dashboard.learn.predict import Question, What
from dashboard.learn.views import PREFIX

VIEW = "channels"
DRAWN = page.key(VIEW, "drawn")  # the last picture that could be made
SOURCES = ("shapes", *pictures.PHOTOGRAPHS)
SIZES = (4, 6, 8, 10, 12, 16, 20, 24, 28, 32, 48, 64, 96, 128, 192, 256)
MAPS = (1, 2, 3, 4, 6, 8, 9, 12, 15, 16, 18, 24, 30, 32)
MOST_EXACT = 2**18  # numbers of all maps that are sent as they are; more are sent as colours


@dataclass(frozen=True)
class Layer:
    """size: rows and columns of the input. channels: 3, or 6 (two pictures)."""

    source: str = "shapes"
    size: int = 10
    channels: int = 3
    filters: int = 4
    kernel: int = 3
    groups: int = 1
    order: str = "NCHW"


SMALL = Layer()
EXAMPLES = {  # by the button's label, with what is to be seen
    "32×32×3, 16 filters of 5×5": (
        Layer("flower", 32, 3, 16, 5),
        "16 maps of 28×28, for 32 − 5 + 1 = 28: 16·(3·5·5 + 1) parameters, however large the input is.",
    ),
    "256×256×3, 32 of 3×3": (
        Layer("china", 256, 3, 32, 3),
        "The input has 64 times as many numbers as 32×32×3, the convolution has 896 parameters for either.",
    ),
    "Depthwise": (
        Layer(filters=6, groups=3),
        "As many groups as channels: every map reads one channel, and every filter is one 3×3 slice.",
    ),
    "NHWC: red beside green": (
        Layer(order="NHWC"),
        "The channels of one pixel are neighbours in memory; in NCHW they lie a whole plane apart.",
    ),
    "Small again": (SMALL, "Each output is the sum of all channels' products and the bias."),
}


@st.fragment
def show() -> None:
    """Controls, the component, and what is to be tried."""
    layer = _choose()
    try:
        st.session_state[DRAWN] = made(layer)
    except ConvLensError as error:
        parts.show_error(error)
        st.session_state.setdefault(DRAWN, made(SMALL))
    head, arrays = st.session_state[DRAWN]
    questions = asked(head)
    height = f"calc(var(--convlens-lesson) - {3.2 * predict.on(PREFIX)}rem)"  # the question has a row of its own
    head = {**head, "height": height, "hidden": predict.hidden(PREFIX, questions)}
    lesson("channels", head, arrays, page.stage(VIEW), _moved)
    predict.ask(PREFIX, questions)
    if sent(page.stage(VIEW)).get("done"):
        page.link(VIEW)
    tries.show(VIEW, [_try(label, *example) for label, example in EXAMPLES.items()])


def _moved() -> None:
    page.keep(VIEW, ("filter", "row", "column"))


def _try(label: str, layer: Layer, said: str) -> tries.Try:
    """One of the examples, in all controls, and the window in the middle."""
    middle = (layer.size - layer.kernel) // 2
    controls = {
        name: str(value) if name in ("kernel", "groups", "channels") else value for name, value in vars(layer).items()
    }
    return tries.Try(label, said, controls, (0, middle, middle))


def _choose() -> Layer:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="convolution_channels_controls"):
        with st.popover("Input", key=page.key(VIEW, "input"), icon=":material/image:", width="content"):
            source = st.selectbox("Picture", SOURCES, key=page.key(VIEW, "source"), **KEPT)
            channels = _segments("Channels", ("3", "6"), "channels")
        size = st.select_slider("Size", SIZES, SMALL.size, key=page.key(VIEW, "size"), width=150, **KEPT)
        kernel = _segments("Kernel", ("3", "1", "5"), "kernel")
        filters = st.select_slider("Filters", MAPS, SMALL.filters, key=page.key(VIEW, "filters"), width=130, **KEPT)
        groups = _segments("Groups", ("1", "2", "3", "6"), "groups")
        order = _segments("Order", ("NCHW", "NHWC"), "order")
    return Layer(source, int(size), int(channels), int(filters), int(kernel), int(groups), order)


def _segments(title: str, options: tuple[str, ...], name: str) -> str:
    return str(
        st.segmented_control(
            title,
            sorted(options),
            default=options[0],
            required=True,
            key=page.key(VIEW, name),
            **KEPT,
        )
    )


def picture(source: str, size: int, channels: int) -> tuple[np.ndarray[Any, Any], float]:
    """float32 (channels, size, size) and its largest possible value: shapes are 0 to 9, photographs 0 to 1.

    Six channels are the picture and the same picture two cells further on.
    """
    if source == "shapes":
        rows, columns = (np.indices((size, size)) + 0.5) / size
        x = np.zeros((3, size, size), np.float32)
        x[0] = np.where(np.hypot(rows - 0.35, columns - 0.35) < 0.27, 9, 1)
        x[1] = np.where((rows > 0.55) & (columns > 0.2) & (columns < 0.7), 8, 2)
        x[2] = np.where(columns > 0.6, 9, 0) * (rows < 0.8) + np.floor(rows * 3)
        top = 9.0
    else:
        x = pictures.to_size(pictures.photograph(source), size, size).round(2)
        top = 1.0
    x = x.clip(0, top)
    return (x if channels == 3 else np.concatenate([x, np.roll(x, 2, axis=2)])), top


def made(layer: Layer) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """What the browser draws. Raises SignalError where groups and channels or filters do not fit."""
    x, top = picture(layer.source, layer.size, layer.channels)
    settings = Convolution(mode="valid", groups=layer.groups)
    told = parameters(x.shape, layer.filters, (layer.kernel, layer.kernel), settings)
    kernel, bias, names = bank(layer.filters, layer.channels // layer.groups, layer.kernel)
    bias = np.asarray(bias if top > 1 else bias / 10, np.float32)
    maps = apply(x, kernel, settings, bias).numpy()
    out = maps.shape[-1]
    limits = np.abs(maps).max(axis=(1, 2)).clip(1e-6)
    last = out - 1
    place = page.place(VIEW, (0, out // 2, out // 2), (0, 0, 0), (layer.filters - 1, last, last))
    head = {
        "size": layer.size,
        "channels": layer.channels,
        "filters": layer.filters,
        "kernel": layer.kernel,
        "groups": layer.groups,
        "order": layer.order,
        "out": out,
        "top": top,
        "limits": limits.tolist(),
        "names": ["R", "G", "B"] if layer.channels == 3 else ["R", "G", "B", "R′", "G′", "B′"],
        "filterNames": names,
        "at": dict(zip(("filter", "row", "column"), place, strict=True)),
        "answered": page.answered(VIEW),
        "titles": _titles(layer, out),
        "facts": channel_facts.facts(layer.channels, layer.filters, layer.kernel, layer.size, layer.groups, told),
    }
    if maps.size > MOST_EXACT:
        maps = np.asarray(np.round(maps / limits[:, None, None] * 127) + 127, np.uint8)
    return head, {"input": x, "kernel": kernel, "bias": bias, "maps": maps}


def asked(head: dict[str, Any]) -> dict[What, Question]:
    """The size of the output, in the order of dimensions that is shown."""
    sizes, size, kernel = output_shape(head["order"], head["filters"], head["out"]), head["size"], head["kernel"]
    about = f"channels {size} {kernel} {sizes}"
    why = f"{size} − {kernel} + 1 = {head['out']}, and each of the {head['filters']} filters makes a map"
    return {"size": Question("Output size", sizes, "×".join(map(str, sizes)), about, why=why)}


def output_shape(order: str, filters: int, out: int) -> tuple[int, int, int]:
    return (filters, out, out) if order == "NCHW" else (out, out, filters)


def _titles(layer: Layer, out: int) -> list[str]:
    """Sizes in the order of dimensions: PyTorch's with the channels first, TensorFlow's with them last."""
    size, channels, filters = layer.size, layer.channels, layer.filters
    side, each = layer.kernel, layer.channels // layer.groups
    if layer.order == "NCHW":
        sizes = (channels, size, size), (filters, each, side, side)
    else:
        sizes = (size, size, channels), (side, side, each, filters)
    shapes = *sizes, output_shape(layer.order, filters, out)
    given, weights, made = ("×".join(map(str, shape)) for shape in shapes)
    return [f"input {given}", f"weights {weights}, filter", f"output {made}"]
