"""All that is random in a training: the order of the samples, their changes, and what dropout leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor


class Randomness:
    """Three independent streams from one seed; their states are all that a resumed training needs.

    augmentation: the generator for `augment`.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self._device = device
        self._shuffling = torch.Generator().manual_seed(3 * seed + 1)
        self._before: Tensor | None = None  # the order that is in use
        self.augmentation = torch.Generator().manual_seed(3 * seed + 2)
        self._drawing = torch.Generator().manual_seed(3 * seed + 3).get_state()
        self._drawing_cuda: Tensor | None = None
        if device.type == "cuda":
            self._drawing_cuda = torch.Generator(device).manual_seed(3 * seed + 3).get_state()

    def permutation(self, samples: int) -> Tensor:
        """The order of the next epoch, int64 (samples,)."""
        self._before = self._shuffling.get_state()
        return torch.randperm(samples, generator=self._shuffling)

    @contextmanager
    def drawing(self, needed: bool = True) -> Iterator[None]:
        """Within, torch's global random numbers are this training's own; outside they are untouched."""
        if not needed:
            yield
            return
        outside, outside_cuda = torch.get_rng_state(), None
        torch.set_rng_state(self._drawing)
        if self._drawing_cuda is not None:
            outside_cuda = torch.cuda.get_rng_state(self._device)
            torch.cuda.set_rng_state(self._drawing_cuda, self._device)
        try:
            yield
        finally:
            self._drawing = torch.get_rng_state()
            torch.set_rng_state(outside)
            if outside_cuda is not None:
                self._drawing_cuda = torch.cuda.get_rng_state(self._device)
                torch.cuda.set_rng_state(outside_cuda, self._device)

    def end_order(self) -> None:
        """The last order is used up: a resumed training draws the next one."""
        self._before = None

    def state(self) -> dict[str, Any]:
        """uint8 tensors. An order in use is kept as what drew it: `permutation` then gives the same again."""
        return {
            "shuffling": self._shuffling.get_state() if self._before is None else self._before.clone(),
            "augmentation": self.augmentation.get_state(),
            "drawing": self._drawing.clone(),
            "drawing_cuda": None if self._drawing_cuda is None else self._drawing_cuda.clone(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on where the state was taken."""
        self._before = None
        self._shuffling.set_state(state["shuffling"])
        self.augmentation.set_state(state["augmentation"])
        self._drawing = state["drawing"]
        if self._drawing_cuda is not None and state["drawing_cuda"] is not None:
            self._drawing_cuda = state["drawing_cuda"]
