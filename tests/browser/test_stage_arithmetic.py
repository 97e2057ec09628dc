"""The arithmetic of the stage as the browser does it: every window's products add up to what torch computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page
from torch.nn import functional as F

from core.errors import SignalError
from core.signal.convolution import apply
from core.signal.pooling import Pooling, pool
from core.signal.settings import BORDERS, MODES, Convolution
from core.signal.windows import Axis, axes
from tests.browser.conftest import App

pytestmark = pytest.mark.browser

ALL_SUMS = """async ([base, cases]) => {
  const { products, pooled, outputShape, placeOf, sizeOf } = await import(base + "stage_windows.js");
  return cases.map((view) => {
    const shape = outputShape(view.axes);
    return Array.from({ length: sizeOf(shape) }, (_, index) => {
      const place = placeOf(shape, index);
      return view.operation === "sum" ? products(view, place).sum : pooled(view, place).result;
    });
  });
}"""
ALL_REACHED = """async ([base, cases]) => {
  const { reached, paddedShape, kindsOf, placeOf } = await import(base + "stage_windows.js");
  return cases.map(({ axes }) => {
    const shape = paddedShape(axes);
    const kinds = kindsOf(axes);
    return Array.from(kinds, (kind, index) => [kind, ...reached(axes, placeOf(shape, index), kind !== 0)]);
  });
}"""


@pytest.fixture
def script(page: Page, app: App) -> Any:
    """Runs a function of the stage's modules in the browser."""
    page.goto(f"{app.url}/app/static/logo.svg")  # a page of the same origin, where modules can be imported

    def run(function: str, cases: list[Any]) -> Any:
        return page.evaluate(function, [f"{app.url}/app/static/", cases])

    return run


def told(axis: Axis) -> dict[str, Any]:
    return {
        "size": axis.size,
        "before": axis.before,
        "dilation": axis.dilation,
        "starts": axis.starts.tolist(),
        "lengths": axis.lengths.tolist(),
        "source": axis.source.tolist(),
    }


def convolutions(draw: np.random.Generator) -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """Views for the browser and what torch says of them: every mode, border, direction and number of dimensions."""
    views, wanted = [], []
    plans = [
        (dims, mode, border, transposed, flipped)
        for dims in (1, 2, 3)
        for mode in MODES
        for border in (BORDERS if dims < 3 else BORDERS[:1])
        for transposed in ((False, True) if border == "zero" else (False,))
        for flipped in (False, True)
    ]
    for dims, mode, border, transposed, flipped in plans * 3:
        groups = int(draw.integers(1, 3))
        sides = draw.integers(4, 8 if dims < 3 else 6, dims)
        kernel_sides = draw.integers(1, 4, dims)
        settings = Convolution(
            mode=mode,
            padding=int(draw.integers(0, 3)),
            border=border,
            stride=int(draw.integers(1, 4)),
            dilation=int(draw.integers(1, 3)),
            groups=groups,
            transposed=transposed,
            flipped=flipped,
        )
        channels, filters = 2 * groups, 2 * groups
        x = draw.normal(size=(channels, *sides)).astype(np.float32)
        lead = (channels, 2) if transposed else (filters, 2)
        kernel = draw.normal(size=(*lead, *kernel_sides)).astype(np.float32)
        try:
            y = apply(x, kernel, settings).numpy()
        except SignalError:
            continue  # a combination that cannot be; the sentences about these are tested where they are made
        chosen = int(draw.integers(filters))
        group = chosen // 2
        mine = kernel[2 * group : 2 * group + 2, chosen % 2] if transposed else kernel[chosen]
        views.append(
            {
                "operation": "sum",
                "axes": [told(axis) for axis in axes(tuple(sides.tolist()), tuple(kernel_sides.tolist()), settings)],
                "input": x[2 * group : 2 * group + 2].reshape(-1).tolist(),
                "kernel": mine.reshape(-1).tolist(),
                "channels": 2,
                "turned": settings.turned,
            }
        )
        wanted.append(y[chosen].reshape(-1))
    return views, wanted


def test_the_products_of_every_window_add_up_to_the_output(script: Any) -> None:
    views, wanted = convolutions(np.random.default_rng(7))
    assert len(views) > 100
    found = script(ALL_SUMS, views)
    for view, sums, y in zip(views, found, wanted, strict=True):
        assert len(sums) == len(y)
        np.testing.assert_allclose(sums, y, rtol=1e-5, atol=1e-5, err_msg=str({**view, "input": ..., "kernel": ...}))


def test_a_window_is_what_torch_multiplies_without_our_own_geometry(script: Any) -> None:
    """The same against torch called directly, so that one mistake in the windows could not hide in both."""
    draw = np.random.default_rng(3)
    x = draw.normal(size=(7, 6)).astype(np.float32)
    kernel = draw.normal(size=(3, 2)).astype(np.float32)
    image, weight = torch.tensor(x)[None, None], torch.tensor(kernel)[None, None]
    cases = [
        (Convolution(mode="valid"), F.conv2d(image, weight)),
        (Convolution(mode="number", padding=2, stride=2), F.conv2d(image, weight, padding=2, stride=2)),
        (Convolution(mode="valid", dilation=2), F.conv2d(image, weight, dilation=2)),
        (Convolution(mode="same"), F.conv2d(F.pad(image, (0, 1, 1, 1)), weight)),
        (Convolution(mode="valid", flipped=True), F.conv2d(image, weight.flip(2, 3))),
        (Convolution(mode="valid", stride=3, transposed=True), F.conv_transpose2d(image, weight, stride=3)),
    ]
    views = [
        {
            "operation": "sum",
            "axes": [told(axis) for axis in axes(x.shape, kernel.shape, settings)],
            "input": x.reshape(-1).tolist(),
            "kernel": kernel.reshape(-1).tolist(),
            "turned": settings.turned,
        }
        for settings, _ in cases
    ]
    for sums, (settings, y) in zip(script(ALL_SUMS, views), cases, strict=True):
        np.testing.assert_allclose(sums, y.reshape(-1), rtol=1e-5, atol=1e-5, err_msg=str(settings))


def test_what_a_pooling_window_holds_gives_the_output(script: Any) -> None:
    draw = np.random.default_rng(5)
    views, wanted = [], []
    for kind in ("max", "min", "average", "lp", "global-max", "global-average", "adaptive-max", "adaptive-average"):
        for _ in range(8):
            settings = Pooling(
                kind=kind,
                size=int(draw.integers(2, 4)),
                stride=int(draw.integers(1, 4)),
                padding=int(draw.integers(0, 2)),
                ceil_mode=bool(draw.integers(2)),
                count_include_pad=bool(draw.integers(2)),
                p=int(draw.integers(1, 5)),
                output=int(draw.integers(1, 5)),
            )
            x = draw.normal(size=draw.integers(5, 9, 2)).astype(np.float32)
            pooled = pool(x, settings)
            views.append(
                {
                    "operation": settings.operation,
                    "axes": [told(axis) for axis in pooled.axes],
                    "input": x.reshape(-1).tolist(),
                    "power": settings.p,
                    "countPadding": settings.count_include_pad,
                }
            )
            wanted.append(pooled.output.numpy().reshape(-1))
    for view, found, y in zip(views, script(ALL_SUMS, views), wanted, strict=True):
        np.testing.assert_allclose(found, y, rtol=1e-5, atol=1e-5, err_msg=str({**view, "input": ...}))


def test_a_cell_lights_up_the_outputs_that_its_gradient_comes_from(script: Any) -> None:
    shape, kernel_shape = (5, 6), (3, 2)
    cases = [
        Convolution(mode="same"),
        Convolution(mode="full", stride=2),
        Convolution(mode="valid", dilation=2),
        Convolution(mode="number", padding=2, border="reflect"),
        Convolution(mode="same", border="circular"),
        Convolution(mode="full", border="replicate", stride=3),
        Convolution(mode="valid", stride=2, transposed=True),
    ]
    found = script(ALL_REACHED, [{"axes": [told(axis) for axis in axes(shape, kernel_shape, case)]} for case in cases])
    for settings, cells in zip(cases, found, strict=True):
        x = torch.zeros(shape, requires_grad=True)
        y = apply(x, torch.ones(kernel_shape), settings)
        own = [reach for kind, *reach in cells if kind == 0]  # the input's own cells, in reading order
        assert len(own) == x.numel()
        for index in range(y.numel()):
            (slopes,) = torch.autograd.grad(y.reshape(-1)[index], x, retain_graph=True)
            row, column = divmod(index, y.shape[1])
            reached = [row in rows and column in columns for rows, columns in own]
            assert reached == (slopes.reshape(-1) != 0).tolist(), f"{settings}, output {row}, {column}"
