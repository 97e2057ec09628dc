"""Named kernels against scipy and what is written of them by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from core.errors import ConvLensError
from core.signal import kernels
from core.signal.kernels import KERNELS

ROWS = np.random.default_rng(3).normal(size=(2, 3, 4, 5)).astype(np.float32)
SIZES = [(height, width) for height in range(1, 12) for width in range(1, 12)]


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=lambda kernel: kernel.name)
def test_every_size_has_a_kernel_or_a_sentence(kernel: kernels.NamedKernel) -> None:
    for height, width in SIZES:
        if height >= kernel.least[0] and width >= kernel.least[1]:
            values = kernel.values(height, width, 5)
            assert values.shape == (height, width)
            assert values.dtype == np.float32
            assert np.abs(values).max() > 0
        else:
            with pytest.raises(ConvLensError, match=kernel.title):
                kernel.values(height, width)
    with pytest.raises(ConvLensError, match="11×11, not 12×3"):
        kernel.values(12, 3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sobel-x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        ("sobel-y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
        ("laplacian", [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        ("sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        ("emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
        ("identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        ("box", np.full((3, 3), 1 / 9)),
        ("gaussian", np.outer([1, 2, 1], [1, 2, 1]) / 16),
    ],
)
def test_the_usual_three_by_three(name: str, expected: list[list[float]]) -> None:
    np.testing.assert_allclose(KERNELS[name].values(3, 3), expected, atol=1e-7)


def test_they_are_scipys() -> None:
    impulse = np.zeros((7, 7))
    impulse[3, 3] = 1
    for name, axis in (("sobel-x", 1), ("sobel-y", 0)):
        seen = ndimage.sobel(impulse, axis)[2:5, 2:5]
        np.testing.assert_array_equal(KERNELS[name].values(3, 3)[::-1, ::-1], seen)
    np.testing.assert_array_equal(KERNELS["laplacian"].values(3, 3), ndimage.laplace(impulse)[2:5, 2:5])


@pytest.mark.parametrize("size", SIZES)
def test_blurs_keep_the_mean_and_derivatives_answer_nothing_to_a_flat_input(size: tuple[int, int]) -> None:
    for name, total in (("box", 1), ("gaussian", 1), ("identity", 1), ("sharpen", 1)):
        if min(size) >= KERNELS[name].least[0]:
            assert KERNELS[name].values(*size).sum() == pytest.approx(total, abs=1e-5)
    for name in ("sobel-x", "sobel-y", "laplacian", "gabor"):
        least = KERNELS[name].least
        if size[0] >= least[0] and size[1] >= least[1]:
            values = KERNELS[name].values(*size)
            assert abs(values.sum()) <= 0.07 if name == "gabor" else values.sum() == 0


def test_random_is_the_seeds() -> None:
    draw = KERNELS["random"].values
    np.testing.assert_array_equal(draw(4, 5, 1), draw(4, 5, 1))
    assert not np.array_equal(draw(4, 5, 1), draw(4, 5, 2))
    assert np.abs(draw(11, 11, 1)).max() <= 0.9


def test_changes_act_on_the_last_two_axes() -> None:
    np.testing.assert_array_equal(kernels.rotate(ROWS)[1, 2], np.rot90(ROWS[1, 2], 3))
    np.testing.assert_array_equal(kernels.flip(ROWS)[1, 2], np.rot90(ROWS[1, 2], 2))
    np.testing.assert_array_equal(kernels.mirror(ROWS)[1, 2], np.fliplr(ROWS[1, 2]))
    np.testing.assert_array_equal(kernels.transpose(ROWS)[1, 2], ROWS[1, 2].T)
    np.testing.assert_array_equal(kernels.negate(ROWS), -ROWS)
    for act, times in ((kernels.rotate, 4), (kernels.flip, 2), (kernels.transpose, 2), (kernels.mirror, 2)):
        turned = ROWS
        for _ in range(times):
            turned = act(turned)
        np.testing.assert_array_equal(turned, ROWS)


def test_normalised_sums_to_one_or_its_sizes_do() -> None:
    assert kernels.normalise(np.abs(ROWS)).sum() == pytest.approx(1, abs=1e-5)
    sobel = kernels.normalise(KERNELS["sobel-x"].values(3, 3))
    assert np.abs(sobel).sum() == pytest.approx(1)
    np.testing.assert_allclose(sobel[1], [-0.25, 0, 0.25])
    np.testing.assert_array_equal(kernels.normalise(np.zeros((3, 3), np.float32)), np.zeros((3, 3)))


@pytest.mark.parametrize("size", [(1, 1), (2, 7), (5, 5), (11, 4)])
def test_resizing_keeps_the_middle(size: tuple[int, int]) -> None:
    kernel = np.arange(1, 21, dtype=np.float32).reshape(4, 5)
    found = kernels.resize(kernel, *size)
    assert found.shape == size
    middle = (size[0] - 1) // 2, (size[1] - 1) // 2
    assert found[middle] == kernel[1, 2]
    there = found[found != 0]
    assert set(there.tolist()) <= set(kernel.flat)
    assert len(there) == min(4, size[0]) * min(5, size[1])
