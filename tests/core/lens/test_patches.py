"""The strongest patches equal those of a search by hand: every picture, every cell, one after the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn

from core.errors import ConvLensError
from core.lens.capture import Lens
from core.lens.fields import Box
from core.lens.patches import OUTSIDE, Search, cut, fields, patch_size, together


def small(seed: int = 0, padding: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=padding), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 2), nn.Flatten(),
        nn.LazyLinear(3),
    )  # fmt: skip


def by_hand(values: NDArray[np.float32], most: int) -> list[list[tuple[float, int, int, int]]]:
    """values: (N, F, H, W) -> for each channel (value, picture, row, column), the strongest first."""
    found = []
    for channel in range(values.shape[1]):
        ranked = []
        for picture in range(len(values)):
            best = None
            for row in range(values.shape[2]):
                for column in range(values.shape[3]):
                    value = float(values[picture, channel, row, column])
                    if best is None or value > best[0]:
                        best = (value, picture, row, column)
            ranked.append(best)
        found.append(sorted(ranked, key=lambda entry: (-entry[0], entry[1]))[:most])
    return found


@given(st.integers(0, 1000), st.integers(1, 7), st.integers(1, 20), st.integers(1, 5))
@settings(max_examples=15)
def test_it_finds_what_a_search_by_hand_finds(seed: int, step: int, count: int, most: int) -> None:
    net = small(seed).eval()
    x = torch.randn(count, 1, 8, 8, generator=torch.Generator().manual_seed(seed))
    net(x)
    with torch.no_grad():
        values = net[2](net[1](net[0](x)))  # pooled after the ReLU: many ties at zero
    lens = Lens(net, input_shape=(1, 8, 8))
    search = Search(lens, next(node.name for node in lens.graph if node.kind == "pool"), most)
    for start in range(0, count, step):
        search.add(x[start : start + step], np.arange(start, min(count, start + step)))
    found = search.found()
    expected = by_hand(values.numpy(), most)
    for channel, ranked in enumerate(expected):
        ours = zip(
            found.values[channel], found.index[channel], found.rows[channel], found.columns[channel], strict=True
        )
        for (value, picture, row, column), own in zip(ranked, ours, strict=True):
            assert own == (pytest.approx(value, abs=1e-6), picture, row, column)


def test_units_of_a_vector_are_channels_and_what_is_no_number_never_counts() -> None:
    net = small().eval()
    x = torch.randn(6, 1, 8, 8)
    net(x)
    lens = Lens(net, input_shape=(1, 8, 8))
    search = Search(lens, lens.graph.answer.name, 2)
    x[3] = torch.nan
    search.add(x, np.arange(10, 16))
    found = search.found()
    with torch.no_grad():
        expected = net(x)
    expected[3] = -torch.inf
    for unit in range(3):
        order = expected[:, unit].argsort(descending=True)[:2]
        np.testing.assert_array_equal(found.index[unit], 10 + order.numpy())
        np.testing.assert_allclose(found.values[unit], expected[order, unit].numpy(), rtol=1e-5)
    with pytest.raises(ConvLensError, match="no layer"):
        Search(lens, "conv9")
    with pytest.raises(ValueError, match="no picture"):
        Search(lens, lens.graph.answer.name).found()


def test_a_patch_is_what_the_cell_saw() -> None:
    """Whatever lies outside of the patch can change without changing the cell's value, and nothing inside can."""
    net = small(padding=1).eval()
    net(torch.zeros(1, 1, 9, 9))
    lens = Lens(net, input_shape=(1, 9, 9))
    name = [node.name for node in lens.graph if node.kind == "convolution"][1]
    picture = np.random.default_rng(0).integers(0, 256, (1, 9, 9), dtype=np.uint8)
    size = patch_size(lens.graph, name)
    assert size == (6, 6)  # 3, then 4 by the pooling, then 2 more pixels by the 2x2 at jump 2
    rows, columns = np.array([0, 1, 2]), np.array([2, 1, 0])
    for row, column, box in zip(rows, columns, fields(lens.graph, name, rows, columns), strict=True):
        x = torch.from_numpy(picture[None].astype(np.float32)).requires_grad_()
        net[3](net[2](net[0](x)))[0, :, row, column].abs().sum().backward()
        touched = np.flatnonzero(x.grad[0, 0].abs().sum(1).numpy())
        assert box.top <= touched.min()
        assert touched.max() < box.bottom
        patch = cut(picture, box, size)
        inside = picture[:, box.top : box.bottom, box.left : box.right]
        top = 6 - inside.shape[1] if box.top == 0 else 0
        left = 6 - inside.shape[2] if box.left == 0 else 0
        np.testing.assert_array_equal(patch[:, top : top + inside.shape[1], left : left + inside.shape[2]], inside)
        assert np.count_nonzero(patch == OUTSIDE) >= patch.size - inside.size
    assert cut(picture, Box(0, 0, 9, 9), (9, 9)).tolist() == picture.tolist()


def test_large_layers_are_looked_at_a_few_at_a_time() -> None:
    net = small().eval()
    net(torch.zeros(1, 1, 8, 8))
    assert together(Lens(net, input_shape=(1, 8, 8)).graph) == 256
    wide = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1))
    assert together(Lens(wide, input_shape=(3, 224, 224)).graph) == 2
