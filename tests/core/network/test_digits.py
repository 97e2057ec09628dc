"""The first network learns the embedded digits."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from core.network.build import build
from core.network.presets import PRESETS


def test_digits_small_learns_the_digits() -> None:
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).reshape(-1, 1, 8, 8).astype("float32")
    parts = train_test_split(images, labels, test_size=0.2, random_state=0, stratify=labels)
    x, test_x, y, test_y = (torch.from_numpy(part) for part in parts)
    net = build(PRESETS["digits-small"].network, seed=0)
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    order = torch.Generator().manual_seed(0)
    for _ in range(10):
        for batch in torch.randperm(len(x), generator=order).split(64):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net.logits(x[batch]), y[batch]).backward()
            optimizer.step()
    answers = net.eval().probabilities(test_x).argmax(1)
    assert (answers == test_y).float().mean().item() >= 0.97
